"""Every number of "In short" is in the table that it comes from, asked for independently, at the digits shown."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest

import corridor as cr
from corridor.risk.bad_year import bounds
from helpers.briefs import two_scenarios
from helpers.in_short import NAMES, Number, numbers, sentences
from helpers.small_networks import edge, network, scenario

STORM = cr.Hazard(
    name="storm", changes=[cr.Outage(edge="south")], frequency_per_year=(0.5, 2.0, 5.0), duration_days=9, events=0
)
FLOOD = cr.Hazard(name="flood", changes=[cr.Outage(edge="north")], frequency_per_year=1.0, duration_days=6, events=4)


def own(*figures: cr.Figure, north: float | None = 3.0, south: float | None = 4.0, **more: Any) -> cr.Network:
    """Return a network with two ways to one port, of 20 and 30 USD/t, for 5 Mt/y; the port pays 100."""
    net = network(edge("north", 20.0, north, corridor="north"), edge("south", 30.0, south, corridor="south"))
    return net.replace(figure_records=figures, **more)


def tariff(of: str, value: float, low: float, high: float) -> cr.Figure:
    """Return a figure with a range."""
    return cr.Figure(
        record="edge", subject=of, attribute="tariff_usd_per_t", value=value, low=low, high=high, unit="USD/t",
        since=2000, until=2100, confidence="C", choice="chosen",
    )  # fmt: skip


LESS = scenario(cr.Derate(edge="north", remaining=0.5), name="less by north")
MORE = scenario(cr.Expansion(edge="north", add_mtpa=1.0), name="more by north")
CASES: dict[str, tuple[cr.Network, Any, dict[str, Any]]] = {
    "shipped 2024 war": (
        cr.load(year=2024, regime="war"), [*two_scenarios(), cr.load_scenario("druzhba-south-halted")],
        {"years": 2000, "draws": 2, "sections": ["summary", "bad_years"]},
    ),
    "shipped 2026, all scenarios": (cr.load(year=2026), None, {"years": 400}),
    "shipped 2021 calm, none": (cr.load(year=2021, regime="calm"), [], {"years": 200, "draws": 2}),
    "hazards, drawn": (own(hazards=[STORM, FLOOD]), [LESS, MORE], {"years": 4000, "draws": 20}),
    "hazards, central": (own(hazards=[STORM, FLOOD]), [LESS], {"years": 300}),
    "no hazards, none": (own(), [], {}),
    "ranges": (own(tariff("north", 20.0, 5.0, 45.0), tariff("south", 30.0, 28.0, 33.0)), [MORE], {}),
    "one corridor": (network(edge("only", 20.0, corridor="only")), [], {}),
    "no corridor": (network(edge("only", 20.0)), [], {}),
    "nothing lifted": (own(north=0.0, south=0.0), [MORE], {}),
    "scenarios alike": (own(north=3.0, south=3.0), [LESS, MORE.replace(name="as much"), MORE], {}),
}  # fmt: skip


def pools(net: cr.Network, scenarios: Any, more: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """Return by sentence and unit which numbers it may say, from tables asked for independently."""
    commodity = net.commodities[0].id
    compared = scenarios if scenarios is not None else [cr.load_scenario(name) for name in cr.scenarios()]
    return {
        "earns_most": earnings(net), "hurts_most": harm(net, compared, commodity),
        "helps_most": help_(net, compared, commodity), "bad_year": years(net, commodity, more),
        "hangs_on": figures(net, commodity),
    }  # fmt: skip


def earnings(net: cr.Network) -> dict[str, list[float]]:
    """Return netbacks, their ranges and differences, and how often each corridor is best."""
    drawn = bool(net.figure_records)
    table = cr.compare(net, [], columns=["next_tonne_usd_per_t", "netback_usd_per_t"], ranges=drawn)
    known = table["next_tonne_usd_per_t"].dropna().tolist()
    pool = {
        "USD/t": [*table.drop(columns=[c for c in table if str(c).endswith("defined")]).to_numpy(float).ravel()],
        "%": [90.0], "draws": [200.0],
    }  # fmt: skip
    pool["USD/t"] += [abs(a - b) for a, b in itertools.combinations(known, 2)]
    if drawn:
        pool["%"] += best_shares(net, [str(id) for id in table.index.get_level_values("corridor")])
        pool["%"] += (100 * table["next_tonne_usd_per_t_defined"]).tolist()
    return pool


def best_shares(net: cr.Network, corridors: list[str]) -> list[float]:
    """Return in what percentage of draws each corridor is best, ties shared, and then none, counted draw by draw."""
    paths = [f"compare.{id}.next_tonne_usd_per_t" for id in corridors]
    draws = cr.uncertainty(net, draws=200, numbers=paths).draws.pivot(index="draw", columns="number", values="value")
    shares, full = dict.fromkeys(paths, 0.0), 0
    for values in draws.to_dict("records"):
        known = {path: value for path, value in values.items() if not math.isnan(value)}
        best = [path for path, value in known.items() if value >= max(known.values()) - 0.01]
        full += not best
        for path in best:
            shares[path] += 1 / len(best)
    return [100 * count / len(draws) for count in (*shares.values(), full)]


def harm(net: cr.Network, scenarios: list[cr.Scenario], commodity: str) -> dict[str, list[float]]:
    """Return losses, tonnes and days of scenarios, and losses and shares of transit countries."""
    table, countries = cr.outcomes(net, scenarios, commodity=commodity, strict=False), cr.jurisdictions(net)
    return {
        "million USD/y": [*table["loss_musd_per_year"], *countries["loss_if_closed_musd_per_year"], 1.0],
        "Mt/y": [
            *table[["shortfall_change_mtpa", "unmet_change_mtpa"]].to_numpy().ravel(),
            *countries["shortfall_if_closed_mtpa"],
        ],
        "million USD": table["loss_musd"].tolist(), "Mt": table["shortfall_mt"].tolist(),
        "days": table["duration_days"].tolist(), "%": (100 * countries["share"]).tolist(),
        "scenarios": [len(scenarios)],
    }  # fmt: skip


def help_(net: cr.Network, scenarios: list[cr.Scenario], commodity: str) -> dict[str, list[float]]:
    """Return gains of scenarios, and what `explain` says of one more unit at a limit."""
    table = cr.outcomes(net, scenarios, commodity=commodity, strict=False)
    losses = table["loss_musd_per_year"].drop(index="baseline").round(3)
    worst = [s for s in scenarios if s.name in losses.index[losses == losses.max()]]
    lines = [cr.solve(net, s, strict=False).explain() for s in (None, *worst)]
    worth = re.findall(r"(?:one more|open,) .*would earn \+([\d,.]+) million", "\n".join(lines))
    return {
        "million USD/y": [*-table["loss_musd_per_year"], *(float(text.replace(",", "")) for text in worth), 1.0],
        "Mt/y": (-table["shortfall_change_mtpa"]).tolist(), "scenario": [1.0],
        "scenarios": [float(n) for n in range(2, len(scenarios) + 1)],
    }  # fmt: skip


def years(net: cr.Network, commodity: str, more: dict[str, Any]) -> dict[str, list[float]]:
    """Return means and tails of simulated years, their spread, and what rests on priors."""
    if not net.hazards:
        return {}
    drawn = {"rates": "drawn", "draws": more["draws"]} if "draws" in more else {}
    ens = cr.simulate(net, years=more["years"], **drawn, progress=False)
    column = f"{commodity}_shortfall_mt"
    row: dict[Any, float] = ens.summary().loc[column].to_dict()
    central = bounds(ens, column).filter(like="central rates", axis=0)
    level = [row[name] for name in row if name.startswith(("mean", "cvar")) and not name.endswith("se")]
    level += central[["mean", "cvar"]].to_numpy(float).ravel().tolist()
    return {
        "Mt": [
            *(value - row["undisturbed"] for value in level), row["mean_high"] - row["mean"],
            row["cvar_high"] - row["cvar"], row.get("luck", row["sd"]),
        ],
        "%": [5.0, 90.0, *(100 * share for level in (None, 0.95) for share in on_priors(ens, column, level))],
        "simulated years": [more["years"]], "draws": [more.get("draws", 0)], "years a draw": [1000.0],
    }  # fmt: skip


def on_priors(ens: cr.Ensemble, column: str, alpha: float | None) -> list[float]:
    """Return the shares of what hazards without an event bear, and of which it is not said."""
    table = ens.attribution(column, by="hazard", alpha=alpha)
    table = table[table.index != "undisturbed"]
    size = table["amount"].abs()
    return [
        float(size[table["events"] == 0].sum() / size.sum()),
        float(size[table["events"].isna()].sum() / size.sum()),
    ]


def figures(net: cr.Network, commodity: str) -> dict[str, list[float]]:
    """Return effects of figures, how many matter, which share is A or B, and how many are carried."""
    if not net.figure_records:
        return {}
    table = cr.solve(net).leans_on(None, outcome=f"commodities.{commodity}.netback_musd_per_year")
    if table.empty:
        return {}
    matter = table[table["effect"] >= 0.01 * table["effect"].max()]
    keys = ["record", "subject", "attribute"]
    old = matter.merge(net.figures(carried=True)[keys], on=keys)
    counts = [float(len(old))]
    return {
        "million USD/y": table["effect"].tolist(), "figures": [float(len(matter))], "figure": [1.0],
        "%": [100 * float(matter["confidence"].isin(["A", "B"]).mean())], "are": counts, "is": counts,
    }  # fmt: skip


def names_of(net: cr.Network) -> list[str]:
    """Return all names of records, which may hold digits."""
    records = (*net.nodes, *net.edges, *net.corridors, *net.commodities, *net.fleets)
    inputs = [figure.subject for figure in net.figure_records]
    return [name for name in (*(record.name for record in records), *inputs) if re.search(r"\d", name)]


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the sentences of a brief, and what they may say."""
    net, scenarios, more = CASES[request.param]
    texts = sentences(net, scenarios, tmp_path_factory.mktemp("brief"), **more)
    return texts, pools(net, scenarios, more), names_of(net)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_those_of_the_tables(case: Any, name: str) -> None:
    """Each with its unit, at the digits shown."""
    texts, allowed, names = case
    assert texts[name]
    for number in numbers(texts[name], names):
        assert isinstance(number, Number)
        values = [value for value in allowed[name].get(number.unit, []) if not math.isnan(value)]
        assert number.is_one_of(values), (number, texts[name])
