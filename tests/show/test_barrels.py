"""Pictures in barrels: what they write is what the flow comes to by each commodity's barrels a tonne."""

from __future__ import annotations

import pytest

import corridor as cr

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def net() -> cr.Network:
    """Return the shipped network."""
    return cr.load("caspian", year=2022)


def texts(ax) -> str:
    """Return all that is written in a picture."""
    found = " ".join(text.get_text() for text in ax.get_figure(root=True).findobj(plt.Text))
    plt.close(ax.get_figure(root=True))
    return found


def offered_kbd(net: cr.Network) -> float:
    """Return all supply in thousand barrels a day."""
    per_t = {commodity.id: commodity.display_per_t for commodity in net.commodities}
    return sum(supply.volume_mtpa * per_t[supply.commodity] for supply in net.supplies) * 1e3 / 365


def test_maps_and_bands_are_in_thousand_barrels_a_day(net: cr.Network) -> None:
    """All that is offered is lifted in the baseline."""
    flow = cr.solve(net)
    for draw in (cr.plot_map, cr.plot_sankey):
        written = texts(draw(flow, units="bbl"))
        assert f"{offered_kbd(net):.0f} kb/d" in written
        assert "Mt/y" not in written


def test_a_comparison_in_barrels_is_drawn_in_barrels(net: cr.Network) -> None:
    """Its bars say thousand barrels a day, its costs USD a barrel."""
    table = cr.compare(net, [], units="bbl", corridors=["cpc"])
    ax = cr.plot_comparison(table, network=net)
    width = next(p.get_width() for a in ax.child_axes for p in a.patches if str(p.get_gid()).startswith("throughput"))
    assert width == pytest.approx(table.loc[("baseline", "cpc"), "throughput_kbd"])
    written = texts(ax)
    assert "kb/d" in written
    assert "USD/bbl" in written
    assert "Mt/y" not in written


def test_a_picture_of_what_has_no_barrels_is_refused(net: cr.Network) -> None:
    """As in tables."""
    first, *rest = net.commodities
    dry = net.replace(commodities=[first.replace(display_unit="t", display_per_t=1.0), *rest])
    with pytest.raises(cr.DataError, match="has no barrels"):
        cr.plot_map(cr.solve(dry), units="bbl")


def test_a_breakdown_in_barrels_is_that_in_tonnes_by_barrels_a_tonne(net: cr.Network) -> None:
    """Each item, and the netback they add up to."""
    per_t = net.commodity("kazakh_crude").display_per_t
    tonnes, barrels = (cr.breakdown(cr.solve(net), "cpc", units=units) for units in ("t", "bbl"))
    assert list(barrels.columns) == ["component", "edge", "usd_per_bbl"]
    assert (barrels["usd_per_bbl"] * per_t).tolist() == pytest.approx(tonnes["usd_per_t"].tolist(), rel=1e-12)
    assert barrels.attrs["netback_usd_per_bbl"] * per_t == pytest.approx(tonnes.attrs["netback_usd_per_t"], rel=1e-12)


def test_a_waterfall_in_barrels_says_so(net: cr.Network) -> None:
    """Its axis and its caption; the last bar is the netback a barrel."""
    ax = cr.plot_waterfall(cr.solve(net), "cpc", units="bbl")
    height = next(bar.get_height() for bar in ax.patches if bar.get_gid() == "step:cpc:netback")
    table = cr.breakdown(cr.solve(net), "cpc", units="bbl")
    assert height == pytest.approx(table.attrs["netback_usd_per_bbl"])
    written = texts(ax)
    assert "USD/bbl" in written
    assert "a barrel of" in written
    assert "USD/t" not in written


@pytest.mark.parametrize("draw", [cr.breakdown, cr.plot_waterfall])
def test_unknown_units_of_a_breakdown_are_refused(net: cr.Network, draw) -> None:
    """As in tables."""
    with pytest.raises(cr.DataError, match=r"units must be 't' or 'bbl' \(got 'toe'\)"):
        draw(cr.solve(net), "cpc", units="toe")


# Simulated years


@pytest.fixture(scope="module")
def ens(net: cr.Network) -> cr.Ensemble:
    """Return 100 years of the shipped network."""
    return cr.simulate(net, 100, 7)


def test_the_tail_is_drawn_in_million_barrels(net: cr.Network, ens: cr.Ensemble) -> None:
    """Its mark stands where the CVaR in tonnes times barrels a tonne is."""
    per_t = net.commodity("kazakh_crude").display_per_t
    ax = cr.plot_ensemble(ens, "kazakh_crude_shortfall_mt", units="bbl")
    mark = next(line.get_xdata()[0] for line in ax.lines if line.get_gid() == "cvar:baseline")
    assert mark == pytest.approx(per_t * ens.cvar("kazakh_crude_shortfall_mt"), rel=1e-12)
    written = texts(ax)
    assert "[million bbl]" in written
    assert "Mt" not in written


def test_return_periods_are_drawn_in_million_barrels(net: cr.Network, ens: cr.Ensemble) -> None:
    """The curve is that in tonnes, its levels times barrels a tonne."""
    per_t = net.commodity("kazakh_crude").display_per_t
    axes = [cr.plot_exceedance(ens, "kazakh_crude_shortfall_mt", units=units) for units in ("t", "bbl")]
    tonnes, barrels = (next(c for c in ax.lines if c.get_gid() == "curve:baseline") for ax in axes)
    assert barrels.get_ydata() == pytest.approx(per_t * tonnes.get_ydata(), rel=1e-9)
    assert list(barrels.get_xdata()) == list(tonnes.get_xdata())
    assert ["[Mt]" in texts(ax) for ax in axes] == [True, False]


@pytest.mark.parametrize("draw", [cr.plot_ensemble, cr.plot_exceedance])
def test_unknown_units_of_years_are_refused(ens: cr.Ensemble, draw) -> None:
    """As in tables."""
    with pytest.raises(cr.DataError, match=r"units must be 't' or 'bbl' \(got 'kg'\)"):
        draw(ens, units="kg")
