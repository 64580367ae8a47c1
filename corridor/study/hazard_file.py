"""The shipped hazards and rate groups as files, written from the fit to the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from corridor.library.interruptions import CommonCause, MonitoredAsset, ReferencePrior
from corridor.risk.rate_draws import RateRanges
from corridor.study.hazard_fit import OTHER, THEATRE, HazardFit, ships, struck
from corridor.study.hazard_units import FittedRate, Unit
from corridor.study.interruption_parts import SLOW, STOP, WEATHER

RANGE_DRAWS = 1_000_000
"""Joint draws behind the ranges of the shipped file."""
_FORMS = {STOP: "stops", SLOW: "slows"}
_GROUPS = {THEATRE: "in the theatre of war", OTHER: "elsewhere"}


def hazard_file(fit: HazardFit, *, draws: int = RANGE_DRAWS) -> str:
    """Return the text of ``hazards.yaml``: one hazard of each unit and form that the network has.

    Parameters
    ----------
    fit : HazardFit
        The method on a record.
    draws : int
        Joint draws behind the ranges of the rates.
    """
    lines = [
        "# Output of `corridor hazard-rates --write` from data/history; do not edit, a test regenerates it.",
        f"# Interruptions that began by {fit.until}. Rates: 5 %, point value and 95 % of {draws:,} joint draws [1/y].",
        "hazards:",
    ]
    for rate, ranges in zip(fit.rates, fit.ranges(draws), strict=True):
        if ships(fit, rate):
            lines += _hazard(fit, rate, ranges)
    return "\n".join(lines) + "\n"


def rate_group_file(fit: HazardFit) -> str:
    """Return the text of ``rate_groups.csv``: the two gammas behind each common factor of war rates."""
    lines = ["id,name,calm_shape,calm_years,war_shape,war_years"]
    for id, ratio in fit.rate_groups.items():
        form, _, group = id.partition("_")
        numbers = (ratio.calm_shape, ratio.calm_years, ratio.war_shape, ratio.war_years)
        lines.append(",".join([id, f"{_FORMS[form]} {_GROUPS[group]}", *map(_exact, numbers)]))
    return "\n".join(lines) + "\n"


def _hazard(fit: HazardFit, rate: FittedRate, ranges: RateRanges) -> Iterator[str]:
    """Yield the lines of a hazard."""
    unit = rate.unit
    name = f"{unit.name} {rate.form}" if isinstance(unit, Unit) else unit.name
    yield f"  - name: {name}"
    yield f"    about: '{_about(fit, rate)}'"
    yield from _strikes(fit, rate)
    calm = _triple(ranges.calm_per_year, rate.calm_per_year)
    war = _triple(ranges.war_per_year, rate.war_per_year)
    yield f"    frequency_per_year: {{calm: {calm}, war: {war}}}"
    yield f"    duration_days: {{median: {_digits(rate.median_days)}, sigma: {_digits(rate.sigma)}}}"
    if _has_severity(fit, rate):
        shares = {
            "complete": rate.complete, "mean": rate.mean_share, "at_most": rate.largest_share,
            "concentration": rate.concentration,
        }  # fmt: skip
        numbers = ", ".join(f"{name}: {_digits(share)}" for name, share in shares.items())
        yield f"    severity: {{{numbers}}}"
    yield f"    cause: {_cause(fit.causes(rate))}"
    yield f"    place: {unit.of.country if isinstance(unit, Unit) else unit.country}"
    yield f"    events: {rate.events}"
    if rate.rate_group in fit.rate_groups:
        yield f"    rate_group: {rate.rate_group}"
    posterior = ", ".join(f"{key}: {_exact(value)}" for key, value in _posterior(fit, rate).items())
    yield f"    posterior: {{{posterior}}}"
    yield f"    sources: [data/history/events.csv, confidence {_confidence(rate)}]"


def _about(fit: HazardFit, rate: FittedRate) -> str:
    """Return what its rate rests on, in words."""
    unit = rate.unit
    if isinstance(unit, ReferencePrior):
        return "all at once; not on record, so a prior from a reference class"
    what = (
        "storm" if rate.form == WEATHER else "shock to several routes at once" if unit.kind == "set" else "interruption"
    )
    if not rate.events:
        return f"no {what} on record, so the prior of all {'sets' if unit.kind == 'set' else 'routes'}"
    settings = fit.record.settings
    since = settings.reported_from if rate.form == WEATHER else max(settings.first_day, unit.start)
    plural = what if rate.events == 1 else what.replace("shock", "shocks") if "shock" in what else f"{what}s"
    text = f"{rate.events} {plural} on record since {since.year}, {_wars(rate)}"
    if _is_queue(fit, rate):
        text += f"; {fit.queue_days[unit.id] * rate.events:.1f} days of added wait in all"
    return text


def _wars(rate: FittedRate) -> str:
    """Return in words how many events came in the war."""
    if rate.events == 1:
        return "in the war" if rate.war_events else "before the war"
    several = "all" if rate.war_events == rate.events else rate.war_events or "none"
    return f"{several} of them in the war"


def _confidence(rate: FittedRate) -> str:
    """Return the confidence of a hazard: C where its rate is a prior, or that of routes for a field."""
    return "C" if not rate.events or (isinstance(rate.unit, Unit) and rate.unit.kind == "field") else "B"


def _is_queue(fit: HazardFit, rate: FittedRate) -> bool:
    """Tell whether a hazard is waiting days, which ship as a delay."""
    unit = rate.unit
    return (
        isinstance(unit, Unit)
        and isinstance(unit.of, MonitoredAsset)
        and bool(unit.of.delay_aim)
        and rate.form == SLOW
        and unit.id in fit.queue_days
    )


def _has_severity(fit: HazardFit, rate: FittedRate) -> bool:
    """Tell whether a hazard takes a share of capacity: not where it delays, or cuts what a field offers."""
    return not _is_queue(fit, rate) and not (isinstance(rate.unit, Unit) and rate.unit.kind == "field")


def _strikes(fit: HazardFit, rate: FittedRate) -> list[str]:
    """Return the lines of what a hazard strikes or changes."""
    of = rate.unit.of if isinstance(rate.unit, Unit) else rate.unit
    if not isinstance(of, MonitoredAsset):
        return ["    hits:", *(_member(fit, of, member) for member in struck(fit, of))]
    if _is_queue(fit, rate):
        change = f"delay: {{{_selector(of.delay_aim)}, add_days: {_digits(fit.queue_days[of.id])}}}"
    elif of.kind == "field":
        severity = rate.complete + (1.0 - rate.complete) * rate.mean_share
        change = f"supply: {{{_selector(of.aim)}, remaining: {_digits(1.0 - severity)}}}"
    else:
        return ["    hits:", f"      - {{{_selector(of.aim)}}}"]
    return ["    changes:", f"      - {change}"]


def _member(fit: HazardFit, cause: CommonCause | ReferencePrior, member: MonitoredAsset) -> str:
    """Return the line of a member of a set, with how often its shocks strike it."""
    hit = fit.by_shock.hits(cause, member.id) if isinstance(cause, CommonCause) else None
    how_often = "" if hit is None else f", probability: {_digits(hit[0])}, shocks: {hit[1]}"
    return f"      - {{{_selector(member.aim)}{how_often}}}"


def _selector(aim: str) -> str:
    """Return an aim of ``routes.csv`` as scenario files write it."""
    selector, _, names = aim.partition("=")
    return f"{selector}: {names if ';' not in names else '[' + ', '.join(names.split(';')) + ']'}"


def _posterior(fit: HazardFit, rate: FittedRate) -> Mapping[str, float]:
    """Return what the record leaves open of a hazard."""
    gamma = {"shape": rate.shape + rate.events, "calm_years": rate.prior_years + rate.calm_years}
    if not isinstance(rate.unit, Unit):
        # Its factor is fixed, so that all its exposure is calm years.
        return gamma | {"calm_years": gamma["calm_years"] + rate.factor * rate.war_years, "war_years": 0.0}
    posterior = gamma | {"war_years": rate.war_years, "durations": fit.record.settings.weight + rate.parts}
    if 0.0 < rate.complete < 1.0:
        posterior["complete_of"] = fit.complete_storms[1] + 1
    if rate.complete < 1.0 and _has_severity(fit, rate):
        mean = {"pooled_mean": fit.scatter.mean} if rate.complete == 0.0 else {}
        posterior |= mean | {"freedom": fit.scatter.freedom}
    return posterior


def _cause(shares: Mapping[str, float]) -> str:
    """Return one word, or shares to four digits that add up to 1."""
    if len(shares) == 1:
        return next(iter(shares))
    parts = {kind: int(share * 10_000) for kind, share in shares.items()}
    by_rest = sorted(shares, key=lambda kind: parts[kind] - shares[kind] * 10_000)
    for kind in by_rest[: 10_000 - sum(parts.values())]:
        parts[kind] += 1
    return "{" + ", ".join(f"{kind}: {part / 10_000:g}" for kind, part in parts.items()) + "}"


def _triple(ends: Sequence[float], value: float) -> str:
    return f"[{_digits(ends[0], 3)}, {_digits(value)}, {_digits(ends[1], 3)}]"


def _digits(value: float, digits: int = 4) -> str:
    """Return a number to some significant digits, as YAML reads a number."""
    text = f"{value:.{digits}g}"
    mantissa, exponent, power = text.partition("e")
    return text if not exponent or "." in mantissa else f"{mantissa}.0e{power}"


def _exact(value: float) -> str:
    """Return a number to a millionth."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
