"""JSON Schema of our files: shipped as generated, and as strict as it can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import corridor as cr
from corridor.files.scenario_yaml import YamlDocument
from corridor.files.schema import schema_text
from corridor.library import networks as library
from helpers.readme_blocks import assert_stored

KINDS = ("scenario", "network")
GOOD = "name: s\nchanges: [outage: {corridor: cpc}]\n"
STRUCK = "name: s\nfrequency_per_year: 1\nduration_days: 3\n"
HAZARD = "frequency_per_year: 1\nduration_days: 3\n" + GOOD


def refusals(kind: str, data: Any) -> list[str]:
    """Return what a schema finds wrong with plain data."""
    made = cr.schema(kind)
    return [error.message for error in jsonschema.Draft202012Validator(made).iter_errors(data)]


@pytest.mark.generated
@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_one_and_ships_as_generated(kind: str) -> None:
    """It keeps the rules of JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(cr.schema(kind))
    assert_stored(Path(str(library.data_root())) / "schema" / f"{kind}.schema.json", schema_text(kind))


@pytest.mark.parametrize("name", cr.scenarios())
def test_every_shipped_scenario_file_validates(name: str) -> None:
    """As its plain data is read."""
    file = library.data_root().joinpath("scenarios", name + library.SCENARIO_ENDING)
    assert refusals("scenario", YamlDocument(name, file.read_text(encoding="utf-8")).data()) == []


def test_the_shipped_networks_validate(tmp_path: Path) -> None:
    """As written to JSON, hazards included."""
    for year in (2018, 2024):
        path = cr.write_network(cr.load(year=year), tmp_path / "net.json")
        assert refusals("network", json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "name: s\n",
        "changes: [outage: {corridor: cpc}]\n",
        "name: s\nchanges: []\n",
        "name: s\nchanges: {outage: {corridor: cpc}}\n",
        "name: ''\nchanges: [outage: {corridor: cpc}]\n",
        GOOD + "nam: x\n",
        GOOD + "year: soon\n",
        GOOD + "expect: [a]\n",
        GOOD + "expect: {shortfall_mtpa: [1]}\n",
        GOOD + "sources: {a: b}\n",
        GOOD + "frequency_per_year: 0.1\n",
        GOOD + "duration_days: {median: 3, sigma: 1}\n",
        GOOD + "duration_days: 0\n",
        GOOD + "duration_days: 3\nfrom: 2022-03-01\nuntil: 2022-04-01\n",
        GOOD + "frequency_per_year: 0\nduration_days: 3\n",
        GOOD + "frequency_per_year: 1\nduration_days: {median: 3}\n",
        GOOD + "frequency_per_year: 1\nduration_days: {median: 3, sigma: -1}\n",
        HAZARD.replace("1\n", "[1, 2]\n", 1),
        HAZARD.replace("1\n", "[1, 2, -3]\n", 1),
        HAZARD.replace("1\n", "{}\n", 1),
        HAZARD.replace("1\n", "{war: 0}\n", 1),
        HAZARD.replace("1\n", "{war: {calm: 1}}\n", 1),
        HAZARD + "severity: 0.5\n",
        HAZARD + "severity: {mean: 0}\n",
        HAZARD + "severity: {mean: 0.5, low: 0.1}\n",
        HAZARD + "severity: {mean: 0.5, of: oil}\n",
        HAZARD + "severity: {mean: 0.5, concentration: 0}\n",
        HAZARD + "cause: wether\n",
        HAZARD + "cause: {wether: 1}\n",
        HAZARD + "cause: {war: 2}\n",
        HAZARD + "events: -1\n",
        HAZARD + "events: 1.5\n",
        HAZARD + "place: 5\n",
        HAZARD + "rate_group: ''\n",
        HAZARD + "posterior: {shape: 1}\n",
        HAZARD + "posterior: {shape: 0, calm_years: 1}\n",
        HAZARD + "posterior: {shape: 1, calm_years: 1, shap: 1}\n",
        HAZARD + "hits: [{edge: btc}]\n",
        STRUCK + "hits: []\n",
        STRUCK + "hits: {edge: btc}\n",
        STRUCK + "hits: [{probability: 0.5}]\n",
        STRUCK + "hits: [{edge: btc, probability: 0}]\n",
        STRUCK + "hits: [{edge: btc, probability: 1.5}]\n",
        STRUCK + "hits: [{edge: btc, probability: 0.5, shocks: 0}]\n",
        STRUCK + "hits: [{edge: btc, remaining: 0.5}]\n",
        "name: s\nhits: [{edge: btc}]\n",
        GOOD + "from: 2022-03-01\n",
        GOOD + "from: 2022\nuntil: 2023\n",
        GOOD + "from: 2022-03-01\nuntil: 2022-04-01\nfrequency_per_year: 1\nduration_days: 3\n",
        GOOD.replace("outage", "outag"),
        GOOD.replace("{corridor: cpc}", "cpc"),
        GOOD.replace("{corridor: cpc}", "{}"),
        GOOD.replace("{corridor: cpc}", "{corridr: cpc}"),
        GOOD.replace("{corridor: cpc}", "{corridor: 5}"),
        GOOD.replace("{corridor: cpc}", "{country: Kazakhstan}"),
        GOOD.replace("[outage: {corridor: cpc}]", "[{outage: {edge: btc}, derate: {edge: btc, remaining: 0.1}}]"),
        GOOD.replace("outage: {corridor: cpc}", "derate: {corridor: cpc}"),
        GOOD.replace("outage: {corridor: cpc}", "derate: {corridor: cpc, remaining: 1}"),
        GOOD.replace("outage: {corridor: cpc}", "derate: {corridor: cpc, remaining: true}"),
        GOOD.replace("outage: {corridor: cpc}", "delay: {corridor: cpc, factor: -1}"),
        GOOD.replace("outage: {corridor: cpc}", "delay: {corridor: cpc, add_days: soon}"),
        GOOD.replace("outage: {corridor: cpc}", "expand: {corridor: cpc, add_mtpa: -1}"),
        GOOD.replace("outage: {corridor: cpc}", "supply: {node: tengiz}"),
        GOOD.replace("outage: {corridor: cpc}", "supply: {node: tengiz, remaining: 0.5, add_mtpa: 1}"),
        GOOD.replace("outage: {corridor: cpc}", "demand: {node: ceyhan, remaining: 2}"),
        GOOD.replace("outage: {corridor: cpc}", "quota: {edge: btc, commodity: kazakh_crude}"),
        GOOD.replace("outage: {corridor: cpc}", "quota: {edge: btc, max_mtpa: 1}"),
        GOOD.replace("outage: {corridor: cpc}", "price: {node: ceyhan}"),
    ],
)
def test_what_the_reader_refuses_as_to_structure_the_schema_refuses(text: str, tmp_path: Path) -> None:
    """Missing and unknown keys, wrong types, numbers out of range, two things said where one is meant."""
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(cr.DataError):
        cr.load_scenario(file)
    assert refusals("scenario", YamlDocument("s", text).data())


