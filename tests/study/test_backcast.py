"""The backcast: errors against observed flows, which bound no network of their year."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pandas as pd
import pytest

import corridor as cr
from corridor.library.observations import observations
from corridor.study.backcast import SUMMARY


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022])
def test_the_backcast_errs_by_less_than_a_tenth_of_exports(year: int) -> None:
    """Absolute errors over corridors add up to less than 10 % of Kazakh exports."""
    table = cr.backcast(year, commodity="kazakh_crude")
    errors = table["error_mtpa"].filter(like="sum of absolute errors").sum()
    assert errors < 0.1 * table.loc["all exports", "observed_mtpa"]


def test_the_backcast_stands_the_rival_observation() -> None:
    """With the minister's 11 Mt by Atyrau-Samara in 2022 instead of the balance, the error stays below a tenth too."""
    table = cr.backcast(2022, commodity="kazakh_crude")
    rival = next(row for row in observations() if row["choice"] == "rival" and row["corridor"] == "transneft_ports")
    errors = table["error_mtpa"].drop(index=[row for row in SUMMARY if row in table.index]).abs()
    errors["transneft_ports"] = abs(table.loc["transneft_ports", "modelled_mtpa"] - float(rival["observed_mtpa"]))
    assert errors.sum() < 0.1 * table.loc["all exports", "observed_mtpa"]


def test_the_backcast_adds_up() -> None:
    """Error is modelled less observed; below, each row sums what stands above it, differences apart."""
    table = cr.backcast(2021, commodity="kazakh_crude")
    parts = table[table["basis"] != ""]
    assert (parts["error_mtpa"] - (parts["modelled_mtpa"] - parts["observed_mtpa"])).abs().max() < 1e-12
    assert table.loc["modelled total", "modelled_mtpa"] == pytest.approx(parts["modelled_mtpa"].sum())
    apart = parts["basis"] == "difference"
    assert list(parts.index[apart]) == ["transneft_ports", "makhachkala"]
    errors = parts["error_mtpa"].abs()
    assert table.loc["sum of absolute errors", "error_mtpa"] == pytest.approx(errors[~apart].sum())
    assert table.loc["sum of absolute errors, differences", "error_mtpa"] == pytest.approx(errors[apart].sum())


def test_every_row_below_the_corridors_has_one_number() -> None:
    """No row mixes what is modelled, observed and missed; exports by all ways of 2021 were 67.6 Mt."""
    below = cr.backcast(2021, commodity="kazakh_crude").loc[list(SUMMARY)].select_dtypes("number")
    assert (below.notna().sum(axis=1) == 1).all()
    assert below.loc["all exports", "observed_mtpa"] == 67.6


def test_skill_against_last_year_by_hand() -> None:
    """2022, all shippers: CPC 60.7, BTC 26.42, Druzhba 35.9, then 58.7, 29.75, 38.4; differences do not count."""
    table = cr.backcast(2022).loc["all shippers"]
    modelled = cr.solve(cr.load(year=2022)).corridors["throughput_mtpa"]
    missed = abs(modelled["cpc"] - 58.7) + abs(modelled["btc"] - 29.75) + abs(modelled["druzhba"] - 38.4)
    guessed = abs(60.7 - 58.7) + abs(26.42 - 29.75) + abs(35.9 - 38.4)
    assert table.loc["skill against last year", "skill"] == pytest.approx(1 - missed / guessed)
    assert "skill against last year" not in cr.backcast(2018).loc["all shippers"].index


def test_every_shipper_is_in_the_backcast_by_default() -> None:
    """What was observed of all together, and each shipper apart, whose rows are those asked for alone."""
    table = cr.backcast(2021)
    assert list(table.index.unique("commodity")) == ["all shippers", "kazakh_crude", "azeri_crude", "russian_crude"]
    alone = cr.backcast(2021, commodity="kazakh_crude")
    pd.testing.assert_frame_equal(table.loc["kazakh_crude"], alone, check_names=False)


def test_own_observations_can_be_held_against_any_year() -> None:
    """What the caller saw stands instead of what ships, for years without shipped observations too."""
    table = cr.backcast(2024, commodity="kazakh_crude", observed={"btc": 1.0, "cpc": 50.0})
    assert list(table.index) == ["cpc", "btc", "modelled total", "sum of absolute errors"]
    flow = cr.solve(cr.load(year=2024))
    error = flow.throughput_mtpa("cpc", "kazakh_crude") - 50.0
    assert table.loc["cpc", "error_mtpa"] == pytest.approx(error)
    with pytest.raises(cr.UnknownNameError, match="did you mean 'cpc'"):
        cr.backcast(2024, observed={"cpcc": 1.0})


def test_no_observed_flow_bounds_its_own_year() -> None:
    """No capacity, quota or minimum lies within 5 % of what was observed on that corridor that year.

    Nor do they all together on its trunk. Unless each says which earlier year it rests on, and a source besides our own
    estimate shows the derivation.
    """
    found = []
    for row in observations():
        year, observed = int(row["year"]), float(row["observed_mtpa"])
        if row["corridor"] and observed:
            for bound in _bounds(cr.load(year=year), row["corridor"], row["commodity"]):
                same = math.isclose(math.fsum(f.value or 0.0 for f in bound), observed, rel_tol=0.05)
                found += [(year, f.subject, f.attribute) for f in bound if same and not _older(f, year)]
    assert found == []


def _bounds(net: cr.Network, corridor: str, commodity: str) -> Iterator[list[cr.Figure]]:
    """Yield the figures that bound a corridor: of each quota alone, of all on the trunk, and its whole capacity."""
    trunk = {edge.id for edge in net.trunk(corridor) if edge.in_service}
    chosen = [f for f in net.figure_records if f.choice == "chosen" and f.subject.split(".")[0] in trunk]
    yield [f for f in chosen if (f.record, f.attribute) == ("edge", "capacity_mtpa")]
    for attribute in ("min_mtpa", "max_mtpa"):
        for shipper in [commodity] if commodity else [record.id for record in net.commodities]:
            quotas = [f for f in chosen if f.attribute == attribute and f.subject.endswith(f".{shipper}")]
            yield quotas
            yield from ([quota] for quota in quotas)


def _older(figure: cr.Figure, year: int) -> bool:
    """Tell whether a figure says of itself that it rests on an earlier year, and links to what shows it."""
    linked = set(figure.sources) - {"general_knowledge", "own_estimate"}
    return bool(linked) and any(int(found) < year for found in re.findall(r"(?:19|20)\d\d", figure.note))


def test_no_figure_cites_an_observation_of_its_year() -> None:
    """What is chosen as a bound has no attribute of throughput: those stand in observed.csv only."""
    attributes = {f.attribute for year in range(2018, 2027) for f in cr.load(year=year).figure_records}
    assert not attributes & {"throughput_mt", "kazakh_volume_mt", "volume_mt", "observed_mtpa"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"year": 2024}, "no observations of any shipper in 2024; there are for 2018"),
        ({"commodity": "turkmen_crude"}, "no observations of turkmen_crude"),
    ],
)
def test_backcast_refuses_what_was_not_observed(arguments: dict[str, object], message: str) -> None:
    """A year or commodity without observations is an error that names those there are."""
    with pytest.raises(cr.DataError, match=message):
        cr.backcast(**arguments)  # type: ignore[arg-type]
