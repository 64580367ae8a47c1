"""Weights of corridors between which shippers choose: what makes the flows of an observed year come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from corridor.errors import DataError
from corridor.messages import listed, shown
from corridor.model.commodity_groups import offered_mtpa
from corridor.model.network import Network, adjacency, reach
from corridor.model.records import Commodity, Observation
from corridor.solver.choice import Alternative, ChoiceSolver, ChosenOptimum
from corridor.solver.highs import Cut, CuttingSolver, Infeasible
from corridor.solver.program import Ints, Program, ProgramState

_MOST_SCALES = 500.0
"""Most scales of the choice that costs of corridors may differ by; beyond it weights are no numbers. [1]"""
_FITS = 1e-9
"""Share of a supply by which observed flows may exceed it by rounding. [1]"""


@dataclass(frozen=True)
class Weight:
    """How a commodity's corridor is weighted.

    Attributes
    ----------
    commodity, corridor : str
        Ids of both.
    weight : float
        What it takes at equal cost, relative to the corridor that takes the rest, or most; 0 without observation. [1]
    observed_mtpa : float
        Flow that the weight makes come out. [Mt/y]
    year : int or None
        Year in which that was observed.
    cost_usd_per_t : float
        What one more tonne that way cost there, less what buyers paid and with what was full priced. [USD/t]
    beyond_limits : bool
        Whether the observed flows exceed the limits of the reference, so that the weight is a lower bound.
    """

    commodity: str
    corridor: str
    weight: float
    observed_mtpa: float
    year: int | None
    cost_usd_per_t: float
    beyond_limits: bool = False


def choosing(network: Network) -> tuple[Commodity, ...]:
    """Return the commodities that choose between corridors."""
    return tuple(commodity for commodity in network.commodities if commodity.choice_usd_per_t > 0)


CHEAPEST = "cheapest"


def as_asked(network: Network, choice: str | None) -> Network:
    """Return a network whose commodities choose as they do, or all take the cheapest way if that is asked for.

    Raises
    ------
    DataError
        If `choice` is neither None nor "cheapest".
    """
    if choice not in (None, CHEAPEST):
        raise DataError(
            f"choice must be {CHEAPEST!r} or None, as the commodities' choice_usd_per_t says (got {shown(choice)})"
        )
    if choice is None or not choosing(network):
        return network
    linear = tuple(commodity.replace(choice_usd_per_t=0.0) for commodity in network.commodities)
    return network.with_numbers(commodities=linear)


def require_cheapest(network: Network, who: str) -> None:
    """Raise if commodities choose, for what needs a linear program."""
    if names := [commodity.id for commodity in choosing(network)]:
        raise DataError(
            f"{who} needs a linear program, and {listed(names)} choose between corridors (choice_usd_per_t > 0); "
            f"ask for choice={CHEAPEST!r}, in which all take the cheapest way"
        )


def alternatives_of(network: Network, program: Program) -> tuple[Alternative, ...]:
    """Return the ways that the choosing commodities of a network have, weighted by its reference.

    Raises
    ------
    DataError
        If there is no reference, its observed flows do not add up, or a commodity can avoid every corridor.
    """
    offered = offered_mtpa(network)
    alternatives = []
    for weight in weights(network):
        columns = np.array(program.trunk_columns(network, weight.corridor, weight.commodity), dtype=np.int32)
        if weight.weight > 0 and len(columns) and offered[weight.commodity] > 0:
            scale = network.commodity(weight.commodity).choice_usd_per_t
            alternatives.append(
                Alternative(weight.commodity, weight.corridor, columns, scale, offered[weight.commodity], weight.weight)
            )
    return tuple(alternatives)


def closed_columns(network: Network, program: Program, alternatives: tuple[Alternative, ...]) -> Ints:
    """Return the trunk columns of corridors that a choosing commodity was never observed on: nobody takes them."""
    known = {(alternative.commodity, alternative.corridor) for alternative in alternatives}
    columns = [
        column
        for commodity in choosing(network)
        for corridor in network.corridors
        if (commodity.id, corridor.id) not in known
        for column in program.trunk_columns(network, corridor.id, commodity.id)
    ]
    return np.array(columns, dtype=np.int32)


def weights(network: Network) -> tuple[Weight, ...]:
    """Return the weights of a network's choosing commodities, from the observed flows of its reference.

    Raises
    ------
    DataError
        If there is no reference, its observed flows do not add up, a corridor observed has no price or no trunk edge,
        or a commodity can avoid every corridor.
    """
    reference = network.reference
    asked = choosing(network)
    if not asked:
        return ()
    if reference is None:
        names = ", ".join(commodity.id for commodity in asked)
        raise DataError(
            f"{names}: choice_usd_per_t is set, but the network has no reference (files keep none), whose flows weight "
            "the corridors; give one (replace(reference=...)), or ask for choice='cheapest'"
        )
    if reference.year is not None and network.year is not None and reference.year >= network.year:
        raise DataError(
            f"reference: must be of a year before {network.year} (got {reference.year}); flows of a network's own "
            "year would be put in to come out"
        )
    scales = {commodity.id: commodity.choice_usd_per_t for commodity in asked}
    return reference._once(("weights", tuple(scales.items())), lambda: weights_of(reference, scales))


def weights_of(reference: Network, scales: Mapping[str, float]) -> tuple[Weight, ...]:
    """Return the weights that make the observed flows of a network come out.

    Parameters
    ----------
    reference : Network
        Network with `observed` flows, at the costs and limits of that year.
    scales : mapping of str to float
        Scale of the choice by commodity, each > 0. [USD/t]

    Notes
    -----
    The linear program of the reference is solved with every way held to its observed flow; the dual price of that flow
    is the way's cheapest cost, and that of the way which takes the rest where something is full. Two ways are then
    weighted as their flows times ``exp(price / scale)``. Where the flows do not fit into the limits, these are left
    out and the weights marked.
    """
    problems = [problem for id in scales for problem in _not_understood(reference, id)]
    if problems:
        raise DataError(problems)
    program = Program.of(reference)
    held = _held(reference, program, scales)
    state, beyond_limits = _with_room(reference, program, program.state(reference), tuple(scales)), False
    try:
        prices = _prices(program, state, held)
    except Infeasible:
        beyond_limits = True
        prices = _prices(program, _without_limits(program, state), held)
    priced = list(zip(held, prices, strict=True))
    if free := [(one.commodity, one.row) for one, price in priced if one.flow > 0 and price == 0]:
        raise DataError([
            f"corridor {row.corridor!r}: going that way costs {id!r} nothing in the reference; give an edge of it "
            "tariff_usd_per_t, for shippers choose by differences of cost" for id, row in free
        ])  # fmt: skip
    last = reference.year or max((row.year for row in reference.observed), default=None)
    return tuple(
        Weight(
            id,
            one.row.corridor,
            weight,
            one.flow,
            one.row.year if one.row.observed_mtpa is not None else last,
            price,
            beyond_limits,
        )
        for id, scale in scales.items()
        for one, price, weight in _weighted(id, scale, [pair for pair in priced if pair[0].commodity == id])
    )


class _Held(NamedTuple):
    """An observed flow to which the program of the reference is held."""

    commodity: str
    row: Observation
    flow: float
    columns: Ints


def _held(reference: Network, program: Program, commodities: Iterable[str]) -> list[_Held]:
    """Return the observed flows of some commodities, with the trunk columns that carry them."""
    held = [
        _Held(id, row, flow, np.array(program.trunk_columns(reference, row.corridor, id), dtype=np.int32))
        for id in commodities
        for row, flow in _observed(reference, id)
    ]
    if missing := [one for one in held if one.flow > 0 and not len(one.columns)]:
        raise DataError([
            f"observation '{row.year}/{row.corridor}/{id}': no trunk edge of corridor {row.corridor!r} carries {id!r}; "
            "give it one, or leave the row out" for id, row, *_ in missing
        ])  # fmt: skip
    return held


def _weighted(commodity: str, scale: float, priced: list[tuple[_Held, float]]) -> Iterator[tuple[_Held, float, float]]:
    """Yield the observed flows of a commodity with their prices and weights, that of the rest, or of most, being 1."""
    prices = [price for _, price in priced]
    if (widest := max(prices) - min(prices)) > _MOST_SCALES * scale:
        raise DataError(
            f"commodity {commodity!r}: choice_usd_per_t must be at least {widest / _MOST_SCALES:.3g}, for costs of its "
            f"corridors differ by {widest:.6g} USD/t (got {scale:g}); take 0 for the cheapest alternative"
        )
    first, base = max(priced, key=lambda pair: (pair[0].row.observed_mtpa is None, pair[0].flow, pair[0].row.corridor))
    for one, price in priced:
        yield one, price, one.flow / first.flow * float(np.exp((price - base) / scale)) if one.flow > 0 else 0.0


def _prices(program: Program, state: ProgramState, held: list[_Held]) -> list[float]:
    """Return what one more tonne of each observed flow costs. [USD/t]"""
    rows = [
        Cut(one.columns, np.full(len(one.columns), sign), sign * one.flow)
        for one in held
        if len(one.columns)
        for sign in (1.0, -1.0)
    ]
    optimum = CuttingSolver(program, state, rows, lambda _amount, _cuts: ()).optimum(state)
    duals = iter(optimum.dual[program.n_balances + program.n_ceilings :].reshape(-1, 2).tolist())
    prices = []
    for one in held:
        most, least = next(duals) if len(one.columns) else (0.0, 0.0)
        prices.append(most - least)
    return prices


def _with_room(network: Network, program: Program, state: ProgramState, commodities: tuple[str, ...]) -> ProgramState:
    """Return a state whose supplies neither limit nor price the observed flows, which add up to what they offer."""
    upper, cost = state.upper.copy(), state.cost.copy()
    for number, supply in enumerate(network.supplies):
        if supply.commodity in commodities:
            upper[program.lifted.start + number] *= 1 + 10 * _FITS
            cost[program.lifted.start + number] = 0.0
    return replace(state, upper=upper, cost=cost)


def _without_limits(program: Program, state: ProgramState) -> ProgramState:
    """Return a state in which edges, nodes and fleets limit nothing; what is closed, or out of service, stays so."""
    upper, ceiling = state.upper.copy(), state.ceiling.copy()
    flows, shared = upper[: program.n_flows], ceiling[: program.minimum_rows.start]
    flows[flows > 0] = np.inf
    shared[shared > 0] = np.inf
    return replace(state, upper=upper, ceiling=ceiling)


def _not_understood(reference: Network, commodity: str) -> Iterator[str]:
    """Yield what is wrong with the observed flows of a commodity."""
    if commodity not in reference.keys("commodity"):
        yield f"reference: it has no commodity {commodity!r}, which chooses; give it one, or another reference"
        return
    rows = _latest(reference, commodity)
    if not rows:
        yield (
            f"reference: no observed flow of {commodity!r}, which chooses; give observed rows (year, corridor, "
            "commodity, observed_mtpa), or ask for choice='cheapest'"
        )
        return
    rest = [row for row in rows if row.observed_mtpa is None]
    if len(rest) > 1:
        named = ", ".join(repr(row.corridor) for row in rest)
        yield f"observed: one corridor of {commodity!r} may take the rest of the supply (got {named}); give the others"
    offered, counted = offered_mtpa(reference)[commodity], _counted_mtpa(rows)
    over = counted - offered
    if over > _FITS * max(offered, 1.0) or (rest and offered - counted <= _FITS * offered):
        yield (
            f"observed: {commodity!r} adds up to {counted:g} Mt/y in {max(row.year for row in rows)}, its supplies "
            f"offer {offered:g}; correct one of the two"
        )
    elif not rest and -over > 1e-6 * max(offered, 1.0):
        yield (
            f"observed: {commodity!r} adds up to {counted:g} Mt/y in {max(row.year for row in rows)}, its supplies "
            f"offer {offered:g}; leave observed_mtpa of the corridor empty that takes the rest"
        )
    if avoided := _avoiding(reference, commodity):
        yield (
            f"commodity {commodity!r} chooses between corridors, but gets from {avoided[0]!r} to {avoided[1]!r} "
            "without crossing a trunk edge of any; label one edge of every way with its corridor"
        )


def _avoiding(network: Network, commodity: str) -> tuple[str, str] | None:
    """Return a supply and a market between which a commodity needs to cross no trunk edge."""
    trunk = {edge.id for corridor in network.corridors for edge in network.trunk(corridor.id)}
    usable = [edge for edge in network.edges if edge.admits(commodity) and edge.id not in trunk]
    sold = {market.node for market in network.markets if market.commodity == commodity}
    for supply in network.supplies:
        if supply.commodity == commodity:
            reached = reach([(supply.node, "")], adjacency(usable, "tail", "head"))
            if rows := sorted(sold.intersection(reached)):
                return supply.node, rows[0]
    return None


def _counted_mtpa(rows: Iterable[Observation]) -> float:
    """Return what observations that state a flow add up to. [Mt/y]"""
    return sum(row.observed_mtpa for row in rows if row.observed_mtpa is not None)


def _latest(reference: Network, commodity: str) -> list[Observation]:
    """Return the last observation of each corridor up to the reference's year, the one of the rest first."""
    last: dict[str, Observation] = {}
    for row in sorted(reference.observed, key=lambda row: row.year):
        if row.commodity == commodity and (reference.year is None or row.year <= reference.year):
            last[row.corridor] = row
    return sorted(last.values(), key=lambda row: row.observed_mtpa is not None)


