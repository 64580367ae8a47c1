"""Where a network is from: its regime, the version of its data, and the tags that selectors may name."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize("regime", ["calm", "war"])
def test_load_names_its_regime(regime: str) -> None:
    """And scenarios keep it, as does every change."""
    net = cr.load(regime=regime)
    assert net.regime == regime
    assert cr.load_scenario("cpc-shut").apply(net).regime == regime
    assert net.replace(name="mine").regime == regime
    assert pickle.loads(pickle.dumps(net)).regime == regime


@pytest.mark.parametrize(("year", "regime"), [(2018, "calm"), (2021, "calm"), (2022, "war"), (2024, "war")])
def test_the_regime_is_that_of_the_year_by_default(year: int, regime: str) -> None:
    """War since 24 February 2022, so that most of 2022 was."""
    assert cr.load(year=year).regime == regime


def test_hazards_of_ones_own_are_in_the_regime_of_the_network() -> None:
    """Rates by regime are kept, so that another one can be chosen."""
    net = cr.load(regime="war")
    assert net.replace(hazards=net.hazards[:1]).regime == "war"
    assert net.replace(regime="calm").regime == "calm"
    assert net.replace(regime=None).regime is None


def test_networks_of_two_regimes_are_not_equal() -> None:
    """Their bad years differ."""
    assert cr.load(year=2024, regime="war") != cr.load(year=2024, regime="calm")


@pytest.mark.parametrize("regime", [3, "", " war", "war\n"])
def test_a_regime_is_a_name(regime: Any) -> None:
    """As it stands in keys and cells of files."""
    with pytest.raises(cr.DataError, match="regime of a network must be a name without spaces around it, as in war"):
        cr.load().replace(regime=regime)


def test_the_regime_of_the_whole_record_is_gone_with_a_message() -> None:
    """Rates are those of calm or of war."""
    with pytest.raises(cr.DataError, match="regime 'full' is no more: rates are those of calm or of war; choose one"):
        cr.load(regime="full")


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
