"""States of a network with all its uncertain figures drawn together, block by block: what they come to.

A block depends on the network, the scenarios, what is asked, the seed and its number alone, so the same blocks come
from any number of workers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError, DataError
from corridor.model.arguments import MOST_DRAWS, MOST_SEED, required_integer
from corridor.model.figures import key_of
from corridor.model.network import Key, Network, edge_key
from corridor.model.scenario import Scenario
from corridor.model.variation import Fields, Variation
from corridor.solver.parallel import Progress, RunBlock, progress_bar, require_workers, run_blocks
from corridor.solver.program import Floats
from corridor.solver.warm import WarmSolver
from corridor.study.path_values import PathValues

BLOCK_DRAWS = 25
"""Draws of a block; each has a generator of its own."""
POINTS = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
"""Names of the points of a distribution that tables show, and the share of draws up to each."""
DEFINED = "defined"
"""Name of the share of draws in which a number exists."""
States = tuple[tuple[str, Scenario | None], ...]
"""The states of each draw by name, the baseline first."""


class Numbers(Protocol):
    """What is asked of each state; pickled for workers."""

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the numbers."""

    def values(self, state: PathValues) -> list[float]:
        """Return the numbers of a state, NaN where one does not exist."""


@dataclass(frozen=True)
class LeftOut:
    """A draw, or one scenario of it, that makes no sound network.

    Attributes
    ----------
    draw : int
    scenario : str
        Empty where no scenario of the draw can be solved.
    reason : str
    """

    draw: int
    scenario: str
    reason: str


@dataclass(frozen=True, eq=False)
class DrawnBlock:
    """What a block of draws came to.

    Attributes
    ----------
    figures : shape (n, n_figures)
        Values drawn, a column for each of `Variation.varying_figures`.
    values : shape (n, n_states, n_numbers)
        NaN where a number does not exist.
    left_out : tuple of LeftOut
    """

    figures: Floats
    values: Floats
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class DrawJob:
    """What a worker needs to run blocks."""

    network: Network
    states: States
    numbers: Numbers
    seed: int

    def __call__(self) -> RunBlock[DrawnBlock]:
        """Return what runs the blocks."""
        return DrawRunner(self).block


class DrawRunner:
    """Runs blocks of draws: the program is compiled once, every state restarts from its optimal basis."""

    def __init__(self, job: DrawJob) -> None:
        self._job = job
        self._variation = Variation(job.network)
        self._solver = WarmSolver(job.network, minima=_minima(self._variation, job.states))
        self._central_states: dict[int, Network] = {}

    @cached_property
    def keys(self) -> list[str]:
        """Keys of the figures drawn."""
        return [key_of(figure) for figure in self._variation.varying_figures()]

    def central(self, *, strict: bool) -> Floats:
        """Return the numbers with every figure at its value, shape (n_states, n_numbers); `strict` as in `compare`.

        Raises
        ------
        UnknownNameError, DataError
            If a scenario does not fit the network, or has no effect on it.
        """
        numbers = [self._job.numbers.values(state) for _, state in self._solved(self._job.network, strict=strict)]
        return np.array(numbers, dtype=np.float64)

    def block(self, number: int, size: int, progress: Progress | None) -> DrawnBlock:
        """Return a block of draws, of which there may be less than in a full one."""
        chances = np.random.default_rng((self._job.seed, number)).random((BLOCK_DRAWS, len(self.keys)))[:size]
        drawn = self._variation.drawn(chances)
        fields = self._variation.fields(drawn)
        values = np.full((size, len(self._job.states), len(self._job.numbers.names)), np.nan)
        left_out: list[LeftOut] = []
        for row in range(size):
            draw = number * BLOCK_DRAWS + row
            try:
                network = self._variation.with_fields(_row_of(fields, row))
            except DataError as error:
                left_out.append(LeftOut(draw, "", error.problems[0]))
            else:
                for state, numbers in self._values(network, draw, left_out):
                    values[row, state] = numbers
            if progress is not None:
                progress(1)
        figures = np.column_stack([drawn[key] for key in self.keys]) if self.keys else np.empty((size, 0))
        return DrawnBlock(figures, values, tuple(left_out))

    def _values(self, network: Network, draw: int, left_out: list[LeftOut]) -> Iterator[tuple[int, list[float]]]:
        """Yield position and numbers of each state of a draw; what cannot be is added to `left_out`."""
        for index, state in self._solved(network, strict=False):
            if isinstance(state, CorridorError):
                left_out.append(LeftOut(draw, self._job.states[index][0], str(state)))
                continue
            try:
                numbers = self._job.numbers.values(state)
            except DataError as error:  # observed flows of a reference that exceed what is drawn as offered
                left_out.append(LeftOut(draw, self._job.states[index][0], str(error)))
            else:
                yield index, numbers

    def _after(self, scenario: Scenario, index: int, network: Network, *, strict: bool) -> Network:
        """Return what a scenario makes of a network; in a draw no price or time falls below 0 that centrally is not."""
        if network is self._job.network:
            return scenario.apply(network, strict=strict)
        if index not in self._central_states:
            self._central_states[index] = scenario.apply(self._job.network, strict=False)
        return scenario.apply_to_draw(network, self._central_states[index])

    def _solved(self, network: Network, *, strict: bool) -> Iterator[tuple[int, Any]]:
        """Yield position and state of the baseline and each scenario of a network, or the error that it is."""
        before = PathValues(self._solver, network, network)
        for index, (_, scenario) in enumerate(self._job.states):
            if scenario is None:
                yield index, before
                continue
            try:
                after = self._after(scenario, index, network, strict=strict)
            except DataError as error:
                if network is self._job.network:
                    raise
                yield index, error
            else:
                yield index, PathValues(self._solver, network, after, scenario, before)


