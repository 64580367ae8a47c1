"""Telling of many problems: the first fifty in full, the rest counted, at a cost that grows with the input only."""

from __future__ import annotations

import difflib
import json
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import corridor as cr
import corridor.files.graphml  # imported while `nearest` is replaced, it would keep the stand-in
from corridor import messages
from corridor.errors import MOST_SHOWN
from corridor.messages import nearest
from corridor.model.selectors import EDGE_SELECTORS, _borne_by_edges

MANY = 400
Read = Callable[[], object]


def dangling(home: Path) -> Read:
    """Write edges between nodes that are not there."""
    rows = [{"id": f"e{at}", "tail": f"x{at}", "head": f"y{at}"} for at in range(MANY)]
    return _json(home, {"nodes": [{"id": f"node_{at}"} for at in range(MANY)], "edges": rows})


def fields(home: Path) -> Read:
    """Write a field in each row that there is not."""
    return _json(home, {"nodes": [{"id": f"n{at}", "latt": 1} for at in range(MANY)], "edges": []})


def one_row(home: Path) -> Read:
    """Write one row of fields that there are not."""
    return _json(home, {"nodes": [{"id": "n"} | {f"k{at}": 1 for at in range(MANY)}], "edges": []})


def keys(home: Path) -> Read:
    """Write keys that a network has not, beside those that it has."""
    return _json(home, {"nodes": [], "edges": []} | {f"k{at}": 1 for at in range(MANY)})


def hazards(home: Path) -> Read:
    """Write hazards of unknown changes."""
    law = {"frequency_per_year": 1, "duration_days": 1}
    rows = [{"name": f"h{at}", **law, "changes": [{f"outag{at}": {}}]} for at in range(MANY)]
    return _json(home, {"nodes": [], "edges": [], "hazards": rows})


def quotas(home: Path) -> Read:
    """Write quotas and markets of what is not there."""
    rows = [{"edge": f"e{at}", "node": f"n{at}", "commodity": f"c{at}"} for at in range(MANY)]
    tables = {"quotas": [{k: row[k] for k in ("edge", "commodity")} for row in rows]}
    tables["markets"] = [{k: row[k] for k in ("node", "commodity")} for row in rows]
    return _json(home, {"nodes": [{"id": "a"}], "edges": [], "commodities": [{"id": "oil"}], **tables})


def _json(home: Path, data: Any) -> Read:
    (home / "net.json").write_text(json.dumps(data), encoding="utf-8")
    return lambda: cr.read_network(home / "net.json")


def header(home: Path) -> Read:
    """Write a wide table of unknown columns."""
    (home / "nodes.csv").write_text(",".join(["id", *(f"c{at}" for at in range(MANY))]), encoding="utf-8")
    (home / "edges.csv").write_text("id,tail,head\n", encoding="utf-8")
    return lambda: cr.read_network(home)


def frame(home: Path) -> Read:
    """Make a wide DataFrame of unknown columns."""
    nodes = pd.DataFrame([["a"] * (MANY + 1)], columns=["id", *(f"c{at}" for at in range(MANY))])
    return lambda: cr.Network.from_frames(nodes, pd.DataFrame(columns=["id", "tail", "head"]))


def strays(home: Path) -> Read:
    """Write a folder with files that are no tables."""
    for name in ("nodes.csv", "edges.csv", *(f"node{at}.csv" for at in range(MANY))):
        (home / name).write_text("id,tail,head\n" if name == "edges.csv" else "id\n", encoding="utf-8")
    return lambda: cr.read_network(home)


def graphml(home: Path) -> Read:
    """Write attributes that are no fields, beside one that is."""
    declared = '<key id="lat" for="node" attr.name="lat"/>' + "".join(
        f'<key id="d{at}" for="node" attr.name="latt{at}"/>' for at in range(MANY)
    )
    (home / "net.graphml").write_text(f'<graphml>{declared}<graph edgedefault="directed"/></graphml>')
    return lambda: cr.read_network(home / "net.graphml")


def changes(home: Path) -> Read:
    """Write a scenario whose changes name no edge."""
    lines = "".join(f"  - outage: {{edge: x{at}}}\n" for at in range(MANY))
    return _scenario(home, f"name: s\nnetwork: caspian\nchanges:\n{lines}")


