"""Where a network is from: its regime, the version of its data, and the tags that selectors may name."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest

import corridor as cr

DATA = Path(__file__).parents[2] / "data"


def test_tags_are_those_of_the_edges_each_once() -> None:
    """In alphabetical order; none where no edge bears one."""
    nodes = [cr.Node(id=id) for id in "abc"]
    edges = [
        cr.Edge(id="ab", tail="a", head="b", tags=["war", "port"]),
        cr.Edge(id="bc", tail="b", head="c", tags="war"),
    ]
    assert cr.Network(nodes=nodes, edges=edges, commodities=()).tags == ("port", "war")
    assert cr.Network(nodes=nodes, edges=(), commodities=()).tags == ()


@pytest.mark.parametrize("regime", ["full", "calm", "war"])
def test_load_names_its_regime(regime: str) -> None:
    """And scenarios keep it, as does every change but of the hazards themselves."""
    net = cr.load(regime=regime)
    assert net.regime == regime
    assert cr.load_scenario("cpc-shut").apply(net).regime == regime
    assert net.replace(name="mine").regime == regime
    assert pickle.loads(pickle.dumps(net)).regime == regime


def test_hazards_of_ones_own_have_no_regime_unless_it_is_given() -> None:
    """A table never says "by the hazards of war" of hazards that are not."""
    net = cr.load(regime="war")
    assert net.replace(hazards=()).regime is None
    assert net.replace(hazards=net.hazards).regime == "war"
    assert net.replace(hazards=net.hazards[:1], regime="mine").regime == "mine"
    with pytest.raises(cr.DataError, match="regime of a network must be text or None"):
        net.replace(regime=3)


def test_the_data_version_is_package_version_and_digest_of_data() -> None:
    """SHA-256 over path, length and content of every file, worked out here by other means."""
    digest = hashlib.sha256()
    for file in sorted((f for f in DATA.rglob("*") if f.is_file()), key=lambda f: f.relative_to(DATA).as_posix()):
        text = file.read_bytes()
        digest.update(b"%s\0%d\0" % (file.relative_to(DATA).as_posix().encode(), len(text)))
        digest.update(text)
    assert cr.load().data_version == f"{cr.__version__}+data.{digest.hexdigest()[:12]}"


def test_a_network_of_ones_own_has_no_data_version(tmp_path: Path) -> None:
    """Whatever it was made from: a file may have been edited."""
    net = cr.load()
    assert cr.read_network(cr.write_network(net, tmp_path / "net.json")).data_version is None
    assert cr.Network(nodes=net.nodes, edges=net.edges, commodities=net.commodities,
                      corridors=net.corridors, fleets=net.fleets).data_version is None  # fmt: skip
    assert cr.load_scenario("cpc-shut").apply(net).data_version == net.data_version