def _row_of(fields: Fields, row: int) -> Fields:
    """Return the fields of one of several networks."""
    return {
        owner: {field: value[row] if isinstance(value, list) else value for field, value in changed.items()}
        for owner, changed in fields.items()
    }


def _minima(variation: Variation[Network], states: States) -> frozenset[Key]:
    """Return the quotas that may have a minimum in some draw, so that one program holds all of them."""
    ends = {key_of(figure): variation.range_of(figure)[1] for figure in variation.varying_figures()}
    moved = variation.field_changes(ends)
    minima = {change.id for change in moved if (change.kind, change.field) == ("quota", "min_mtpa")}
    for _, scenario in states:
        altered = variation.network if scenario is None else scenario.apply(variation.network, strict=False)
        minima |= {edge_key(quota) for quota in altered.quotas if quota.min_mtpa > 0}
    return frozenset(minima)


@dataclass(frozen=True, eq=False)
class Draws:
    """What all draws came to.

    Attributes
    ----------
    keys : tuple of str
        Keys of the figures drawn.
    figures : shape (n_draws, n_figures)
    central : shape (n_states, n_numbers)
        With every figure at its value.
    values : shape (n_draws, n_states, n_numbers)
    left_out : tuple of LeftOut
    """

    keys: tuple[str, ...]
    figures: Floats
    central: Floats
    values: Floats
    left_out: tuple[LeftOut, ...]

    @cached_property
    def points(self) -> dict[str, Floats]:
        """`POINTS` of each number and `DEFINED`, each of shape (n_states, n_numbers)."""
        return points(self.values)

    def sound(self, scenario: str) -> npt.NDArray[np.bool_]:
        """Return which draws have the state of that name, shape (n_draws,)."""
        sound = np.ones(len(self.values), dtype=bool)
        sound[[out.draw for out in self.left_out if out.scenario in ("", scenario)]] = False
        return sound


def points(values: Floats) -> dict[str, Floats]:
    """Return points of a distribution over the first axis, and the share that is defined.

    Notes
    -----
    A point is the least value that its share of the defined ones does not exceed; so an infinite one may be.
    """
    ordered = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(values)).sum(axis=0)
    shown = {}
    for name, share in POINTS.items():
        position = np.maximum(np.ceil(share * count - _ROUNDING).astype(np.intp) - 1, 0)
        shown[name] = np.take_along_axis(ordered, position[None], axis=0)[0]
    return shown | {DEFINED: count / len(values)}


_ROUNDING = 1e-9


def drawn_numbers(
    job: DrawJob,
    draws: int,
    *,
    workers: int = 1,
    client: Any = None,
    progress: bool | None = None,
    strict: bool = True,
    caller: str = "uncertainty",
) -> Draws:
    """Return what draws come to; arguments as those of `uncertainty`, `strict` as that of `compare`.

    Raises
    ------
    DataError
        If an argument is out of range, the network has no figures, or no draw makes a sound network.
    """
    draws = required_integer("draws", draws, 1, MOST_DRAWS)
    required_integer("seed", job.seed, 0, MOST_SEED)
    require_workers(workers=required_integer("workers", workers, 1, 1024), client=client)
    runner = DrawRunner(job)
    central = runner.central(strict=strict)
    tasks = [(number, min(BLOCK_DRAWS, draws - number * BLOCK_DRAWS)) for number in range(-(-draws // BLOCK_DRAWS))]
    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(progress_bar(draws, "draws", wanted=progress))
        blocks = run_blocks(
            job, tasks, here=runner.block, workers=workers, client=client, progress=bar.update, caller=caller
        )
        done: Mapping[int, DrawnBlock] = dict(stack.enter_context(contextlib.closing(blocks)))
    in_order = [done[number] for number in sorted(done)]
    left_out = tuple(out for block in in_order for out in block.left_out)
    if sum(out.scenario == "" for out in left_out) == draws:
        raise DataError(f"no draw makes a sound network; the first: {left_out[0].reason}")
    return Draws(
        keys=tuple(runner.keys),
        figures=np.concatenate([block.figures for block in in_order]),
        central=central,
        values=np.concatenate([block.values for block in in_order]),
        left_out=left_out,
    )


def left_out_notes(left_out: Iterable[LeftOut], draws: int) -> list[str]:
    """Return a sentence for each state of which draws were left out: how many, and why the first was."""
    by_state: dict[str, list[LeftOut]] = {}
    for out in left_out:
        by_state.setdefault(out.scenario, []).append(out)
    return [
        f"{len(some)} of {draws} draws make no sound network{f' under {name!r}' if name else ''} and are left out of "
        f"all points, so that these are of the others; draw {some[0].draw}: {some[0].reason}"
        for name, some in by_state.items()
    ]
