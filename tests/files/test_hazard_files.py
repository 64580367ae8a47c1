"""Hazards, rate groups and the regime in files of every form."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import networkx
import pandas as pd
import pytest

import corridor as cr
from corridor.cli.main import main
from corridor.model.hazard import Hit, Posterior

FORMS = {"folder": "net", "json": "net.json", "geojson": "net.geojson", "graphml": "net.graphml", "xlsx": "net.xlsx"}
HAZARD = cr.Hazard(
    name="slow", about="8 on record", hits=[Hit(edge="a"), Hit(edge=["a", "b"], probability=0.9286, shocks=7)],
    frequency_per_year={"calm": (0.0545, 0.1272, 0.219), "war": 1.23},
    duration_days=cr.Lognormal(median=5.345, sigma=1.841),
    severity=cr.TwoPart(complete=0.1, mean=0.28, at_most=0.6, concentration=2.084, of="flow"),
    cause={"order": 0.25, "war": 0.25, "technical": 0.5}, place="RUS", events=8, rate_group="theatre",
    posterior=Posterior(shape=9.253696, calm_years=35.51636, war_years=3.849418, durations=11, complete_of=11,
                        pooled_mean=0.422703, freedom=6.71656),
    sources=["a record"],
)  # fmt: skip
PLAIN = cr.Hazard(name="plain", changes=[cr.Delay(edge="a", add_days=3)], frequency_per_year=0.5, duration_days=3)
GROUP = cr.RateGroup(
    id="theatre", name="Slow in the theatre", calm_shape=6.5, calm_years=117.74161, war_shape=16.5, war_years=30.893908
)
NET = cr.Network(
    nodes=[cr.Node(id="x"), cr.Node(id="y")], commodities=[], rate_groups=[GROUP], hazards=[HAZARD, PLAIN],
    edges=[cr.Edge(id="a", tail="x", head="y"), cr.Edge(id="b", tail="x", head="y")], regime="war", name="net",
)  # fmt: skip
ALTERED: dict[str, Any] = {
    "name": "other", "about": "", "network": "caspian", "year": 2024, "expect": {"shortfall_mtpa": "> 5"},
    "changes": [cr.Outage(edge="b")], "hits": [Hit(edge="a", probability=0.5)], "sources": [],
    "frequency_per_year": {"calm": 0.1272, "war": (0.5, 1.23, 2.0)}, "duration_days": 4.5,
    "severity": cr.Uniform(low=0.25, high=0.5), "cause": "war", "place": "a \"place\"; of one's own", "events": 0,
    "rate_group": None, "posterior": None,
}  # fmt: skip


def altered(field: str) -> cr.Hazard:
    """Return the hazard with another value of a field, and what then may not stay."""
    plain = HAZARD.replace(posterior=HAZARD.posterior.replace(complete_of=None, pooled_mean=None, freedom=None))
    return (plain if field == "severity" else HAZARD).replace(**{field: ALTERED[field]})


def of_part(part: str, field: str) -> cr.Hazard:
    """Return the hazard with one of the optional fields of a part left out."""
    posterior = HAZARD.posterior.replace(complete_of=None, pooled_mean=None, freedom=None)
    bare = HAZARD.replace(posterior=posterior) if part == "severity" else HAZARD
    if part == "hits":
        kept = {"edge": "a", "probability": 0.5, "shocks": 3.0}
        return bare.replace(hits=[{key: value for key, value in kept.items() if key != field}])
    default = type(getattr(bare, part)).model_fields[field].default
    return bare.replace(**{part: getattr(bare, part).replace(**{field: default})})


# Round trips


@pytest.mark.parametrize("form", FORMS)
def test_all_that_a_hazard_can_say_is_read_back(form: str, tmp_path: Path) -> None:
    """With rate groups and regime, and as the same fields given."""
    again = cr.read_network(cr.write_network(NET, tmp_path / FORMS[form]))
    assert again == NET
    assert again.regime == "war"
    assert again.rate_groups == (GROUP,)
    assert [hit.model_fields_set for hit in again.hazards[0].hits] == [hit.model_fields_set for hit in HAZARD.hits]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("field", cr.Hazard.model_fields)
def test_every_field_of_a_hazard_is_read_back(field: str, form: str, tmp_path: Path) -> None:
    """Whichever is another, or is left out."""
    net = NET.replace(hazards=[altered(field)])
    assert net != NET.replace(hazards=[HAZARD])
    assert cr.read_network(cr.write_network(net, tmp_path / FORMS[form])) == net


@pytest.mark.parametrize("form", ["folder", "xlsx"])
@pytest.mark.parametrize(
    ("part", "field"),
    [(part, field) for part, fields in {
        "hits": ("probability", "shocks"), "severity": ("complete", "at_most", "concentration", "of"),
        "posterior": ("war_years", "durations", "complete_of", "pooled_mean", "freedom"),
    }.items() for field in fields if (part, field) != ("hits", "probability")],
)  # fmt: skip
def test_what_a_part_leaves_out_is_read_back(part: str, field: str, form: str, tmp_path: Path) -> None:
    """Of hits, severity and posterior."""
    net = NET.replace(hazards=[of_part(part, field)])
    assert net != NET.replace(hazards=[HAZARD])
    assert cr.read_network(cr.write_network(net, tmp_path / FORMS[form])) == net


@pytest.mark.parametrize("form", FORMS)
def test_a_network_without_a_regime_has_none_in_its_file(form: str, tmp_path: Path) -> None:
    """Files written before there was one are read as they were."""
    path = cr.write_network(bare := NET.replace(regime=None), tmp_path / FORMS[form])
    assert cr.read_network(path) == bare
    assert cr.read_network(path).regime is None
    if form == "folder":
        assert (path / "network.csv").read_text(encoding="utf-8") == "name,year\nnet,\n"


def test_the_regime_stands_beside_name_and_year(tmp_path: Path) -> None:
    """In the one row of network.csv, at the head of JSON."""
    folder = cr.write_network(NET, tmp_path / "net")
    assert (folder / "network.csv").read_text(encoding="utf-8") == "name,year,regime\nnet,,war\n"
    document = json.loads(cr.write_network(NET, tmp_path / "net.json").read_text(encoding="utf-8"))
    assert list(document)[:4] == ["format", "name", "year", "regime"]
    assert document["regime"] == "war"


def test_a_graph_carries_regime_and_rate_groups() -> None:
    """Hazards are not carried, so that the network that comes back has none."""
    again = cr.Network.from_networkx(NET.to_networkx())
    assert again == NET.replace(hazards=())
    assert "regime" not in NET.replace(regime=None).to_networkx().graph


def test_graphml_read_by_networkx_is_the_whole_network(tmp_path: Path) -> None:
    """Regime, rate groups and hazards among the rest."""
    path = cr.write_network(NET, tmp_path / "net.graphml")
    assert cr.Network.from_networkx(networkx.read_graphml(path, force_multigraph=True)) == NET


def test_a_scenario_file_holds_all_that_a_hazard_can_say(tmp_path: Path) -> None:
    """It is read back."""
    cr.save_scenario(HAZARD, tmp_path / "slow.scenario.yaml")
    assert cr.load_scenario(tmp_path / "slow.scenario.yaml", NET) == HAZARD


def test_the_table_of_hazards_gives_them_back() -> None:
    """Also in a table of one's own, with lists and mappings in its cells."""
    table = NET.hazard_table()
    assert NET.with_frames(hazards=table) == NET
    assert table.loc["slow", "cause"] == '{"order": 0.25, "war": 0.25, "technical": 0.5}'
    assert table["events"].tolist() == [8, pd.NA]
    own = pd.DataFrame(
        [{"name": "mine", "hits": [{"edge": "a"}], "frequency_per_year": {"war": [0.1, 0.2, 0.3]}, "duration_days": 3,
          "severity": {"mean": 0.5}, "cause": {"war": 1}, "events": 3.0}]
    )  # fmt: skip
    assert NET.with_frames(hazards=own).hazards == (
        cr.Hazard(name="mine", hits=[Hit(edge="a")], frequency_per_year={"war": (0.1, 0.2, 0.3)}, duration_days=3,
                  severity=cr.TwoPart(mean=0.5), cause={"war": 1.0}, events=3),
    )  # fmt: skip


