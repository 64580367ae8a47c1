"""What a brief says first: which way earns most for the next tonne, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from corridor.model.columns import by_name
from corridor.show.brief.in_short_text import percent
from corridor.show.brief.results import BriefResults
from corridor.study.compare import best_corridors, no_next_tonne
from corridor.study.comparison_text import NEXT, NO_NEXT, full, joined, tonne
from corridor.study.scenario_runs import BASELINE
from corridor.study.uncertainty import ALL_FULL

_LEAST_SHARE = 0.005  # what is less is printed as 0 %
_MOST_SHARES = 3


def earns_most(results: BriefResults) -> str:
    """Return which corridor is best for the next tonne, by how much over the next best, and how sure that is."""
    now, named = results.now, results.named_commodity
    if not len(now):
        return f"No corridor of this network can carry {named}."
    netback = now[NEXT]
    best = best_corridors(netback)
    if now.attrs.get(NO_NEXT):
        return f"{no_next_tonne(named)}{_posted(results)}"
    shown = results.volumes.shown
    of = tonne(now.attrs, results.network, shown.single).partition(" ")[2] or shown.single
    if not best:
        why = "every way is full" if full(now) else "no way leads there"
        return f"No way of this network takes one more {of} of {named}: {why}.{_posted(results)}"
    alike = " alike" if len(best) > 1 else ""
    return (
        f"The next {of} of {named} earns most by {_named(results, best)}{alike}: netback "
        f"{_money(results, float(netback[list(best)].max()))} {shown.money}{_range(results, best)}"
        f"{_lead(results, best)}. {_how_sure(results, best)}"
    )


def _posted(results: BriefResults) -> str:
    """Return by which way a tonne earns most where none takes one more, after a blank; empty without ways."""
    netback = results.now["netback_usd_per_t"]
    if not (best := best_corridors(netback)):
        return ""
    shown, earned = results.volumes.shown, _money(results, float(netback[list(best)].max()))
    return f" At posted cost a {shown.single} earns most by {_named(results, best)}: netback {earned} {shown.money}."


def _money(results: BriefResults, usd_per_t: float) -> str:
    """Return a netback in the units shown, as the comparison has it."""
    (column,) = results.volumes.shown.columns([by_name("compare")[NEXT]])
    return column.text(usd_per_t * results.volumes.shown.price(results.commodity))


def _named(results: BriefResults, corridors: Iterable[str]) -> str:
    return joined(results.names.corridor(str(id)) for id in corridors)


def _lead(results: BriefResults, best: tuple[str, ...]) -> str:
    """Return by how much the best are ahead of the next best."""
    netback = results.now[NEXT]
    second = best_corridors(netback.drop(list(best)))
    if not second:
        return "; no other way takes one more"
    ahead = float(netback[list(best)].max() - netback[list(second)].max())
    return f", {_money(results, ahead)} {results.volumes.shown.money} more than by {_named(results, second)}"


def _range(results: BriefResults, best: tuple[str, ...]) -> str:
    """Return the range of the netback of the best over the draws in which there is one."""
    if results.drawn is None:
        return ""
    rows, text = results.drawn.compare.loc[BASELINE], partial(_money, results)
    ranges = []
    for id in best:
        low, high, defined = (float(np.asarray(rows.loc[id, f"{NEXT}_{end}"])) for end in ("p05", "p95", "defined"))
        of = f"{results.names.corridor(id)} " if len(best) > 1 else ""
        some = "" if defined == 1 else f" in which it takes one more, {percent(defined)} of all"
        ranges.append(f"{of}{text(low)} to {text(high)} in 90 % of the draws{some}" if defined else f"{of}never drawn")
    return f" ({'; '.join(ranges)})"


def _how_sure(results: BriefResults, best: tuple[str, ...]) -> str:
    """Return in what share of draws which corridor is best."""
    drawn = results.drawn
    if drawn is None:
        return results.not_drawn
    shares = drawn.ranking["best"].xs(BASELINE, level="scenario").sort_values(ascending=False, kind="stable")
    shown = [str(id) for id in (*best, *shares.index.difference(list(best), sort=False)) if id != ALL_FULL]
    listed = [id for number, id in enumerate(shown) if id in best or (number < _MOST_SHARES and _is_seen(shares[id]))]
    draws = int(drawn.drawn.sound(BASELINE).sum())
    first, *others = [f"{results.names.corridor(id)}{{}} {percent(float(shares[id]))}" for id in listed]
    parts = [first.format(" is best in"), *(other.format(" in") for other in others)]
    parts[0] += f" of {draws:,} draws"
    if _is_seen(shares[ALL_FULL]):
        parts.append(f"none takes one more in {percent(float(shares[ALL_FULL]))}")
    return f"{', '.join(parts)}."


def _is_seen(share: float) -> bool:
    return float(share) >= _LEAST_SHARE
