"""Networks whose names are as nasty as names can be, for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

import corridor as cr
from corridor.model.hazard import Hit, Posterior

WORDS = (
    "1e5", "NA", "null", "nan", "None", "inf", "007", "1.0", "true", "no", "a;b", ";", "[x]", '["a"]', "[]", "'", "a,b",
    'say "so"', "line\nbreak", "a\r\nb", "a\rb", "tab\there", "=1+1", "+1", "-", "@x", "#N/A", "#REF!", "_x0041_", "..",
    "x005F_", "<&>", "]]>", "Қазақстан", "油", "🛢", "e\u0301", "\u200b", "a\u2028b", "a b", "a.b", "a/b", "12:30", "\\",
    "2024-01-01", "%", "{}", "~", "*a", "&a", "!a", "- a", "a: b", "a #b", "$.x", "id", "\ufeffbom", "CON", "x" * 300,
)  # fmt: skip
_DRAWN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
NAMES = st.sampled_from(WORDS) | _DRAWN
TEXTS = NAMES | st.sampled_from(("", " ", "\t", " a ", "\n"))
AMOUNTS = st.floats(0, 1e12, allow_nan=False) | st.sampled_from(
    (0.1, 0.1 + 0.2, 1e-300, 5e-324, 1e300, 1 / 3, 0.0, 7.0)
)
SIGNED = AMOUNTS | AMOUNTS.map(lambda value: -value)
SHARES = st.floats(0, 1, allow_nan=False)
_CODES = st.from_regex(r"\A[A-Z]{3}\Z", fullmatch=True)


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def nasty_networks(draw: st.DrawFn) -> cr.Network:
    """Draw a network of up to five nodes whose every field may hold anything its rule allows."""
    ids = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    goods = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    ways = draw(st.lists(NAMES, max_size=2, unique=True))
    fleets = draw(st.lists(NAMES, max_size=2, unique=True))
    groups = draw(st.lists(NAMES, max_size=2, unique=True))
    nodes = [
        cr.Node(
            id=id, name=draw(TEXTS), country=draw(_maybe(_CODES)), kind=draw(NAMES),
            lat=draw(_maybe(st.floats(-90, 90))), lon=draw(_maybe(st.floats(-180, 180))),
            throughput_mtpa=draw(_maybe(AMOUNTS)), remaining=draw(SHARES), storage_mt=draw(AMOUNTS),
        )
        for id in ids
    ]  # fmt: skip
    edges = []
    for at, id in enumerate(draw(st.lists(NAMES, max_size=5, unique=True))):
        fleet = draw(st.sampled_from((None, *fleets)))
        tail, head = sorted(draw(st.permutations(ids))[:2], key=ids.index)  # or signed costs would earn round a cycle
        edges.append(
            cr.Edge(
                id=id, name=draw(TEXTS), tail=tail, head=head,
                mode=draw(st.sampled_from(("pipeline", "rail", "sea", "road"))), capacity_mtpa=draw(_maybe(AMOUNTS)),
                remaining=draw(SHARES), tariff_usd_per_t=draw(SIGNED),
                transit_days=draw(AMOUNTS), late_days=draw(AMOUNTS), fleet=fleet,
                fleet_days=0.0 if fleet is None else draw(st.floats(1e-300, 1e300)),
                distance_km=draw(AMOUNTS), countries=draw(st.lists(_CODES, max_size=3)),
                operator=draw(TEXTS), risk_score=draw(_maybe(SHARES)), risk_premium_usd_per_t=draw(SIGNED),
                quality_usd_per_t=draw(SIGNED),
                commodities=draw(_maybe(st.lists(st.sampled_from(goods), min_size=1, unique=True))),
                corridor=ways[at] if at < len(ways) and at == 0 else None, in_service=draw(st.booleans()),
                tags=draw(st.lists(NAMES, max_size=3)),
            )
        )  # fmt: skip
    trunk = [edge for edge in edges if edge.corridor]
    edges = [edge for edge in edges if not trunk or edge is trunk[0] or edge.tail != trunk[0].head]
    return cr.Network(
        nodes=nodes, edges=edges,
        commodities=[
            cr.Commodity(id=id, name=draw(TEXTS), value_usd_per_t=draw(AMOUNTS), interest_per_year=draw(AMOUNTS),
                         display_unit=draw(NAMES), display_per_t=draw(st.floats(1e-9, 1e9)))
            for id in goods
        ],
        corridors=[cr.Corridor(id=id, name=draw(TEXTS), featured=draw(st.booleans())) for id in ways],
        supplies=[
            cr.Supply(node=ids[0], commodity=good, volume_mtpa=draw(AMOUNTS), penalty_usd_per_t=draw(AMOUNTS))
            for good in goods[: draw(st.integers(0, 3))]
        ],
        markets=[
            cr.Market(node=ids[-1], commodity=good, price_usd_per_t=draw(SIGNED), volume_mtpa=draw(st.none()),
                      required_mtpa=draw(AMOUNTS), penalty_usd_per_t=draw(AMOUNTS))
            for good in goods[: draw(st.integers(0, 3))]
        ],
        quotas=[
            cr.Quota(edge=edge.id, commodity=goods[0], max_mtpa=draw(_maybe(AMOUNTS)))
            for edge in edges if edge.admits(goods[0])
        ],
        rates=[draw(_rates(edge.id, good)) for edge in edges for good in goods[:2] if edge.admits(good)],
        fleets=[
            cr.Fleet(id=id, name=draw(TEXTS), capacity_mt_days=draw(AMOUNTS), remaining=draw(SHARES)) for id in fleets
        ],
        rate_groups=[draw(st.builds(cr.RateGroup, id=st.just(id), name=TEXTS, **_GAMMAS)) for id in groups],
        hazards=draw(_hazards(groups)), regime=draw(_maybe(_REGIMES)), figure_records=draw(_figures()),
        sources=draw(st.lists(st.builds(cr.Source, id=NAMES, title=TEXTS, publisher=TEXTS, url=TEXTS), max_size=2)),
        name=draw(TEXTS), year=draw(_maybe(st.integers(-5, 3000))),
    )  # fmt: skip


def _rates(edge: str, commodity: str) -> st.SearchStrategy[cr.Rate]:
    return st.builds(
        cr.Rate, edge=st.just(edge), commodity=st.just(commodity), tariff_usd_per_t=_maybe(SIGNED),
        risk_premium_usd_per_t=_maybe(SIGNED), quality_usd_per_t=_maybe(SIGNED), transit_days=_maybe(AMOUNTS),
        late_days=AMOUNTS,
    )  # fmt: skip


_POSITIVE = st.floats(1e-300, 1e300)
_GAMMAS = {f"{regime}_{what}": _POSITIVE for regime in ("calm", "war") for what in ("shape", "years")}
_REGIMES = NAMES.filter(lambda name: name == name.strip() and name.isprintable())
_CAUSES = st.sampled_from(("order", "war", "technical", "weather", "natural"))


@st.composite
def _ranges(draw: st.DrawFn) -> tuple[float, float, float]:
    """Draw 5 % point, mean and 95 % point."""
    mean = draw(_POSITIVE)
    return mean * draw(SHARES), mean, mean * (1 + 4 * draw(SHARES))


@st.composite
def _two_parts(draw: st.DrawFn) -> cr.TwoPart:
    at_most = draw(st.floats(1e-9, 1))
    mean = at_most * draw(st.floats(1e-9, 1))
    return cr.TwoPart(
        complete=draw(SHARES), mean=mean, at_most=at_most, concentration=draw(_maybe(_POSITIVE)),
        of=draw(st.sampled_from(("capacity", "flow"))),
    )  # fmt: skip


def _posteriors() -> st.SearchStrategy[Posterior]:
    return st.builds(Posterior, shape=_POSITIVE, calm_years=_POSITIVE, war_years=AMOUNTS, durations=_maybe(_POSITIVE))


def _rates_by_regime() -> st.SearchStrategy[Any]:
    rate = _POSITIVE | _ranges()
    return rate | st.dictionaries(_REGIMES, rate, min_size=1, max_size=3)


def _shares_of_causes() -> st.SearchStrategy[Any]:
    """One cause, or thirds and quarters of several."""
    several = st.lists(_CAUSES, min_size=2, max_size=4, unique=True)
    return _CAUSES | several.map(lambda words: dict.fromkeys(words, 1 / len(words)))


def _hits() -> st.SearchStrategy[Hit]:
    aim = st.lists(NAMES, min_size=1, max_size=3)
    return st.builds(Hit, edge=aim) | st.builds(
        Hit, node=aim, country=st.lists(_CODES, max_size=2), probability=st.floats(1e-300, 0.999),
        shocks=_maybe(_POSITIVE),
    )  # fmt: skip


@st.composite
def _hazards(draw: st.DrawFn, groups: list[str]) -> list[cr.Hazard]:
    law = _POSITIVE | st.builds(cr.Lognormal, median=st.floats(1e-9, 1e9), sigma=st.floats(0, 20))
    hazards = []
    for name in draw(st.lists(NAMES, max_size=2, unique=True)):
        struck = draw(st.booleans())
        does = draw(st.lists(_hits() if struck else _changes(), min_size=1, max_size=3))
        closes = struck or all(isinstance(change, cr.Outage | cr.Derate) for change in does)
        severity = draw(st.builds(cr.Uniform, low=st.just(0.1 + 0.2), high=st.floats(0.5, 1)) | _two_parts())
        paths = st.sampled_from(("shortfall_mtpa", "delivered_mtpa"))
        hazards.append(
            cr.Hazard(
                name=name, about=draw(TEXTS), network=draw(_maybe(TEXTS)), year=draw(_maybe(st.integers(0, 3000))),
                **{"hits" if struck else "changes": does}, frequency_per_year=draw(_rates_by_regime()),
                duration_days=draw(law), place=draw(_maybe(TEXTS)), severity=severity if closes else None,
                cause=draw(_maybe(_shares_of_causes())), events=draw(_maybe(st.integers(0, 10**15))),
                rate_group=draw(st.sampled_from((None, *groups))), posterior=draw(_maybe(_posteriors())),
                sources=draw(st.lists(TEXTS, max_size=2)),
                expect=draw(st.dictionaries(paths, st.sampled_from(("> 5", "5", 5.0, 0.1 + 0.2)))),
            )
        )  # fmt: skip
    return hazards


def _changes() -> st.SearchStrategy[Any]:
    aim = st.lists(NAMES, min_size=1, max_size=3)
    return (
        st.builds(cr.Outage, edge=aim, country=st.lists(_CODES, max_size=2))
        | st.builds(cr.Derate, tag=aim, remaining=st.floats(0, 0.999))
        | st.builds(cr.QuotaChange, edge=aim, commodity=NAMES, max_mtpa=_maybe(AMOUNTS))
        | st.builds(cr.TariffShock, operator=aim, commodity=aim, add_usd_per_t=SIGNED, factor=AMOUNTS)
        | st.builds(cr.Delay, edge=aim, commodity=aim, add_days=SIGNED, late_factor=AMOUNTS)
        | st.builds(cr.Expansion, fleet=aim, add_mt_days=st.floats(1e-300, 1e300))
        | st.builds(cr.SupplyShock, node=aim, add_mtpa=SIGNED)
    )


def _figures() -> st.SearchStrategy[list[cr.Figure]]:
    figure = st.builds(
        cr.Figure, record=st.sampled_from(("node", "rate", "fleet", "input")),
        subject=NAMES, attribute=NAMES, value=SIGNED, unit=NAMES,
        since=st.integers(0, 2000), until=st.integers(2000, 3000), sources=st.lists(NAMES, max_size=3),
        confidence=st.sampled_from("ABC"), choice=st.sampled_from(("chosen", "rival")), formula=TEXTS, note=TEXTS,
    )  # fmt: skip
    return st.lists(figure, max_size=2)
