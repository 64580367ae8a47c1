"""The hazard method against its note: every count, ratio, prior, pool and rate, to the digits printed there.

`method_rates.csv` is the table of the method note of the project's evidence, worked out there by a script that shares
no code with ours: point values to six digits, ranges to three, columns renamed. Nothing in it is our own output.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from scipy import stats

import corridor as cr
from corridor.library.interruptions import interruption_record
from corridor.study.hazard_fit import HazardFit
from corridor.study.hazard_units import FittedRate

RECORD = interruption_record()
FIT = HazardFit(RECORD, dt.date(2025, 12, 31))
FIELDS = {asset.id for asset in RECORD.assets if asset.kind == "field"}
ROUTES = {asset.id for asset in RECORD.assets} - FIELDS
COUNTS = ("n_calm", "n_war", "durations")
POINTS = (
    "calm_years", "war_years", "calm_per_year", "war_per_year", "mean_days", "median_days", "sigma", "complete",
    "mean_share", "at_most", "concentration", "calm_loss_days", "war_loss_days",
)  # fmt: skip
RANGES = [f"{regime}{of}_{end}" for regime in ("calm", "war") for of in ("", "_loss") for end in ("low", "high")]

# Unit, form; events calm and war; exposure; posterior shape and years; rates; own parts; D; median; mean share (that of
# all its losses); loss days.
EXAMPLES = """
cpc            stop    0 2 9.170850  3.849418 4.246911 80.193120 0.052959 0.407227 2 2.075     1.185714 1 0.109889 0.844997
cpc            slow    1 7 12.608782 3.849418 9.253696 72.757484 0.127185 1.230454 8 29.089342 5.344821 0.279983 1.035864 10.021448
roadstead      stop    0 0 9.170850  3.849418 0.5      38.771134 0.012896 0.099166 0 2.625     1.5      1 0.033853 0.260310
roadstead      slow    0 5 12.608782 3.849418 5.5      49.849908 0.110331 1.067397 5 7.560345  1.389124 0.309008 0.257757 2.493661
roadstead      weather 1 7 1.147159  3.849418 8.5      4.996578  1.701164 1.701164 8 2.854545  2.443349 0.970909 4.714784 4.714784
hub            stop    2 4 10.391372 3.849418 6.5      39.991655 0.162534 1.249812 4 2.696429  1.540816 1 0.438261 3.370029
bosporus       stop    0 0 10.391372 3.849418 2.246911 57.594356 0.039013 0.058589 0 2.625     1.5      1 0.102408 0.153795
bosporus       slow    3 4 14.352263 3.849418 8.253696 52.226840 0.158036 0.614461 5 21.122845 3.881072 0.179543 0.599343 2.330317
atyrau_samara  stop    0 0 10.391372 3.849418 2.246911 81.413641 0.027599 0.212222 0 2.625     1.5      1 0.072447 0.557082
georgia_rail   weather 0 1 1.147159  3.849418 1.5      4.996578  0.300205 0.300205 1 2.35      2.011483 0.981818 0.692656 0.692656
"""  # noqa: E501


def as_printed(value: float, printed: str) -> bool:
    """Tell whether a value is printed so: within half of the last digit."""
    digits = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5001 * 10**-digits


def six_digits(value: float, printed: str) -> bool:
    """Tell whether a value rounds to a number of six significant digits."""
    return float(f"{value:.6g}") == float(printed)


def table() -> list[dict[str, str]]:
    """Return the rows of the note's table."""
    with (Path(__file__).parent / "method_rates.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def fitted(unit: str, form: str, fit: HazardFit = FIT) -> FittedRate:
    """Return the rate of a unit and form."""
    return next(rate for rate in fit.rates if (rate.unit.id, rate.form) == (unit, form))


# Rows, shocks, parts


def test_the_rows_that_count() -> None:
    """Of 163 rows 108 are of routes, counted, with a loss and in the window: 100 pairs of route and shock."""
    shocks = [(asset, rows) for by_asset in FIT.by_shock.shocks.values() for asset, rows in by_asset.items()]
    of_routes = [rows for asset, rows in shocks if asset in ROUTES]
    assert len(RECORD.interruptions) == 163
    assert (sum(map(len, of_routes)), len(of_routes)) == (108, 100)


def test_the_parts() -> None:
    """88 parts: 28 stops, 38 slows, 22 storms; 17, 29 and 10 since 2021."""
    forms = Counter(part.form for part in FIT.parts)
    since = Counter(part.form for part in FIT.parts if part.start >= dt.date(2021, 1, 1))
    assert forms == {"stop": 28, "slow": 38, "weather": 22}
    assert since == {"stop": 17, "slow": 29, "weather": 10}


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("roadstead", "usv_aug2023 inspection_apr2025 fsb_decree_2025 cpc_20250924 raid_14nov2025"),
        ("hub", "belarus_2007 chloride_2019 unecha_dec2024 unecha_13aug2025 nikolskoye_18aug2025 "
                "druzhba_south_20250821"),
        ("black_sea", "blacksea_war_2022"),
        ("georgia", "georgia_war_2008"),
    ],
)  # fmt: skip
def test_the_shocks_of_a_set(unit: str, names: str) -> None:
    """What struck several routes of a set, storms apart, is what the note lists."""
    assert {part.name for part in FIT.parts if part.unit == unit and part.kind != "weather"} == set(names.split())


