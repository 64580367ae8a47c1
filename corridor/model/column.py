"""`Column`: one column of a result, and how people read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Column:
    """One column of a result.

    Parameters
    ----------
    name : str
        Name in the table.
    unit : str
        Unit of its values; empty for words and lists. A share has unit 1 and is shown in percent.
    meaning : str
        What it holds.
    kind : {"number", "share", "word", "list"}
        What a cell is; a list is a tuple of ids.
    heading : str
        What is printed above it, as short as can be, lines apart by line breaks; empty where it is not printed.
    title : str
        What is written where there is room, as in pictures; the heading by default.
    digits : int
        Digits after the point when printed, of percent for a share.
    priority : int
        Which columns go first where not all fit: 1 is kept longest; 0 where it is not printed.
    wide : bool
        Whether it is long text, which is printed after all other columns.
    signed : bool
        Whether it is a change, printed with its sign.
    legend : str
        Sentence above a printed table.
    group : str
        Group by which it can be asked for, of `compare`: main, route, if_lost, risk or containers.
    also : tuple of str
        Other groups that it is in.
    """

    name: str
    unit: str
    meaning: str
    kind: Literal["number", "share", "word", "list"] = "number"
    heading: str = ""
    title: str = ""
    digits: int = 1
    priority: int = 0
    wide: bool = False
    signed: bool = False
    legend: str = ""
    group: str = ""
    also: tuple[str, ...] = ()

    @property
    def shown_unit(self) -> str:
        """Unit as people read it."""
        return "%" if self.kind == "share" else self.unit

    @property
    def long_heading(self) -> str:
        """Heading where there is room."""
        return self.title or self.plain_heading

    @property
    def plain_heading(self) -> str:
        """Heading in one line."""
        return self.heading.replace("-\n", "").replace("\n", " ")

    def text(self, value: Any) -> str:
        """Return a value as people read it, '-' where there is none."""
        if isinstance(value, str):
            return value
        if isinstance(value, tuple):
            return ", ".join(map(str, value))
        if value != value:
            return "-"
        if value == float("inf"):
            return "no limit"
        value = round(100 * value if self.kind == "share" else value, self.digits) + 0.0  # no -0.0
        sign = "+" if self.signed and value else ""
        return f"{value:{sign},.{self.digits}f}"
