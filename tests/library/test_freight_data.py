"""The freight network as the evidence has it: capacities, prices, days and costs, by arithmetic on its tables."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.library import networks
from helpers.freight import DAY_USD_PER_TEU, T_PER_TEU, YEARS, along, cheapest, crossing_teu, freight, rows, teu

DATA = Path(str(networks.data_root()))
BOXES = ("boxes_china_europe", "boxes_china_turkey", "boxes_kazakhstan_turkey", "boxes_china_caucasus")
DRY = "dry_kazakhstan_europe"
KAZAKH = "altynkol_zhezkazgan zhezkazgan_mangystau"
TO_ALAT = f"{KAZAKH} aktau_quay feeder alat_quay"
TO_POTI = f"{TO_ALAT} alat_gardabani_rail gardabani_poti_rail"
TO_CONSTANTA = f"{TO_POTI} poti_quay poti_constanta"


def figures() -> list[dict[str, str]]:
    """Return every figure that the freight network adds."""
    return [*rows("figures"), *rows("positions")]


# Sound, sourced, graded


@pytest.mark.parametrize("year", YEARS)
def test_every_vintage_is_sound(year: int) -> None:
    """It loads without a problem, stranded supplies and markets included."""
    assert freight(year).problems() == []


@pytest.mark.parametrize("year", YEARS)
def test_every_vintage_is_solved_to_its_optimum(year: int) -> None:
    """And nothing is left behind: every stream has a way with room."""
    flow = cr.solve(freight(year))
    assert abs(flow.duality_gap) < 1e-9 * abs(flow.objective)
    assert flow.shortfall_mtpa == pytest.approx(0, abs=1e-6)


def test_every_figure_has_a_grade_and_a_source_or_a_formula() -> None:
    """Formulas have those of their inputs."""
    assert {row["confidence"] for row in figures()} <= {"A", "B", "C"}
    assert [row["subject"] for row in figures() if not row["sources"] and not row["formula"]] == []


@pytest.mark.parametrize("year", YEARS)
def test_worked_out_figures_have_sources(year: int) -> None:
    """In force, every figure has at least one."""
    assert [f.subject for f in freight(year).figure_records if not f.sources] == []


def test_its_sources_are_known_and_each_of_its_own_is_used() -> None:
    """They stand in the common table or in its own, no id in both."""
    common = {row["id"] for row in csv.DictReader((DATA / "sources.csv").read_text(encoding="utf-8").splitlines())}
    own = [row["id"] for row in rows("sources")]
    used = {id for row in (*figures(), *rows("observed")) for id in row["sources"].split(";") if id}
    assert used <= common | set(own)
    assert (set(own) - used, set(own) & common, len(own)) == (set(), set(), len(set(own)))


def test_its_pages_are_in_no_other_source() -> None:
    """A page is one source."""
    common = csv.DictReader((DATA / "sources.csv").read_text(encoding="utf-8").splitlines())
    urls = [row["url"] for row in (*common, *rows("sources")) if row["url"]]
    own = {row["url"] for row in rows("sources")}
    assert [url for url in urls if url in own and urls.count(url) > 1] == []


def test_addresses_are_addresses_or_empty() -> None:
    """No sentence, no home page."""
    assert [r["id"] for r in rows("sources") if not re.fullmatch(r"(https?://[^\s/]+/\S+)?", r["url"])] == []


def test_own_estimates_are_marked_c() -> None:
    """What no source states is of confidence C."""
    unsourced = {"general_knowledge", "own_estimate"}
    bold = [r["subject"] for r in figures() if r["sources"] and set(r["sources"].split(";")) <= unsourced
            and r["confidence"] != "C"]  # fmt: skip
    assert bold == []


@pytest.mark.parametrize("year", YEARS)
def test_every_number_of_its_records_is_a_figure(year: int) -> None:
    """Risk scores follow from the countries' figures."""
    net, base = freight(year), cr.load("caspian", year)
    told = {(f.record, f.subject, f.attribute): f.value for f in net.figure_records if f.choice == "chosen"}
    for kind in ("node", "edge", "commodity", "supply", "market", "rate", "fleet"):
        for key, record in net.by_key(kind).items():
            if record == base.by_key(kind).get(key):
                continue
            subject = key if isinstance(key, str) else ".".join(key)
            for name, field in type(record).model_fields.items():
                value = getattr(record, name)
                if isinstance(value, int | float) and value != field.default and name != "risk_score":
                    assert told.get((kind, subject, name)) == float(value), f"{subject}.{name}"


