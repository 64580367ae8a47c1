"""Unknown names: with the nearest that exists, or else the few that do, or where the many are listed."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable

import pytest

import corridor as cr

NET = cr.load("caspian", 2024)


def _listed(names: list[str]) -> str:
    """Return names as a sentence has them."""
    quoted = [repr(name) for name in names]
    return f"; there are {', '.join(quoted[:-1])} and {quoted[-1]}"


@pytest.mark.parametrize(
    ("ask", "known"),
    [
        (lambda: NET.commodity("xyz"), [c.id for c in NET.commodities]),
        (lambda: NET.corridor("xyz"), [c.id for c in NET.corridors]),
        (lambda: cr.load("caspian", 2024, regime="xyz"), ["calm", "war"]),
        (lambda: cr.Outage(tag="xyz").apply(NET), sorted({tag for edge in NET.edges for tag in edge.tags})),
        (lambda: cr.Outage(mode="xyz").apply(NET), sorted({edge.mode for edge in NET.edges})),
        (lambda: cr.schema("xyz"), ["scenario", "network"]),
    ],
    ids=["commodity", "corridor", "regime", "tag", "mode", "schema"],
)
def test_few_names_are_listed(ask: Callable[[], object], known: list[str]) -> None:
    """Where nothing is near."""
    with pytest.raises(cr.CorridorError) as error:
        ask()
    assert 2 <= len(known) <= 10
    said = str(error.value)
    assert re.fullmatch(r".*no [a-z ]+ named 'xyz'; there are .* and .*", said)
    assert sorted(re.findall("'([^']*)'", said.split("; there are")[1])) == sorted(known)


@pytest.mark.parametrize(
    ("ask", "many", "where"),
    [
        (lambda: NET.node("qqqqq"), len(NET.nodes), "network.nodes"),
        (lambda: NET.edge("qqqqq"), len(NET.edges), "network.edges"),
        (lambda: cr.load_scenario("qqqqq"), sum(map(len, map(cr.scenarios, cr.networks()))), "corridor.scenarios()"),
        (lambda: cr.Outage(country="QQQ").apply(NET), 0, "network.edge_table()"),
    ],
    ids=["node", "edge", "scenario", "country"],
)
def test_many_names_are_counted(ask: Callable[[], object], many: int, where: str) -> None:
    """With what lists them."""
    many = many or len({country for edge in NET.edges for country in edge.countries})
    with pytest.raises(cr.UnknownNameError, match=re.escape(f"; {where} has the {many} that exist")):
        ask()


def test_a_single_name_is_given() -> None:
    """The one fleet of the crude network."""
    with pytest.raises(cr.UnknownNameError, match="no fleet named 'xyz'; there is 'caspian_tankers' only"):
        cr.Outage(fleet="xyz").apply(NET)


def test_nothing_to_name_is_said() -> None:
    """A network without tags."""
    edges = [cr.Edge(id="ab", tail="a", head="b")]
    net = cr.Network(nodes=(cr.Node(id="a"), cr.Node(id="b")), edges=tuple(edges), commodities=())
    with pytest.raises(cr.UnknownNameError, match="no tag named 'war'; there is none"):
        cr.Outage(tag="war").apply(net)


def test_a_near_name_is_enough() -> None:
    """Then no others are listed."""
    with pytest.raises(cr.UnknownNameError, match=r"no commodity named 'kazak_crude'; did you mean 'kazakh_crude'\?$"):
        NET.commodity("kazak_crude")


@pytest.mark.parametrize("ask", [lambda: NET.node("qqqqq"), lambda: NET.commodity("xyz"), lambda: NET.node("tengis")])
def test_the_sentence_survives_a_process(ask: Callable[[], object]) -> None:
    """An error that comes back from a worker says the same."""
    with pytest.raises(cr.UnknownNameError) as error:
        ask()
    back = pickle.loads(pickle.dumps(error.value))
    assert str(back) == str(error.value)
    assert back.suggestion == error.value.suggestion
