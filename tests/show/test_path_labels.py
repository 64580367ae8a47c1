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
        ("edges.btc.flow_mtpa", "BTC, Sangachal to Tbilisi: flow [Mt/y]"),
        ("supplies.tengiz.kazakh_crude.shortfall_mtpa", "Tengiz, Kazakh crude: shortfall [Mt/y]"),
    ],
)
def test_a_path_is_labelled_by_names(path: str, label: str) -> None:
    """As the records are called."""
    assert path_label(path, cr.load(year=2024)) == label


def test_a_figure_is_labelled_by_names_and_never_cut() -> None:
    """A quota by its pipe and commodity, not by the corridor of that id; long names go on; rivals are mentioned."""
    net = cr.load(year=2024)
    row = {
        "record": "quota", "subject": "btc.kazakh_crude", "attribute": "max_mtpa", "low": 2.2, "high": 7.0,
        "unit": "Mt/y", "confidence": "B", "range_from": "rivals",
    }  # fmt: skip
    label = figure_label(row, net)
    assert label.endswith("\n2.2 to 7 Mt/y (B, range from rivals)")
    text = " ".join(label.splitlines())
    assert text.startswith("BTC, Sangachal to Tbilisi, Kazakh crude: quota, most allowed")
    rail = row | {"record": "edge", "subject": "tengiz_aktau_rail", "attribute": "capacity_mtpa"}
    assert figure_label(rail, net).startswith("rail Tengiz to Aktau: capacity")
    assert "…" not in label
    assert max(map(len, label.splitlines())) <= 45


@pytest.mark.parametrize(
    ("record", "subject", "attribute", "label"),
    [
        ("rate", "sea.oil", "tariff_usd_per_t", "East to West, Oil: rate, tariff"),
        ("fleet", "tankers", "capacity_mt_days", "Caspian tankers: capacity"),
        ("edge", "sea", "fleet_days", "East to West: round trip"),
        ("edge", "rail", "capacity_mtpa", "Great railway: capacity"),
        ("country", "KAZ", "rule_of_law_estimate", "Kazakhstan: rule of law estimate"),
        ("input", "own_line", "tariff_usd_per_t", "Own line: tariff"),
    ],
)
def test_figures_of_rates_and_fleets_are_labelled_by_names(
    record: str, subject: str, attribute: str, label: str
) -> None:
    """A rate by the ends of its edge and the shipper, a fleet by its name."""
    net = cr.Network(
        nodes=[cr.Node(id="east", name="East"), cr.Node(id="west", name="West")],
        edges=[
            cr.Edge(id="sea", tail="east", head="west", fleet="tankers", fleet_days=5.0),
            cr.Edge(id="rail", name="Great railway", tail="east", head="west"),
        ],
        commodities=[cr.Commodity(id="oil", name="Oil")],
        fleets=[cr.Fleet(id="tankers", name="Caspian tankers", capacity_mt_days=20.0)],
    )
    row = {"record": record, "subject": subject, "attribute": attribute, "low": 1.0, "high": 2.0, "unit": "1",
           "confidence": "B", "range_from": "figure"}  # fmt: skip
    assert figure_label(row, net).split("\n")[0] == label
