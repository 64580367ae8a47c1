"""Figures: which are in force in a year, what their formulas come to, and how they are shown."""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.messages import listed, unknown, unknown_name
from corridor.model.formulas import governance_risk
from corridor.model.records import Edge, Figure, Source

COLUMNS = (
    "record", "subject", "attribute", "value", "low", "high", "unit", "year", "choice", "confidence",
    "source", "publisher", "date", "url", "formula", "note", "since", "until", "sources",
)  # fmt: skip

TABLE_COLUMNS = (
    "subject", "attribute", "record", "low", "high", "year", "choice", "confidence", "source", "publisher", "date",
    "url", "formula", "note", "since", "until", "sources", "value", "unit",
)  # fmt: skip
"""The same in the order of a table: pandas prints the ends of one too wide for a screen."""

Value = float | npt.NDArray[np.float64]
"""One value of a figure, or one for each of several networks."""
V = TypeVar("V", bound=Value)
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def in_force(figures: Iterable[Figure], year: int | None) -> tuple[Figure, ...]:
    """Return the figures that hold in a year or are carried to it (all where there is none), formulas worked out.

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
    current = standing(figures, year)
    figure_set = FigureSet(current, year)
    worked: dict[str, Figure] = {key_of(f): f for f in current if f.choice == "chosen"}
    for key in figure_set.order:
        inputs = {name: worked[other] for name, other in figure_set.inputs[key].items()}
        worked[key] = _evaluated(worked[key], figure_set.trees[key], inputs)
    return tuple(worked[key_of(figure)] if figure.choice == "chosen" else figure for figure in current)


def standing(figures: Iterable[Figure], year: int | None) -> list[Figure]:
    """Return the figures that stand for a year, in their order; without a year all do.

    Notes
    -----
    Those whose years cover it. Where no chosen figure of an attribute does, the last one before it is carried, with the
    rivals that it had in its last year: `until` is the last year that its source speaks of, and what was is taken to
    go on until a source says otherwise.
    """
    every = list(figures)
    if year is None:
        return every
    carried_from: dict[str, int] = {}
    covered = set()
    for figure in every:
        if figure.choice == "chosen" and figure.since <= year:
            if figure.until >= year:
                covered.add(key_of(figure))
            carried_from[key_of(figure)] = max(figure.until, carried_from.get(key_of(figure), figure.until))
    for key in covered:
        del carried_from[key]
    return [
        figure
        for figure in every
        if figure.since <= year <= figure.until
        or ((last := carried_from.get(key_of(figure))) is not None and figure.since <= last <= figure.until)
    ]


def age_years(figure: Figure, year: int | None) -> int:
    """Return over how many years a figure is carried beyond the last that its source speaks of. [years]"""
    return 0 if year is None else max(0, year - figure.until)


def carried(figures: Iterable[Figure], year: int | None) -> list[Figure]:
    """Return the chosen figures among some that are carried to a year from one before it."""
    return [figure for figure in figures if figure.choice == "chosen" and age_years(figure, year) > 0]


def key_of(figure: Figure) -> str:
    """Return what tells a chosen figure of one year from all others: ``record:subject.attribute``."""
    return f"{figure.record}:{figure.subject}.{figure.attribute}"


class FigureSet:
    """The chosen figures of one year by key (of all where there is none), their formulas read and in working order.

    Attributes
    ----------
    figures : dict
        Chosen figure by key.
    trees, inputs : dict
        For each key with a formula its syntax tree, and the keys of the figures that it names.
    order : list of str
        Keys with a formula, each after those that go into it.

    Raises
    ------
    DataError
        Naming every formula that cannot be read.
    """

    def __init__(self, figures: Iterable[Figure], year: int | None) -> None:
        self.figures: dict[str, Figure] = {}
        problems: list[str] = []
        self._by_name: dict[str, dict[str, str]] = {}
        for figure in standing(figures, year):
            if figure.choice == "chosen":
                key, name = key_of(figure), f"{figure.subject}.{figure.attribute}"
                if key in self.figures:
                    when = (
                        "; make one a rival, or give the network a year"
                        if year is None
                        else f" for {year}; make one a rival"
                    )
                    problems.append(f"figure {name!r} ({figure.record}): two are chosen{when}")
                self.figures[key] = figure
                self._by_name.setdefault(name, {})[figure.record] = key
        self.trees: dict[str, ast.expr] = {}
        self.inputs: dict[str, dict[str, str]] = {}
        for key, figure in self.figures.items():
            if figure.formula:
                try:
                    self.trees[key], names = _parsed(figure.formula)
                    self.inputs[key] = {name: self._key(name, figure.record, year) for name in names}
                    _value(self.trees[key], dict.fromkeys(self.inputs[key], 1.0))
                except ZeroDivisionError:
                    pass
                except (SyntaxError, ValueError) as error:
                    problems.append(f"{_described(figure)}: must be arithmetic over figures{_of(year)} ({error})")
        if problems:
            raise DataError(problems)
        self.order: list[str] = []
        self._sort()

    def _key(self, name: str, record: str, year: int | None) -> str:
        """Return the key that a name in a formula means: of the same kind of record, or the only one there is."""
        keys = self._by_name.get(name, {})
        if not keys:
            raise ValueError(unknown(f"figure{_of(year)}", name, self._by_name))
        if record not in keys and len(keys) > 1:
            raise ValueError(f"{name!r} may be of {' or '.join(keys)}; put it in an input of its own")
        return keys.get(record) or next(iter(keys.values()))

    def key_named(self, name: str) -> str:
        """Return the key of a figure by its name.

        Parameters
        ----------
        name : str
            ``subject.attribute``; ``record:subject.attribute`` where several kinds of record have such a figure; the
            subject alone where it has one figure.

        Raises
        ------
        UnknownNameError
            If there is none, or more than one.
        """
        if name in self.figures:
            return name
        keys = [key for key in self.figures if key.split(":", 1)[1] == name]
        if not keys and "." not in name:
            keys = [key for key, figure in self.figures.items() if figure.subject == name]
        if len(keys) == 1:
            return keys[0]
        if keys:
            apart = keys if "." in name else [key.split(":", 1)[1] for key in keys]
            raise unknown_name("single figure", name, (), "", f"; write one of {listed(apart)}")
        subjects = Counter(figure.subject for figure in self.figures.values())
        raise unknown_name(
            "figure", name, [*self._by_name, *(subject for subject, count in subjects.items() if count == 1)]
        )

    def _sort(self) -> None:
        """Put the formulas in order, or refuse those that lead back to themselves."""
        waiting = {
            key: {other for other in inputs.values() if other in self.trees} for key, inputs in self.inputs.items()
        }
        while waiting:
            ready = [key for key, inputs in waiting.items() if not inputs & waiting.keys()]
            if not ready:
                circle = [f"{_described(self.figures[key])}: leads back to itself; break the circle" for key in waiting]
                raise DataError(circle)
            self.order += ready
            for key in ready:
                del waiting[key]

    def stated(self, key: str) -> Figure:
        """Return a worked-out figure as it was stated: without the range and the sources that its inputs gave it."""
        figure, inputs = self.figures[key], {name: self.figures[other] for name, other in self.inputs[key].items()}
        bare = _evaluated(figure.replace(low=None, high=None), self.trees[key], inputs)
        theirs = {source for other in inputs.values() for source in other.sources}
        return figure.replace(
            low=None if _same(figure.low, bare.low) else figure.low,
            high=None if _same(figure.high, bare.high) else figure.high,
            sources=tuple(source for source in figure.sources if source not in theirs),
        )

    def values(self, changed: Mapping[str, V], added: Mapping[str, V] | None = None) -> dict[str, V]:
        """Return the values that change when some figures take other values, by key, those included.

        Parameters
        ----------
        changed : mapping
            New values by key, numbers or arrays of one shape; a figure with a formula keeps its formula unless it is
            changed itself.
        added : mapping, optional
            What is added to the results of formulas, by key.
        """
        values: dict[str, Any] = dict(changed)
        added = added or {}
        touched = {key for source in (changed, added) for other in source for key in self._followers.get(other, ())}
        for key in sorted(touched | added.keys(), key=self._position.__getitem__):
            if key not in changed:
                inputs = self.inputs[key]
                now = {name: values.get(other, _central(self.figures[other])) for name, other in inputs.items()}
                values[key] = _value(self.trees[key], now) + added.get(key, 0.0)
        return values

    def value_among(self, key: str, others: FigureSet) -> float:
        """Return what a figure comes to among other figures: by its formula, if all that goes into it is there."""
        inputs = self.inputs.get(key, {})
        if not inputs or any(other not in others.figures for other in inputs.values()):
            return _central(self.figures[key])
        try:
            return float(_value(self.trees[key], {n: _central(others.figures[other]) for n, other in inputs.items()}))
        except ZeroDivisionError:
            return _central(self.figures[key])

    @cached_property
    def _position(self) -> dict[str, int]:
        """Position of each key with a formula in `order`."""
        return {key: position for position, key in enumerate(self.order)}

    @cached_property
    def _followers(self) -> dict[str, set[str]]:
        """Keys of the formulas that a figure goes into, directly or through others."""
        followers: dict[str, set[str]] = {}
        for key in reversed(self.order):
            for other in self.inputs[key].values():
                followers.setdefault(other, set()).update({key}, followers.get(key, ()))
        return followers


def _of(year: int | None) -> str:
    return "" if year is None else f" in force in {year}"


def _described(figure: Figure) -> str:
    return f"figure '{figure.subject}.{figure.attribute}', formula {figure.formula!r}"


@lru_cache(maxsize=4096)
def _parsed(formula: str) -> tuple[ast.expr, tuple[str, ...]]:
    """Return the syntax tree of a formula and the dotted names in it; a network's formulas are read many times over."""
    tree = ast.parse(formula, mode="eval").body
    return tree, tuple(_names(tree))