def _observed(reference: Network, commodity: str) -> Iterator[tuple[Observation, float]]:
    """Yield the observations of a commodity with their flows, that of the rest worked out. [Mt/y]"""
    rows = _latest(reference, commodity)
    offered, counted = offered_mtpa(reference)[commodity], _counted_mtpa(rows)
    for row in rows:
        yield row, row.observed_mtpa if row.observed_mtpa is not None else max(0.0, offered - counted)


class Chooser:
    """Solves the states of a network whose commodities choose, each with the ways and weights of its own network.

    Parameters
    ----------
    network : Network
        Network whose cuts others begin with.
    program : Program
        It as arrays.
    base : ProgramState
        Its state.
    """

    def __init__(self, network: Network, program: Program, base: ProgramState) -> None:
        self._program, self._open = program, base
        self._alternatives = alternatives_of(network, program)
        self._base = self._closed(network, base, self._alternatives)
        self._solver = ChoiceSolver(program, self._base, self._alternatives)

    def closed(self, network: Network, state: ProgramState) -> ProgramState:
        """Return a state in which no commodity that chooses takes a corridor on which it was never observed."""
        if state is self._open:
            return self._base
        return self._closed(network, state, alternatives_of(network, self._program))

    def optimum(self, network: Network, state: ProgramState) -> ChosenOptimum:
        """Return the optimum of a closed state of a network that differs from the first in numbers only."""
        if state is self._base:
            return self._solver.optimum(state)
        alternatives = alternatives_of(network, self._program)
        if [one.numbers for one in alternatives] == [one.numbers for one in self._alternatives]:
            return self._solver.optimum(state)
        return ChoiceSolver(self._program, state, alternatives).optimum(state)

    def _closed(self, network: Network, state: ProgramState, alternatives: tuple[Alternative, ...]) -> ProgramState:
        upper = state.upper.copy()
        upper[closed_columns(network, self._program, alternatives)] = 0.0
        return replace(state, upper=upper)
