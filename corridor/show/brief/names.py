"""Texts of results as a brief writes them: names in place of the ids that tables have."""

from __future__ import annotations

import re
from collections.abc import Callable

from corridor.show.names import RecordNames
from corridor.solver.solution import BindingLimit

_LIMIT = re.compile(r"(?:(?P<kind>quota|usual flow|node|fleet) )?(?P<id>.+)")
_LARGEST = re.compile(r"(?P<before>.* without the largest corridor \()(?P<id>.+)(?P<rest>\), over .*)")
_SHARES = re.compile(r"(?P<before>sum of squared shares of (?P<of>corridors|first countries entered): )(?P<shares>.+)")
_WITHOUT = re.compile(r"(?P<before>capacity remaining with )(?P<code>\S+)(?P<rest> closed, over .*)")


class Names(RecordNames):
    """Names of a network's records, and texts of results by these names in place of ids."""

    def limit(self, limit: BindingLimit | str) -> str:
        """Return a binding limit, or what writes one in a table, by names."""
        if isinstance(limit, str):
            limit = self.read(limit)
        if limit.kind in ("quota", "usual flow"):
            of = f" for {self.commodity(limit.commodity)}" if limit.commodity else ""
            return f"{limit.kind} on {self.edge(limit.id)}{of}"
        if limit.kind == "node":
            return self.node(limit.id)
        return f"fleet {self.fleet(limit.id)}" if limit.kind == "fleet" else self.edge(limit.id)

    def cut(self, text: str) -> str:
        """Return a minimum cut, limits joined by plus signs and equal ones by or, by names."""
        equal = (limits.split(" or ") for limits in text.split(" + "))
        return " + ".join(" or ".join(map(self.limit, limits)) for limits in equal) if text else text

    def index(self, about: str) -> str:
        """Return the definition of an index of concentration by names."""
        if matched := _LARGEST.fullmatch(about):
            return matched["before"] + self.corridor(matched["id"]) + matched["rest"]
        if matched := _SHARES.fullmatch(about):
            name = self.corridor if matched["of"] == "corridors" else self.country
            return matched["before"] + self._listed(matched["shares"], name)
        if matched := _WITHOUT.fullmatch(about):
            return matched["before"] + self.country(matched["code"]) + matched["rest"]
        return about

    def read(self, text: str) -> BindingLimit:
        """Return the limit that a text writes; an edge where it names no other kind."""
        matched = _LIMIT.fullmatch(text)
        if matched is None or text in self._edges:
            return BindingLimit("edge", text)
        id, _, commodity = matched["id"].partition("/")
        kind = matched["kind"] or "edge"
        return (
            BindingLimit(kind, id, commodity) if kind in ("quota", "usual flow") else BindingLimit(kind, matched["id"])
        )

    def _listed(self, text: str, name: Callable[[str], str]) -> str:
        """Return ids with amounts, separated by commas, by names."""
        pairs = (item.replace("%", " %").partition(" ") for item in text.split(", "))
        return ", ".join(f"{name(id)}{blank}{amount}" for id, blank, amount in pairs)
