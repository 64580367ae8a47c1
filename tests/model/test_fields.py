"""Every documented field of every record and change tells: it alters a result, or is refused.

The cases go by ``model_fields``: a field that is added fails here until it is said where it tells.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest

import corridor as cr
from corridor.cli.main import main
from corridor.model.changes import CHANGES, Change, EdgeChange
from corridor.model.frames import PARTS

FLOW = ("corridors", "edges", "nodes", "supplies", "markets", "quotas", "edge_flows", "routes")
SHUT = cr.Scenario(name="shut", changes=[cr.Outage(edge="north_out")])


@pytest.fixture(scope="module")
def net() -> cr.Network:
    """Return two ways of different country, mode, operator, tag and fleet, for two shippers, with room to spare."""
    nodes = [
        cr.Node(id="field", country="KAZ"), cr.Node(id="north", country="RUS", throughput_mtpa=50.0),
        cr.Node(id="south", country="AZE", throughput_mtpa=40.0), cr.Node(id="port", country="ITA"),
        cr.Node(id="well", country="RUS"), cr.Node(id="town", country="TUR"),
    ]  # fmt: skip
    north = {"countries": ["RUS"], "mode": "pipeline", "operator": "A", "tags": ["old"], "risk_score": 0.5}
    south = {"countries": ["AZE"], "mode": "rail", "operator": "B", "tags": ["new"], "risk_score": 0.6}
    edges = [
        cr.Edge(id="north_in", tail="field", head="north", tariff_usd_per_t=5.0, risk_score=0.1),
        cr.Edge(id="north_out", tail="north", head="port", tariff_usd_per_t=10.0, capacity_mtpa=6.0, transit_days=10.0,
                late_days=1.0, distance_km=100.0, corridor="north", fleet="wagons", fleet_days=20.0, **north),
        cr.Edge(id="south_in", tail="field", head="south", tariff_usd_per_t=6.0, risk_score=0.1),
        cr.Edge(id="south_out", tail="south", head="port", tariff_usd_per_t=20.0, capacity_mtpa=3.0, corridor="south",
                distance_km=50.0, fleet="barges", fleet_days=10.0, **south),
        cr.Edge(id="well_in", tail="well", head="north"),
        cr.Edge(id="town_in", tail="port", head="town"),
    ]  # fmt: skip
    return cr.Network(
        nodes=nodes, edges=edges, name="fields",
        commodities=[
            cr.Commodity(id="oil", name="Oil", value_usd_per_t=730.0, interest_per_year=0.1, display_unit="bbl",
                         display_per_t=7.5),
            cr.Commodity(id="gas", value_usd_per_t=100.0, interest_per_year=0.05),
        ],
        corridors=[cr.Corridor(id="north"), cr.Corridor(id="south")],
        supplies=[cr.Supply(node="field", commodity="oil", volume_mtpa=8.0),
                  cr.Supply(node="well", commodity="gas", volume_mtpa=1.0)],
        markets=[cr.Market(node="port", commodity="oil", price_usd_per_t=100.0, volume_mtpa=7.0, required_mtpa=1.0),
                 cr.Market(node="town", commodity="gas", price_usd_per_t=150.0, volume_mtpa=2.0)],
        quotas=[cr.Quota(edge="north_out", commodity="oil", min_mtpa=1.0, max_mtpa=4.5),
                cr.Quota(edge="south_out", commodity="oil", max_mtpa=3.0)],
        rates=[cr.Rate(edge="north_out", commodity="oil", tariff_usd_per_t=11.0)],
        trunks=[cr.Trunk(edge="south_out", commodity="gas")],
        fleets=[cr.Fleet(id="barges", capacity_mt_days=25.0), cr.Fleet(id="wagons", capacity_mt_days=120.0)],
        rate_groups=[cr.RateGroup(id="all", calm_shape=5.0, calm_years=50.0, war_shape=8.0, war_years=20.0)],
        hazards=[
            cr.Hazard(
                name="storm", changes=[cr.Outage(edge="north_out")], frequency_per_year={"calm": 0.1, "war": 0.4},
                duration_days=3, rate_group="all", posterior={"shape": 1.0, "calm_years": 6.0, "war_years": 1.0},
            )
        ],
        regime="calm",
    )  # fmt: skip


# Where a field may tell


def in_flow(net: cr.Network) -> str:
    """Return every table and total of the best flow, with and without an outage."""
    told = []
    for scenario in (None, SHUT):
        try:
            flow = cr.solve(net, scenario)
            told += [repr(flow.objective), *(getattr(flow, name).to_csv() for name in FLOW)]
        except cr.CorridorError as error:
            told.append(str(error))
    return "".join(told)


def in_comparison(net: cr.Network) -> str:
    """Return the comparison of corridors for oil."""
    return cr.compare(net, scenarios=[SHUT], commodity="oil", columns="all").to_csv()


def in_outcomes(net: cr.Network) -> str:
    """Return what an outage comes to."""
    return cr.outcomes(net, [SHUT]).to_csv()


def in_words(net: cr.Network) -> str:
    """Return what `explain` says."""
    return cr.solve(net).explain()


def in_table(net: cr.Network) -> str:
    """Return the tables of the network: for fields that describe."""
    kinds = ("node", "edge", "supply", "market", "quota", "rate", "trunk", "fleet")
    tables = [getattr(net, f"{kind}_table")() for kind in kinds]
    return "".join(table.to_csv() for table in tables)


def in_selection(net: cr.Network) -> str:
    """Return what scenarios hit that select by what edges and nodes are."""
    changes = [cr.Outage(tag="old"), cr.Outage(operator="A"), cr.Outage(mode="rail"), cr.Outage(country="RUS"),
               cr.SupplyShock(country="KAZ", remaining=0.5), cr.Opening(edge="north_out"),
               cr.Outage(corridor="north")]  # fmt: skip
    told = []
    for change in changes:
        try:
            told.append(repr(change.apply(net).edges) + repr(change.apply(net).supplies))
        except cr.CorridorError as error:
            told.append(str(error))
    return "".join(told)


def on_the_map(net: cr.Network) -> str:
    """Return the network as GeoJSON without properties."""
    from corridor.files import geojson
    from corridor.files.json_document import parsed

    return repr([feature["geometry"] for feature in parsed("x", geojson.write(net), [])["features"]])


def on_the_command_line(net: cr.Network, tmp_path_factory: Any) -> str:
    """Return what `corridor compare` prints."""
    path = cr.write_network(net, tmp_path_factory.mktemp("net") / "net.json")
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        assert main(["compare", "--network", str(path), "--commodity", "oil"]) == 0
    return out.getvalue()


def in_problems(net: cr.Network) -> str:
    """Return what is wrong with the network: rates of hazards are not those of their posterior and rate group."""
    return repr(net.problems())


def in_lookup(net: cr.Network) -> str:
    """Return what the network calls its parts: for ids and names."""
    return repr([getattr(net, part) for part in PARTS])


Told = Callable[..., str]
REFUSED = "refused"
# record: field: (which record, its other value, where it tells)
CASES: dict[str, dict[str, tuple[int, Any, Told | str]]] = {
    "nodes": {
        "id": (3, "other", REFUSED), "name": (2, "The north", in_table), "country": (0, "UZB", in_selection),
        "kind": (0, "field", in_table), "lat": (0, 45.0, on_the_map), "lon": (0, 45.0, on_the_map),
        "throughput_mtpa": (1, 2.0, in_flow), "remaining": (1, 0.02, in_flow), "storage_mt": (0, 1.0, in_table),
    },
    "edges": {
        "id": (1, "other", REFUSED), "name": (1, "Northern line", in_table), "tail": (0, "well", in_flow),
        "head": (0, "south", in_flow),
        "mode": (1, "rail", in_selection), "capacity_mtpa": (1, 4.0, in_flow), "remaining": (1, 0.5, in_flow),
        "tariff_usd_per_t": (3, 12.0, in_flow), "transit_days": (1, 20.0, in_flow), "late_days": (1, 20.0, in_flow),
        "distance_km": (1, 200.0, in_comparison), "countries": (1, ("KAZ",), in_comparison),
        "operator": (1, "C", in_selection), "risk_score": (1, 0.9, in_comparison),
        "risk_premium_usd_per_t": (1, 3.0, in_flow), "quality_usd_per_t": (1, -3.0, in_flow),
        "commodities": (0, ("gas",), in_flow), "corridor": (1, None, in_comparison), "in_service": (1, False, in_flow),
        "fleet": (3, "wagons", in_flow), "fleet_days": (3, 20.0, in_flow), "tags": (1, ("x",), in_selection),
    },
    "commodities": {
        "id": (0, "other", REFUSED), "name": (0, "Crude", in_lookup), "group": (0, "hydrocarbons", in_lookup),
        "value_usd_per_t": (0, 800.0, in_flow),
        "interest_per_year": (0, 0.2, in_flow), "time_usd_per_t_day": (0, 3.0, in_flow),
        "choice_usd_per_t": (0, 5.0, in_flow), "display_unit": (0, "barrels", in_words),
        "display_per_t": (0, 8.0, in_words),
    },
    "supplies": {
        "node": (0, "well", in_flow), "commodity": (0, "gas", in_flow), "volume_mtpa": (0, 9.0, in_flow),
        "penalty_usd_per_t": (0, 900.0, in_flow),
    },
    "markets": {
        "node": (0, "town", in_flow), "commodity": (1, "oil", in_flow), "price_usd_per_t": (0, 90.0, in_flow),
        "volume_mtpa": (0, 3.0, in_flow), "required_mtpa": (0, 2.0, in_flow),
        "penalty_usd_per_t": (0, (5.0, {"required_mtpa": 7.0}), in_flow),
        "replacement_usd_per_t": (0, (50.0, {"required_mtpa": 7.0}), in_outcomes),
    },
    "quotas": {
        "edge": (1, "south_in", in_table), "commodity": (0, "gas", in_flow),
        "min_mtpa": (1, (3.0, {"max_mtpa": 3.0}), in_flow), "max_mtpa": (0, 2.0, in_flow),
        "penalty_usd_per_t": (0, 90.0, in_flow), "allow_cycles": (0, True, in_table),
    },
    "rates": {
        "edge": (0, "north_in", in_flow), "commodity": (0, "gas", in_flow), "tariff_usd_per_t": (0, 0.0, in_flow),
        "risk_premium_usd_per_t": (0, 3.0, in_flow), "quality_usd_per_t": (0, -3.0, in_flow),
        "transit_days": (0, 20.0, in_flow), "late_days": (0, 0.0, in_flow),
    },
    "trunks": {
        "edge": (0, "north_out", in_flow), "commodity": (0, "oil", in_flow), "corridor": (0, "north", in_selection),
    },
    "fleets": {
        "id": (0, "other", REFUSED), "name": (0, "The barges", in_table), "capacity_mt_days": (0, 20.0, in_flow),
        "remaining": (0, 0.5, in_flow),
    },
    "rate_groups": {
        "id": (0, "other", REFUSED), "name": (0, "All of them", in_lookup), "calm_shape": (0, 6.0, in_problems),
        "calm_years": (0, 60.0, in_problems), "war_shape": (0, 9.0, in_problems), "war_years": (0, 30.0, in_problems),
    },
    "corridors": {
        "id": (0, "other", REFUSED), "name": (0, "By the north", in_words), "featured": (0, False, on_the_command_line),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "field"), [(part, field) for part, kind in PARTS.items() for field in kind.model_fields]
)
def test_every_field_of_a_record_tells(
    part: str, field: str, net: cr.Network, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Another value gives another result where it is said to, or is refused for what refers to it."""
    assert field in CASES[part], f"say in CASES where {part}.{field} tells"
    at, value, where = CASES[part][field]
    records = list(getattr(net, part))
    also: dict[str, Any] = {}
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
        value, also = value
        records[at] = records[at].replace(**also)
    before = net.replace(**{part: records})
    assert getattr(records[at], field) != value
    if field in ("lat", "lon"):
        records[at] = records[at].replace(lat=1.0, lon=1.0)
        before = net.replace(**{part: records})
    altered = [*records[:at], records[at].replace(**{field: value}), *records[at + 1 :]]
    if where == REFUSED:
        with pytest.raises(cr.DataError, match=r"no .* named"):
            net.replace(**{part: altered})
        return
    after = net.replace(**{part: altered})
    more = (tmp_path_factory,) if where is on_the_command_line else ()
    assert callable(where)
    assert where(before, *more) != where(after, *more)


