"""Names where cards and pictures show figures, countries and corridors; ids without a name."""

from __future__ import annotations

import matplotlib as mpl
import pytest

import corridor as cr

mpl.use("agg")


def storm_net() -> cr.Network:
    """Return two parallel lines with uncertain tariffs of their own, and an order in Turkey that shuts one."""
    net = cr.Network(
        nodes=[cr.Node(id="f_1", name="Field"), cr.Node(id="p_1", name="Port")],
        edges=[
            cr.Edge(id="l_1", name="Old line, inland", tail="f_1", head="p_1", capacity_mtpa=4.0, corridor="c_1"),
            cr.Edge(id="l_2", tail="f_1", head="p_1", capacity_mtpa=4.0, tariff_usd_per_t=9.0, corridor="c_2"),
        ],
        commodities=[cr.Commodity(id="heavy_oil", name="Heavy")],
        corridors=[cr.Corridor(id="c_1", name="Inland"), cr.Corridor(id="c_2")],
        supplies=[cr.Supply(node="f_1", commodity="heavy_oil", volume_mtpa=6.0)],
        markets=[cr.Market(node="p_1", commodity="heavy_oil", price_usd_per_t=100.0)],
    )
    hazard = cr.Hazard(
        name="Order", place="TUR", changes=[cr.Outage(edge="l_1")], frequency_per_year=2.0, duration_days=30.0
    )
    unsure = {"record": "edge", "unit": "Mt/y", "since": 2000, "until": 2030, "confidence": "C"}
    figures = [
        cr.Figure(subject=id, attribute="capacity_mtpa", value=4.0, low=1.0, high=5.0, **unsure)
        for id in ("l_1", "l_2")
    ]
    return net.replace(hazards=[hazard], figure_records=figures, year=2024)


def test_an_ensemble_names_the_country() -> None:
    """Where losses arise, not its code."""
    html = cr.simulate(storm_net(), years=200, seed=3)._repr_html_()
    assert ">Turkey<" in html
    assert "TUR" not in html


def test_a_sensitivity_names_figures() -> None:
    """An edge by its name or its ends, its field in words."""
    html = cr.sensitivity(storm_net(), outcome="netback_musd_per_year")._repr_html_()
    assert ">Old line, inland: capacity<" in html
    assert ">Field to Port: capacity<" in html


def test_drawn_numbers_name_corridors() -> None:
    """The one that is best; its id where it has no name."""
    html = cr.uncertainty(storm_net(), draws=8, seed=1)._repr_html_()
    assert ">Inland<" in html
    assert ">c_1<" not in html


@pytest.mark.parametrize("plot", [cr.plot_ensemble, cr.plot_exceedance])
def test_the_axis_of_simulated_years_names_the_shipper(plot: object) -> None:
    """Commodity by name, with the unit."""
    ens = cr.simulate(storm_net(), years=200, seed=3)
    ax = plot(ens, "heavy_oil_shortfall_mt")  # type: ignore[operator]
    label = " ".join((ax.get_xlabel() + " " + ax.get_ylabel()).split())
    assert "Heavy: shortfall [Mt], per year" in label


def test_the_axis_names_the_shipper_whose_id_begins_with_anothers() -> None:
    """The column is of heavy_oil, though heavy is a commodity too."""
    net = storm_net()
    net = net.replace(commodities=[cr.Commodity(id="heavy", name="Bitumen"), *net.commodities])
    ax = cr.plot_ensemble(cr.simulate(net, years=200, seed=3), "heavy_oil_shortfall_mt")
    assert " ".join(ax.get_xlabel().split()) == "Heavy: shortfall [Mt], per year"


def test_the_axis_of_all_shippers_names_none() -> None:
    """A total is nobody's."""
    ax = cr.plot_ensemble(cr.simulate(storm_net(), years=200, seed=3), "shortfall_mt")
    assert ax.get_xlabel() == "shortfall [Mt], per year"
