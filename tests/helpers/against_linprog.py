"""One question put to the library and to the own program: the same answer, or the same refusal."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any

import pytest

import corridor as cr
from helpers.certificates import Slack, assert_certified
from helpers.oracle import best_objective, cost_of, earning_cycle


def assert_answered_as_by_own_program(world: SimpleNamespace) -> cr.Flow | None:
    """Assert that the library does as well as linprog, and refuses just what has a cycle that earns.

    Parameters
    ----------
    world : SimpleNamespace
        Parts of a network.

    Returns
    -------
    Flow or None
        The answer where there is one.
    """
    if earning_cycle(world) is not None:
        assert_refused(world)
        return None
    flow = cr.solve(cr.Network(**vars(world)))
    assert_certified(flow)
    assert_worth(flow.objective, world)
    return flow


def assert_worth(objective: float, world: Any, *, times: float = 1.0) -> None:
    """Assert that an objective is the own program's for a world, times what its units were multiplied by."""
    best = best_objective(world)
    assert abs(objective / times - best) <= Slack.of(world).musd, (
        f"{objective / times:.12g} million USD/y, linprog finds {best:.12g}"
    )


def assert_refused(world: SimpleNamespace) -> None:
    """Assert that a world is no network, and that the edges named go round a cycle that earns, the gain quoted."""
    with pytest.raises(cr.DataError) as caught:
        cr.Network(**vars(world))
    for told in caught.value.problems:
        assert_names_an_earning_cycle(told, world)


def assert_names_an_earning_cycle(told: str, world: SimpleNamespace) -> None:
    """Assert that the edges named in a sentence, and no fewer, go round a cycle that earns, or costs, what it says."""
    parts = vars(world) | {part: _named(told, getattr(world, part)) for part in ("edges", "commodities")}
    found = earning_cycle(SimpleNamespace(**parts))
    assert found is not None, f"no cycle of the edges named earns: {told}"
    gain, around = found
    assert sorted(around) == sorted(edge.id for edge in parts["edges"]), f"{around} would do: {told}"
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", told)]
    cost = abs(float(sum(cost_of(world, edge, parts["commodities"][0]) for edge in parts["edges"])))
    assert any(math.isclose(n, right, rel_tol=1e-2) for n in numbers for right in (gain, cost)), (
        f"neither the gain {float(gain)} nor the cost {cost} is told: {told}"
    )


def _named(told: str, records: Any) -> tuple[Any, ...]:
    return tuple(record for record in records if re.search(rf"\b{record.id}\b", told))