def test_no_case_is_of_a_field_that_is_gone() -> None:
    """Cases and fields are the same."""
    assert {part: list(cases) for part, cases in CASES.items()} == {
        part: list(kind.model_fields) for part, kind in PARTS.items()
    }


SELECTORS: dict[str, tuple[Any, Any]] = {
    "edge": ("north_out", "south_out"), "node": ("north", "south"), "corridor": ("north", "south"),
    "country": ("RUS", "AZE"), "mode": ("pipeline", "rail"), "operator": ("A", "B"), "tag": ("old", "new"),
    "fleet": ("wagons", "barges"),
}  # fmt: skip
POINTS: dict[str, tuple[Any, Any]] = {"node": ("field", "well"), "country": ("KAZ", "RUS"), "commodity": ("oil", "gas")}
ENDS: dict[str, tuple[Any, Any]] = {"node": ("port", "town"), "country": ("ITA", "TUR"), "commodity": ("oil", "gas")}
OTHERS: dict[str, tuple[Any, Any]] = {
    "remaining": (0.5, 0.25), "add_mtpa": (1.0, 2.0), "add_usd_per_t": (1.0, 2.0), "factor": (2.0, 3.0),
    "add_days": (1.0, 2.0), "add_late_days": (1.0, 2.0), "late_factor": (2.0, 3.0), "add_mt_days": (1.0, 2.0),
    "commodity": ("oil", "gas"), "min_mtpa": (0.5, 0.25), "max_mtpa": (4.0, 5.0),
}  # fmt: skip
"""Two values of each field of a change that does not select, which ought to differ in what they do."""


