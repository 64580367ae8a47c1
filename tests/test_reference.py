"""The reference of the public names, as pdoc renders it; skipped where there is no ``corridor[reference]``."""

from __future__ import annotations

from pathlib import Path

import pytest

import corridor as cr

pdoc = pytest.importorskip("pdoc", reason="no pdoc (pip install 'corridor[reference]')")


def test_the_reference_is_rendered_without_a_warning(tmp_path: Path) -> None:
    """A warning is an error in every test; each public name, imported lazily, has its section on the page."""
    pdoc.pdoc("corridor", output_directory=tmp_path)
    page = (tmp_path / "corridor.html").read_text(encoding="utf-8")
    assert [name for name in cr.__all__ if f'<section id="{name}">' not in page] == []


def test_every_public_name_and_what_it_offers_has_a_docstring() -> None:
    """Functions, classes, their methods and properties."""
    module = pdoc.doc.Module(cr)
    named = {name: module.members[name] for name in cr.__all__}
    offered = [*named.values()] + [
        member
        for of_class in named.values()
        if of_class.kind == "class"
        for member in of_class.own_members
        if member.kind == "function" and not member.name.startswith("_")
    ]
    assert len(offered) > len(named) > 0
    assert [item.fullname for item in offered if not item.docstring] == []
