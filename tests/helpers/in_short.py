"""The five sentences at the head of a brief, and the numbers in them with their units."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any, NamedTuple

import corridor as cr

NAMES = ("earns_most", "hurts_most", "helps_most", "bad_year", "hangs_on")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_UNITS = (
    "billion USD/y", "million USD/y", "billion USD", "million USD", "USD/t", "Mt/y", "Mt", "%", "draws", "scenarios",
    "scenario", "days", "simulated years", "years a draw", "figures", "figure", "is", "are",
)  # fmt: skip
_UNIT = "|".join(map(re.escape, _UNITS))


class Number(NamedTuple):
    """A number of a sentence: as it is read, in million USD, and half of its last digit."""

    value: float
    half: float
    unit: str

    def is_one_of(self, values: Any) -> bool:
        """Tell whether it is one of some values at the digits shown."""
        return any(abs(self.value - value) <= self.half * (1 + 1e-9) + 1e-12 for value in values)


def sentences(net: cr.Network, scenarios: Any, folder: Path, **more: Any) -> dict[str, str]:
    """Return the sentences of a brief by what they answer, and its notes, as text."""
    path = cr.report(net, scenarios, folder / "brief.html", **{"sections": ["summary"]} | more)
    page = path.read_text(encoding="utf-8")
    section = page[page.index('<section id="summary"') :]
    section = section[: section.index("</section>")]
    found = dict(re.findall(r'<li id="short_(\w+)"><b>[^<]*</b>(.*?)</li>', section))
    found["note"] = section[section.index('<p class="note">') :]
    return {name: html.unescape(re.sub(r"<[^>]*>", "", text)) for name, text in found.items()}


def numbers(text: str, names: Any = ()) -> list[Number]:
    """Return all numbers of a sentence, those within names and brackets of sources aside; each must have a unit."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "NAME")
    text = re.sub(r"'[^']*'", "NAME", text)
    text = re.sub(r"\([ABC]; [^)]*\)", "", text)
    text = re.sub(rf"({_NUMBER}) to ({_NUMBER}) in 90", r"\1 USD/t to \2 USD/t in 90", text)
    text = re.sub(rf"({_NUMBER}) (to|and|and ±) ({_NUMBER}) ({_UNIT})", r"\1 \4 \2 \3 \4", text)
    tokens = re.findall(rf"({_NUMBER})(?: ({_UNIT}))?(?=\W|$)", text)
    assert all(unit for _, unit in tokens), (text, tokens)
    return [_read(number, unit) for number, unit in tokens]


def _read(number: str, unit: str) -> Number:
    scale = 1000.0 if unit.startswith("billion") else 1.0
    digits = len(number.partition(".")[2])
    return Number(
        scale * float(number.replace(",", "")), scale * 0.5 * 10.0**-digits, unit.replace("billion", "million")
    )
