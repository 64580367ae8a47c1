"""A commodity that chooses has no next tonne: none is shown, and no corridor is called best or full for it."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.cli.main import DONE, main
from corridor.errors import DataError
from corridor.show.comparison_rows import leading
from corridor.study.comparison_text import full, next_tonne_sentences
from corridor.study.drawn_tables import drawn_comparison
from helpers.freight import freight

DRY, NEXT = "dry_kazakhstan_europe", "next_tonne_usd_per_t"


def test_a_commodity_that_chooses_has_no_next_tonne() -> None:
    """Dry cargo moves by two corridors, and neither has a number."""
    table = cr.compare(freight(2024), [], commodity=DRY)
    assert (table["throughput_mtpa"] > 0).sum() == 2
    assert table[NEXT].isna().all()


def test_the_table_says_why() -> None:
    """The reason names the field."""
    assert "choice_usd_per_t" in cr.compare(freight(2024), [], commodity=DRY).attrs["no_next_tonne"]


def test_crude_beside_it_keeps_its_next_tonne() -> None:
    """What takes the cheapest way has numbers and no reason."""
    table = cr.compare(freight(2024), [], commodity="kazakh_crude", columns=[NEXT])
    assert table[NEXT].notna().any()
    assert "no_next_tonne" not in table.attrs


def test_no_corridor_is_called_full_or_best() -> None:
    """An empty number is not that every way is full."""
    table = cr.compare(freight(2024), [], commodity=DRY)
    assert (full(table), leading(table)) == ([], set())


def test_the_sentence_is_the_reason() -> None:
    """In place of which corridor earns most."""
    table = cr.compare(freight(2024), [], commodity=DRY)
    rows = table.xs("baseline", level="scenario")
    assert list(next_tonne_sentences(rows, {}, "", "USD/t")) == [table.attrs["no_next_tonne"]]


def test_the_command_line_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Under the printed table."""
    arguments = ["compare", "--network", "caspian_freight", "--year", "2024", "--scenario", "alat-phase-2"]
    assert main([*arguments, "--commodity", DRY]) == DONE
    said = capsys.readouterr()
    assert "has no next tonne: it chooses between corridors" in " ".join((said.out + said.err).split())


def test_no_ranking_of_draws() -> None:
    """Which corridor is best is not said of draws either."""
    drawn = drawn_comparison(freight(2024), commodity=DRY, columns=[NEXT, "throughput_mtpa"], draws=2, seed=7)
    assert not drawn.has_ranking
    with pytest.raises(DataError, match=r"dry_kazakhstan_europe has no next tonne.*Rank corridors by throughput_mtpa"):
        _ = drawn.ranking


def test_a_card_of_boxes_has_no_ranking() -> None:
    """Uncertainty of the freight network shows itself without a table of the best for the next tonne."""
    card = cr.uncertainty(freight(2024), draws=2, progress=False)._repr_html_()
    assert "best for the next tonne" not in card
    assert "baseline" in card