MOVES = re.compile(r"price_usd|spot_usd|late_days|other_containers|one_way_teu|slots_teu|ship_count|_load_t|load_t")


def test_no_row_of_what_moves_outlives_its_source() -> None:
    """A price, a wait or a count of ships ends with its newest source, or with its first year if that is later."""
    dated = {}
    for row in (*csv.DictReader((DATA / "sources.csv").read_text(encoding="utf-8").splitlines()), *rows("sources")):
        dated[row["id"]] = max(map(int, re.findall(r"\b(?:19|20)\d\d\b", row["date"])), default=None)
    late = []
    waits = {edge.id for edge in freight(2024).edges if {"border", "port"} & set(edge.tags)}
    for row in rows("figures"):
        years = [dated[id] for id in row["sources"].split(";") if dated.get(id)]
        moves = MOVES.search(row["attribute"]) or (row["subject"] in waits and row["attribute"] == "transit_days")
        if row["choice"] == "chosen" and moves and years and int(row["until"]) > max(int(row["since"]), *years):
            late.append(f"{row['subject']}.{row['attribute']} {row['since']}-{row['until']}: {max(years)}")
    assert late == []


STANDS = re.compile(r"capacity|distance_km|in_service|throughput|fleet_days|display_per_t|t_per_teu|round_trip|volume")


def test_what_stands_lasts_until_it_is_replaced() -> None:
    """The last row of a capacity, a length or a status ends with the newest year, as does each formula."""
    ends: dict[tuple[str, ...], int] = {}
    for row in rows("figures"):
        if row["choice"] == "chosen" and (STANDS.search(row["attribute"]) or row["formula"]):
            key = (row["record"], row["subject"], row["attribute"])
            ends[key] = max(int(row["until"]), ends.get(key, 0))
    assert {key: end for key, end in ends.items() if end != max(YEARS)} == {}


# Capacities


@pytest.mark.parametrize("year", YEARS)
def test_a_teu_weighs_ten_and_a_half_tonnes(year: int) -> None:
    """As the shown unit and as the input of every formula."""
    net = freight(year)
    assert {net.commodity(id).display_per_t for id in BOXES} == {1 / T_PER_TEU}
    assert {net.commodity(id).display_unit for id in BOXES} == {"TEU"}
    assert net.figures("container", "t_per_teu")["value"].iloc[0] == T_PER_TEU


def test_the_weight_of_a_teu_is_held() -> None:
    """Its rivals, 7.93 to 14.84, are shown and not drawn: its range is the value."""
    table = freight(2024).figures("container", "t_per_teu").set_index("choice")
    assert table.loc["chosen", ["low", "value", "high"]].tolist() == [T_PER_TEU] * 3
    assert table.loc["rival", "value"].tolist() == [7.93, 14.84, 14.0]


@pytest.mark.parametrize(
    ("year", "ships", "ferries", "alat"),
    [
        (2018, 0, 33.7, 100.0), (2019, 11.1, 33.7, 92.1), (2020, 14.8, 33.7, 92.1), (2021, 23.0, 33.7, 80.7),
        (2022, 39.5, 33.7, 80.2), (2023, 39.5, 33.7, 81.3), (2024, 70.0, 33.7, 81.3), (2025, 118.7, 33.7, 131.3),
        (2026, 118.7, 33.7, 131.3),
    ],
)  # fmt: skip
def test_crossings_carry_what_the_table_has(year: int, ships: float, ferries: float, alat: float) -> None:
    """Container ships with Aktau's quay, ferries if wagons give way, and Alat's quay, in kTEU a year."""
    assert [limit / 1e3 for limit in crossing_teu(freight(year))] == pytest.approx([ships, ferries, alat], abs=0.05)


