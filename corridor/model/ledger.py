"""Figures: which are in force in a year, what their formulas come to, and how they are shown."""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from corridor.errors import DataError, nearest, unknown
from corridor.model.records import Figure, Source

COLUMNS = (
    "record", "subject", "attribute", "value", "low", "high", "unit", "year", "choice", "confidence",
    "source", "publisher", "date", "url", "formula", "note",
)  # fmt: skip

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def in_force(figures: Iterable[Figure], year: int) -> tuple[Figure, ...]:
    """Return the figures that hold in a year, formulas worked out.

    Raises
    ------
    DataError
        If two chosen figures claim the same attribute in that year, or a formula refers to what is not there, is no
        arithmetic, or leads back to itself.

    Notes
    -----
    A worked-out figure takes the weakest confidence and all the sources of what goes into it. Where it states no range
    of its own, its range spans the results at every corner of its inputs' ranges.
    """
    current = [figure for figure in figures if figure.since <= year <= figure.until]
    chosen: dict[str, dict[str, Figure]] = {}
    problems: list[str] = []
    for figure in current:
        if figure.choice == "chosen":
            key = f"{figure.subject}.{figure.attribute}"
            by_record = chosen.setdefault(key, {})
            if figure.record in by_record:
                problems.append(
                    f"figure {key!r} ({figure.record}): two are chosen for {year}; make one of them a rival"
                )
            by_record[figure.record] = figure
    book = _Book(chosen, year, problems)
    worked = tuple(book.work_out(figure) if figure.formula else figure for figure in current)
    if problems:
        raise DataError(problems)
    return worked


class _Book:
    """Works out formulas, each once; a name means the figure of the same kind of record, or the only one there is."""

    def __init__(self, chosen: dict[str, dict[str, Figure]], year: int, problems: list[str]) -> None:
        self.chosen, self.year, self.problems = chosen, year, problems
        self.done: dict[int, Figure] = {}
        self.open: list[int] = []

    def work_out(self, figure: Figure) -> Figure:
        """Return the figure with its formula's value and range, weakest confidence and all sources."""
        if not figure.formula or id(figure) in self.done:
            return self.done.get(id(figure), figure)
        place = f"figure '{figure.subject}.{figure.attribute}', formula {figure.formula!r}"
        if id(figure) in self.open:
            self.problems.append(f"{place}: leads back to itself; break the circle")
            return figure.replace(value=0.0)
        self.open.append(id(figure))
        try:
            tree = ast.parse(figure.formula, mode="eval").body
            names = sorted({_dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} - {""})
            names = [name for name in names if not any(other.startswith(f"{name}.") for other in names)]
            inputs = {name: self._input(name, figure.record) for name in names}
            worked = _evaluated(figure, tree, inputs)
        except (SyntaxError, ValueError, ZeroDivisionError) as error:
            self.problems.append(f"{place}: must be arithmetic over figures of {self.year} ({error})")
            worked = figure.replace(value=0.0)
        self.open.pop()
        self.done[id(figure)] = worked
        return worked

    def _input(self, name: str, record: str) -> Figure:
        found = self.chosen.get(name, {})
        if record not in found and len(found) > 1:
            raise ValueError(f"{name!r} may be of {' or '.join(found)}; put it in an input of its own")
        if not found:
            raise ValueError(unknown(f"figure in force in {self.year}", name, nearest(name, self.chosen)))
        return self.work_out(found.get(record) or next(iter(found.values())))


def _evaluated(figure: Figure, tree: ast.expr, inputs: dict[str, Figure]) -> Figure:
    """Return the figure with the value and range that its inputs give it."""
    value = float(_value(tree, {name: _central(found) for name, found in inputs.items()}))
    low, high = figure.low, figure.high
    if low is None or high is None:
        ends = [sorted({_end(found, found.low), _end(found, found.high)}) for found in inputs.values()]
        corners = np.array(list(itertools.product(*ends)), dtype=float)
        results = np.append(_value(tree, dict(zip(inputs, corners.T, strict=True))), value)
        low, high = (float(results.min()) if low is None else low), (float(results.max()) if high is None else high)
    return figure.replace(
        value=value,
        low=low,
        high=high,
        confidence=max([figure.confidence, *(found.confidence for found in inputs.values())]),
        sources=tuple(dict.fromkeys([*figure.sources, *(s for found in inputs.values() for s in found.sources)])),
    )


def _central(figure: Figure) -> float:
    return 0.0 if figure.value is None else figure.value


def _end(figure: Figure, end: float | None) -> float:
    return _central(figure) if end is None else end


def _dotted(node: ast.expr) -> str:
    """Return 'a.b.c' for such an expression, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := _dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Return what an arithmetic expression comes to, for numbers or for arrays of them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, values)
    if isinstance(node, ast.Attribute) and _dotted(node) in values:
        return values[_dotted(node)]
    raise ValueError(f"cannot read {ast.unparse(node)!r}")


def rows(
    figures: Sequence[Figure], sources: Sequence[Source], subjects: frozenset[str] | None, attribute: str | None
) -> list[dict[str, object]]:
    """Return figures with their sources spelt out, one mapping each, chosen before rival."""
    library = {source.id: source for source in sources}

    def told(figure: Figure, field: str) -> str:
        said = (getattr(library[id], field) for id in figure.sources if id in library)
        return "; ".join(dict.fromkeys(text for text in said if text))

    return [
        {
            **{field: getattr(figure, field) for field in COLUMNS[:7]},
            "year": str(figure.since) if figure.since == figure.until else f"{figure.since}-{figure.until}",
            "choice": figure.choice,
            "confidence": figure.confidence,
            "source": told(figure, "title"),
            "publisher": told(figure, "publisher"),
            "date": told(figure, "date"),
            "url": told(figure, "url") or "no page address kept",
            "formula": figure.formula,
            "note": figure.note,
        }
        for figure in sorted(figures, key=lambda f: (f.record, f.subject, f.attribute, f.choice))
        if (subjects is None or figure.subject in subjects or figure.subject.split(".")[0] in subjects)
        and (attribute is None or figure.attribute == attribute)
    ]
