"""Bands, comparisons, waterfalls, tornados and exceedance curves: what is drawn is what the tables say."""

from __future__ import annotations

import itertools
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.show import sankey, style
from corridor.study.breakdown import COMPONENTS
from helpers.figures import clashes, drawn, luminance, outside, sheet, texts

SIZES = [(6.0, 4.0), (12.0, 8.0)]
FEATURED = ["cpc", "btc", "druzhba", "middle_corridor"]


def solved(name: str | None = None) -> cr.Flow:
    """Return the shipped network of 2024 solved under a shipped scenario."""
    return cr.solve(cr.load(), cr.load_scenario(name) if name else None)


# Style


def test_categories_differ_in_grey_or_by_hatch() -> None:
    """Neighbouring shades differ in luminance; no two of the first thirty looks are the same."""
    shades = [luminance(shade) for shade in style.SHADES]
    assert min(abs(a - b) for a, b in itertools.pairwise([*shades, shades[0]])) > 0.1
    looks = {(style.SHADES[at % len(style.SHADES)], style.HATCHES[at % len(style.HATCHES)]) for at in range(30)}
    assert len(looks) == 30


@given(st.text(max_size=60), st.integers(2, 60))
def test_plain_text_is_short_on_one_line_and_no_formula(name: str, most: int) -> None:
    """Whatever a name holds, it is drawn as text; only dollar signs are escaped."""
    from matplotlib.cbook import is_math_text

    said = style.plain(name, most)
    assert "\n" not in said
    assert not is_math_text(said)
    assert said.strip() == "" or not said.startswith("_")
    assert len(said.replace(r"\$", "$").strip("\u200e")) <= most + 1


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and no other exception."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(cr.CorridorError, match=r"install corridor\[plot\]"):
        cr.plot_sankey(solved())


# Sankey


def heights(ax: Any, layer: int) -> dict[tuple[str, str], float]:
    """Return the heights of the bands between two layers, read back from what is drawn, at both of their ends."""
    found: dict[tuple[str, str], float] = {}
    for gid, patches in drawn(ax, "band").items():
        at, ends, _who = gid.split(":")
        if int(at) == layer:
            (patch,) = patches
            points = patch.get_path().vertices
            left, right = points[0, 1] - points[7, 1], points[3, 1] - points[4, 1]
            assert left == pytest.approx(right)
            key = tuple(ends.split(">"))
            found[key] = found.get(key, 0.0) + left  # type: ignore[index,arg-type]
    return found  # type: ignore[return-value]


@pytest.mark.parametrize(("name", "commodity"), [(None, None), ("cpc-shut", "kazakh_crude"), ("russia-closed", None)])
def test_bands_are_as_high_as_the_routes_carry(name: str | None, commodity: str | None) -> None:
    """From drawn heights: tonnes by shipper and corridor and by corridor and market are those of flow.routes."""
    flow = solved(name)
    routes = flow.routes if commodity is None else flow.routes[flow.routes["commodity"] == commodity]
    supplies = flow.supplies if commodity is None else flow.supplies.xs(commodity, level="commodity", drop_level=False)
    with sheet((12, 30)) as ax:
        cr.plot_sankey(flow, ax, commodity=commodity)
        first, second = heights(ax, 0), heights(ax, 1)
    by = "commodity" if commodity is None else "origin"
    via = routes["corridor"].fillna("(none)")
    for who, expected in routes.groupby(by)["flow_mtpa"].sum().items():
        shown = sum(amount for (left, right), amount in first.items() if left == who and right != "(shortfall)")
        assert shown == pytest.approx(expected) or not any(left == who for left, _ in first)
    for corridor in {right for _, right in first} - {"(shortfall)", "(other)"}:
        expected = routes["flow_mtpa"][via == corridor].sum()
        assert sum(amount for (_, right), amount in first.items() if right == corridor) == pytest.approx(expected)
        assert sum(amount for (left, _), amount in second.items() if left == corridor) == pytest.approx(expected)
    for market in {right for _, right in second} - {"(other)"}:
        expected = routes["flow_mtpa"][routes["destination"] == market].sum()
        assert sum(amount for (_, right), amount in second.items() if right == market) == pytest.approx(expected)
    assert sum(first.values()) == pytest.approx(supplies["volume_mtpa"].sum())
    assert sum(second.values()) == pytest.approx(supplies["lifted_mtpa"].sum())
    short = sum(amount for (_, right), amount in first.items() if right == "(shortfall)")
    assert short == pytest.approx(supplies["shortfall_mtpa"].sum())