def test_a_shock_of_a_set_takes_the_rows_of_its_first_member() -> None:
    """November 2025: the tenth of half a day that the CPC lost, not the two days of the port."""
    (part,) = (part for part in FIT.parts if part.name == "raid_14nov2025")
    assert (part.unit, part.form, part.duration_days, part.share) == ("roadstead", "slow", 0.5, 0.1)


def test_every_storm_at_the_cpc_is_one_of_the_roadstead() -> None:
    """No storm is the CPC's own; what a storm broke is, as in March 2022."""
    assert [part for part in FIT.parts if (part.unit, part.form) == ("cpc", "weather")] == []
    (broken,) = (part for part in FIT.parts if (part.unit, part.form, part.kind) == ("cpc", "slow", "weather"))
    assert (broken.start.year, broken.start.month, broken.duration_days) == (2022, 3, 26)


@pytest.mark.parametrize(
    ("member", "hits", "weight"),
    [("druzhba_south", 6.5 / 7, 7), ("druzhba_north", 5.5 / 7, 7), ("ust_luga", 2.5 / 6, 6)],
)
def test_how_often_a_shock_of_the_trunk_strikes_a_member(member: str, hits: float, weight: int) -> None:
    """Half a hit and one shock more than on record since the member opened."""
    (hub,) = (cause for cause in RECORD.common_causes if cause.id == "hub")
    assert FIT.by_shock.hits(hub, member) == pytest.approx((hits, weight))


def test_both_terminals_of_the_roadstead_are_always_struck() -> None:
    """Not by the formula."""
    roadstead = RECORD.common_causes[0]
    assert [FIT.by_shock.hits(roadstead, member) for member in roadstead.members] == [None, None]


# Detection, regimes, priors, pools


def test_the_share_of_short_interruptions_noticed() -> None:
    """13 short before 2021, 24 since, 11 long before, 6 since: 0.311446."""
    parts = [part for part in FIT.parts if part.kind in ("technical", "weather", "natural")]
    counts = Counter((part.duration_days < 7, part.start.year >= 2021) for part in parts)
    assert counts == {(True, False): 13, (True, True): 24, (False, False): 11, (False, True): 6}
    assert as_printed(FIT.noticed, "0.311446")


@pytest.mark.parametrize(("form", "printed"), [("stop", "0.420165"), ("slow", "0.600195"), ("weather", "0.000000")])
def test_what_a_year_before_2021_counts(form: str, printed: str) -> None:
    """Of stops less than of slows, which are longer; of storms nothing."""
    assert as_printed(FIT.weight(form), printed)


@pytest.mark.parametrize(
    ("form", "group", "n_war", "war_years", "n_calm", "calm_years", "factor", "low", "high"),
    [
        ("stop", "theatre", 12, "30.893908", 4, "85.521661", "7.689547", 3.4, 22),
        ("stop", "other", 4, "38.954141", 8, "110.501403", "1.501785", 0.50, 3.7),
        ("slow", "theatre", 16, "30.893908", 6, "117.741610", "9.674482", 4.8, 23),
        ("slow", "other", 8, "38.954141", 8, "151.458380", "3.888120", 1.7, 8.8),
    ],
)
def test_the_ratio_of_war_to_calm(
    form: str,
    group: str,
    n_war: int,
    war_years: str,
    n_calm: int,
    calm_years: str,
    factor: str,
    low: float,
    high: float,
) -> None:
    """Events and years of both regimes, the ratio, and its range: a ratio of gammas, so an F distribution."""
    ratio = FIT.ratios[form, group]
    assert (ratio.war_events, ratio.calm_events) == (n_war, n_calm)
    assert as_printed(ratio.war_years, war_years)
    assert as_printed(ratio.calm_years, calm_years)
    assert as_printed(ratio.factor, factor)
    ends = ratio.factor * stats.f(2 * ratio.war_shape, 2 * ratio.calm_shape).ppf([0.05, 0.95])
    assert ends == pytest.approx([low, high], rel=0.03)