@pytest.mark.parametrize(
    "more",
    ["", "duration_days: 3\n",
     "year: 2021\nnetwork: caspian\n", "about:\nyear:\n", "sources: one\n", "expect: {shortfall_mtpa: 5}\n",
     "from: 2022-03-01\nuntil: 2022-04-01\n", "frequency_per_year: 1\nduration_days: {median: 3, sigma: 0}\n",
     "frequency_per_year: 1\nduration_days: 3\nplace: RUS\ncause: war\nevents: 0\n",
     "frequency_per_year: [0.1, 1, 2]\nduration_days: 3\nseverity: {low: 0, high: 1}\nhits:\nrate_group: mine\n",
     "frequency_per_year: {calm: 1, war: [0, 1, 2]}\nduration_days: 3\nseverity: {mean: 0.5, of: flow}\n"
     "cause: {war: 0.5, order: 0.5}\nposterior: {shape: 1, calm_years: 1}\n"],
)  # fmt: skip
def test_what_the_reader_takes_the_schema_takes(more: str, tmp_path: Path) -> None:
    """Optional keys, empty ones, and text where a list is meant."""
    file = tmp_path / "s.yaml"
    file.write_text(GOOD + more, encoding="utf-8")
    assert cr.load_scenario(file).name == "s"
    assert refusals("scenario", YamlDocument("s", GOOD + more).data()) == []


@pytest.mark.parametrize("hits", ["[{corridor: cpc}]", "[{edge: [btc, cpc_line], probability: 0.5, shocks: 3}]"])
def test_what_may_be_struck_stands_in_place_of_changes(hits: str, tmp_path: Path) -> None:
    """The reader and the schema take it."""
    file = tmp_path / "s.yaml"
    file.write_text(text := f"{STRUCK}hits: {hits}\n", encoding="utf-8")
    assert cr.load_scenario(file).name == "s"
    assert refusals("scenario", YamlDocument("s", text).data()) == []


def test_the_old_name_of_a_place_is_marked_as_such() -> None:
    """Editors strike it through."""
    assert cr.schema("scenario")["properties"]["actor"]["deprecated"]


def test_an_unknown_kind_is_refused_with_a_suggestion() -> None:
    """There are two."""
    with pytest.raises(cr.DataError, match="no kind of file named 'scenarios'; did you mean 'scenario'"):
        cr.schema("scenarios")