def _values(kind: type[Change], field: str) -> tuple[Any, Any] | None:
    """Return two values of a field that ought to differ in what they do."""
    if field not in kind.selectors:
        return OTHERS.get(field)
    return (SELECTORS if issubclass(kind, EdgeChange) else POINTS if kind is cr.SupplyShock else ENDS).get(field)


@pytest.mark.parametrize(
    ("key", "field"), [(key, field) for key, kind in CHANGES.items() for field in kind.model_fields]
)
def test_every_field_of_a_change_tells(key: str, field: str, net: cr.Network) -> None:
    """Two values of it make two networks of the same one."""
    values = _values(CHANGES[key], field)
    assert values is not None, f"say what two values of {key}.{field} do"
    if key == "open":
        closed = [edge.replace(in_service=not edge.corridor) for edge in net.edges]
        net = net.replace(edges=closed, quotas=[quota.replace(min_mtpa=0.0) for quota in net.quotas])
    made = [_made(key, field, value).apply(net) for value in values]
    assert made[0] != made[1]
    assert net not in made


def _made(key: str, field: str, value: Any) -> Change:
    """Return a change that gives a field, and what it needs besides."""
    kind = CHANGES[key]
    others = [name for name in kind.model_fields if name not in kind.selectors]
    amounts = [name for name in others if name not in kind.also_names]
    needed = {name for name in others if kind.model_fields[name].is_required()}
    if field not in kind.exactly_one + kind.one_or_more:
        needed |= {*kind.exactly_one[:1], *kind.one_or_more[:1]}
    if not needed and field not in amounts:
        needed = {*amounts[:1]}
    if (key, field) == ("expand", "fleet"):
        needed = {"factor"}  # what is added to a fleet has a unit of its own
    aim = {"fleet": "wagons"} if field == "add_mt_days" else {"edge": "north_out"}
    selector = {} if field in kind.selectors else aim if "edge" in kind.selectors else {"commodity": "oil"}
    return kind.model_validate({**selector, **{name: OTHERS[name][0] for name in needed}, field: value})
