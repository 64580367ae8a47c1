"""Thousands of broken files: each is read, or refused in a sentence; nothing crashes, hangs or fills the memory."""

from __future__ import annotations

import json
import random
import re
import resource
import time
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor as cr
from corridor.files.bytes import decoded
from corridor.files.network import read_network, write_network
from corridor.files.scenario_fields import OldKeyWarning
from corridor.files.scenario_yaml import YamlDocument
from corridor.library import networks as library
from helpers.awkward_names import nasty_networks

pytestmark = pytest.mark.fuzz

SEED = 20_261_124
HOSTILE = (
    "1e400", "-1", "nan", ".nan", ".inf", "-.inf", "Infinity", "null", "~", "true", "no", "9" * 400, "0x1F", "1_000",
    "2022-02-30", "''", '"', "[", "]", "{", "}", "&a", "*a", "!!python/object:os.system x", "!!int 3", "|", ">", "-",
    "? ", ": ", "#", "@", "`", "%", "\t", "\x00", "\ud7ff", "\ufeff", "💥", ";", ",", "<", "&lt;", "&#0;", "1e-400",
    "<!ENTITY x 'y'>", "1.7976931348623157e308", "caspian", "tengiz", "kazakh_crude", "=1+1", "\\u0000", "..",
)  # fmt: skip
DEEP = ("[" * 3_000, "{a: " * 3_000, "- " * 3_000, '{"a":' * 3_000, "<a>" * 3_000, "(" * 3_000)
_MOST_SECONDS = 5.0
_MOST_MEGABYTES = 400


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Return bytes with one to four things done to them."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        raw = chance.choice(MUTATIONS)(raw, chance)
    return raw