@pytest.mark.parametrize(
    ("year", "kteu", "bottleneck"),
    [
        (2018, 33.7, "fleet ferries_kuryk"), (2019, 44.8, "fleet feeders + fleet ferries_kuryk"),
        (2020, 48.5, "fleet feeders + fleet ferries_kuryk"), (2021, 56.7, "fleet feeders + fleet ferries_kuryk"),
        (2022, 73.2, "fleet feeders + fleet ferries_kuryk"), (2023, 73.2, "fleet feeders + fleet ferries_kuryk"),
        (2024, 81.3, "alat_quay"), (2025, 131.3, "alat_quay"), (2026, 131.3, "alat_quay"),
    ],
)  # fmt: skip
def test_the_most_containers_by_the_middle_and_what_stops_them(year: int, kteu: float, bottleneck: str) -> None:
    """All four streams together, dry cargo giving way."""
    row = cr.compare(freight(year), [], commodity="containers", corridors=["middle_corridor"]).iloc[0]
    assert row["capacity_teu_per_year"] / 1e3 == pytest.approx(kteu, abs=0.05)
    assert row["bottleneck"] == bottleneck


def test_alat_takes_81_300_teu_in_2024() -> None:
    """100,000 of the port less 18,700 of others than the route in 2022."""
    assert teu(freight(2024).edge("alat_quay").capacity_mtpa) == pytest.approx(100_000 - (52_300 - 33_600))


@pytest.mark.parametrize(("year", "most"), [(2022, 2.06), (2023, 2.06), (2024, 2.06), (2025, 1.86), (2026, 1.86)])
def test_the_most_dry_cargo_by_the_middle(year: int, most: float) -> None:
    """Ferries and dry-cargo ships."""
    row = cr.compare(freight(year), [], commodity=DRY, corridors=["middle_corridor"]).iloc[0]
    assert row["capacity_mtpa"] == pytest.approx(most, abs=0.005)


@pytest.mark.parametrize(("year", "together"), [(2022, 2.5), (2024, 2.8)])
def test_containers_and_dry_cargo_together_use_ferries_once(year: int, together: float) -> None:
    """Ships full of containers, ferries of wagons, dry-cargo ships; with oil and lorries 4.5 to 6 Mt/y in 2024."""
    net = freight(year)
    ships = crossing_teu(net)[0] * T_PER_TEU / 1e6
    dry = sum(net.by_key("fleet")[net.edge(e).fleet].capacity_mt_days / net.edge(e).fleet_days
              for e in ("ferry_wagons", "dry_ship"))  # fmt: skip
    assert ships + dry == pytest.approx(together, abs=0.05)


def test_all_cargo_of_2024_is_what_the_crossing_is_said_to_take() -> None:
    """Containers, dry cargo, oil by tanker from Aktau to Azerbaijan as solved, and 0.3 to 0.4 Mt by lorry."""
    oil = cr.solve(freight(2024)).edges.loc[["aktau_sangachal", "aktau_alat", "aktau_dubendi"], "flow_mtpa"].sum()
    assert 4.5 < 2.8 + oil + 0.3 < 2.8 + oil + 0.4 < 6


@pytest.mark.parametrize(
    ("fleet", "year", "mt_days"),
    [
        ("feeders", 2019, 225 * 4 / 3 * 10.5 * 275e-6), ("feeders", 2020, 225 * 4 / 3 * 10.5 * 365e-6),
        ("feeders", 2021, 350 * 4 / 3 * 10.5 * 365e-6), ("feeders", 2022, 600 * 4 / 3 * 10.5 * 365e-6),
        ("feeders", 2024, 89_000 * 4 / 3 * 10.5 * 7.4e-6), ("ferries_kuryk", 2022, 6 * 40 * 58 * 365e-6),
        ("dry_ships", 2024, 4 * 5500 * 365e-6), ("dry_ships", 2025, 5 * 3570 * 365e-6),
        ("black_sea_feeders", 2024, 50_000 * 10.5 * 10e-6),
    ],
)  # fmt: skip
def test_fleets_are_ships_by_load_by_days(fleet: str, year: int, mt_days: float) -> None:
    """Slots or tonnes, both ways, times the days of the year."""
    assert freight(year).by_key("fleet")[fleet].capacity_mt_days == pytest.approx(mt_days)


def test_a_container_on_a_ferry_takes_the_place_of_a_wagon() -> None:
    """58 t for the 21 t of one of 40 feet, so 2.76 times its tonnes."""
    net = freight(2024)
    ratio = net.edge("ferry_boxes").fleet_days / net.edge("ferry_wagons").fleet_days
    assert ratio == pytest.approx(58 / 21)


