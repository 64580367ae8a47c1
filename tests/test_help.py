"""Help and completion: signatures and lists of names that a reader can take in."""

from __future__ import annotations

import inspect
import pydoc
from typing import Any

import pytest

import corridor as cr

CHANGES = (
    cr.Delay, cr.DemandShock, cr.Derate, cr.Expansion, cr.Opening, cr.Outage, cr.PriceShock, cr.QuotaChange,
    cr.SupplyShock, cr.TariffShock,
)  # fmt: skip


def _help(thing: Any) -> str:
    return pydoc.render_doc(thing, renderer=pydoc.plaintext)


@pytest.mark.parametrize("name", cr.__all__)
def test_every_signature_fits_into_a_few_lines(name: str) -> None:
    """No public class or function has a signature of more than 450 characters (`compare` has most)."""
    assert len(str(inspect.signature(getattr(cr, name)))) <= 450


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changes_signature_is_short(change: type[Any]) -> None:
    """Fields and defaults, without types."""
    assert len(str(inspect.signature(change))) <= 200


def test_help_of_an_outage_fits_on_two_screens() -> None:
    """It lists each field with its meaning and nothing of pydantic's but the base class."""
    text = _help(cr.Outage)
    assert len(text.splitlines()) < 80
    assert "country : str or list of str, optional\n |      Countries crossed, ISO 3166 alpha-3." in text
    assert "model_" not in text
    assert "__pydantic" not in text


@pytest.mark.parametrize("name", ["Edge", "Node", "Supply", "Hazard", "Event", "Scenario", "Derate", "Uniform"])
def test_every_field_of_a_record_is_in_its_help(name: str) -> None:
    """With type and meaning, units included."""
    kind = getattr(cr, name)
    text = _help(kind)
    for field, info in kind.model_fields.items():
        assert f" {field} : " in text
        assert (info.description or "")[1:] in text


def test_completion_of_a_record_offers_fields_and_methods() -> None:
    """All fields and what a user may call, nothing else."""
    edge = cr.load("caspian", year=2024).edge("btc")
    offered = dir(edge)
    assert set(offered) == {*cr.Edge.model_fields, "admits", "available_mtpa", "replace"}
    assert offered == sorted(offered)


def test_completion_of_a_network_leaves_out_what_is_inside() -> None:
    """Records and tables are offered, lookups of other modules are not."""
    offered = dir(cr.load("caspian", year=2024))
    assert {"edges", "edge", "edge_table", "replace", "figures", "hazards"} <= set(offered)
    assert not {"by_key", "with_numbers", "structure_of", "from_library"} & set(offered)


def test_the_help_of_the_package_is_for_people() -> None:
    """No word for other programs stands in it."""
    assert "PYTEST" not in (cr.__doc__ or "")
