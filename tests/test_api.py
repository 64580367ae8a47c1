"""The surface: what users can reach, what importing costs, which way imports run."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import corridor
import corridor as cr
from corridor.model.changes import CHANGES
from corridor.model.record_base import Record
from corridor.model.records import KINDS
from helpers.rooms import ARROWS

PACKAGE = Path(corridor.__file__).parent
LAZY = {
    ("model/network.py", "show"), ("model/scenario.py", "show"), ("solver/flow.py", "show"),
    ("risk/ensemble.py", "show"), ("model/record_base.py", "show"), ("study/sensitivity.py", "show"),
    ("study/sources.py", "show"),
    ("study/uncertainty.py", "show"),
    ("testing/check.py", "show"),  # how things show themselves in a notebook
    ("model/network.py", "files"),  # graphs that networkx read from GraphML of ours hold JSON
    ("solver/flow.py", "study"),  # what any outcome leans on, as `sensitivity` finds it
}  # fmt: skip
"""Imports against the arrows, inside functions: module and room."""
CIRCLES: list[set[str]] = []
"""Modules of one room that import each other in a circle; a commit that opens a circle takes it out of this list."""


def test_all_is_exactly_what_a_user_can_reach() -> None:
    """A new public name is a decision, not an accident."""
    for name in corridor.__all__:
        getattr(corridor, name)
    reachable = {
        name for name, value in vars(corridor).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert reachable - {"annotations", "TYPE_CHECKING"} == set(corridor.__all__)


def test_all_is_sorted() -> None:
    """`__all__` is in alphabetical order."""
    assert corridor.__all__ == sorted(corridor.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`corridor.nope` fails like any other module's missing attribute."""
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = corridor.nope  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import corridor` alone loads none of the large libraries."""
    heavy = ("pandas", "networkx", "highspy", "matplotlib", "numpy", "pydantic", "scipy")
    code = f"import sys, corridor; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_names_stay_functions_whatever_is_imported_first() -> None:
    """No subpackage hides a public function, in whatever order things are imported."""
    code = (
        "import corridor, pkgutil, importlib\n"
        "for m in pkgutil.walk_packages(corridor.__path__, 'corridor.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        "import types\n"
        "print([n for n in corridor.__all__ if isinstance(getattr(corridor, n), types.ModuleType)])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def _imported(file: Path) -> Iterator[tuple[str, bool]]:
    """Yield each module of ours that a module imports, and whether only inside a function."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "corridor":
            below = node.col_offset > 0 and not any(node in getattr(part, "body", ()) for part in tree.body
                                                     if isinstance(part, ast.If))  # fmt: skip
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((name.removeprefix("corridor."), below) for name in names)


def test_imports_run_along_the_arrows() -> None:
    """Each room imports from itself and what the design has below it; what does not is named, and lazy."""
    against = set()
    for file in PACKAGE.rglob("*.py"):
        own = file.relative_to(PACKAGE)
        room = own.parts[0].removesuffix(".py")
        for name, lazy in _imported(file) if room in ARROWS else ():
            other = name.split(".")[0]
            if other != room and other in {*ARROWS, "cli", "pytest_plugin"} - ARROWS[room]:
                against.add((str(own), other))
                assert lazy, f"{own} imports {name} at its head"
    assert against == LAZY


def test_no_room_has_a_circle_of_imports() -> None:
    """No modules of a room import each other in a circle, functions and TYPE_CHECKING counted, but for `CIRCLES`."""
    files = {".".join(file.relative_to(PACKAGE).with_suffix("").parts): file for file in PACKAGE.rglob("*.py")}
    graph = nx.DiGraph()
    for own, file in files.items():
        for name, _ in _imported(file):
            other = name if name in files else name.rpartition(".")[0]
            if other in files and other.split(".")[0] == own.split(".")[0]:
                graph.add_edge(own, other)
    circles = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]
    assert sorted(map(sorted, circles)) == sorted(map(sorted, CIRCLES))


def test_nothing_is_built_around_its_init() -> None:
    """No object is made without its class's checks."""
    assert [f.name for f in PACKAGE.rglob("*.py") if "object.__new__" in f.read_text(encoding="utf-8")] == []


def test_every_module_has_a_room() -> None:
    """Only errors, messages, the plugin and the door of the command line stand outside."""
    outside = {"__init__.py", "__main__.py", "errors.py", "messages.py", "pytest_plugin.py"}
    assert {f.name for f in PACKAGE.glob("*.py")} == outside


def test_the_solver_is_behind_one_door() -> None:
    """Only one module imports highspy."""
    users = [f.name for f in PACKAGE.rglob("*.py") if "import highspy" in f.read_text(encoding="utf-8")]
    assert users == ["highs.py"]


@pytest.mark.parametrize("name", corridor.__all__)
def test_every_public_name_says_what_it_is(name: str) -> None:
    """Each public name has a docstring of its own."""
    text = inspect.getdoc(getattr(cr, name))
    assert text
    assert text.strip()


RECORDS = [*(kind.record for kind in KINDS), cr.Hazard, cr.Event, cr.Scenario, *CHANGES.values()]
"""Every class whose instances a user writes in tables or files."""


def test_every_record_and_change_is_held_against_these_rules() -> None:
    """The registries are not empty, and what they hold are classes of records, each once."""
    assert {cr.Node, cr.Edge, cr.Quota, cr.Figure, cr.Source, cr.Outage, cr.QuotaChange} <= set(RECORDS)
    assert len(set(RECORDS)) == len(RECORDS)
    assert {kind.__name__ for kind in RECORDS} <= set(cr.__all__)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_field_is_described(kind: type[Record]) -> None:
    """Each field says what it means, and a quantity in which unit."""
    for name, field in kind.model_fields.items():
        assert field.description, f"{kind.__name__}.{name}"
        if name.endswith(("_mtpa", "_mt", "_usd_per_t", "_days", "_km", "_per_year")):
            assert field.description.endswith("]"), f"{kind.__name__}.{name}"


def test_no_file_outgrows_a_reader() -> None:
    """No module passes about 600 lines."""
    long = {f.name: n for f in PACKAGE.rglob("*.py") if (n := len(f.read_text(encoding="utf-8").splitlines())) > 620}
    assert long == {}


@pytest.mark.parametrize(
    "kind", [cr.Hazard, cr.Lognormal, cr.Uniform, cr.Edge, cr.Derate], ids=lambda kind: kind.__name__
)
def test_help_shows_a_records_fields(kind: type[Record]) -> None:
    """Before any is built: names as the record has them, those needed without a default."""
    shown = inspect.signature(kind).parameters
    assert list(shown) == list(kind.model_fields)
    needed = {name for name, parameter in shown.items() if parameter.default is inspect.Parameter.empty}
    assert needed == {name for name, field in kind.model_fields.items() if field.is_required()}


def test_fields_are_given_by_name() -> None:
    """A value without a name is refused with the names there are."""
    with pytest.raises(cr.DataError, match="Outage takes its fields by name: edge, node, corridor"):
        cr.Outage("cpc")  # type: ignore[misc]


def public_callables() -> list[tuple[str, Any]]:
    """Return every public function, and every public method of a public class, by name."""
    found = []
    for name in cr.__all__:
        thing = getattr(cr, name)
        if inspect.isclass(thing):
            found += [(f"{name}.{own}", f) for own, f in vars(thing).items() if own[0] != "_" and inspect.isfunction(f)]
        elif inspect.isfunction(thing):
            found.append((name, thing))
    return found


def test_arguments_after_the_first_three_are_by_keyword() -> None:
    """A call with many arguments says what each is; only `simulate` takes a fourth by position, its scenario."""
    callables = public_callables()
    assert len(callables) > 40
    by_place = {
        name: [p.name for p in inspect.signature(f).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        for name, f in callables
    }
    long = {name: [own for own in names if own != "self"] for name, names in by_place.items()}
    assert {name: names for name, names in long.items() if len(names) > 3} == {
        "simulate": ["network", "years", "seed", "scenario"]
    }
