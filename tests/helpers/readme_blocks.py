"""Parts of the READMEs that are made: between markers; ``CORRIDOR_UPDATE=1`` rewrites them."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
REFERENCE = ROOT / "corridor" / "README.md"
DOCUMENTS = (README, REFERENCE, ROOT / "data" / "README.md", ROOT / "examples" / "README.md", ROOT / "CONTRIBUTING.md")


def assert_shown(part: str, made: str) -> None:
    """Assert that what is between the markers of a part, in the one document that has them, is what was made now."""
    pattern = re.compile(rf"<!-- {part} -->\n(.*?)<!-- /{part} -->", re.DOTALL)
    (document,) = [path for path in DOCUMENTS if pattern.search(path.read_text(encoding="utf-8"))]
    text = document.read_text(encoding="utf-8")
    if os.environ.get("CORRIDOR_UPDATE"):
        text = pattern.sub(lambda _: f"<!-- {part} -->\n{made}\n<!-- /{part} -->", text)
        document.write_text(text, encoding="utf-8")
    found = pattern.search(text)
    assert found is not None
    assert found.group(1).strip() == made.strip()


def assert_stored(path: Path, made: str) -> None:
    """Assert that a file is what was made now, byte for byte."""
    if os.environ.get("CORRIDOR_UPDATE"):
        path.write_bytes(made.encode())
    assert path.read_bytes() == made.encode()