def _names(tree: ast.expr) -> list[str]:
    """Return the dotted names in an expression, none of them a part of another."""
    names = {_dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} - {""}
    return sorted(name for name in names if not any(other.startswith(f"{name}.") for other in names))


def _evaluated(figure: Figure, tree: ast.expr, inputs: dict[str, Figure]) -> Figure:
    """Return the figure with the value and range that its inputs give it."""
    try:
        value = float(_value(tree, {name: _central(other) for name, other in inputs.items()}))
    except ZeroDivisionError as error:
        raise DataError(f"{_described(figure)}: must be arithmetic that comes to a number ({error})") from None
    low, high = figure.low, figure.high
    if low is None or high is None:
        bounds = [sorted({_bound(other, other.low), _bound(other, other.high)}) for other in inputs.values()]
        corners = np.array(list(itertools.product(*bounds)), dtype=float)
        results = np.append(_value(tree, dict(zip(inputs, corners.T, strict=True))), value)
        low, high = (float(results.min()) if low is None else low), (float(results.max()) if high is None else high)
    return figure.replace(
        value=value,
        low=low,
        high=high,
        confidence=max([figure.confidence, *(other.confidence for other in inputs.values())]),
        sources=tuple(dict.fromkeys([*figure.sources, *(s for other in inputs.values() for s in other.sources)])),
    )