def test_the_table_of_rate_groups_gives_them_back() -> None:
    """Another factor is told by the hazards whose posterior it is not of."""
    table = NET.rate_group_table()
    assert NET.with_frames(rate_groups=table) == NET
    table["war_shape"] *= 2
    assert "hazard 'slow': frequency_per_year.war must be" in " ".join(NET.with_frames(rate_groups=table).problems())


@pytest.mark.parametrize("year", [2021, 2024])
@pytest.mark.parametrize("form", ["folder", "json", "xlsx"])
def test_a_shipped_network_keeps_its_regime(year: int, form: str, tmp_path: Path) -> None:
    """Calm, and war."""
    net = cr.load(year=year)
    again = cr.read_network(cr.write_network(net, tmp_path / FORMS[form]))
    assert again.regime == net.regime == ("calm" if year == 2021 else "war")


# What is wrong, and where


def told(text: str, home: Path, **files: str) -> list[str]:
    """Return what is said of a folder with some text as its hazards, without the path."""
    cr.write_network(NET.replace(hazards=()), home / "net")
    (home / "net" / "hazards.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (home / "net" / f"{name}.csv").write_text(content, encoding="utf-8")
    with pytest.raises(cr.DataError) as caught:
        cr.read_network(home / "net")
    return [problem.replace(f"{home / 'net'}/", "") for problem in caught.value.problems]


HEAD = "hazards:\n  - name: h\n    duration_days: 3\n    hits:\n      - {edge: a}\n      - {edge: b}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "    frequency_per_year:\n      calm: 1\n      war: 0\n",
         "hazards.yaml:9:12: frequency_per_year.war must be > 0.0 (got 0)"),
        (HEAD + "    frequency_per_year: {calm: [1, 2]}\n",
         "hazards.yaml:7:26: frequency_per_year.calm: a range must be three numbers"),
        (HEAD + "    frequency_per_year: 0,4\n",
         "hazards.yaml:7:25: frequency_per_year must be a number (got '0,4'); write 0.4"),
        (HEAD + "    frequency_per_year: true\n", "hazards.yaml:7:25: frequency_per_year must not be true or false"),
        (HEAD, "hazards.yaml:2:5: frequency_per_year is missing"),
        (HEAD.replace("b}", "b, probability: 2}") + "    frequency_per_year: 1\n",
         "hazards.yaml:6:32: hits[1].probability must be <= 1.0 (got 2)"),
        (HEAD.replace("b}", "b, probabilty: 1}") + "    frequency_per_year: 1\n",
         "hazards.yaml:6:31: hits[1]: no field named 'probabilty'; did you mean 'probability'?"),
        (HEAD + "    frequency_per_year: 1\n    changes: [outage: {edge: a}]\n",
         "hazards.yaml:4:5: a hazard says changes or hits, not both; what is always struck is a hit of probability 1"),
        ("hazards:\n  - name: h\n    duration_days: 3\n    frequency_per_year: 1\n",
         "hazards.yaml:2:5: changes must be a list with at least one change, as in '- outage: {corridor: cpc}', or "
         "hits one of what may be struck"),
        (HEAD + "    frequency_per_year: 1\n    severity:\n      mean: true\n",
         "hazards.yaml:8:5: severity: mean must be a number (got True)"),
        (HEAD + "    frequency_per_year: 1\n    severity:\n      meen: 1\n      mean: 0.5\n",
         "hazards.yaml:9:13: severity: no field named 'meen'; did you mean 'mean'?"),
        (HEAD + "    frequency_per_year: 1\n    cause: wether\n",
         "hazards.yaml:8:12: cause: no cause named 'wether'; did you mean 'weather'?"),
        (HEAD + "    frequency_per_year: 1\n    events: 2.5\n",
         "hazards.yaml:8:13: events must be a whole number (got 2.5)"),
        (HEAD + "    frequency_per_year: 1\n    rate_group: theater\n",
         "hazards.yaml:2:5: hazard 'h': rate_group: no rate group named 'theater'; did you mean 'theatre'?"),
        (HEAD + "    frequency_per_year: 1\n    place: KAZ\n    actor: RUS\n",
         "hazards.yaml:9:12: actor is the old name of place, which is given too (got 'RUS'); leave actor out"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_hazard_is_told_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    """File, line and column; one sentence, and no other that follows from it."""
    (problem,) = told(text, tmp_path)
    assert problem.startswith(said)


def test_what_is_wrong_with_a_rate_group_is_told_with_its_place(tmp_path: Path) -> None:
    """The row of the table; the hazard that names it is found all the same."""
    text = HEAD + "    frequency_per_year: 1\n    rate_group: theatre\n"
    rows = "id,calm_shape,calm_years,war_shape,war_years\ntheatre,1,2,0,x\n"
    assert told(text, tmp_path, rate_groups=rows) == [
        "rate_groups.csv:2: rate_group 'theatre': war_shape must be > 0.0 (got '0')",
        "rate_groups.csv:2: rate_group 'theatre': war_years must be a number (got 'x')",
    ]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("json", "$.hazards[0]: hazard 'slow': rate_group: no rate group named 'theatre'; there is none"),
        ("geojson", "$.corridor.hazards[0]: hazard 'slow': rate_group: no rate group named 'theatre'"),
        ("graphml", "hazards[0]: hazard 'slow': rate_group: no rate group named 'theatre'"),
        ("xlsx", "sheet hazards, row 2: hazard 'slow': rate_group: no rate group named 'theatre'"),
    ],
)
def test_a_rate_group_without_a_row_is_told_with_its_place(
    form: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every form; the writer does not look whether it can be read, for this."""
    broken = NET.with_numbers(rate_groups=())
    monkeypatch.setattr("corridor.files.csv_folder.assert_kept", lambda *_: None)
    path = cr.write_network(broken, tmp_path / FORMS[form])
    with pytest.raises(cr.DataError, match=r"no rate group") as caught:
        cr.read_network(path)
    assert said in str(caught.value)


def test_a_rate_group_of_a_scenario_file_is_looked_up(tmp_path: Path) -> None:
    """As other names are, where the network is known."""
    cr.save_scenario(HAZARD.replace(rate_group="theater"), tmp_path / "slow.scenario.yaml")
    with pytest.raises(cr.DataError, match=r"yaml:\d+:13: no rate group named 'theater'; did you mean 'theatre'"):
        cr.load_scenario(tmp_path / "slow.scenario.yaml", NET)


@pytest.mark.parametrize("regime", ["", "3", '" war"'])
def test_a_regime_of_json_is_a_name(regime: str, tmp_path: Path) -> None:
    """Or null, which is none."""
    file = tmp_path / "net.json"
    file.write_text(f'{{"nodes": [], "edges": [], "regime": {regime or "true"}}}', encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"\$\.regime: regime must be a name without spaces around it, as in war"):
        cr.read_network(file)


def test_a_regime_of_a_cell_is_a_name(tmp_path: Path) -> None:
    """With file and line."""
    folder = cr.write_network(NET, tmp_path / "net")
    (folder / "network.csv").write_text('name,year,regime\nnet,," war"\n', encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"network\.csv:2: regime must be a name .* \(got ' war'\)"):
        cr.read_network(folder)


# The old name of a place


OLD = HEAD + "    frequency_per_year: 1\n    actor: RUS\n"
SAID = "actor is now called place; rename it, for the next version does not read it"


def test_an_actor_in_a_folder_is_read_as_the_place_and_told(tmp_path: Path) -> None:
    """With file, line and column."""
    cr.write_network(NET.replace(hazards=()), tmp_path / "net")
    (tmp_path / "net" / "hazards.yaml").write_text(OLD, encoding="utf-8")
    with pytest.warns(FutureWarning, match=rf"hazards\.yaml:8:12: {SAID}"):
        assert cr.read_network(tmp_path / "net").hazards[0].place == "RUS"


def test_an_actor_in_a_scenario_file_is_read_as_the_place_and_told(tmp_path: Path) -> None:
    """As in a network."""
    file = tmp_path / "s.yaml"
    file.write_text("name: s\nhits: [{edge: a}]\nfrequency_per_year: 1\nduration_days: 3\nactor: RUS\n")
    with pytest.warns(FutureWarning, match=rf"s\.yaml:5:8: {SAID}"):
        assert cr.load_scenario(file).place == "RUS"  # type: ignore[attr-defined]


def test_an_actor_in_json_is_read_as_the_place_and_told(tmp_path: Path) -> None:
    """With its path."""
    file = cr.write_network(NET, tmp_path / "net.json")
    file.write_text(file.read_text(encoding="utf-8").replace('"place"', '"actor"'), encoding="utf-8")
    with pytest.warns(FutureWarning, match=rf"\$\.hazards\[0\]\.actor: {SAID}"):
        assert cr.read_network(file) == NET


def test_an_actor_in_a_workbook_is_read_as_the_place_and_told(tmp_path: Path) -> None:
    """With sheet and row."""
    import openpyxl

    book = openpyxl.load_workbook(cr.write_network(NET, tmp_path / "net.xlsx"))
    head = next(cell for cell in book["hazards"][1] if cell.value == "place")
    head.value = "actor"
    book.save(tmp_path / "net.xlsx")
    with pytest.warns(FutureWarning, match=rf"sheet hazards, row 2: {SAID}"):
        assert cr.read_network(tmp_path / "net.xlsx") == NET


def test_an_actor_in_a_table_is_read_as_the_place_and_told() -> None:
    """With its row, from 0."""
    with pytest.warns(FutureWarning, match=rf"hazards, row 0: {SAID}"):
        assert NET.with_frames(hazards=NET.hazard_table().rename(columns={"place": "actor"})) == NET


def test_an_empty_actor_is_no_place_and_not_told(tmp_path: Path) -> None:
    """There is nothing to rename but the key."""
    file = tmp_path / "s.yaml"
    file.write_text("name: s\nhits: [{edge: a}]\nfrequency_per_year: 1\nduration_days: 3\nactor:\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cr.load_scenario(file).place is None  # type: ignore[attr-defined]


def test_a_scenario_has_no_actor(tmp_path: Path) -> None:
    """Only what comes with a frequency has a place."""
    file = tmp_path / "s.yaml"
    file.write_text("name: s\nchanges: [outage: {edge: a}]\nactor: RUS\n", encoding="utf-8")
    with pytest.raises(cr.DataError, match="frequency_per_year is missing"), pytest.warns(FutureWarning):
        cr.load_scenario(file)


@pytest.mark.filterwarnings("default")
def test_the_command_line_tells_an_actor_in_its_own_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not as Python shows a line of the library."""
    file = tmp_path / "s.scenario.yaml"
    file.write_text(
        "name: s\nnetwork: caspian\nhits: [{corridor: cpc}]\nfrequency_per_year: 1\nduration_days: 3\nactor: RUS\n"
    )
    assert main(["solve", "--scenario", str(file)]) == 0
    err = capsys.readouterr().err
    assert f"corridor: {file}:6:8: {SAID}\n" in err
    assert "Warning" not in err


# On the command line


@pytest.mark.parametrize(
    ("regime", "said"),
    [
        ("peace", "no regime named 'peace'; there are 'calm' and 'war'"),
        ("full", "regime 'full' is no more: rates are those of calm or of war"),
    ],
)
def test_a_network_of_ones_own_has_the_regimes_of_its_hazards(
    regime: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that it has not is refused, not ignored."""
    path = cr.write_network(NET, tmp_path / "net.json")
    assert main(["solve", "--network", str(path), "--regime", "calm"]) == 0
    assert main(["solve", "--network", str(path), "--regime", regime]) == 2
    assert said in capsys.readouterr().err


def test_a_file_with_hits_says_where_what_is_wrong_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line of the hit."""
    file = tmp_path / "s.scenario.yaml"
    file.write_text(
        "name: s\nnetwork: caspian\nfrequency_per_year: 1\nduration_days: 3\nhits:\n  - {corridor: cpc}\n"
        "  - {corridor: btc, mode: sea}\n"
    )
    assert main(["solve", "--scenario", str(file)]) == 2
    assert f"{file}:7: " in capsys.readouterr().err
