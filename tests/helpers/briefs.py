"""What briefs are made of: two shipped scenarios, and a network whose every name is an attack."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pandas as pd

import corridor as cr

HOSTILE = "<script>document.title='hit'</script><img src=x onerror=alert(1)>"


def two_scenarios() -> list[cr.Scenario]:
    """Return the scenarios of the brief."""
    return [cr.load_scenario("cpc-shut"), cr.load_scenario("russia-says-no")]


def hostile() -> cr.Network:
    """Return a network whose every name is an attack."""
    return cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["f", "p"], "name": [HOSTILE, HOSTILE], "lat": [45.0, 44.0], "lon": [50.0, 40.0]}),
        edges=pd.DataFrame({"id": ["e"], "tail": ["f"], "head": ["p"], "capacity_mtpa": [5.0], "corridor": ["c"]}),
        corridors=pd.DataFrame({"id": ["c"], "name": [HOSTILE]}),
        commodities=pd.DataFrame({"id": ["oil"], "name": [HOSTILE]}),
        supplies=pd.DataFrame({"node": ["f"], "commodity": ["oil"], "volume_mtpa": [10.0]}),
        markets=pd.DataFrame({"node": ["p"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        name=HOSTILE,
    )


def section_of(path: Path, name: str) -> str:
    """Return the HTML of a section of a brief by its name."""
    text = path.read_text(encoding="utf-8").replace("<wbr>", "")
    matched = re.search(rf'<section id="{name}"[^>]*>.*?</section>', text, flags=re.S)
    assert matched is not None, f"no section {name}"
    return re.sub(r'src="data:[^"]*"', "", matched[0])


def words_of(section: str) -> str:
    """Return the visible text of a part of a page, white space as one blank."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", section)).split())


def tables_of(section: str) -> list[list[list[str]]]:
    """Return the tables of a part of a page: rows of cells as text, the heading first."""
    return [
        [
            [words_of(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.S)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, flags=re.S)
        ]
        for table in re.findall(r"<table.*?</table>", section, flags=re.S)
    ]
