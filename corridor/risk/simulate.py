"""How likely and how bad is a bad transport year: sequential Monte Carlo over a network's hazards."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from corridor.errors import DataError
from corridor.messages import shown, unknown_name
from corridor.model.arguments import MOST_SEED, required_integer
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.hazard import Hazard
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario
from corridor.risk.blocks import Block, BlockSimulator, SimulationJob
from corridor.risk.checkpoint import Checkpoint, is_begun, manifest
from corridor.risk.ensemble import NOTHING, Ensemble
from corridor.risk.plan import Plan
from corridor.risk.random_histories import expected_states
from corridor.solver.choice_weights import as_asked, require_cheapest
from corridor.solver.parallel import progress_bar, require_workers, run_blocks

_YEARS, _YEARS_PER_DRAW = 10_000, 1000
_LEAST_PER_DRAW = 100
_MOST_DRAWS = 100_000
_MOST_YEARS = 100_000_000
_MOST_EVENTS = 10_000
_MOST_STATES = 5_000_000


def simulate(
    network: Network,
    years: int | None = None,
    seed: int = 7,
    scenario: Scenario | None = None,
    *,
    regime: str | Mapping[str, float] | None = None,
    rates: str = "central",
    draws: int = 100,
    rerouting: bool = True,
    choice: str | None = None,
    workers: int = 1,
    client: Any = None,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> Ensemble:
    """Return many years of a network under its hazards, each as likely as the next.

    Parameters
    ----------
    network : Network
        Network to simulate, with hazards: ``cr.load("caspian")``, or ``net.replace(hazards=[...])``.
    years : int, optional
        Number of years to draw: by default 10 000, or with drawn rates 1000 a draw.
    seed : int
        The same seed gives the same bytes. Two scenarios on the same seed meet the same hazards on the same days
        (common random numbers), so that their difference is the scenario's, not luck's; more years on the same seed
        begin with the same years.
    scenario : Scenario, optional
        Scenario that holds all the time, beside the hazards.
    regime : str or mapping, optional
        Regime whose rates hazards have; by default the network's. ``{"war": 0.5, "calm": 0.5}`` takes half of the
        years from each: the years of a long loan are not war throughout.
    rates : {"central", "drawn"}
        Whether rates, durations, shares and hits of hazards stand at their central values, or are drawn within what
        the record leaves open, once for each of `draws`: `Ensemble.summary` then tells luck and ignorance apart.
    draws : int
        How many sets of parameters are drawn with ``rates="drawn"``. 100 are a first look; publish 1000.
    rerouting : bool
        Whether oil takes other ways at once. Without, no commodity moves on an edge beyond its usual flow there, which
        is the other bound: the truth, with weeks or months of notice, lies between.
    choice : {"cheapest"}, optional
        Have all commodities take their cheapest way; needed where some choose between corridors
        (`Commodity.choice_usd_per_t`), for years are solved by linear programs.
    workers : int
        Processes to share the work; the result is the same for any number. Scripts need the call under
        ``if __name__ == "__main__":`` then.
    client : distributed.Client, optional
        A Dask client whose workers share the work instead.
    checkpoint : path, optional
        Folder for finished blocks of about 2500 years; a run that was stopped goes on from there. Needs the extra
        ``corridor[ensemble]``.
    progress : bool, optional
        Whether to show a progress bar; by default where someone watches (a terminal or a notebook) and it takes more
        than a second.

    Returns
    -------
    Ensemble

    Raises
    ------
    DataError
        If the network has no hazards or two of one name, hazards that may meet leave what cannot be, an argument is out
        of range, hazards and years come to more than 5 million distinct states, or the checkpoint is damaged, in
        use, or of other inputs.
    UnknownNameError
        If the scenario or a hazard does not fit the network.
    SolverError
        If worker processes fail repeatedly, or the Dask client or its cluster ends.

    Notes
    -----
    Arrivals of each hazard are Poisson, durations as it says, so that the number of its events in force at a time is
    that of the queue M/G/infinity; while several overlap the worst counts. A year is cut where any hazard comes or
    goes, each interval is the best steady flow of its state, and each distinct state is solved once. Shares that
    events take are rounded to 2 %, so that a state's share is off by 1 % of the capacity at most, and on average by
    nothing. Months play no part: seasons change no year's total.

    References
    ----------
    Billinton and Allan (1996), Reliability Evaluation of Power Systems, 2nd ed., Plenum, for sequential simulation.

    Examples
    --------
    >>> import corridor as cr
    >>> ens = cr.simulate(cr.load("caspian", regime="war"), years=1000, seed=7)
    >>> len(ens.years)
    1000
    """
    require_network(network)
    network = as_asked(network, choice)
    require_cheapest(network, "simulate")
    if scenario is not None:
        _require_steady(scenario)
    plan, years = _plan(network, years, regime, rates, draws)
    seed, workers = required_integer("seed", seed, 0, MOST_SEED), required_integer("workers", workers, 1, 1024)
    require_workers(workers=workers, client=client)
    hazards = validated_hazards(network, plan.regimes)
    _require_countable(hazards, years, plan.regimes)
    altered = network if scenario is None else scenario.apply(network)
    simulator = BlockSimulator(altered, hazards, plan, rerouting=rerouting)
    job = SimulationJob.of(simulator, seed)
    tasks = dict(plan.blocks(years))
    done: dict[int, Block] = {}
    begun = checkpoint is not None and is_begun(checkpoint)
    if not begun:  # so that hazards that are refused leave no folder; those of a begun one have passed
        _prepare(network, simulator)
    with contextlib.ExitStack() as stack:
        finished = None
        if checkpoint is not None:
            finished = Checkpoint(checkpoint, manifest(simulator, seed), simulator.empty_block())
            stack.enter_context(finished)
            done = {number: block for number, n in tasks.items() if (block := finished.read(number, n)) is not None}
        missing = [(number, n) for number, n in tasks.items() if number not in done]
        if missing and begun:
            _prepare(network, simulator)
        finished_years = sum(tasks[number] for number in done)
        bar = stack.enter_context(progress_bar(years, "years", done=finished_years, wanted=progress))
        blocks = run_blocks(
            job, missing, here=partial(simulator.block, seed), workers=workers, client=client, progress=bar.update,
            caller="simulate", resumable=True,
        )  # fmt: skip
        for number, block in stack.enter_context(contextlib.closing(blocks)):
            if finished is not None:
                finished.write(number, tasks[number], block)
            done[number] = block
    return Ensemble(
        network=network,
        scenario=scenario,
        seed=seed,
        hazards=hazards,
        simulator=simulator,
        blocks=tuple(done[number] for number in sorted(done)),
    )


def _require_steady(scenario: Scenario) -> None:
    """Raise unless a scenario is one that can hold all the time: a hazard comes and goes."""
    require_scenario(scenario)
    if isinstance(scenario, Hazard):
        raise DataError(
            f"scenario {scenario.name!r} is a hazard: to have it come and go, put it among the others, "
            "net.replace(hazards=(*net.hazards, hazard)); to have it hold all the time, give its changes as a Scenario"
        )


def _plan(
    network: Network, years: int | None, regime: str | Mapping[str, float] | None, rates: str, draws: int
) -> tuple[Plan, int]:
    """Return of which years blocks consist, and how many there are."""
    regimes = _regimes(network, regime)
    if rates not in ("central", "drawn"):
        raise unknown_name("kind of rates", str(rates), ("central", "drawn"))
    if rates == "central":
        return Plan(*regimes), required_integer("years", _YEARS if years is None else years, 1, _MOST_YEARS)
    draws = required_integer("draws", draws, 2, _MOST_DRAWS)
    years = required_integer("years", _YEARS_PER_DRAW * draws if years is None else years, 1, _MOST_YEARS)
    each, rest = divmod(years, draws)
    if each < _LEAST_PER_DRAW or rest:
        raise DataError(
            f"years must be {_LEAST_PER_DRAW} or more a draw, and as many in each (got {years} years, {draws} draws); "
            f"{_YEARS_PER_DRAW} a draw also give CVaR a range: years={_YEARS_PER_DRAW * draws}"
        )
    return Plan(*regimes, years_per_draw=each), years


def _regimes(
    network: Network, regime: str | Mapping[str, float] | None
) -> tuple[tuple[str | None, ...], tuple[float, ...]]:
    """Return the regimes of years and their shares."""
    if regime == "full":
        raise DataError("regime 'full' is no more: rates are those of calm or of war; or {'war': 0.5, 'calm': 0.5}")
    if not isinstance(regime, Mapping):
        if regime is not None and not isinstance(regime, str):
            raise DataError(f"regime must be a name, or shares of years by name (got {shown(regime)})")
        return (network.regime if regime is None else regime,), (1.0,)
    for name, share in regime.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise DataError(
                f"regime: the share of years in {name!r} must be more than 0 and at most 1 (got {shown(share)})"
            )
    if not regime or abs(sum(regime.values()) - 1.0) > 1e-9:
        raise DataError(
            f"regime: shares of years must add up to 1 (got {sum(regime.values()):g}: {shown(dict(regime))})"
        )
    names = sorted(regime)
    return tuple(names), tuple(float(regime[name]) for name in names)


def validated_hazards(network: Network, regimes: Sequence[str | None]) -> tuple[Hazard, ...]:
    """Return a network's hazards, each of which must have a name of its own and a frequency that can be drawn.

    Raises
    ------
    DataError
        If there are none, or two of one name.
    """
    if not network.hazards:
        raise DataError(
            f"{network!r} has no hazards, so every year is alike; load one with them, or net.replace(hazards=[...])"
        )
    names = [hazard.name for hazard in network.hazards]
    if duplicates := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"two hazards are called {duplicates[0]!r}; they are told apart by name, rename one")
    for hazard in network.hazards:
        rate = max(hazard.mean_frequency_per_year(regime) for regime in regimes)
        in_force = rate * hazard.mean_duration_days / DAYS_PER_YEAR
        if max(in_force, rate) > _MOST_EVENTS:
            raise DataError(
                f"hazard {hazard.name!r} comes {rate:.3g} times a year, {in_force:.3g} at once; "
                f"at most {_MOST_EVENTS:,} of either can be drawn: what is always in force belongs into the scenario"
            )
        if NOTHING in (hazard.name, hazard.place):
            raise DataError(f"hazard {hazard.name!r}: {NOTHING!r} stands for no hazard at all; rename it or its place")
    return network.hazards


def _prepare(network: Network, simulator: BlockSimulator) -> None:
    """Raise unless each hazard has an effect and all may be in force at once; compile the program."""
    for hazard in simulator.hazards:
        hazard.apply(network)
    simulator.prepare()


def _require_countable(hazards: Sequence[Hazard], years: int, regimes: Sequence[str | None]) -> None:
    """Raise if there would be so many states that they would take hours and not fit into memory."""
    expected = expected_states(hazards, years, regimes)
    if expected > _MOST_STATES:
        raise DataError(
            f"{len(hazards)} hazards come to about {expected:,.0f} distinct states in {years:,} years, and at most "
            f"{_MOST_STATES:,} can be worked out; simulate fewer years, or join hazards that are alike"
        )