@pytest.mark.parametrize(("year", "mtpa"), [(2018, 27.0), (2025, 27.0), (2026, 48.0)])
def test_oil_and_freight_share_the_georgian_border(year: int, mtpa: float) -> None:
    """In the freight network only."""
    assert freight(year).node("gardabani").throughput_mtpa == mtpa
    assert cr.load("caspian", year).node("gardabani").throughput_mtpa is None


@pytest.mark.parametrize(
    ("edge", "shut"),
    [
        ("feeder", {2018}), ("gardabani_kars", {2023}), ("ocean_suez_rotterdam", {2024, 2025, 2026}),
        ("ocean_suez_istanbul", {2024, 2025, 2026}), ("ocean_suez_poti", {2024, 2025, 2026}),
        ("zangezur", set(YEARS)), ("alat_horadiz", set()), ("ocean_cape_rotterdam", set()),
    ],
)  # fmt: skip
def test_what_is_out_of_service(edge: str, shut: set[int]) -> None:
    """What held for more than half of a year."""
    assert {year for year in YEARS if not freight(year).edge(edge).in_service} == shut


# Prices, days, lateness


@pytest.mark.parametrize("year", [2018, 2020])
@pytest.mark.parametrize(
    ("edges", "usd_per_feu", "low", "high"),
    [
        ("khorgos_border " + KAZAKH + " feeder alat_gardabani_rail gardabani_kars kars_istanbul", 4000, 2548, 5884),
        ("khorgos_border " + KAZAKH + " feeder alat_gardabani_rail gardabani_poti_rail poti_constanta "
         "constanta_duisburg", 5165, 3648, 7674),
    ],
    ids=["istanbul", "duisburg"],
)  # fmt: skip
def test_legs_add_up_to_the_through_price(edges: str, usd_per_feu: float, low: float, high: float, year: int) -> None:
    """Of both the chosen prices and the ends of their ranges."""
    net = freight(year)
    assert along(net, edges)[0] == pytest.approx(usd_per_feu)
    chosen = {f.subject: f for f in net.figure_records if f.attribute == "price_usd_per_feu" and f.choice == "chosen"}
    assert sum(chosen[edge].low for edge in edges.split()) == pytest.approx(low)
    assert sum(chosen[edge].high for edge in edges.split()) == pytest.approx(high)


@pytest.mark.parametrize(
    ("edges", "year", "days", "late"),
    [
        (TO_ALAT, 2024, 9.0, None), (TO_POTI, 2024, 12.0, None), (TO_CONSTANTA, 2024, 21.0, None),
        (f"xian_khorgos khorgos_border {TO_POTI}", 2022, 38.7, 7.8),
        (f"xian_khorgos khorgos_border {TO_POTI}", 2023, 21.5, 8.0),
        (f"xian_khorgos khorgos_border {TO_CONSTANTA}", 2022, 47.7, 9.8),
        (f"xian_khorgos khorgos_border {TO_CONSTANTA} constanta_duisburg", 2025, 34.5, 11.0),
        *(("xian_khorgos khorgos_border altynkol_brest brest_border", year, days, late) for year, days, late in (
            (2018, 12.4, 1.5), (2021, 19.5, 6), (2022, 15.2, 2), (2024, 15.8, 4), (2025, 14.8, 2), (2026, 16.8, 4),
        )),
    ],
)  # fmt: skip
def test_legs_add_up_to_the_through_days(edges: str, year: int, days: float, late: float | None) -> None:
    """And lateness where the note gives it."""
    _, got, got_late = along(freight(year), edges)
    assert got == pytest.approx(days)
    assert late is None or got_late == pytest.approx(late)


