"""Texts of results as a brief writes them: names in place of the ids that tables have."""

from __future__ import annotations

import re
from collections.abc import Callable

from corridor.show.names import RecordNames

_LIMIT = re.compile(r"(?:(?P<kind>quota|usual flow|node|fleet) )?(?P<id>.+)")
_LARGEST = re.compile(r"(?P<before>.* without the largest corridor \()(?P<id>.+)(?P<rest>\), over .*)")
_SHARES = re.compile(r"(?P<before>sum of squared shares of (?P<of>corridors|first countries entered): )(?P<shares>.+)")
_WITHOUT = re.compile(r"(?P<before>capacity remaining with )(?P<code>\S+)(?P<rest> closed, over .*)")


class Names(RecordNames):
    """Names of a network's records, and texts of results by these names in place of ids."""

    def limit(self, text: str) -> str:
        """Return a binding limit, as `BindingLimit` writes it, by names."""
        matched = _LIMIT.fullmatch(text)
        if matched is None or text in self._edges:
            return self.edge(text)
        kind, id = matched["kind"], matched["id"]
        if kind in ("quota", "usual flow"):
            edge, _, commodity = id.partition("/")
            of = f" for {self.commodity(commodity)}" if commodity else ""
            return f"{kind} on {self.edge(edge)}{of}"
        if kind == "node":
            return self.node(id)
        return f"fleet {self.fleet(id)}" if kind == "fleet" else self.edge(id)

    def cut(self, text: str) -> str:
        """Return a minimum cut, limits joined by plus signs, by names."""
        return " + ".join(self.limit(limit) for limit in text.split(" + ")) if text else text

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

    def _listed(self, text: str, name: Callable[[str], str]) -> str:
        """Return ids with amounts, separated by commas, by names."""
        pairs = (item.partition(" ") for item in text.split(", "))
        return ", ".join(f"{name(id)}{blank}{amount}" for id, blank, amount in pairs)
