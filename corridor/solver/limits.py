"""What binds in a solution, and what one more unit there would be worth: the difference of two optima."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from corridor.model.cycles import earning_cycles
from corridor.model.network import Network
from corridor.model.tolerances import REPORTED_LIFTED_MTPA, REPORTED_USD_PER_T
from corridor.solver.gain import Gain, gain
from corridor.solver.idle import is_idle
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_MOST_EQUAL = 3
"""How often a price may move on to an equal limit before no gain is looked for."""


@dataclass(frozen=True)
class RaisedLimit(Gain):
    """One unit more at a limit, and at those equal to it that would else stop the gain.

    Attributes
    ----------
    limits : tuple of BindingLimit
        Raised together, each by 1 Mt/y (1 Mt day/y of a fleet).
    wider : Solution
        The flow with the limits raised.
    """

    limits: tuple[BindingLimit, ...]
    wider: Solution = field(repr=False, compare=False)

    @property
    def is_nothing(self) -> bool:
        """Whether it is not worth a line."""
        tonnes = max(self.lifted_mtpa, self.supplied_mtpa)
        return abs(self.gained_musd_per_year) < REPORTED_USD_PER_T and tonnes < REPORTED_LIFTED_MTPA


@dataclass(frozen=True)
class RaisedLimits:
    """Limits that are worth something, the most valuable first.

    Attributes
    ----------
    limits : tuple of RaisedLimit
        Each with what one more unit is worth.
    n_binding, n_tried : int
        How many limits of open assets have a price, and how many were raised, those of the highest prices first.
    """

    limits: tuple[RaisedLimit, ...]
    n_binding: int
    n_tried: int


def raised_limits(
    solver: WarmSolver,
    solution: Solution,
    *,
    most: int,
    concerns: Callable[[BindingLimit], bool] = lambda _: True,
) -> RaisedLimits:
    """Return what one more unit is worth at the limits that bind.

    Parameters
    ----------
    solver : WarmSolver
        Of the network of the solution, or of one that differs from it in numbers only.
    solution : Solution
        An optimum.
    most : int
        Number of limits looked for; twice as many are raised at most.
    concerns : callable, optional
        Which limits are looked at; all by default.
    """
    idle = {edge.id for edge in solution.network.edges if is_idle(edge)}
    priced = sorted(
        (-price, str(limit), limit)
        for limit, price in solution.prices.items()
        if limit.id not in idle and concerns(limit)
    )
    raised: dict[frozenset[BindingLimit], RaisedLimit] = {}
    tried = 0
    for _, _, limit in priced[: 2 * most]:
        if len(raised) == most:
            break
        tried += 1
        one = raised_limit(solver, solution, limit)
        if one is not None and not one.is_nothing:
            raised.setdefault(frozenset(one.limits), one)
    ranked = sorted(raised.values(), key=lambda one: (-one.gained_musd_per_year, _named(solution.network, one.limits)))
    return RaisedLimits(tuple(ranked), len(priced), tried)


def raised_limit(solver: WarmSolver, solution: Solution, limit: BindingLimit) -> RaisedLimit | None:
    """Return what one unit more at a limit is worth, with those equal to it that stop the gain; None: a cycle.

    Where two limits bind at one size, raising one earns nothing, and the price moves to the other. A cycle would then
    earn money without end.
    """
    limits: tuple[BindingLimit, ...] = (limit,)
    wider = _one_more(solver, solution.network, limits)
    for _ in range(_MOST_EQUAL):
        if wider is None:
            break
        others = sorted(set(wider.prices) - set(solution.prices) - set(limits), key=str)
        if not others or not _compared(limits, solution, wider).is_nothing:
            break
        limits = (*limits, *others)
        wider = _one_more(solver, solution.network, limits)
    return None if wider is None else _compared(limits, solution, wider)


def raised_together(solver: WarmSolver, solution: Solution, limits: Sequence[BindingLimit]) -> RaisedLimit | None:
    """Return what one unit more at each of some limits is worth, and at no other; None: a cycle would earn money.

    What has no limit in the network is passed over.
    """
    wider = _one_more(solver, solution.network, tuple(limits))
    return None if wider is None else _compared(tuple(limits), solution, wider)


def limit_unit(limit: BindingLimit) -> str:
    """Return the unit of a limit: Mt/y, of a fleet Mt days/y."""
    return "Mt days/y" if limit.kind == "fleet" else "Mt/y"


def limit_size(network: Network, limit: BindingLimit) -> float:
    """Return the size of a limit in a network. [Mt/y; Mt days/y of a fleet]"""
    if limit.kind == "quota":
        quotas = (q.max_mtpa for q in network.quotas if (q.edge, q.commodity) == (limit.id, limit.commodity))
        return next(quotas, None) or 0.0
    if limit.kind == "edge":
        return network.edge(limit.id).available_mtpa
    if limit.kind == "fleet":
        return network.fleet(limit.id).available_mt_days
    return network.node(limit.id).available_mtpa


def limit_confidence(network: Network, limit: BindingLimit) -> str:
    """Return the confidence of the figure that sets a limit; empty where no figure does."""
    of_kind = {"quota": "max_mtpa", "edge": "capacity_mtpa", "fleet": "capacity_mt_days"}
    subject = f"{limit.id}.{limit.commodity}" if limit.kind == "quota" else limit.id
    figure = (limit.kind, subject, of_kind.get(limit.kind, "throughput_mtpa"))
    chosen = (
        f.confidence
        for f in network.figure_records
        if (f.record, f.subject, f.attribute) == figure and f.choice == "chosen" and f.confidence
    )
    return next(map(str, chosen), "")


def _compared(limits: tuple[BindingLimit, ...], solution: Solution, wider: Solution) -> RaisedLimit:
    return RaisedLimit(*gain(solution, wider), limits, wider)


def _named(network: Network, limits: tuple[BindingLimit, ...]) -> str:
    """Return limits with their sizes, by which those of one worth are ordered."""
    return " + ".join(f"{limit} ({limit_size(network, limit):g}" for limit in limits)


def _one_more(solver: WarmSolver, network: Network, limits: tuple[BindingLimit, ...]) -> Solution | None:
    """Return the flow with one more Mt/y at each limit (Mt day/y at a fleet), or None where a cycle would then earn."""
    edges, nodes, quotas, fleets = network.edges, network.nodes, network.quotas, network.fleets
    kinds = {(limit.kind, limit.id, limit.commodity) for limit in limits}
    nodes = tuple(
        n.replace(throughput_mtpa=n.available_mtpa + 1.0, remaining=1.0)
        if ("node", n.id, "") in kinds and n.throughput_mtpa is not None
        else n
        for n in nodes
    )
    edges = tuple(
        e.replace(capacity_mtpa=e.available_mtpa + 1.0, remaining=1.0)
        if ("edge", e.id, "") in kinds and e.capacity_mtpa is not None
        else e
        for e in edges
    )
    quotas = tuple(
        q if q.max_mtpa is None or ("quota", q.edge, q.commodity) not in kinds else q.replace(max_mtpa=q.max_mtpa + 1.0)
        for q in quotas
    )
    fleets = tuple(
        f.replace(capacity_mt_days=f.available_mt_days + 1.0, remaining=1.0) if ("fleet", f.id, "") in kinds else f
        for f in fleets
    )
    wider = network.with_numbers(nodes=nodes, edges=edges, quotas=quotas, fleets=fleets)
    return None if any(earning_cycles(wider)) else solver.solve_network(wider)
