"""What errors say of names and numbers that are easily mistaken."""

from __future__ import annotations

import unicodedata

import pytest

import corridor as cr
from corridor.messages import decimal_point, unknown


@pytest.mark.parametrize(
    ("name", "known", "told"),
    [
        ("срс", "cpc", "the unknown one has CYRILLIC SMALL LETTER ES, CYRILLIC SMALL LETTER ER"),
        ("СРС", "cpc", "the unknown one has CYRILLIC SMALL LETTER ES"),
        ("Ust\u2010Luga", "Ust-Luga", "the unknown one has HYPHEN"),
        ("aktau\u200b", "aktau", "the unknown one has ZERO WIDTH SPACE"),
        ("\uff41ktau", "aktau", "the unknown one has FULLWIDTH LATIN SMALL LETTER A"),
        ("a b", "a\u00a0b", "the known one has NO-BREAK SPACE"),
        ("aktau", "aktаu", "the known one has CYRILLIC SMALL LETTER A"),
        ("ΒΤС", "BTC", "the unknown one has GREEK SMALL LETTER BETA"),
        (unicodedata.normalize("NFD", "Türkmenbaşy"), "Türkmenbaşy", "the unknown one has COMBINING DIAERESIS"),
        (
            "Türkmenbaşy",
            unicodedata.normalize("NFD", "Türkmenbaşy"),
            "LATIN SMALL LETTER U WITH DIAERESIS, LATIN SMALL",
        ),
    ],
)
def test_names_that_look_alike_are_told_apart(name: str, known: str, told: str) -> None:
    """The nearest name is found, and the characters are named that the eye cannot tell."""
    assert told in unknown("node", name, ["other", known])


@pytest.mark.parametrize(
    ("name", "known"), [("BTC", "btc"), ("btcc", "btc"), ("É", "é"), ("Ақтау", "Ақтаз"), ("a-b", "a_b")]
)
def test_names_that_differ_to_the_eye_are_not_explained(name: str, known: str) -> None:
    """A suggestion is enough."""
    assert unknown("node", name, [known]).endswith("?")


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("3,5", "3.5"), (" -3,5e-2 ", "-3.5e-2"), (",5", ".5"), ("1,234", "1234 or 1.234"), ("1,234,567", "1234567"),
        ("12,3456", "12.3456"), ("1234,567", "1234.567"),
    ],
)  # fmt: skip
def test_a_number_with_a_comma_is_told_how_to_be_written(text: str, way: str) -> None:
    """Each way that is named is a number; a comma that may mark thousands is named both ways."""
    with pytest.raises(cr.DataError) as caught:
        cr.Edge(id="e", tail="a", head="b", tariff_usd_per_t=text)
    assert str(caught.value).endswith(f"; write {way}")
    assert [float(number) for number in way.split(" or ")]


@pytest.mark.parametrize("value", ["many", "3,", "3,,5", "3,5 Mt", "", None, 3.5, ["3,5"], "1,2,3"])
def test_nothing_is_advised_for_what_is_no_number_with_a_comma(value: object) -> None:
    """Advice that is a guess would mislead."""
    assert decimal_point(value) == ""