def test_bars_are_as_high_as_the_bands_that_meet_them() -> None:
    """No bar is taller or shorter than what enters and leaves it, and bands stay within their bars."""
    with sheet((10, 8)) as ax:
        cr.plot_sankey(solved("cpc-shut"), ax)
        bars = {gid: patches[0] for gid, patches in drawn(ax, "bar").items()}
        for gid, patches in drawn(ax, "band").items():
            at, ends, _who = gid.split(":")
            points, (left, right) = patches[0].get_path().vertices, ends.split(">")
            for bar, top, low in (
                (bars[f"{at}:{left}"], points[0, 1], points[7, 1]),
                (bars[f"{int(at) + 1}:{right}"], points[3, 1], points[4, 1]),
            ):
                assert bar.get_y() - 1e-6 <= low <= top <= bar.get_y() + bar.get_height() + 1e-6
        entering = sum(heights(ax, 0).values())
        assert sum(bar.get_height() for gid, bar in bars.items() if gid.startswith("0:")) == pytest.approx(entering)


def test_bands_that_meet_a_bar_do_not_hide_each_other() -> None:
    """At both of their ends bands stand on top of each other, none over another."""
    ends: dict[tuple[int, str, int], list[tuple[float, float]]] = {}
    with sheet((10, 8)) as ax:
        cr.plot_sankey(solved("cpc-shut"), ax)
        for gid, patches in drawn(ax, "band").items():
            at, between, _who = gid.split(":")
            points, (left, right) = patches[0].get_path().vertices, between.split(">")
            ends.setdefault((int(at), left, 1), []).append((points[7, 1], points[0, 1]))
            ends.setdefault((int(at) + 1, right, 0), []).append((points[4, 1], points[3, 1]))
    assert max(len(spans) for spans in ends.values()) > 3
    for spans in ends.values():
        for (_, top), (low, _) in itertools.pairwise(sorted(spans)):
            assert low == pytest.approx(top)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "commodity"), [(None, None), ("russia-says-no", "kazakh_crude")])
def test_labels_of_bands_are_legible(name: str | None, commodity: str | None, size: tuple[float, float]) -> None:
    """No two meet, none leaves the Axes, each bar has one that ends in its Mt/y."""
    with sheet(size) as ax:
        cr.plot_sankey(solved(name), ax, commodity=commodity)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        assert clashes(texts(ax)) == []
        assert outside(texts(ax), ax) == []
        bars, labels = drawn(ax, "bar"), drawn(ax, "label")
        assert set(bars) == set(labels)
        for gid, (bar,) in bars.items():
            assert labels[gid][0].get_text().endswith(f"  {style.tonnes(bar.get_height())}")


def test_small_ones_are_put_together_and_counted() -> None:
    """Where there is little room, the smallest markets share one bar that says how many they are."""
    flow = solved()
    with sheet((6, 3)) as ax:
        cr.plot_sankey(flow, ax)
        shown = {gid for gid in drawn(ax, "bar") if gid.startswith("2:")}
        (label,) = drawn(ax, "label")["2:(other)"]
    assert label.get_text().startswith(f"{flow.routes['destination'].nunique() - len(shown) + 1} others")


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 4)), min_size=1, max_size=20))
def test_labels_are_pushed_apart_in_order(labels: list[tuple[float, float]]) -> None:
    """Positions keep their order, no two of their heights overlap, within bounds where they fit."""
    wanted, heights = sorted((spot for spot, _ in labels), reverse=True), [height for _, height in labels]
    found = sankey._apart(wanted, heights, low=0.0, high=100.0)
    tops = itertools.pairwise(zip(found, heights, strict=True))
    assert all(a - ha / 2 >= b + hb / 2 - 1e-9 for (a, ha), (b, hb) in tops)
    assert found[0] <= 100.0 + 1e-9
    assert found[-1] >= -1e-9


