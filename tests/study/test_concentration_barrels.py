"""Exposure to countries in barrels: the tables in tonnes times the commodity's barrels a tonne."""

from __future__ import annotations

import pytest

import corridor as cr


@pytest.fixture(scope="module")
def net() -> cr.Network:
    """Return the shipped network of 2021."""
    return cr.load("caspian", year=2021)


def test_exposure_in_barrels_is_that_in_tonnes(net: cr.Network) -> None:
    """To 1e-12, by 1e6 barrels a tonne over 365 days and 1 000 barrels; shares, percents and money stay."""
    rate = 1e6 * net.commodity("azeri_crude").display_per_t / 365 / 1000
    tonnes, barrels = (cr.jurisdictions(net, commodity="azeri_crude", units=units) for units in ("t", "bbl"))
    assert barrels.index.tolist() == tonnes.index.tolist()
    for name in tonnes.columns:
        if name.endswith("_mtpa"):
            given, expected = barrels[name.replace("_mtpa", "_kbd")], tonnes[name] * rate
            assert given.tolist() == pytest.approx(expected.tolist(), rel=1e-12)
        else:
            assert barrels[name].equals(tonnes[name])
    assert not [name for name in barrels.columns if name.endswith("_mtpa")]


def test_indices_say_what_is_to_export_in_barrels(net: cr.Network) -> None:
    """The indices themselves have no volumes."""
    tonnes, barrels = (cr.indices(net, units=units) for units in ("t", "bbl"))
    assert barrels["value"].equals(tonnes["value"])
    exports = float(tonnes.loc["n_minus_1", "about"].split(" over ")[1].split()[0])
    rate = 1e6 * net.commodity("kazakh_crude").display_per_t / 365 / 1000
    said = barrels.loc["n_minus_1", "about"].split(" over ")[1]
    assert float(said.split()[0]) == pytest.approx(exports * rate, abs=0.05 * rate + 0.5)
    assert said.endswith("kb/d to export")


@pytest.mark.parametrize("study", [cr.indices, cr.jurisdictions])
def test_bad_units_are_refused(net: cr.Network, study) -> None:
    """And a commodity without barrels, by name."""
    with pytest.raises(cr.DataError, match=r"units must be 't' or 'bbl' \(got 'toe'\)"):
        study(net, units="toe")
    first, *rest = net.commodities
    dry = net.replace(commodities=[first.replace(display_unit="t", display_per_t=1.0), *rest])
    with pytest.raises(cr.DataError, match=f"commodity '{first.id}' has no barrels"):
        study(dry, units="bbl")
