"""Letters of many scripts in pictures: which fonts draw them, and how names read whose letters no font has."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from functools import lru_cache
from typing import Any

FALLBACKS = (
    "DejaVu Sans", "Noto Sans", "Noto Sans Georgian", "Noto Sans Armenian", "Noto Sans Arabic", "Noto Naskh Arabic",
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
    "Heiti SC", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Noto Sans Devanagari",
    "Noto Sans Thai", "Noto Sans Ethiopic", "Arial", "Segoe UI", "Nirmala UI", "Arial Unicode MS",
)  # fmt: skip
"""Families that have letters of many scripts, the first one shipped with matplotlib; those installed are used."""
_SHAPES_TEXT = (3, 11)
"""First version of matplotlib that joins Arabic letters and writes them from right to left."""
LEFT_TO_RIGHT = "\u200e"
"""Mark on both sides of a name written from right to left, so that numbers after it stay after it."""


def families() -> list[str]:
    """Return the families asked for in matplotlib's settings, and after them those installed that fill gaps."""
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    return list(_extended(tuple(mpl.rcParams["font.family"]), len(fontManager.ttflist)))


@lru_cache(maxsize=16)
def _extended(asked: tuple[str, ...], _count: int) -> tuple[str, ...]:
    """Return families and those installed that fill gaps; the number of fonts known tells when to look again."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return (*asked, *(family for family in FALLBACKS if family in installed and family not in asked))


def drawable(text: str) -> str:
    """Return a text as it can be drawn: words with letters that the fonts lack are romanised, or written by codes."""
    if text.isascii():
        return text
    known = _known(slanted=False)
    return "".join(word if _all_in(word, known) else _romanised(word, known) for word in re.split(r"(\s+)", text))


def draws(text: str) -> bool:
    """Return whether a text can be drawn in its own letters."""
    return text.isascii() or _all_in("".join(text.split()), _known(slanted=False))


def slant(text: str) -> str:
    """Return the style of a text meant to be slanted: upright where slanted fonts lack letters of it."""
    return "italic" if text.isascii() or _all_in("".join(text.split()), _known(slanted=True)) else "normal"


def in_order(text: str) -> str:
    """Return a text whose words from right to left leave numbers after them where they are."""
    return f"{LEFT_TO_RIGHT}{text}{LEFT_TO_RIGHT}" if any(map(_right_to_left, text)) else text


def _known(*, slanted: bool) -> frozenset[int]:
    return _letters(tuple(families()), slanted)


def _all_in(text: str, known: frozenset[int]) -> bool:
    return all(ord(letter) in known and _in_order(letter) for letter in text if letter != LEFT_TO_RIGHT)


def _in_order(letter: str) -> bool:
    """Return whether matplotlib writes a letter in its place: the older ones write all from left to right."""
    import matplotlib as mpl

    return mpl.__version_info__[:2] >= _SHAPES_TEXT or not _right_to_left(letter)


def _right_to_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")


def _romanised(word: str, known: frozenset[int]) -> str:
    """Return a word in Latin letters; what has none, or all of it without anyascii, by its codes."""
    try:
        from anyascii import anyascii
    except ImportError:
        return "".join(c if ord(c) in known and _in_order(c) else _code(c) for c in word)
    return "".join(c if c.isascii() else anyascii(c).strip() or _code(c) for c in word)


def _code(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode()


@lru_cache(maxsize=16)
def _letters(asked: tuple[str, ...], slanted: bool) -> frozenset[int]:
    """Return the code points that families have together, plain and bold alike."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    common: frozenset[int] | None = None
    for weight in ("normal", "bold"):
        font: Any = FontProperties(style="italic" if slanted else "normal", weight=weight)
        letters = set[int]()
        for family in asked:
            font.set_family(family)
            with contextlib.suppress(ValueError):  # not installed
                letters.update(get_font(findfont(font, fallback_to_default=False)).get_charmap())
        letters = letters or set(get_font(findfont(font)).get_charmap())
        common = frozenset(letters) if common is None else common & letters
    assert common is not None
    return common