def test_nothing_offered_is_said_so(diamond: cr.Network) -> None:
    """A commodity that nobody supplies gives a picture with a sentence."""
    with sheet((6, 4)) as ax:
        cr.plot_sankey(cr.solve(diamond), ax, commodity="gas")
        assert "no supply" in [text.get_text() for text in ax.texts]


# Breakdown and waterfall


@pytest.mark.parametrize("corridor", FEATURED)
def test_a_breakdown_adds_up_to_the_netback_of_the_comparison(corridor: str) -> None:
    """Item by item, from figures of the edges, the price comes down to the netback that compare tells."""
    net = cr.load()
    table, row = cr.breakdown(cr.solve(net), corridor), cr.compare(net, [], corridors=[corridor], columns="all").iloc[0]
    assert table["usd_per_t"].sum() == pytest.approx(row["netback_usd_per_t"], abs=1e-9)
    assert -table["usd_per_t"].iloc[1:].sum() == pytest.approx(row["unit_cost_usd_per_t"], abs=1e-9)
    assert (table.attrs["origin"], table.attrs["destination"]) == (row["origin"], row["destination"])
    assert table["component"].iloc[0] == "price"
    assert set(table["component"]) <= set(COMPONENTS)


def test_a_breakdown_by_hand(diamond: cr.Network) -> None:
    """By the south: 100 at the port, less 5 and 20 of tariffs; by the north 10 days cost 2 besides."""
    table = cr.breakdown(cr.solve(diamond), "south")
    assert table.to_numpy().tolist() == [
        ["price", "port", 100.0], ["pipeline", "south_in", -5.0], ["pipeline", "south_out", -20.0],
    ]  # fmt: skip
    north = cr.breakdown(cr.solve(diamond), "north").set_index(["component", "edge"])["usd_per_t"]
    assert north["interest", "north_out"] == pytest.approx(-2.0)


def test_ports_are_told_apart_from_carriage() -> None:
    """Aktau's charge, of the figures, is taken out of the tanker's tariff; the two add up to it."""
    net = cr.load()
    table = cr.breakdown(cr.solve(net), "btc").set_index(["component", "edge"])["usd_per_t"]
    charge = net.figures("aktau_berth", "handling_usd_per_t").query("choice == 'chosen'")["value"].iloc[0]
    assert table["port", "aktau_sangachal"] == -charge
    both = table["port", "aktau_sangachal"] + table["sea", "aktau_sangachal"]
    assert both == pytest.approx(-net.edge("aktau_sangachal").tariff_usd_per_t)


def test_a_closed_corridor_has_no_breakdown() -> None:
    """The message names commodity, corridor and scenario."""
    with pytest.raises(cr.DataError, match="no kazakh_crude can take corridor 'cpc' under 'CPC shut'"):
        cr.breakdown(solved("cpc-shut"), "cpc")


def test_a_misspelt_corridor_is_told() -> None:
    """With the nearest name."""
    with pytest.raises(cr.UnknownNameError, match="did you mean 'cpc'"):
        cr.breakdown(solved(), "cpcc")


def test_the_steps_of_a_waterfall_lead_to_the_netback() -> None:
    """From drawn bars: each starts where the last ended, they add up to the last, and each is its component's sum."""
    flow = solved()
    with sheet((12, 6)) as ax:
        cr.plot_waterfall(flow, ["cpc", "btc"], ax)
        for corridor in ("cpc", "btc"):
            table = cr.breakdown(flow, corridor)
            bars = [
                (patch.get_gid().split(":")[2], patch.get_y(), patch.get_height())
                for patch in ax.patches
                if str(patch.get_gid()).startswith(f"step:{corridor}:")
            ]
            assert [component for component, _, _ in bars][-1] == "netback"
            level = 0.0
            for component, start, height in bars[:-1]:
                assert start == pytest.approx(level)
                assert height == pytest.approx(table["usd_per_t"][table["component"] == component].sum())
                level += height
            assert bars[-1][1:] == pytest.approx((0.0, level))
            assert level == pytest.approx(table.attrs["netback_usd_per_t"])
            assert {component for component, _, _ in bars} == {*table["component"], "netback"}


