"""Names in scripts that the font lacks: pictures are drawn without a warning, and the names can still be read."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.font_manager import findfont, get_font

import corridor as cr
from corridor.show import style
from helpers.figures import drawn, sheet, texts

PICTURES: dict[str, Any] = {
    "map": cr.plot_map, "sankey": cr.plot_sankey, "waterfall": lambda flow, ax: cr.plot_waterfall(flow, "way", ax=ax),
    "comparison": lambda flow, ax: cr.plot_comparison(cr.compare(flow.network, []), ax=ax, network=flow.network),
}  # fmt: skip
SCRIPTS = {
    "chinese": "独山子炼油厂", "georgian": "სუფსა", "arabic": "بندر نکا", "hindi": "मथुरा", "thai": "ระยอง",
    "amharic": "አዋሽ",
    "emoji": "port 🛢⚓", "kazakh": "Ақтау", "control": "a\x1b[31m\u202eb", "unassigned": "\U000e0fff\uffff",
}  # fmt: skip


def named(name: str) -> cr.Network:
    """Return a field, a way and a port of that name, with ids of plain letters."""
    return cr.Network(
        name=name,
        nodes=[cr.Node(id="field", name=name, lat=45, lon=50), cr.Node(id="port", name=name, lat=40, lon=40)],
        edges=[cr.Edge(id="pipe", tail="field", head="port", capacity_mtpa=5, corridor="way", tariff_usd_per_t=1)],
        commodities=[cr.Commodity(id="oil", name=name)], corridors=[cr.Corridor(id="way", name=name)],
        supplies=[cr.Supply(node="field", commodity="oil", volume_mtpa=8)],
        markets=[cr.Market(node="port", commodity="oil", price_usd_per_t=100)],
        hazards=[cr.Hazard(name=name, changes=[cr.Outage(edge="pipe")], frequency_per_year=2, duration_days=20)],
    )  # fmt: skip


first, *others = SCRIPTS


@pytest.mark.parametrize("script", [first, *(pytest.param(script, marks=pytest.mark.fuzz) for script in others)])
@pytest.mark.parametrize("picture", PICTURES)
def test_no_script_ends_a_picture(script: str, picture: str) -> None:
    """With warnings as errors, drawn to the last pixel."""
    flow = cr.solve(
        named(SCRIPTS[script]), cr.Scenario(name=SCRIPTS[script], changes=[cr.Derate(edge="pipe", remaining=0.5)])
    )
    with warnings.catch_warnings(), sheet((9, 6)) as ax:
        warnings.simplefilter("error")
        PICTURES[picture](flow, ax=ax)
        ax.figure.canvas.draw()


def test_a_report_is_written_for_any_script(tmp_path: Path) -> None:
    """The page itself has the name as it is; only its pictures fall back."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = cr.report(named("独山子"), path=tmp_path / "brief.html", years=50).read_text(encoding="utf-8")
    assert "独山子" in page


def test_a_name_that_cannot_be_drawn_is_replaced_by_its_id() -> None:
    """Places and corridors of a map are called by their ids then, others by their names."""
    with sheet((9, 6)) as ax:
        cr.plot_map(cr.solve(named("独山子")), ax)
        assert [label.get_text().split("\n")[0] for label in drawn(ax, "label:node")["field"]] == ["field"]
    with sheet((9, 6)) as ax:
        cr.plot_map(cr.solve(named("Ақтау")), ax)
        assert [label.get_text().split("\n")[0] for label in drawn(ax, "label:node")["field"]] == ["Ақтау"]


def test_an_id_without_letters_gives_way_to_the_romanised_name() -> None:
    """A number says less than a name does."""
    assert style.called(cr.Node(id="17", name="独山子")) == "独山子"
    assert style.plain(style.called(cr.Node(id="17", name="独山子"))) == "DuShanZi"


def test_a_text_without_an_id_is_romanised() -> None:
    """Pinyin of the words that the font lacks; those that it has stay."""
    assert style.plain("油 oil Ө") == "You oil Ө"