def unknown_changes(home: Path) -> Read:
    """Write a scenario of unknown changes, fields and keys."""
    lines = "".join(f"  - outag{at}: {{edge: x}}\n  - outage: {{edg{at}: x}}\n" for at in range(MANY))
    return _scenario(home, f"name: s\nchanges:\n{lines}" + "".join(f"nam{at}: x\n" for at in range(MANY)))


def expectations(home: Path) -> Read:
    """Write a scenario that expects something of edges that are not there."""
    lines = "".join(f"  edges.x{at}.flow_mtpa: 1\n" for at in range(MANY))
    return _scenario(home, f"name: s\nnetwork: caspian\nchanges: [outage: {{corridor: cpc}}]\nexpect:\n{lines}")


def _scenario(home: Path, text: str) -> Read:
    (home / "s.yaml").write_text(text, encoding="utf-8")
    return lambda: cr.load_scenario(home / "s.yaml")


KINDS = (
    dangling, fields, one_row, keys, hazards, quotas, header, frame, strays, graphml, changes, unknown_changes,
    expectations,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_suggestions_are_looked_for_only_for_what_is_shown(
    kind: Callable[[Path], Read], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of hundreds of problems fifty are told, the last line counts the rest, and the names of no others are compared.

    Where references of sound rows are wrong the fifty are told twice: first without the places of their rows.
    """
    read, asked = kind(tmp_path), []
    monkeypatch.setattr(messages, "nearest", lambda name, known: asked.append(name))
    with pytest.raises(cr.DataError) as caught:
        read()
    *told, last = caught.value.problems
    assert len(told) == MOST_SHOWN
    assert int(last.removeprefix("... and ").removesuffix(" more problems")) >= MANY - MOST_SHOWN
    assert len(asked) <= 2 * MOST_SHOWN


def test_problems_of_hazards_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Network.problems` of many hazards that name what is not there compares no more names than it shows."""
    many = [
        cr.Hazard(name=f"h{at}", changes=[cr.Outage(edge=f"x{at}")], frequency_per_year=1, duration_days=1)
        for at in range(MANY)
    ]
    asked: list[str] = []
    monkeypatch.setattr(messages, "nearest", lambda name, known: asked.append(name))
    *_, last = cr.load().replace(hazards=many).problems()
    assert last == f"... and {MANY - MOST_SHOWN} more problems"
    assert len(asked) <= MOST_SHOWN


def test_the_ids_of_a_network_are_gathered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario of hundreds of changes reads each edge once for the names that a selector may bear."""
    gathered: list[str] = []

    def read(_: object, edge: cr.Edge) -> tuple[str, ...]:
        gathered.append(edge.id)
        return (edge.mode,)

    monkeypatch.setitem(EDGE_SELECTORS, "mode", _borne_by_edges("mode", read))
    net = cr.load().replace(name="fresh")
    cr.Scenario(name="s", changes=[cr.TariffShock(mode="sea", add_usd_per_t=n + 1) for n in range(MANY)]).apply(net)
    assert gathered == [edge.id for edge in net.edges]


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (50, 50), (51, 51), (52, 51), (5_000, 51)])
def test_every_error_tells_at_most_fifty_problems_and_the_rest(count: int, lines: int) -> None:
    """Fifty in full; instead of 'and 1 more' stands that one, so that cutting twice changes nothing."""
    told = cr.DataError(f"problem {at}" for at in range(count)).problems
    assert len(told) == lines
    assert cr.DataError(told).problems == told
    assert count <= 51 or told[-1] == f"... and {count - 50} more problems"


def test_among_thousands_a_misspelt_name_is_still_found() -> None:
    """One letter lost, doubled or exchanged anywhere: the suggestion is the name meant, as difflib says of all."""
    chance = random.Random(5)
    known = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for _ in range(2_000)]
    for name in chance.sample(known, 60):
        at = chance.randrange(len(name))
        letter = chance.choice(("", name[at] * 2, "-"))
        wrong = name[:at] + letter + name[at + 1 :]
        assert nearest(wrong, known) == name == difflib.get_close_matches(wrong.replace("-", "_"), known, n=1)[0]


def test_an_unknown_name_survives_pickling() -> None:
    """Workers hand errors over to their parent: the sentence and what it is made of stay."""
    with pytest.raises(cr.UnknownNameError) as caught:
        cr.load().edge("btv")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value) == "no edge named 'btv'; did you mean 'btc'?"
    assert (again.kind, again.name, again.suggestion) == ("edge", "btv", "btc")
