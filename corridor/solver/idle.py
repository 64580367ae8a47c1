"""Edges that carry nothing because they are shut, and what opening them would earn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from corridor.model.cycles import earning_cycles
from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.model.tolerances import REPORTED_LIFTED_MTPA, REPORTED_USD_PER_T
from corridor.solver.gain import Gain, gain
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver

_MOST_CHAINS = 16
CLOSED, OUT_OF_SERVICE = "closed", "not in service"
"""Why edges that are shut carry nothing."""


@dataclass(frozen=True)
class IdleChain(Gain):
    """Shut edges that lead nowhere one without the other, and what opening them all would change.

    Attributes
    ----------
    edges : tuple of Edge
        In the order in which a tonne would cross them.
    opened : Solution
        The flow with all of them open.
    """

    edges: tuple[Edge, ...]
    opened: Solution = field(repr=False, compare=False)

    @property
    def earns(self) -> bool:
        """Whether opening it earns or lifts anything worth a line."""
        tonnes = max(self.lifted_mtpa, self.supplied_mtpa)
        return self.gained_musd_per_year >= REPORTED_USD_PER_T or tonnes >= REPORTED_LIFTED_MTPA

    @property
    def why(self) -> str:
        """Why it carries nothing: "not in service" if any of its edges is not, else "closed"."""
        return CLOSED if all(edge.in_service for edge in self.edges) else OUT_OF_SERVICE

    def __str__(self) -> str:
        text = self.edges[0].id
        for before, edge in zip(self.edges, self.edges[1:], strict=False):
            text += f" {'>' if before.head == edge.tail else '+'} {edge.id}"
        return text


def is_idle(edge: Edge) -> bool:
    """Tell whether an edge has capacity that is shut: planned, out of service or closed by an outage."""
    return edge.available_mtpa == 0 and edge.capacity_mtpa != 0


def idle_chains(solver: WarmSolver, solution: Solution) -> list[IdleChain]:
    """Return the chains of idle edges whose opening would earn or lift something, the most lifted first.

    Notes
    -----
    A chain without a price at any of its edges earns nothing, so only those with one are solved again; of very many,
    those of the highest prices.
    """
    price = {limit.id: price for limit, price in solution.prices.items() if limit.kind == "edge"}
    bounds = [(sum(price.get(edge.id, 0.0) for edge in chain), chain) for chain in _chains(solution.network)]
    priced = sorted((pair for pair in bounds if pair[0] > 0), key=lambda pair: -pair[0])
    chains = (_needed(solver, solution, chain) for _, chain in priced[:_MOST_CHAINS])
    earning = [chain for chain in chains if chain is not None and chain.earns]
    return sorted(earning, key=lambda chain: (-chain.lifted_mtpa, -chain.gained_musd_per_year, str(chain)))


def _chains(network: Network) -> Iterator[list[Edge]]:
    """Yield the idle edges of a network, those together that meet where no open edge, supply or market leads on."""
    idle = [edge for edge in network.edges if is_idle(edge)]
    open_edges = [edge for edge in network.edges if edge.available_mtpa > 0]
    reached = {edge.head for edge in open_edges} | {supply.node for supply in network.supplies}
    left = {edge.tail for edge in open_edges} | {market.node for market in network.markets}
    chain_of = {edge.id: [edge] for edge in idle}
    leaving: dict[str, list[Edge]] = {}
    for edge in idle:
        leaving.setdefault(edge.tail, []).append(edge)
    for edge in idle:
        for onward in leaving.get(edge.head, []):
            joined = chain_of[edge.id] is not chain_of[onward.id]
            if joined and not (edge.head in reached and edge.head in left):
                chain = chain_of[edge.id] + chain_of[onward.id]
                chain_of |= {member.id: chain for member in chain}
    seen: set[int] = set()
    for chain in chain_of.values():
        if id(chain) not in seen:
            seen.add(id(chain))
            yield _in_order(chain)


def _in_order(chain: list[Edge]) -> list[Edge]:
    """Return edges in the order in which a tonne crosses them, as far as there is one."""
    waiting, ordered = list(chain), list[Edge]()
    while waiting:
        heads = {edge.head for edge in waiting}
        onward = (edge for edge in waiting if ordered and ordered[-1].head == edge.tail)
        first = (edge for edge in waiting if edge.tail not in heads)
        ordered.append(next(onward, None) or next(first, waiting[0]))
        waiting.remove(ordered[-1])
    return ordered


def _needed(solver: WarmSolver, solution: Solution, chain: list[Edge]) -> IdleChain | None:
    """Return what opening a chain would earn, without those of its edges that add nothing; None: a cycle."""
    opened = opened_together(solver, solution, chain)
    if opened is None or len(chain) == 1 or not opened.earns:
        return opened
    for edge in chain:
        fewer = [other for other in opened.edges if other.id != edge.id]
        smaller = opened_together(solver, solution, fewer) if fewer else None
        if smaller is not None and _equivalent(smaller, opened):
            opened = smaller
    return opened


def _equivalent(smaller: IdleChain, larger: IdleChain) -> bool:
    return (
        abs(smaller.gained_musd_per_year - larger.gained_musd_per_year) < REPORTED_USD_PER_T
        and abs(smaller.lifted_mtpa - larger.lifted_mtpa) < REPORTED_LIFTED_MTPA
        and abs(smaller.supplied_mtpa - larger.supplied_mtpa) < REPORTED_LIFTED_MTPA
    )


def opened_together(solver: WarmSolver, solution: Solution, chain: Iterable[Edge]) -> IdleChain | None:
    """Return what opening some edges would earn, or None where that would open a cycle that earns money."""
    network, opened = solution.network, {edge.id: edge for edge in chain}
    edges = tuple(edge.replace(in_service=True, remaining=1.0) if edge.id in opened else edge for edge in network.edges)
    wider = network.with_numbers(edges=edges)
    if any(earning_cycles(wider)):
        return None
    then = solver.solve_network(wider)
    return IdleChain(*gain(solution, then), tuple(opened.values()), then)