def test_without_a_romanisation_letters_are_written_by_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So they can be told from others."""
    monkeypatch.setitem(sys.modules, "anyascii", None)
    assert style.plain("油 oil Ө") == r"\u6cb9 oil Ө"


def test_another_font_fills_the_gaps_of_the_one_asked_for() -> None:
    """Computer Modern has no Cyrillic, DejaVu Sans has: drawn without a warning."""
    with mpl.rc_context({"font.family": ["cmss10"]}), warnings.catch_warnings(), sheet((9, 6)) as ax:
        warnings.simplefilter("error")
        cr.plot_map(cr.solve(named("Ақтау")), ax)
        ax.figure.canvas.draw()
        assert [label.get_text().split("\n")[0] for label in drawn(ax, "label:node")["field"]] == ["Ақтау"]


def test_arabic_is_drawn_upright_where_slanted_fonts_lack_it() -> None:
    """Names of corridors are slanted on maps, and no slanted DejaVu Sans has Arabic."""
    slanted = set(get_font(findfont("DejaVu Sans:italic:bold")).get_charmap())
    assert ord("ن") not in slanted
    with sheet((9, 6)) as ax:
        cr.plot_map(cr.solve(named("بندر نکا")), ax)
        (label,) = drawn(ax, "label:corridor")["way"]
    assert "بندر نکا" in label.get_text()
    assert label.get_fontstyle() == "normal"


def test_a_number_stays_after_a_name_from_right_to_left() -> None:
    """Marks around the name keep it apart from what follows (Unicode's bidirectional algorithm, rule W2)."""
    assert style.plain("نکا") == "\u200eنکا\u200e"
    assert style.plain("Sangachal") == "Sangachal"


def three_scripts() -> cr.Network:
    """Return a network whose field, way, port and oil are named in Kazakh, Chinese, Georgian and Arabic letters."""
    net = named("Теңіз кен орны")
    return net.replace(
        nodes=[net.nodes[0], net.nodes[1].replace(name="ბათუმის პორტი")],
        corridors=[net.corridors[0].replace(name="独山子管道")],
        commodities=[net.commodities[0].replace(name="نفط")],
    )


def test_a_network_in_three_scripts_prints(tmp_path: Path) -> None:
    """Brief, map and Sankey are made without a warning; the page has every name as it is."""
    net = three_scripts()
    shut = cr.Scenario(name="დახურული", changes=[cr.Outage(edge="pipe")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = cr.report(net, [shut], tmp_path / "brief.html", years=50).read_text(encoding="utf-8")
        for draw in (cr.plot_map, cr.plot_sankey):
            with sheet((6, 4)) as ax:
                draw(cr.solve(net), ax)
                ax.figure.canvas.draw()
    assert all(name in page for name in ("Теңіз кен орны", "ბათუმის პორტი", "独山子管道", "نفط", "დახურული"))


@pytest.mark.parametrize("family", [["DejaVu Sans"], ["serif"], ["No Such Font"], ["monospace", "DejaVu Sans"]])
def test_the_fonts_asked_for_decide(family: list[str]) -> None:
    """What is left undrawn is what the fonts in matplotlib's settings lack, whichever they are."""
    with mpl.rc_context({"font.family": family}), warnings.catch_warnings(), sheet((9, 6)) as ax:
        warnings.simplefilter("error")
        cr.plot_map(cr.solve(named("Ақтау \u0531 油 \u2603 \u0628")), ax)
        ax.figure.canvas.draw()


def test_no_letter_is_thought_missing_that_every_style_has() -> None:
    """Every letter of all four styles of the usual font is drawn as it is."""
    files = [findfont(f"DejaVu Sans{style}") for style in ("", ":bold", ":italic", ":bold:italic")]
    common = set.intersection(*(set(get_font(file).get_charmap()) for file in files))
    letters = [chr(code) for code in common if chr(code).isalpha()]
    assert len(letters) > 2000
    assert all(style.plain(letter).strip("\u200e") == letter for letter in letters)


def test_text_is_what_was_meant_in_every_picture() -> None:
    """A legible name is left alone in each of them."""
    flow = cr.solve(named("Ақтау"))
    for draw in PICTURES.values():
        with sheet((9, 6)) as ax:
            draw(flow, ax=ax)
            said = [text.get_text() for panel in (ax, *ax.child_axes) for text in texts(panel)]
            assert any("Ақтау" in text for text in said)