def _flip(raw: bytes, chance: random.Random) -> bytes:
    """Exchange a few bytes."""
    made = bytearray(raw or b" ")
    for _ in range(chance.randint(1, 8)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def _lines(raw: bytes, chance: random.Random) -> bytes:
    """Drop, double or swap lines."""
    lines = raw.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(4)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(other, lines[at])
    elif what == 2:
        lines[at], lines[other] = lines[other], lines[at]
    else:
        lines[at] = lines[at].lstrip() if chance.random() < 0.5 else b"   " + lines[at]
    return b"\n".join(lines)


def _word(raw: bytes, chance: random.Random) -> bytes:
    """Put a hostile word in the place of another."""
    words = list(_spans(raw))
    if not words:
        return raw
    start, end = chance.choice(words)
    return raw[:start] + chance.choice(HOSTILE).encode("utf-8", "surrogatepass") + raw[end:]


def _spans(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield where words begin and end."""
    start = None
    for at, byte in enumerate(raw):
        inside = chr(byte).isalnum() or chr(byte) in "_.-"
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            yield start, at
            start = None


def _misspelt(raw: bytes, chance: random.Random) -> bytes:
    """Drop, double or exchange a letter of a word."""
    words = [(a, b) for a, b in _spans(raw) if b - a > 2]
    if not words:
        return raw
    start, end = chance.choice(words)
    at = chance.randrange(start, end - 1)
    return chance.choice(
        (raw[:at] + raw[at + 1 :], raw[:at] + raw[at : at + 1] + raw[at:], raw[:at] + b"x" + raw[at + 1 :])
    )


def _cut(raw: bytes, chance: random.Random) -> bytes:
    """Cut the end or the beginning off."""
    at = chance.randrange(len(raw) + 1)
    return raw[:at] if chance.random() < 0.7 else raw[at:]


def _deep(raw: bytes, chance: random.Random) -> bytes:
    """Put nesting without end somewhere."""
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.choice(DEEP).encode() + raw[at:]


def _twice(raw: bytes, chance: random.Random) -> bytes:
    """Repeat a part."""
    start = chance.randrange(len(raw) + 1)
    part = raw[start : start + chance.randint(1, 400)]
    return raw[:start] + part * chance.randint(2, 4) + raw[start:]


def _doctype(raw: bytes, chance: random.Random) -> bytes:
    """Declare entities within entities, and use one."""
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"x") for n in range(9))
    at, used = raw.find(b"?>") + 2 if raw.startswith(b"<?") else 0, chance.randrange(len(raw) + 1)
    return raw[:at] + b"<!DOCTYPE x [" + entities + b"]>" + raw[at : max(at, used)] + b"&e8;" + raw[max(at, used) :]


def _wide(raw: bytes, chance: random.Random) -> bytes:
    """Add a hundred names that nothing bears after a comma or line end, as keys or columns."""
    ends = [at for at, byte in enumerate(raw) if byte in b",\n"] or [0]
    form = chance.choice(('"k%d": 1,', "k%d,", "k%d: 1\n", '<key id="k%d" for="node" attr.name="k%d"/>'))
    at = chance.choice(ends) + 1
    return raw[:at] + "".join(form.replace("%d", str(n)) for n in range(100)).encode() + raw[at:]


def _key_again(raw: bytes, chance: random.Random) -> bytes:
    """Repeat a key of JSON with another value beside it."""
    found = list(re.finditer(rb'("|&quot;)\w+\1: ', raw))
    if not found:
        return raw
    match = chance.choice(found)
    return raw[: match.start()] + match.group() + b"7, " + raw[match.start() :]


Mutation = Callable[[bytes, random.Random], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _lines,
    _lines,
    _word,
    _word,
    _word,
    _misspelt,
    _misspelt,
    _cut,
    _twice,
    _deep,
    _doctype,
    _wide,
    _key_again,
)


def assert_told(read: Callable[[], object], raw: bytes, told: Counter[str]) -> None:
    """Assert that a file is read, or refused in our own words, within bounds."""
    started = time.perf_counter()
    try:
        read()
        told["read"] += 1
    except (cr.DataError, cr.UnknownNameError) as error:
        text = str(error)
        assert text
        assert len(text) < 40_000, text[:500]
        for foreign in ("Input should", "pydantic", "Traceback", "Value error", "validation error"):
            assert foreign not in text, (foreign, text, raw[:2000])
        told["refused"] += 1
    except OldKeyWarning:  # an error in tests: a key of an earlier version, which is still read
        told["read"] += 1
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error} of {raw[:3000]!r}") from error
    took = time.perf_counter() - started
    assert took < _MOST_SECONDS, (took, raw[:2000])


@pytest.fixture(autouse=True)
def _memory() -> Iterator[None]:
    """Fail when the process grows beyond a bound."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < _MOST_MEGABYTES
    assert not tracemalloc.is_tracing()


def small() -> cr.Network:
    """Return the network that `corridor new` starts with, and a hazard, figures and nasty names besides."""
    net = cr.load(year=2021)
    base = cr.read_network(str(library.data_root().joinpath("starter")))
    return base.replace(
        edges=[edge.replace(fleet="ships", fleet_days=9.0, late_days=1.0) if edge.id == "pipe" else edge
               for edge in base.edges],
        quotas=[cr.Quota(edge="pipe", commodity="oil", min_mtpa=1.0, max_mtpa=9.0)],
        rates=[cr.Rate(edge="pipe", commodity="oil", tariff_usd_per_t=1.0, transit_days=0.0)],
        fleets=[cr.Fleet(id="ships", capacity_mt_days=300.0)],
        hazards=[
            cr.Hazard(name="h", changes=[cr.Outage(edge="pipe")], frequency_per_year=1, duration_days=3),
            cr.Hazard(name="i", changes=[cr.QuotaChange(edge="pipe", commodity="oil", max_mtpa=None)],
                      frequency_per_year=1, duration_days=cr.Lognormal(median=2, sigma=1),
                      expect={"shortfall_mtpa": 1}),
        ],
        figure_records=net.figure_records[:8], sources=net.sources[:3],
    )  # fmt: skip


def scenario_texts() -> list[bytes]:
    """Return the scenario files that ship, and files that use every key there is."""
    folder = Path(str(library.data_root())) / "scenarios"
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.yaml"), key=lambda file: file.name)]
    head = "name: all\nabout: >-\n  Everything\n  there is.\nnetwork: caspian\nyear: 2021\n"
    changes = (
        "changes:\n  - outage: {corridor: cpc, mode: pipeline}\n  - derate: {node: [aktau, alat], remaining: 0.5}\n"
        "  - tariff: {country: KAZ, add_usd_per_t: 5, factor: 2, commodity: kazakh_crude}\n"
        "  - delay: {operator: CPC, add_days: -3, factor: 2, add_late_days: 1, late_factor: 0.5}\n"
        "  - open: {edge: baku_supsa}\n  - expand: {edge: btc, add_mtpa: 1e1}\n"
        "  - supply: {node: tengiz, remaining: 0.9}\n"
        "  - demand: {country: ITA, add_mtpa: -1}\n  - price: {commodity: kazakh_crude, add_usd_per_t: -3}\n"
        "  - quota: {edge: btc, commodity: kazakh_crude, min_mtpa: 1, max_mtpa: null}\n"
    )
    texts += [
        head + changes + "expect:\n  corridors.btc.throughput_mtpa: 20..30\n  change.shortfall_mtpa: '53 +- 2'\n",
        head + "from: 2022-03-22\nuntil: '2022-04-25'\n" + changes + "sources: [a, 'b: c']\n",
        head + "frequency_per_year: 0.1\nduration_days: {median: 3, sigma: 0.5}\nplace: RUS\n" + changes,
        head + "hits:\n  - {corridor: cpc}\n  - {edge: [btc, baku_supsa], probability: 0.5, shocks: 7}\n"
        "frequency_per_year: {calm: [0.1, 0.2, 0.4], war: 1.5}\nduration_days: {median: 3, sigma: 0.5}\n"
        "severity: {complete: 0.1, mean: 0.28, at_most: 0.6, concentration: 2.1, of: capacity}\n"
        "cause: {order: 0.25, war: 0.75}\nplace: RUS\nevents: 8\nposterior: {shape: 1, calm_years: 9, war_years: 3,"
        " durations: 11, complete_of: 11, pooled_mean: 0.4, freedom: 6.7}\n",
    ]
    return [text.encode() for text in texts]


def test_broken_scenario_files(tmp_path: Path) -> None:
    """Twelve thousand of them."""
    chance, told, file = random.Random(SEED), Counter[str](), tmp_path / "f.scenario.yaml"
    texts = scenario_texts()
    for _ in range(12_000):
        raw = mutated(chance.choice(texts), chance)
        file.write_bytes(raw)
        assert_told(lambda: cr.load_scenario(file), raw, told)
    assert min(told["read"], told["refused"]) > 1_000, told


def test_what_the_reader_takes_the_schema_takes(tmp_path: Path) -> None:
    """Two thousand files with a word, a letter or a line exchanged: an editor never marks what is right."""
    chance, file = random.Random(SEED + 7), tmp_path / "f.scenario.yaml"
    texts, checked = scenario_texts(), jsonschema.Draft202012Validator(cr.schema("scenario"))
    verdicts = Counter[bool]()
    for _ in range(2_000):
        raw = chance.choice((_word, _misspelt, _lines))(chance.choice(texts), chance)
        file.write_bytes(raw)
        try:
            cr.load_scenario(file)
        except cr.CorridorError:
            continue
        errors = checked.iter_errors(YamlDocument("f", decoded("f", raw)).data())
        found = [error.message for error in errors if not _is_number_in_quotes(error.instance)]
        assert found == [], raw
        verdicts[True] += 1
    assert verdicts[True] > 500


def _is_number_in_quotes(value: object) -> bool:
    """Tell whether something is text that the reader takes for a number; the schema wants the number itself."""
    try:
        return isinstance(value, str) and float(value) == float(value)
    except ValueError:
        return False


def test_random_yaml(tmp_path: Path) -> None:
    """Three thousand files made of the words of scenario files and of YAML in any order."""
    chance, told, file = random.Random(SEED + 1), Counter[str](), tmp_path / "f.scenario.yaml"
    words = [
        *HOSTILE, "name: ", "changes: ", "- outage: ", "{corridor: cpc}", "\n", "\n  ", "\n", "expect: ", "from: ",
        "duration_days: ", "frequency_per_year: ", "- derate: ", "remaining: ", "[", "]", ", ", "year: ", "sources: ",
    ]  # fmt: skip
    for _ in range(3_000):
        text = "".join(chance.choice(words) for _ in range(chance.randint(1, 40)))
        raw = text.encode("utf-8", "surrogatepass")
        file.write_bytes(raw)
        assert_told(lambda: cr.load_scenario(file), raw, told)


@pytest.mark.parametrize(("form", "many"), [("json", 3_000), ("geojson", 1_500), ("graphml", 2_000), ("xlsx", 500)])
def test_broken_network_files(form: str, many: int, tmp_path: Path) -> None:
    """Seven thousand of one file each."""
    chance, told, file = random.Random(SEED + 2), Counter[str](), tmp_path / f"net.{form}"
    good = write_network(small(), file).read_bytes()
    for _ in range(many):
        raw = mutated(good, chance)
        file.write_bytes(raw)
        assert_told(lambda: read_network(file), raw, told)
    assert told["refused"] > many / 3, told
    assert told["read"] > 0 or form == "xlsx", told


def test_broken_cells_of_a_workbook(tmp_path: Path) -> None:
    """Five hundred workbooks that are whole but hold something strange in a cell."""
    import openpyxl

    chance, told, file = random.Random(SEED + 3), Counter[str](), tmp_path / "net.xlsx"
    write_network(small(), file)
    for _ in range(150):
        book = openpyxl.load_workbook(file)
        sheet = book[chance.choice(book.sheetnames)]
        value = chance.choice((None, True, 1e300, -1, "x", "=A1", "", 5, "nan", "9" * 50, "[" * 900, "\ufeff"))
        sheet.cell(chance.randint(1, sheet.max_row + 1), chance.randint(1, sheet.max_column + 1)).value = value
        book.save(tmp_path / "broken.xlsx")
        assert_told(lambda: read_network(tmp_path / "broken.xlsx"), str(value).encode(), told)
    assert min(told.values()) > 5, told


def test_broken_parts_of_a_workbook(tmp_path: Path) -> None:
    """Three hundred workbooks that are whole zips with one part broken."""
    chance, told, file = random.Random(SEED + 8), Counter[str](), tmp_path / "net.xlsx"
    with zipfile.ZipFile(write_network(small(), file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(300):
        name = chance.choice(sorted(parts))
        raw = mutated(parts[name], chance)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                archive.writestr(part, raw if part == name else data)
        assert_told(lambda: read_network(file), raw, told)
    assert min(told["read"], told["refused"]) > 20, told


def test_broken_folders(tmp_path: Path) -> None:
    """Four thousand folders with one file or two broken, lost or added."""
    chance, told = random.Random(SEED + 4), Counter[str]()
    folder = write_network(small(), tmp_path / "net")
    good = {file.name: file.read_bytes() for file in folder.iterdir()}
    for _ in range(4_000):
        name = chance.choice(sorted(good))
        if chance.random() < 0.05:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(mutated(good[name], chance))
        assert_told(
            lambda: read_network(folder), (folder / name).read_bytes() if (folder / name).exists() else b"", told
        )
        (folder / name).write_bytes(good[name])
    assert min(told["read"], told["refused"]) > 200, told


def test_broken_benchmark_files(tmp_path: Path) -> None:
    """Three thousand DIMACS and TNTP files."""
    from helpers.benchmark_files import NET, SMALL, TRIPS

    chance, told = random.Random(SEED + 5), Counter[str]()
    dimacs, net, trips = tmp_path / "f.min", tmp_path / "f_net.tntp", tmp_path / "f_trips.tntp"
    for _ in range(1_500):
        raw = mutated(SMALL.encode(), chance)
        dimacs.write_bytes(raw)
        assert_told(lambda: cr.read_dimacs(dimacs), raw, told)
        net.write_bytes(mutated(NET.encode(), chance) if chance.random() < 0.5 else NET.encode())
        trips.write_bytes(mutated(TRIPS.encode(), chance))
        assert_told(lambda: cr.read_tntp(net, trips), net.read_bytes() + trips.read_bytes(), told)
    assert min(told.values()) > 100, told


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(net=nasty_networks(), seed=st.integers(0, 2**32))
def test_broken_files_of_nasty_networks(net: cr.Network, seed: int, tmp_path: Path) -> None:
    """Three thousand files of networks that hypothesis makes, with names as nasty as can be."""
    chance, told = random.Random(seed), Counter[str]()
    for form in ("json", "geojson", "graphml"):
        file = tmp_path / f"net.{form}"
        good = write_network(net, file).read_bytes()
        for _ in range(3):
            raw = mutated(good, chance)
            file.write_bytes(raw)
            assert_told(lambda file=file: read_network(file), raw, told)
    folder = write_network(net, tmp_path / "net")
    good = (folder / "edges.csv").read_bytes()
    (folder / "edges.csv").write_bytes(mutated(good, chance))
    assert_told(lambda: read_network(folder), good, told)


def test_what_is_read_after_all_can_be_written(tmp_path: Path) -> None:
    """A file that survives its mutations is a network: written and read again it is the same."""
    chance, file, survived = random.Random(SEED + 6), tmp_path / "net.json", 0
    good = json.dumps(json.loads(write_network(small(), file).read_bytes()), indent=1).encode()
    for _ in range(400):
        file.write_bytes(_word(good, chance) if chance.random() < 0.5 else _misspelt(good, chance))
        try:
            net = read_network(file)
        except cr.DataError:
            continue
        survived += 1
        assert read_network(write_network(net, tmp_path / "again.json")) == net
        assert read_network(write_network(net, tmp_path / "again")) == net
    assert survived > 20