@pytest.mark.parametrize(("form", "shape", "years"), [("stop", 2.246911, 41.421986), ("slow", 1.253696, 22.907576)])
def test_the_prior_of_routes(form: str, shape: float, years: float) -> None:
    """Shape and years to 1e-5, on which the note insists no further."""
    assert FIT.priors[form] == pytest.approx((shape, years), abs=1e-5)


@pytest.mark.parametrize(
    ("form", "parts", "mean", "median", "sigma"),
    [
        ("stop", 16, "2.625", "1.5", "1.057937"),
        ("slow", 29, "16.327586", "3", "1.840785"),
        ("weather", 10, "2.8", "3", "0.557751"),
    ],
)
def test_the_pools_of_durations(form: str, parts: int, mean: str, median: str, sigma: str) -> None:
    """Parts since 2021 of units that are not idle."""
    pool = FIT.pools[form]
    assert len(pool.parts) == parts
    assert as_printed(pool.mean_days, mean)
    assert as_printed(pool.median_days, median)
    assert as_printed(pool.sigma, sigma)


def test_the_pooled_share_of_slows() -> None:
    """Weighted by days: 0.272334."""
    assert as_printed(FIT.pools["slow"].share, "0.272334")


def test_the_severity_of_storms() -> None:
    """10 complete of 10 since 2021; partial ones of all years lost 0.3, 0.8, 0.8 and 0.5, so 0.6."""
    assert FIT.complete_storms == (10, 10)
    assert FIT.partial_storms == pytest.approx(0.6)
    assert as_printed(fitted("roadstead", "weather").complete, "0.954545")


def test_the_scatter_of_shares() -> None:
    """29 parts of 11 units: m 0.422703, v 0.079117, nu 6.716560, kappa 2.084340."""
    assert len({part.unit for part in FIT.pools["slow"].parts}) == 11
    scatter = FIT.scatter
    assert as_printed(scatter.mean, "0.422703")
    assert as_printed(scatter.variance, "0.079117")
    assert as_printed(scatter.freedom, "6.716560")
    assert as_printed(scatter.concentration, "2.084340")


# Rates


@pytest.mark.parametrize(
    "cells", [line.split() for line in EXAMPLES.strip().splitlines()], ids=lambda c: f"{c[0]} {c[1]}"
)
def test_the_worked_examples(cells: list[str]) -> None:
    """Each number of the note's examples as printed, posterior years as far as it asks of the prior's, to 1e-5."""
    rate = fitted(cells[0], cells[1])
    exposure = rate.calm_years + rate.factor * rate.war_years
    loss = rate.mean_loss_days
    values = (
        rate.calm_years, rate.war_years, rate.shape + rate.events, rate.prior_years + exposure, rate.calm_per_year,
        rate.war_per_year, rate.parts, rate.mean_days, rate.median_days, loss / rate.mean_days,
        rate.calm_per_year * loss, rate.war_per_year * loss,
    )  # fmt: skip
    assert (rate.calm_events, rate.war_events) == (int(cells[2]), int(cells[3]))
    assert values[3] == pytest.approx(float(cells[7]), abs=1e-5)
    pairs = [pair for position, pair in enumerate(zip(values, cells[4:], strict=True)) if position != 3]
    assert [pair for pair in pairs if not as_printed(*pair)] == []


def test_cpc_slow_step_by_step() -> None:
    """Days of its eight parts, their sum, what they lost, and the loss days a year that follow by hand."""
    own = FIT.counted("cpc", "slow")
    assert sorted(part.duration_days for part in own) == [1, 1, 3, 9, 26, 55, 81, 95]
    lost = sum(part.duration_days * part.share for part in own)
    assert lost == pytest.approx(76.25)
    rate = fitted("cpc", "slow")
    assert rate.mean_days == pytest.approx((3 * 16.327586 + 271) / 11, abs=1e-6)
    assert rate.mean_share == pytest.approx((48.982759 * 0.272334 + 76.25) / (48.982759 + 271), abs=1e-6)
    assert rate.war_per_year * rate.mean_loss_days == pytest.approx(10.021448, abs=1e-6)