def test_an_axis_that_does_not_start_at_nought_says_so() -> None:
    """The line below the title tells where it starts, and the whole bars are cut by a white line."""
    with sheet((12, 6)) as ax:
        cr.plot_waterfall(solved(), "cpc", ax)
        base = ax.get_ylim()[0]
        said = next(text.get_text() for text in ax.texts if text.get_gid() == "subtitle")
        assert base > 0
        assert f"the axis starts at {base:g} USD/t" in said
        assert sum(line.get_gid() == "cut" for line in ax.lines) == 2


@pytest.mark.parametrize("size", SIZES)
def test_labels_of_a_waterfall_are_legible(size: tuple[float, float]) -> None:
    """Numbers and names neither meet nor leave the Axes; those below it do not meet either."""
    with sheet(size) as ax:
        cr.plot_waterfall(solved(), ["cpc", "druzhba"], ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        assert clashes(texts(ax)) == []
        assert outside(texts(ax), ax) == []
        assert clashes(ax.get_xticklabels()) == []


def test_a_netback_below_nought_is_drawn(diamond: cr.Network) -> None:
    """A tariff of 300 leaves a loss: the last bar hangs below the axis' zero, and the axis shows it."""
    dear = cr.TariffShock(edge="south_out", add_usd_per_t=300).apply(diamond)
    with sheet((6, 4)) as ax:
        cr.plot_waterfall(cr.solve(dear), "south", ax)
        (netback,) = [patch for patch in ax.patches if patch.get_gid() == "step:south:netback"]
        assert netback.get_height() == pytest.approx(-225.0)
        assert ax.get_ylim()[0] < -225.0


# Comparison


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Return a comparison of 2024 under two scenarios."""
    scenarios = [cr.load_scenario(name) for name in ("cpc-shut", "black-sea-war-risk")]
    return cr.compare(cr.load(), scenarios, corridors=FEATURED, columns="all")


def marks(panel: Any, column: str) -> dict[tuple[str, str], Any]:
    """Return the marks of a panel by scenario and corridor."""
    return {tuple(key.split("/")): found[0] for key, found in drawn(panel, column).items()}  # type: ignore[misc]


def test_bars_and_dots_stand_at_the_table_s_values(table: pd.DataFrame) -> None:
    """Every mark drawn is read back; closed rows have a cross and no bar; rows left out equal the baseline."""
    rungs = ["capacity_mtpa", "reachable_mtpa", "nameplate_mtpa"]
    with sheet((12, 8)) as ax:
        cr.plot_comparison(table, ax=ax, network=cr.load())
        panels = dict(zip(cr_columns(), ax.child_axes, strict=True))
        bars = marks(panels["throughput_mtpa"], "throughput_mtpa")
        caps = {rung: marks(panels["throughput_mtpa"], rung) for rung in rungs}
        assert set(marks(panels["throughput_mtpa"], "closed")) == {("CPC shut", "cpc")}
        for key, bar in bars.items():
            assert bar.get_width() == pytest.approx(table.loc[key, "throughput_mtpa"])
            for rung in rungs:
                assert caps[rung][key].get_width() == pytest.approx(table.loc[key, rung])
        for column in cr_columns()[1:]:
            dots = marks(panels[column], column)
            known = table[column].notna()
            assert set(dots) == {key for key in [*bars, ("CPC shut", "cpc")] if known[key]}
            for key, dot in dots.items():
                assert dot.get_xdata()[0] == pytest.approx(table.loc[key, column])
        numbers = [*cr_columns(), *rungs]
        for scenario, corridor in table.index:
            if (scenario, corridor) not in bars and (scenario, corridor) != ("CPC shut", "cpc"):
                a, b = table.loc[(scenario, corridor), numbers], table.loc[("baseline", corridor), numbers]
                assert np.allclose(a.astype(float), b.astype(float), atol=0.02, equal_nan=True)


def cr_columns() -> list[str]:
    """Return the columns that are drawn by default."""
    return [
        "throughput_mtpa", "netback_usd_per_t", "next_tonne_usd_per_t", "unit_cost_usd_per_t", "transit_days",
        "risk_score", "shortfall_if_lost_mtpa",
    ]  # fmt: skip


def test_groups_are_the_panels_of_their_numbers(table: pd.DataFrame) -> None:
    """Capacities are outlines around throughput, not panels; each group is named above its first panel."""
    with sheet((16, 8)) as ax:
        cr.plot_comparison(table, ["main", "if_lost", "risk"], ax)
        heads = [" ".join(panel._left_title.get_text().split()) for panel in ax.child_axes]  # type: ignore[attr-defined]
        assert len(heads) == len(cr_columns()) + 6  # two if lost, four of risk
        assert heads[0] == "moved of capacity, reachable, nameplate [Mt/y]"
        assert heads[-1].startswith("expected loss")
        assert {text.get_text() for text in ax.texts if str(text.get_gid()).startswith("group:")} == {
            "if the corridor is lost", "hazards on the best way",
        }  # fmt: skip


def test_every_number_lost_says_more_than_with_it(table: pd.DataFrame) -> None:
    """Above all panels of what is lost without a corridor."""
    with sheet((16, 8)) as ax:
        cr.plot_comparison(table, ["shortfall_if_lost_mtpa", "if_lost"], ax)
        heads = [" ".join(panel._left_title.get_text().split()) for panel in ax.child_axes]  # type: ignore[attr-defined]
        assert len(heads) == 3
        assert all("if lost: more" in head and "than with it" in head for head in heads)


def test_whose_tonne_and_where_to_are_said(table: pd.DataFrame) -> None:
    """In the title the origin; below it what a netback is, and the market of each best way."""
    with sheet((12, 8)) as ax:
        cr.plot_comparison(table, ax=ax, network=cr.load())
        said = " ".join(next(text.get_text() for text in ax.texts if text.get_gid() == "subtitle").split())
        assert ax.get_title("left") == "Comparison of corridors for a Tengiz tonne"
        assert "netback at the field gate, before lifting cost, duty and tax" in said
        assert "to Augusta by Caspian Pipeline Consortium, Baku-Tbilisi-Ceyhan and Middle Corridor" in said
        assert "to Plock by Druzhba" in said


def test_the_best_next_tonne_is_bold_and_a_full_way_is_said(table: pd.DataFrame) -> None:
    """Within 0.01 USD/t of the highest of its scenario; with the CPC shut every way is full."""
    with sheet((16, 8)) as ax:
        cr.plot_comparison(table, "next_tonne_usd_per_t", ax)
        (panel,) = ax.child_axes
        values = {
            tuple(str(text.get_gid()).removeprefix("value:next_tonne_usd_per_t:").split("/")): text
            for text in panel.texts  # type: ignore[attr-defined]
        }
        for scenario in ("baseline", "Black Sea war risk"):
            column = table.loc[scenario]["next_tonne_usd_per_t"]
            best = {id for id in column.index if column[id] >= column.max() - 0.01}
            bold = {id for name, id in values if name == scenario and values[name, id].get_fontweight() == "bold"}
            assert bold == {id for id in best if (scenario, id) in values}
        full = {key for key, text in values.items() if text.get_text() == "every way full"}
        assert full == {("CPC shut", id) for id in FEATURED if id != "cpc"}
        assert values["CPC shut", "cpc"].get_text() == "–"


def test_a_group_has_no_next_tonne_to_draw_and_no_way_is_called_full() -> None:
    """A group has neither netback nor next tonne, which says nothing of ways; asked for all the same they are empty."""
    group = cr.compare(cr.load(), [], commodity="crude", corridors=FEATURED)
    with sheet((12, 8)) as ax:
        cr.plot_comparison(group, ax=ax)
        assert not any("netback" in panel.get_title("left") for panel in ax.child_axes)  # type: ignore[attr-defined]
    with sheet((12, 8)) as ax:
        cr.plot_comparison(group, "next_tonne_usd_per_t", ax)
        (panel,) = ax.child_axes
        assert {text.get_text() for text in panel.texts} == {"–"}  # type: ignore[attr-defined]


def test_a_corridor_without_a_way_to_the_market_is_not_called_full() -> None:
    """Druzhba has capacity, and no way to Augusta: that is no full way."""
    with sheet((12, 4)) as ax:
        table = cr.compare(cr.load(), [], corridors=["cpc", "druzhba"], destination="augusta")
        cr.plot_comparison(table, "next_tonne_usd_per_t", ax)
        (panel,) = ax.child_axes
        said = {str(text.get_gid()).rpartition("/")[2]: text.get_text() for text in panel.texts}  # type: ignore[attr-defined]
        assert said["druzhba"] == "–"


def test_a_planned_corridor_is_not_in_service_and_not_red() -> None:
    """Zangezur is not built: no cross, and no colour of warning."""
    with sheet((12, 4)) as ax:
        cr.plot_comparison(cr.compare(cr.load(), [], corridors=["cpc", "zangezur"]), ax=ax)
        panel = ax.child_axes[0]
        assert marks(panel, "closed") == {}
        (said,) = [t for t in panel.texts if t.get_gid() == "value:throughput_mtpa:baseline/zangezur"]  # type: ignore[attr-defined]
        (name,) = drawn(ax, "row")["baseline/zangezur"]
        assert said.get_text() == "not in service"
        assert style.WARN not in (said.get_color(), name.get_color())


def test_rows_of_each_origin_are_drawn_one_origin_at_a_time() -> None:
    """The way out is named, and works."""
    each = cr.compare(cr.load(), [], corridors="cpc", origin="each")
    with pytest.raises(cr.DataError, match=r"table.xs\('all', level='origin'\)"):
        cr.plot_comparison(each)
    with sheet((12, 4)) as ax:
        cr.plot_comparison(each.xs("all", level="origin"), ax=ax)
        assert ax.get_title("left") == "Comparison of corridors"


def test_a_group_that_the_table_lacks_is_named() -> None:
    """With what has it."""
    bare = cr.compare(cr.load(), [], corridors="cpc", columns="capacity_mtpa")
    with pytest.raises(cr.DataError, match=r"no column of group 'risk'; compare\(columns='risk'\) has"):
        cr.plot_comparison(bare, "risk")


@pytest.mark.parametrize("size", SIZES)
def test_a_comparison_is_legible(table: pd.DataFrame, size: tuple[float, float]) -> None:
    """Texts of rows, panels and heads do not meet, not even those of neighbouring panels."""
    with sheet(size) as ax:
        cr.plot_comparison(table, ax=ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        found = [*texts(ax), *(t for panel in ax.child_axes for t in (*panel.texts, panel._left_title))]  # type: ignore[attr-defined]
        assert clashes(found) == []
        assert outside(texts(ax), ax, slack=3.0) == []


def test_one_scenario_alone_takes_one_line_a_corridor(table: pd.DataFrame) -> None:
    """Of the baseline alone each corridor is one row, under its network's name."""
    with sheet((12, 4)) as ax:
        cr.plot_comparison(table.loc[["baseline"]], ["netback_usd_per_t"], ax, network=cr.load())
        assert "Caspian Pipeline Consortium" in [text.get_text() for text in texts(ax)]
        assert len(drawn(ax, "row")) == len(FEATURED)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda t: t.reset_index(), {}, "a table of compare is needed"),
        (lambda t: t.iloc[:0], {}, "no rows"),
        (lambda t: t, {"columns": ["unit_cost_usd"]}, "did you mean 'unit_cost_usd_per_t'"),
        (lambda t: t, {"columns": ["status"]}, "'status' must contain numbers"),
        (lambda t: t, {"columns": "status"}, "'status' must contain numbers"),
        (lambda t: t, {"columns": []}, "must be names of columns"),
        (lambda t: None, {}, "a table of compare is needed"),
    ],
)
def test_other_tables_are_refused(table: pd.DataFrame, change: Any, options: dict[str, Any], said: str) -> None:
    """Each with the rule and what was given."""
    with pytest.raises(cr.DataError, match=said):
        cr.plot_comparison(change(table), **options)


