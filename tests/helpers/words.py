"""Retired words in the names and texts of the package; the list is `.words.yaml`. As a script: the pre-commit hook."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_LIST = yaml.safe_load((ROOT / ".words.yaml").read_text(encoding="utf-8"))
IDENTIFIERS: dict[str, str] = _LIST["identifiers"]
PHRASES: dict[str, str] = _LIST["phrases"]
EXCEPTIONS = {(module, name) for module, names in _LIST["exceptions"].items() for name in names}
PENDING: dict[str, int] = _LIST.get("pending") or {}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words_of(name: str) -> set[str]:
    """Return the words of an identifier, in lower case: `_NotMetAtAll` has not, met, at, all."""
    return {word.lower() for word in _WORD.findall(name)}


def names_bound(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each identifier that a module binds itself, and its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name, node.lineno


def texts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each string of a module, messages and docstrings alike, and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield " ".join(node.value.split()), node.lineno


def uses(package: Path = ROOT / "corridor") -> tuple[dict[str, list[str]], set[tuple[str, str]]]:
    """Return where each retired word or phrase is used, and the exceptions that were needed."""
    where: dict[str, list[str]] = {}
    needed = set()
    for file in sorted(package.rglob("*.py")):
        module = file.relative_to(package.parent).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for name, line in names_bound(tree):
            for word in sorted(words_of(name) & IDENTIFIERS.keys()):
                if (module, name) in EXCEPTIONS:
                    needed.add((module, name))
                else:
                    where.setdefault(word, []).append(f"{module}:{line}: {name}: say {IDENTIFIERS[word]}")
        for text, line in texts(tree):
            for phrase, instead in PHRASES.items():
                for found in re.finditer(rf"\b{phrase}\b", text, re.IGNORECASE):
                    where.setdefault(f'"{phrase}"', []).append(f"{module}:{line}: {found[0]!r}: say {instead}")
    return where, needed


def problems() -> list[str]:
    """Return what is wrong: uses where none or fewer are pending, counts to lower, exceptions without need."""
    where, needed = uses()
    counts = Counter({word: len(lines) for word, lines in where.items()})
    wrong = []
    for word in sorted(counts.keys() | PENDING.keys()):
        if counts[word] > PENDING.get(word, 0):
            wrong += [f"{word}: {counts[word]} uses, at most {PENDING.get(word, 0)} pending", *where[word]]
        elif counts[word] < PENDING[word]:
            wrong.append(f"{word}: {counts[word]} uses left; lower its number under `pending` in .words.yaml")
    wrong += [f"{module}: exception {name} is no longer needed" for module, name in sorted(EXCEPTIONS - needed)]
    return wrong


def lower_pending() -> None:
    """Write how many uses are left where they are fewer than the list says; never more."""
    path = ROOT / ".words.yaml"
    left = {word: min(len(lines), PENDING.get(word, 0)) for word, lines in uses()[0].items()}
    kept, _, _ = path.read_text(encoding="utf-8").partition("pending:")
    pending = yaml.safe_dump({"pending": {word: count for word, count in left.items() if count}})
    path.write_text(kept + pending, encoding="utf-8")


if __name__ == "__main__":
    if "--lower" in sys.argv:
        lower_pending()
    elif lines := problems():
        sys.exit("\n".join(lines))