def _central(figure: Figure) -> float:
    return 0.0 if figure.value is None else figure.value


def _bound(figure: Figure, bound: float | None) -> float:
    return _central(figure) if bound is None else bound


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


def _same(one: float | None, other: float | None) -> bool:
    """Tell whether two bounds are one number but for rounding."""
    return one == other or (one is not None and other is not None and math.isclose(one, other, rel_tol=1e-12))


def country_risks(figures: Iterable[Figure]) -> dict[str, float]:
    """Return the risk score of each country by the governance estimates among some figures. [index 0 to 1]"""
    estimates: dict[str, list[float]] = {}
    for figure in figures:
        if figure.record == "country" and figure.choice == "chosen" and figure.value is not None:
            estimates.setdefault(figure.subject, []).append(figure.value)
    return {country: governance_risk(values) for country, values in estimates.items()}


def weakest_link(edge: Edge, risks: Mapping[str, float]) -> float | None:
    """Return the risk score of the weakest country that an edge crosses; None where one has none. [index 0 to 1]"""
    known = edge.countries and all(country in risks for country in edge.countries)
    return max(risks[country] for country in edge.countries) if known else None


def concerns(figure: Figure, subjects: frozenset[str]) -> bool:
    """Tell whether a figure is about one of some ids, or about a supply, market or quota there."""
    return figure.subject in subjects or figure.subject.split(".")[0] in subjects


def confidence_counts(figures: Iterable[Figure]) -> Counter[str]:
    """Return how many of the chosen figures have which confidence; positions and governance estimates not counted."""
    return Counter(
        figure.confidence
        for figure in figures
        if figure.choice == "chosen" and figure.record != "country" and figure.attribute not in ("lat", "lon")
    )


def inputs_of(figures: Iterable[Figure], among: Sequence[Figure], year: int | None) -> list[Figure]:
    """Return the figures that the formulas of some figures draw on, and theirs in turn, without those themselves."""
    figure_set = FigureSet(among, year)
    queue = [key_of(figure) for figure in figures if figure.choice == "chosen"]
    seen = set(queue)
    inputs = []
    while queue:
        for other in figure_set.inputs.get(queue.pop(), {}).values():
            if other not in seen:
                seen.add(other)
                queue.append(other)
                inputs.append(figure_set.figures[other])
    return inputs


def figure_rows(figures: Iterable[Figure], sources: Sequence[Source]) -> list[dict[str, object]]:
    """Return figures with their sources spelt out, one mapping each, chosen before rival."""
    library = {source.id: source for source in sources}

    def joined(figure: Figure, field: str) -> str:
        texts = (getattr(library[id], field) for id in figure.sources if id in library)
        return "; ".join(dict.fromkeys(text for text in texts if text))

    return [
        {
            **{field: getattr(figure, field) for field in COLUMNS[:7]},
            "year": str(figure.since) if figure.since == figure.until else f"{figure.since}-{figure.until}",
            "choice": figure.choice,
            "confidence": figure.confidence,
            "source": joined(figure, "title"),
            "publisher": joined(figure, "publisher"),
            "date": joined(figure, "date"),
            "url": joined(figure, "url") or "no page address kept",
            "formula": figure.formula,
            "note": figure.note,
            "since": figure.since,
            "until": figure.until,
            "sources": figure.sources,
        }
        for figure in sorted(figures, key=lambda f: (f.record, f.subject, f.attribute, f.choice))
    ]