# Tornado


@pytest.fixture(scope="module")
def tornado() -> Any:
    """Return a sensitivity with a small table of its own, as `cr.sensitivity` would hold it."""
    found = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    rows = [("a_very_long_name_of_a_pipeline_$x$", 3.0, 9.0, 40.0, 50.0), ("b", 0.0, 1.0, found.central, 47.0)]
    rows += [(f"c{number}", 0.0, 1.0, 44.0, 46.0) for number in range(6)]
    found._table = pd.DataFrame(
        [
            {"record": "edge", "subject": subject, "attribute": "capacity_mtpa", "value": 1.0, "low": low, "high": high,
             "range_from": "figure", "unit": "Mt/y", "at_low": at_low, "at_high": at_high, "swing": 9.0 - at,
             "confidence": "C"}
            for at, (subject, low, high, at_low, at_high) in enumerate(rows)
        ]
    )  # fmt: skip
    return found


def test_bars_of_a_tornado_run_from_the_middle_to_the_ends(tornado: Any) -> None:
    """From drawn bars: they start at the central outcome and end at the table's; the widest is on top."""
    with sheet((9, 6)) as ax:
        cr.plot_tornado(tornado, 5, ax)
        for end in ("low", "high"):
            bars = {key: found[0] for key, found in drawn(ax, end).items()}
            assert len(bars) == 5
            for _, row in tornado.table.head(5).iterrows():
                bar = bars[f"{row['subject']}.{row['attribute']}"]
                ends = {bar.get_x(), bar.get_x() + bar.get_width()}
                assert min(abs(x - tornado.central) for x in ends) < 1e-9
                assert min(abs(x - row[f"at_{end}"]) for x in ends) < 1e-9
        tops = [found[0].get_y() for found in drawn(ax, "low").values()]
        assert ax.yaxis_inverted()
        assert tops == sorted(tops)


