"""The surface: what users can reach, what importing costs, which way imports run."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import corridor
import corridor as cr
from corridor.model.records import Record

PACKAGE = Path(corridor.__file__).parent
ROOMS = ("errors", "model", "solver", "study", "show", "waiting", "printing", "cli", "pytest_plugin")


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
    heavy = ("pandas", "networkx", "highspy", "matplotlib", "numpy", "pydantic")
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


def _rooms_imported(file: Path) -> set[str]:
    """Return the rooms that a module imports from."""
    rooms = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("corridor."):
            rooms.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "corridor":
            rooms |= {alias.name for alias in node.names} & set(ROOMS)
    return rooms


def test_imports_run_one_way() -> None:
    """errors, model, solver, study, show, cli, pytest_plugin: each imports from itself and what comes before it."""
    against = []
    for file in PACKAGE.rglob("*.py"):
        room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room in ROOMS:
            against += [
                (str(file.relative_to(PACKAGE)), other)
                for other in _rooms_imported(file)
                if ROOMS.index(other) > ROOMS.index(room)
            ]
    assert against == []


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


def _records() -> list[type[Record]]:
    found: list[type[Record]] = []
    queue = [Record]
    while queue:
        kind = queue.pop()
        queue += kind.__subclasses__()
        found.append(kind)
    return [kind for kind in found if kind.__module__.startswith("corridor.model.re")]


@pytest.mark.parametrize("kind", _records(), ids=lambda kind: kind.__name__)
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