def test_the_days_of_storms_and_of_the_trunk() -> None:
    """Eight storms of 1 to 5 days; stops of the trunk of 1, 1, 2 and 7 days, the two before 2021 not in the mean."""
    assert sorted(part.duration_days for part in FIT.counted("roadstead", "weather")) == [1, 2, 2, 3, 3, 3, 4, 5]
    stops = FIT.counted("hub", "stop")
    assert sorted(part.duration_days for part in stops if part.start.year >= 2021) == [1, 1, 2, 7]
    assert sorted(part.duration_days for part in stops if part.start.year < 2021) == [3, 19]


def test_what_the_cpc_loses_in_the_war() -> None:
    """Own, of the roadstead and of all Russia: 19.4 full-loss days a year, of them 1.11 of all Russia."""
    russia = fitted("all_russia", "stop")
    rates = [rate for rate in FIT.rates if rate.unit.id in ("cpc", "roadstead")]
    assert as_printed(russia.war_per_year * russia.mean_loss_days, "1.113")
    lost = sum(rate.war_per_year * rate.mean_loss_days for rate in (*rates, russia))
    assert as_printed(lost, "19.4")


def test_all_russia() -> None:
    """A prior of one event in 123 years, less 27 years without: 0.006250 a calm year, 3.6 times that in the war."""
    rate = fitted("all_russia", "stop")
    assert rate.calm_per_year == pytest.approx(1 / (123 + 23.15 + 3.6 * 3.85))
    assert as_printed(rate.war_per_year, "0.022499")
    assert as_printed(rate.mean_days, "49.5")
    assert as_printed(rate.median_days, "30")


def test_the_table_has_the_rows_of_the_note() -> None:
    """46 units and forms, in its order, and fields beside them, which enter no fit."""
    rates = cr.hazard_rates()
    assert [(row["unit"], row["form"]) for row in table()] == list(rates[rates["kind"] != "field"].index)
    assert {unit for unit, _ in rates.index} - {row["unit"] for row in table()} == FIELDS


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row['unit']} {row['form']}")
def test_the_table_to_its_digits(row: dict[str, str]) -> None:
    """Counts are the note's, point values round to its six digits."""
    rates = cr.hazard_rates().loc[(row["unit"], row["form"])]
    assert [name for name in COUNTS if rates[name] != int(row[name])] == []
    assert [name for name in POINTS if not six_digits(rates[name], row[name])] == []
    assert rates["events"] == int(row["n_calm"]) + int(row["n_war"])


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row['unit']} {row['form']}")
def test_the_ranges_of_the_table(row: dict[str, str]) -> None:
    """100 000 draws come within 4 percent of the note's million.

    Within 10 where no event leaves a gamma of shape 0.5, whose 5 % point has a standard error of 3 percent by itself.
    """
    rates = cr.hazard_rates().loc[(row["unit"], row["form"])]
    rel = 0.1 if (row["unit"], row["form"]) == ("roadstead", "stop") else 0.04
    assert [name for name in RANGES if rates[name] != pytest.approx(float(row[name]), rel=rel)] == []


@pytest.mark.fuzz
def test_the_ranges_by_a_million_draws() -> None:
    """All of them within 1 percent, of which rounding to three digits is half."""
    rates = cr.hazard_rates(draws=1_000_000)
    for row in table():
        found = rates.loc[(row["unit"], row["form"])]
        wrong = [name for name in RANGES if found[name] != pytest.approx(float(row[name]), rel=0.01)]
        assert wrong == [], row["unit"]


def test_the_record_replayed_at_the_cpc() -> None:
    """Full-loss days of 2022 to 2025 by half days, shares added up to 1: 48.85, 11.55, 3.00 and 32.40."""
    lost = Counter[int]()
    shares: Counter[dt.datetime] = Counter()
    for row in RECORD.interruptions:
        if row.asset == "cpc" and row.counted and row.start.year <= 2025:
            start = dt.datetime.combine(row.start, dt.time())
            for half in range(round(2 * row.duration_days)):
                shares[start + half * dt.timedelta(hours=12)] += row.severity
    for when, share in shares.items():
        lost[when.year] += 0.5 * min(1.0, share)
    assert [round(lost[year], 2) for year in range(2022, 2026)] == [48.85, 11.55, 3.00, 32.40]


# Earlier cut-offs


def test_a_fit_to_2021_knows_no_war() -> None:
    """Ratios of 1, no exposure and no event of the war, and all Russia without it."""
    early = cr.hazard_rates(until="2021-12-31")
    assert (early["n_war"] == 0).all()
    assert (early["war_years"] == 0).all()
    assert early["war_per_year"].to_list() == early["calm_per_year"].to_list()
    assert early.loc[("all_russia", "stop"), "calm_per_year"] == pytest.approx(1 / (123 + 23.0))


