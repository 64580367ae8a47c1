"""Numbered blocks of any job: the same from this process and from several, and what goes wrong told once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import corridor as cr
from corridor.solver.parallel import Progress, RunBlock, require_workers, run_blocks

TASKS = [(0, 5), (1, 5), (2, 2)]


@dataclass(frozen=True)
class Squares:
    """Blocks of squares, of which one may be refused."""

    refused: int = -1

    def run(self, number: int, size: int, progress: Progress | None) -> list[int]:
        """Return one block."""
        if number == self.refused:
            raise cr.DataError(f"block {number} is refused")
        if progress is not None:
            progress(size)
        return [(5 * number + index) ** 2 for index in range(size)]


@dataclass(frozen=True)
class Job:
    """Makes what runs the blocks of squares."""

    squares: Squares

    def __call__(self) -> RunBlock[list[int]]:
        """Return what runs a block."""
        return self.squares.run


@pytest.mark.parametrize("workers", [1, 2])
def test_blocks_are_the_same_whoever_runs_them(workers: int) -> None:
    """Here or by processes, in any order; progress adds up to all."""
    done: list[float] = []
    blocks = run_blocks(
        Job(Squares()), TASKS, here=Squares().run, workers=workers, progress=done.append, caller="squares"
    )
    assert sorted(blocks) == [(0, [0, 1, 4, 9, 16]), (1, [25, 36, 49, 64, 81]), (2, [100, 121])]
    assert sum(done) == 12


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_block_is_raised_as_it_is(workers: int) -> None:
    """By its own class, wherever the block ran."""
    squares = Squares(refused=1)
    blocks = run_blocks(Job(squares), TASKS, here=squares.run, workers=workers, progress=lambda _: None, caller="it")
    with pytest.raises(cr.DataError, match="block 1 is refused"):
        list(blocks)


def test_workers_and_a_client_exclude_each_other() -> None:
    """Ambiguous input is refused."""
    with pytest.raises(cr.DataError, match="give workers or a client, not both"):
        require_workers(workers=2, client=object())
