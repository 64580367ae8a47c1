"""How the sentences of "In short" write amounts, shares and lists, so that all of them write the same."""

from __future__ import annotations

from collections.abc import Iterable


def money(musd: float, per: str = "/y") -> str:
    """Return an amount in million USD as people say it: billions from a thousand million on.

    Examples
    --------
    >>> money(38977.4), money(138.48), money(3203.6, ""), money(4.61)
    ('39.0 billion USD/y', '138 million USD/y', '3.2 billion USD', '4.6 million USD/y')
    """
    if abs(round(musd)) >= 1000:
        return f"{musd / 1000:,.1f} billion USD{per}"
    return f"{musd:,.{0 if abs(musd) >= 9.95 else 1}f} million USD{per}"


def amount(number: float) -> str:
    """Return an amount without its unit, as the table of bad years has it."""
    return f"{round(number, 2) + 0.0:,.2f}"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.0f} %"


def quoted_names(names: Iterable[str]) -> str:
    """Return names of scenarios as a list in words, each in quotation marks."""
    listed = [f"'{name}'" for name in names]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
