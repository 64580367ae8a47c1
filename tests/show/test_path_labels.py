"""Labels of pictures: names of records instead of ids, whole, on as many lines as they need."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.show.path_labels import figure_label, path_label


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("shortfall_mtpa", "shortfall [Mt/y]"),
        ("corridors.btc.throughput_mtpa", "Baku-Tbilisi-Ceyhan: throughput [Mt/y]"),
        ("commodities.kazakh_crude.netback_musd_per_year", "Kazakh crude: netback [million USD/y]"),
        ("outcomes.loss_musd_per_year", "all shippers: loss [million USD/y]"),
        ("change.delivered_mtpa", "change of delivered [Mt/y]"),
        (
            "compare.cpc.netback_usd_per_t - compare.btc.netback_usd_per_t",
            "Caspian Pipeline Consortium: netback − Baku-Tbilisi-Ceyhan: netback [USD/t]",
        ),
        ("supplies.tengiz.kazakh_crude.shortfall_mtpa", "Tengiz, Kazakh crude: shortfall [Mt/y]"),
    ],
)
def test_a_path_is_labelled_by_names(path: str, label: str) -> None:
    """As the records are called."""
    assert path_label(path, cr.load(year=2024)) == label


def test_a_figure_is_labelled_by_names_and_never_cut() -> None:
    """An edge by its ends, a quota by its pipe and commodity; a long name goes on; a range from rivals says so."""
    net = cr.load(year=2024)
    row = {
        "record": "quota", "subject": "btc.kazakh_crude", "attribute": "max_mtpa", "low": 2.2, "high": 7.0,
        "unit": "Mt/y", "confidence": "B", "range_from": "rivals",
    }  # fmt: skip
    label = figure_label(row, net)
    assert label.endswith("\n2.2 to 7 Mt/y (B, range from rivals)")
    text = " ".join(label.splitlines())
    assert text.startswith("Baku-Tbilisi-Ceyhan, Kazakh crude: quota, most allowed")
    rail = row | {"record": "edge", "subject": "tengiz_aktau_rail", "attribute": "capacity_mtpa"}
    assert figure_label(rail, net).startswith("Tengiz to Aktau: capacity")
    assert "…" not in label
    assert max(map(len, label.splitlines())) <= 45
