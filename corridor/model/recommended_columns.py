"""The columns of `recommendations`; part of `columns.COLUMNS`."""

from __future__ import annotations

from corridor.model.column import Column

RECOMMENDATIONS = (
    Column(
        "capacity_teu_per_year",
        "TEU/y",
        "the most boxes that could move by the Middle Corridor if supply and buyers were unlimited, other cargo "
        "giving way",
        heading="most\nboxes",
        title="most that could move",
        digits=0,
        priority=4,
    ),
    Column(
        "bottleneck",
        "",
        "what stops more of them: a minimum cut, as in `compare`",
        "word",
        "stopped by",
        priority=9,
        wide=True,
    ),
    Column(
        "dry_capacity_mtpa",
        "Mt/y",
        "the most dry cargo that could, containers giving way",
        heading="most\ndry",
        digits=2,
        priority=5,
    ),
    Column(
        "usd_per_feu",
        "USD/FEU",
        "posted charges of a box of 40 feet from the border at Altynkol to Duisburg, of what moves: the railway in "
        "China has no price of its own in the through prices",
        heading="price",
        digits=0,
        priority=3,
    ),
    Column("transit_days", "days", "time from Xi'an to Duisburg, waiting included", heading="days", priority=6),
    Column("late_days", "days", "expected lateness beyond it", heading="late", priority=7),
    Column(
        "throughput_teu_per_year",
        "TEU/y",
        "boxes that move by the corridor, both directions together",
        heading="moves",
        title="containers that move",
        digits=0,
        priority=2,
    ),
    Column("change", "1", "its change against the baseline", "share", "change", digits=1, priority=1, signed=True),
    Column("dry_throughput_mtpa", "Mt/y", "dry cargo that moves", heading="dry\nmoves", digits=2, priority=8),
)
"""Columns of the table of recommendations, in its order."""
