"""Names in other scripts on the page: marked by language, so that they are drawn, read aloud and ordered rightly."""

from __future__ import annotations

import re

from corridor.show.html import Html

_CYRILLIC, _KAZAKH = "\u0400-\u052f", "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
_ARABIC, _HAN = "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "\u3400-\u9fff\uf900-\ufaff"
_SCRIPTS = {
    "ka": "\u10a0-\u10ff\u1c90-\u1cbf", "hy": "\u0531-\u058f", "und-Cyrl": _CYRILLIC, "und-Arab": _ARABIC, "zh": _HAN,
}  # fmt: skip
"""Letters of a script by the language that is written in it here; `und` where there are several."""
_RUNS = {language: re.compile(f"[{letters}]+(?:[ -]+[{letters}]+)*") for language, letters in _SCRIPTS.items()}
_TEXT = re.compile(r">([^<>]*[^\x00-\u03ff][^<>]*)<")


def marked(page: Html) -> Html:
    """Return a page whose words in other scripts have their language, Kazakh told from other Cyrillic by its letters.

    What is written from right to left is kept apart from the numbers around it.

    Examples
    --------
    >>> marked(Html("<td>სუფსა 5</td>"))
    '<td><span lang="ka">სუფსა</span> 5</td>'
    """
    return Html(_TEXT.sub(lambda text: f">{_in_languages(text.group(1))}<", page))


def _in_languages(text: str) -> str:
    for language, runs in _RUNS.items():
        text = runs.sub(lambda run, language=language: _tagged(run.group(), language), text)  # type: ignore[misc]
    return text


def _tagged(words: str, language: str) -> str:
    if language == "und-Arab":
        return f'<bdi lang="{language}">{words}</bdi>'
    spoken = "kk" if language == "und-Cyrl" and re.search(f"[{_KAZAKH}]", words) else language
    return f'<span lang="{spoken}">{words}</span>'
