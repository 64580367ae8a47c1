"""Whether a corridor can carry anything is told by what it carries, where it carries something."""

from __future__ import annotations

from typing import Any

import pytest

import corridor as cr
from corridor.study import compared_corridor
from corridor.study.drawn_tables import drawn_comparison


def test_draws_work_out_the_capacity_of_idle_corridors_only(
    diamond: cr.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both carry something, so none; with north shut its own, in the central values and in each of the two draws."""
    asked: list[str] = []
    capacity = compared_corridor.route_capacity

    def counted(solver: Any, solution: Any, id: str, commodities: tuple[str, ...]) -> Any:
        asked.append(id)
        return capacity(solver, solution, id, commodities)

    tariff = diamond.edge("south_out").tariff_usd_per_t
    figure = cr.Figure(record="edge", subject="south_out", attribute="tariff_usd_per_t", value=tariff, low=tariff,
                       high=tariff + 1, unit="USD/t", since=2010, until=2030, sources=("x",),
                       confidence="C")  # fmt: skip
    net = diamond.replace(figure_records=[figure], sources=[cr.Source(id="x", title="Tariffs")])
    shut = net.replace(edges=[cr.Edge(**edge.model_dump() | {"in_service": edge.corridor != "north"}) for edge in
                              net.edges])  # fmt: skip
    monkeypatch.setattr(compared_corridor, "route_capacity", counted)
    for given, expected in ((net, set()), (shut, {"north"})):
        asked.clear()
        drawn_comparison(given, commodity=net.commodities[0].id, columns=("netback_usd_per_t",), draws=2, seed=7)
        assert set(asked) == expected
