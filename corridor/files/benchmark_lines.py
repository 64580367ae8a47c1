"""Lines of a text file with their locations, and the numbers on them: what DIMACS and TNTP share."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corridor.errors import DataError
from corridor.files.bytes import decoded, read_bytes
from corridor.files.rows import MOST_BYTES
from corridor.messages import decimal_point, shown

MOST_NODES = 200_000
LARGEST = 1e15


class Lines:
    """The lines of a text file with their locations; gathers problems."""

    def __init__(self, path: Any, comment: re.Pattern[str]) -> None:
        if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
            raise DataError(f"a file is read from a path (got {shown(path)})")
        self.name = str(path)
        self.problems: list[str] = []
        self._comment = comment
        self._text = decoded(path, read_bytes(Path(path), MOST_BYTES, "file"))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield location and text of each line that is not empty, comments left out."""
        for number, line in enumerate(re.split("\r\n|\n|\r", self._text), start=1):
            if text := self._comment.sub("", line).strip():
                yield f"{self.name}:{number}", text

    def note(self, location: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(f"{location}: {text}")

    def number(
        self, location: str, name: str, text: str, *, least: float = -LARGEST, integer: bool = False
    ) -> float | None:
        """Return a number, or None after noting the problem."""
        pattern = r"[-+]?\d+" if integer else r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
        value = float(text) if re.fullmatch(pattern, text, re.ASCII) else math.nan
        if not least <= value <= LARGEST:
            kind = "a whole number" if integer else "a number"
            low = "" if least == -LARGEST or abs(value) > LARGEST else f" >= {least:g}"
            limit = f" from {least:g} to {LARGEST:g}" if abs(value) > LARGEST else low
            self.note(location, f"{name} must be {kind}{limit} (got {shown(text)}){decimal_point(text)}")
            return None
        return value

    def refuse_if_broken(self) -> None:
        """Raise one error with every problem noted."""
        if self.problems:
            raise DataError(self.problems)


def node_number(lines: Lines, location: str, name: str, word: str, nodes: int) -> int | None:
    """Return the number of a node that there is."""
    number = lines.number(location, name, word, least=1, integer=True)
    if number is not None and number > nodes:
        lines.note(location, f"{name} must be a node, 1 to {nodes} (got {word})")
        return None
    return None if number is None else int(number)


def penalty_above_all_costs(nodes: int, costs: list[float]) -> float:
    """Return a penalty that no way without a round trip costs. [USD/t]"""
    return 1.0 + (nodes + 1) * max(map(abs, costs), default=0.0)