@pytest.mark.parametrize(
    ("commodity", "way", "costs"),
    [
        ("boxes_china_europe", "ocean", (6228.0, 5997.0, 5358.0)),
        ("boxes_china_europe", "northern_corridor", (3525.0, 3971.0, 3691.0)),
        ("boxes_china_europe", "middle_corridor", (7097.5, 6162.5, 6232.5)),
        ("boxes_china_turkey", "ocean", (5265.5, 5122.0, 4542.7)),
        ("boxes_china_turkey", "middle_corridor", (5640.0, 4565.0, 4635.0)),
        ("boxes_kazakhstan_turkey", "southern_corridor", (2800.0, 3010.0, 3010.0)),
        ("boxes_kazakhstan_turkey", "middle_corridor", (4866.0, 3875.0, 3945.0)),
        ("boxes_china_caucasus", "ocean", (5790.5, 5647.0, 5067.7)),
        ("boxes_china_caucasus", "middle_corridor", (4787.5, 3752.5, 3822.5)),
    ],
)  # fmt: skip
def test_the_cheapest_way_costs_what_the_note_has(commodity: str, way: str, costs: tuple[float, ...]) -> None:
    """Of 2022, 2024 and 2025, in USD/TEU, a day at 70, the refusal of Russia left out."""
    day = DAY_USD_PER_TEU / T_PER_TEU
    got = [T_PER_TEU * cheapest(freight(year), commodity, way, day) for year in (2022, 2024, 2025)]
    assert got == pytest.approx(costs, abs=0.06)


@pytest.mark.parametrize(("way", "usd_per_t"), [("northern_corridor", 60.0), ("middle_corridor", 70.3)])
def test_dry_cargo_costs_what_the_note_has(way: str, usd_per_t: float) -> None:
    """In every year, time not valued."""
    assert [cheapest(freight(year), DRY, way, 0) for year in YEARS] == pytest.approx([usd_per_t] * len(YEARS))


@pytest.mark.parametrize(
    ("year", "spot"),
    list(zip(YEARS, (1700, 1645, 2400, 11000, 8400, 1600, 4900, 2512, 2557), strict=True)),
)
def test_ocean_prices_are_half_spot_and_half_contract(year: int, spot: float) -> None:
    """To Istanbul and Poti a tenth less."""
    for port, share in (("rotterdam", 1.0), ("istanbul", 0.9), ("poti", 0.9)):
        for way in ("suez", "cape"):
            assert along(freight(year), f"ocean_{way}_{port}")[0] == pytest.approx(share * (spot + 1900) / 2)


@pytest.mark.parametrize("year", YEARS)
def test_the_refusal_of_russia_is_a_premium_of_2022(year: int) -> None:
    """2,600 ln(1 / 0.65) USD/TEU on both ways by the north, and nothing in another year."""
    premium = 2600 * math.log(1 / 0.65) / 10.5 if year == 2022 else 0.0
    for edge in ("altynkol_brest", "dostyk_brest"):
        assert freight(year).edge(edge).risk_premium_usd_per_t == pytest.approx(premium, abs=1e-6)


def test_the_premium_follows_the_scale_of_the_choice() -> None:
    """Twice the scale, twice the premium."""
    twice = freight(2022).with_figures({"choice.scale_usd_per_teu": 5200})
    assert twice.edge("altynkol_brest").risk_premium_usd_per_t == pytest.approx(2 * 106.670, abs=0.002)


@pytest.mark.parametrize("commodity", BOXES)
def test_containers_pay_their_own_rate_on_railways_shared_with_oil(commodity: str) -> None:
    """By Zangezur from Alat to Kars: 820 USD/FEU in 2024, 4 days and half a day late; oil is never late there."""
    net = freight(2024)
    edges = "alat_horadiz horadiz_mincivan zangezur nakhchivan_kars"
    assert along(net, edges, commodity) == pytest.approx((237 + 113 + 140 + 330, 4.0, 0.5))
    assert along(net, edges, "kazakh_crude")[2] == 0


# Streams, trunks, observations


def test_streams_are_what_the_table_has() -> None:
    """Demand of the five, and where from and to."""
    net = freight(2024)
    offered = {(s.node, s.commodity): s.volume_mtpa for s in net.supplies}
    demand = {
        ("xian", BOXES[0]): 24e6,
        ("xian", BOXES[1]): 600e3,
        ("altynkol", BOXES[2]): 15e3,
        ("xian", BOXES[3]): 1e5,
    }
    assert {key: teu(offered[key]) for key in demand} == pytest.approx(demand)
    assert offered["zhezkazgan", DRY] == 21.9
    assert {net.commodity(id).group for id in BOXES} == {"containers"}
    assert net.commodity(DRY).group == "dry_bulk"