def test_a_fit_to_2021_takes_durations_of_all_years_where_there_are_few() -> None:
    """One stop of 2021 is too few, so those since 1999 count; five slows are enough; no storm."""
    fit = HazardFit(RECORD, dt.date(2021, 12, 31))
    assert {form: pool.since.year for form, pool in fit.pools.items()} == {"stop": 1999, "slow": 2021, "weather": 1999}
    of_2021 = Counter(part.form for part in fit.parts if part.start.year == 2021)
    assert of_2021 == {"stop": 1, "slow": 5}
    assert len(fit.pools["stop"].parts) == 8


def test_a_fit_to_2023_counts_what_had_begun() -> None:
    """Six of the eight storms at the CPC since 2021, and exposure to that day."""
    early, late = cr.hazard_rates(until=dt.date(2023, 12, 31)), cr.hazard_rates()
    assert early.loc[("roadstead", "weather"), "events"] == 6
    days = (dt.date(2023, 12, 31) - dt.date(2022, 2, 24)).days
    assert early.loc[("btc", "slow"), "war_years"] == pytest.approx(days / 365.25)
    assert (early["events"] <= late["events"].reindex(early.index)).all()


def test_a_later_cut_off_counts_later_events() -> None:
    """The halts of both terminals on 2 March 2026 come as one stop of the roadstead."""
    late = cr.hazard_rates(until="2026-03-31")
    assert late.loc[("roadstead", "stop"), "n_war"] == 1
    assert cr.hazard_rates().loc[("roadstead", "stop"), "n_war"] == 0
    assert late.attrs["until"] == "2026-03-31"


@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("2021-06-30", r"until must be 2021-12-31 to 2026-05-31: .*\(got 2021-06-30\)"),
        ("2030-01-01", r"later events were not looked for \(got 2030-01-01\)"),
        ("soon", r"until must be a date like 2023-12-31 \(got 'soon'\)"),
        (2023, r"until must be a date like 2023-12-31 \(got 2023\)"),
    ],
)
def test_a_cut_off_that_makes_no_sense_is_refused(until: object, message: str) -> None:
    """No date, before a full year of reports, or after what was looked for."""
    with pytest.raises(cr.DataError, match=message):
        cr.hazard_rates(until)  # type: ignore[arg-type]


@pytest.mark.parametrize("draws", [999, True, 1e4])
def test_too_few_draws_are_refused(draws: object) -> None:
    """A range needs some."""
    with pytest.raises(cr.DataError, match="draws must be a whole number of at least 1,000"):
        cr.hazard_rates(draws=draws)  # type: ignore[arg-type]


# Fields


def test_fields_leave_the_fit_as_it_is() -> None:
    """Without their events every rate of a route and set is the same."""
    without = type(RECORD)(
        RECORD.settings,
        tuple(asset for asset in RECORD.assets if asset.kind == "route"),
        RECORD.interruptions,
        RECORD.common_causes,
        RECORD.priors,
    )
    rates = {(r.unit.id, r.form): r.war_per_year for r in HazardFit(without, FIT.until).rates}
    assert rates == {(r.unit.id, r.form): r.war_per_year for r in FIT.rates if r.unit.id not in FIELDS}


def test_a_field_takes_the_priors_of_routes_elsewhere() -> None:
    """Kashagan, one slow of 95 days at 0.7 in the war since first oil: by hand."""
    rate = fitted("kashagan", "slow")
    ratio = 3.888120
    calm = 0.600195 * (dt.date(2021, 1, 1) - dt.date(2013, 9, 11)).days / 365.25 + 1.147159
    assert rate.calm_per_year == pytest.approx((1.253696 + 1) / (22.907576 + calm + ratio * 3.849418), rel=1e-5)
    assert rate.mean_days == pytest.approx((3 * 16.327586 + 95) / 4, rel=1e-6)
    assert rate.mean_share == pytest.approx((48.982759 * 0.272334 + 66.5) / (48.982759 + 95), rel=1e-5)


def test_long_interruptions_count_half_a_year() -> None:
    """Kashagan's three years without flow lines are 180 days in means."""
    longest = max(FIT.counted("kashagan", "stop"), key=lambda part: part.duration_days)
    assert (longest.duration_days, FIT.capped_days(longest)) == (1085, 180)
