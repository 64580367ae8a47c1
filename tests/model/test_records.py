"""The registry of the kinds of record."""

from __future__ import annotations

from typing import get_args

import pytest

import corridor as cr
from corridor.model.records import KIND_OF, KINDS, PARTS, Figure, Kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.singular)
def test_a_kind_is_named_by_fields_that_it_needs(kind: Kind) -> None:
    """No record can be without its key."""
    assert all(kind.record.model_fields[field].is_required() for field in kind.key)


def test_records_are_found_by_their_keys() -> None:
    """One id, or a pair of them, and every record of a network once."""
    net = cr.load(year=2021)
    found = {kind.singular: net.by_key(kind.singular) for kind in PARTS}
    assert found["edge"]["btc"] is net.edge("btc")
    assert ("tengiz", "kazakh_crude") in found["supply"]
    assert {kind.plural: len(found[kind.singular]) for kind in PARTS} == {
        kind.plural: len(getattr(net, kind.plural)) for kind in PARTS
    }


def test_figures_are_about_records_that_exist() -> None:
    """Countries and inputs of formulas aside, which are not records."""
    about = set(get_args(Figure.model_fields["record"].annotation))
    assert about - KIND_OF.keys() == {"country", "input"}
