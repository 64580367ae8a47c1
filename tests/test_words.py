"""Names and texts of the package keep to its vocabulary."""

from __future__ import annotations

import ast

from helpers import words


def test_retired_words_are_in_no_name_message_or_docstring() -> None:
    """What `.words.yaml` retires is used exactly as often as it lists as pending, and exceptions are needed."""
    assert not words.problems(), "\n".join(words.problems())


def test_every_kind_of_name_is_read() -> None:
    """Assignments, arguments, functions, classes, loops, `with`, `except`, imports, patterns, attributes of self."""
    source = """
import a as b
class C:
    d: int
    def e(self, f, *g, h=1, **i):
        self.j = k = 1
        for l in f: pass
        with f as m: pass
        try: pass
        except OSError as n: pass
        [o for o in f if (p := o)]
        match f:
            case [q, *r] | {"x": s, **t}: pass
        lambda u: u
        other.z = 1
"""
    names = {name for name, _ in words.names_bound(ast.parse(source))}
    assert names == {*"bdefghijklmnopqrstu", "C", "self"}


def test_an_identifier_is_split_into_its_words() -> None:
    """Snake case and camel case give the same words, acronyms one."""
    assert words.words_of("_not_met_AT_all") == {"not", "met", "at", "all"}
    assert words.words_of("NotMetByHTMLPage2") == {"not", "met", "by", "html", "page"}


def test_phrases_are_found_across_lines_and_in_messages_with_values() -> None:
    """White space counts as one blank, and the fixed parts of an f-string are read."""
    source = 'def f():\n    """Key stands\n    twice."""\n    return f"{f}: is no YAML"\n'
    read = {text for text, _ in words.texts(ast.parse(source))}
    assert read == {"Key stands twice.", ": is no YAML"}