@pytest.mark.parametrize(
    ("commodity", "trunks"),
    [
        (BOXES[1], {"feeder": "middle_corridor", "ferry_boxes": "middle_corridor", "zangezur": None,
                    "iran": "southern_corridor", "ocean_cape_poti": "ocean", "altynkol_brest": "northern_corridor"}),
        (DRY, {"ferry_wagons": "middle_corridor", "dry_ship": "middle_corridor", "dry_north": "northern_corridor"}),
        ("kazakh_crude", {"zangezur": "zangezur", "alat_gardabani": "middle_corridor", "btc": "btc"}),
    ],
)  # fmt: skip
def test_trunks_differ_by_commodity(commodity: str, trunks: dict[str, str | None]) -> None:
    """Zangezur is a corridor of its own for oil and a stretch of the Middle Corridor for containers."""
    net = freight(2024)
    assert {edge: net.trunk_of(edge, commodity) for edge in trunks} == trunks


def test_no_observation_is_of_2023_or_later() -> None:
    """Those years are held out."""
    assert max(int(row["year"]) for row in rows("observed")) == 2022


def test_observations_in_tonnes_are_those_in_teu() -> None:
    """Where there are TEU."""
    for row in rows("observed"):
        if row["observed_teu_per_year"]:
            assert float(row["observed_mtpa"]) == pytest.approx(float(row["observed_teu_per_year"]) * T_PER_TEU / 1e6)


def test_streams_of_the_middle_add_up_to_the_route() -> None:
    """Four streams, each year."""
    for year in ("2018", "2020", "2021", "2022"):
        of = {r["commodity"]: float(r["observed_teu_per_year"]) for r in rows("observed")
              if (r["year"], r["corridor"]) == (year, "middle_corridor") and r["observed_teu_per_year"]}  # fmt: skip
        assert sum(of[id] for id in BOXES) == pytest.approx(of["containers"], rel=2e-3)


def _limits(year: int) -> dict[tuple[str, str], float]:
    """Return what each corridor can carry of containers and of dry cargo, where it is limited. [Mt/y]"""
    net = freight(year)
    ships, ferries, alat = crossing_teu(net)
    dry = sum(net.by_key("fleet")[net.edge(e).fleet].capacity_mt_days / net.edge(e).fleet_days
              for e in ("ferry_wagons", "dry_ship"))  # fmt: skip
    return {
        ("middle_corridor", "containers"): min(ships + ferries, alat) * T_PER_TEU / 1e6,
        ("middle_corridor", DRY): dry,
        ("northern_corridor", "boxes_china_europe"): net.edge("brest_border").capacity_mtpa,
        ("southern_corridor", "boxes_kazakhstan_turkey"): net.edge("iran").capacity_mtpa,
    }


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022])
def test_no_limit_is_an_observed_flow_of_its_year(year: int) -> None:
    """Nor within 5 % of one: the model would reproduce what it was told."""
    limits = _limits(year)
    for row in rows("observed"):
        limit = limits.get((row["corridor"], row["commodity"]))
        if int(row["year"]) == year and limit and row["observed_mtpa"]:
            assert abs(float(row["observed_mtpa"]) / limit - 1) > 0.05, row


def test_the_backcast_of_containers_counts_the_group() -> None:
    """What the route carried beside what the four streams carry there."""
    table = cr.backcast(2022, name="caspian_freight", commodity="containers")
    flow = cr.solve(freight(2022))
    carried = sum(flow.throughput_mtpa("middle_corridor", id) for id in BOXES)
    assert table.loc["middle_corridor", "observed_mtpa"] == pytest.approx(33_600 * 10.5e-6)
    assert table.loc["middle_corridor", "modelled_mtpa"] == pytest.approx(carried)


def test_the_backcast_of_oil_is_the_same_in_both_networks() -> None:
    """Its observations are those of the base."""
    one, other = (cr.backcast(2022, name=name, commodity="kazakh_crude") for name in ("caspian", "caspian_freight"))
    assert other["observed_mtpa"].dropna().to_dict() == one["observed_mtpa"].dropna().to_dict()
    assert other["modelled_mtpa"].dropna().to_dict() == pytest.approx(one["modelled_mtpa"].dropna().to_dict(), abs=1e-6)