@pytest.mark.parametrize("size", SIZES)
def test_a_tornado_is_legible(tornado: Any, size: tuple[float, float]) -> None:
    """Names stand inside the Axes, apart from each other, and left of every bar."""
    with sheet(size) as ax:
        cr.plot_tornado(tornado, 8, ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        found = texts(ax)
        assert clashes(found) == []
        assert outside(found, ax) == []
        left = min(patch.get_window_extent().x0 for patch in ax.patches)
        assert max(text.get_window_extent().x1 for text in found) < left


@pytest.mark.parametrize("n", [0, -1, 2.5, "3"])
def test_a_tornado_of_no_bars_is_refused(tornado: Any, n: Any) -> None:
    """The number counts figures."""
    with pytest.raises(cr.DataError, match="n must be a whole number"):
        cr.plot_tornado(tornado, n)


# Ensembles


def ensemble(losses: Any, scenario: cr.Scenario | None = None) -> Any:
    """Return a stand-in with the attributes of an Ensemble that the picture needs."""
    years = pd.DataFrame({"shortfall_mt": losses, "delivered_mt": 1.0})

    def cvar(column: str, alpha: float = 0.95) -> float:
        worst = np.sort(np.asarray(years[column], dtype=float))[::-1]
        return float(worst[: max(1, round(len(worst) * (1 - alpha)))].mean())

    return SimpleNamespace(
        years=years, scenario=scenario, network=cr.load(), cvar=cvar, regimes={"war": 1.0}, years_per_draw=None,
        rerouting=True,
    )  # fmt: skip


def test_the_curve_is_the_share_of_years_at_least_as_bad() -> None:
    """Read back from the line: at each loss the share of years that reach it, counted anew."""
    losses = np.round(np.random.default_rng(3).gamma(0.7, 4.0, 200), 1)
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(ensemble(losses), ax=ax)
        (curve,) = drawn(ax, "curve")["baseline"]
        x, y = (np.asarray(values, dtype=float) for values in curve.get_data())
        for loss in np.unique(losses):
            assert y[x == loss].max() == pytest.approx(100 * (losses >= loss).mean())
        assert ax.get_yscale() == "log"


def test_mean_var_and_cvar_are_marked() -> None:
    """Of the losses 1 to 100 with alpha 0.95: mean 50.5, VaR 96, CVaR 98."""
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(ensemble(np.arange(1.0, 101.0)), ax=ax)
        at = {kind: drawn(ax, kind)["baseline"][0].get_xdata()[0] for kind in ("mean", "var", "cvar")}
        said = {text.get_text() for text in ax.get_legend().get_texts()}  # type: ignore[union-attr]
    assert at == {"mean": 50.5, "var": 96.0, "cvar": 98.0}
    assert {"mean: 50.5 Mt", "VaR 95%: 96 Mt", "CVaR 95%: 98 Mt"} <= said


def test_where_more_is_better_the_low_years_are_the_bad_ones() -> None:
    """Of 1 to 100 Mt delivered: the fifth worst year has 5, and 5 % of years have no more."""
    given = ensemble(np.zeros(100))
    given.years["delivered_mt"] = np.arange(1.0, 101.0)
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(given, "delivered_mt", ax=ax)
        assert drawn(ax, "var")["baseline"][0].get_data() == ([5.0], [5.0])


@pytest.mark.parametrize("several", [list, dict])
def test_several_ensembles_share_one_picture(several: type) -> None:
    """Each has a line and a marker of its own, told apart without colour, and its name in the legend."""
    pair = [ensemble([0.0, 1.0, 2.0]), ensemble([0.0, 4.0, 9.0], cr.load_scenario("cpc-shut"))]
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(pair if several is list else {"_a $x$": pair[0], "b": pair[1]}, ax=ax)
        curves = [found[0] for found in drawn(ax, "curve").values()]
        said = {text.get_text().strip() for text in ax.get_legend().get_texts()}  # type: ignore[union-attr]
    assert len({curve.get_linestyle() for curve in curves}) == 2
    assert ({"baseline", "CPC shut"} if several is list else {r"_a \$x\$", "b"}) <= said


def test_the_years_of_several_ensembles_are_told() -> None:
    """The line below the title gives the fewest and the most, or the one number where they are as many."""

    def told(*counts: int) -> str:
        with sheet((8, 5)) as ax:
            cr.plot_ensemble({str(at): ensemble(np.arange(float(n))) for at, n in enumerate(counts)}, ax=ax)
            return " ".join(text.get_text() for text in ax.texts)

    assert "50 to 1,000 simulated years" in told(1000, 50)
    assert "50 simulated years" in told(50, 50)
    assert " to " not in told(50, 50)


def test_years_without_any_loss_are_drawn() -> None:
    """All zero: a curve at zero, no warning."""
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(ensemble(np.zeros(50)), ax=ax)
        ax.get_figure(root=True).canvas.draw()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (ensemble([1.0]), {"column": "shortfal_mt"}, "did you mean 'shortfall_mt'"),
        (ensemble([1.0]), {"alpha": 1.0}, "alpha must lie between 0 and 1"),
        (ensemble([]), {}, "has no years"),
        (ensemble([float("nan")]), {}, "must be finite"),
        (ensemble(["x"]), {}, "must contain numbers"),
        ([], {}, "got none"),
        ([ensemble([1.0]), ensemble([2.0])], {}, "give a dict"),
        (3, {}, "an Ensemble is needed"),
    ],
)
def test_what_is_no_ensemble_is_refused(given: Any, options: dict[str, Any], said: str) -> None:
    """Each with the rule and what was given."""
    with pytest.raises(cr.DataError, match=said):
        cr.plot_ensemble(given, **options)


# All of them


@pytest.mark.parametrize("kind", ["map", "sankey", "comparison", "waterfall"])
def test_a_new_figure_is_pyplot_s_so_that_notebooks_show_it(kind: str, table: pd.DataFrame) -> None:
    """Without Axes one new figure is made, white whatever the style, and its Axes returned."""
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    draw = {
        "map": lambda: cr.plot_map(solved(), labels=False),
        "sankey": lambda: cr.plot_sankey(solved()),
        "comparison": lambda: cr.plot_comparison(table),
        "waterfall": lambda: cr.plot_waterfall(solved(), "cpc"),
    }[kind]
    ax = draw()
    assert len(plt.get_fignums()) == len(before) + 1
    assert ax.get_figure() is plt.gcf()
    plt.close(plt.gcf())
