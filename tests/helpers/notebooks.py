"""Notebooks run afresh, and what in their outputs is the same wherever they run."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import shutil
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

SLACK = 0.1
"""By how much width and height of a picture may differ: fonts and versions of matplotlib do. [1]"""
_CHANGING = (
    (re.compile(r"\bat 0x[0-9a-fA-F]+"), "at 0x0"),  # addresses
    (re.compile(r"=+ (.+) in \d+\.\d+s(?: \([\d:]+\))? =+"), r"=== \1 ==="),  # pytest's timing
    (re.compile(r" in \d+\.\d+s(?: \([\d:]+\))?$", re.MULTILINE), ""),
    (re.compile(r"(/[\w.-]+)+/(tmp[\w-]+)(?=[/'\" \n])"), "FOLDER"),  # temporary folders
    (re.compile(r"\x1b\[[0-9;]*m"), ""),  # colours of terminals
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)
_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


class _OwnKernel(KernelSpecManager):
    """The one kernel there is: that of the interpreter that runs the tests, whatever is registered on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


def run_all(paths: Iterable[Path], folder: Path, at_once: int = 2) -> dict[Path, Any]:
    """Return notebooks executed afresh, each in a folder of its own; in place of one that fails, its error."""

    async def all_of_them() -> list[Any]:
        turns = asyncio.Semaphore(at_once)
        return await asyncio.gather(*(_run(path, folder / path.stem, turns) for path in listed))

    listed = list(paths)
    return dict(zip(listed, asyncio.run(all_of_them()), strict=True))


async def _run(path: Path, folder: Path, turns: asyncio.Semaphore) -> Any:
    """Return a notebook executed, or the error of the cell that failed; the tables beside it are there to be read."""
    notebook = nbformat.read(path, as_version=4)
    folder.mkdir()
    for table in path.parent.glob("*.csv"):
        shutil.copy(table, folder)
    async with turns:
        manager = AsyncKernelManager(kernel_spec_manager=_OwnKernel(), kernel_name="python3")
        client = NotebookClient(notebook, km=manager, timeout=120, resources={"metadata": {"path": str(folder)}})
        try:
            await client.async_execute(cleanup_kc=True)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            return error
    return notebook


def tidy(notebook: Any) -> Any:
    """Return a notebook as it is stored: no timestamps, addresses, folders or editors' metadata; cells numbered."""
    cells, count = [], 0
    for at, cell in enumerate(notebook.cells):
        kept = {"id": f"cell-{at}", "cell_type": cell.cell_type, "metadata": {}, "source": cell.source.strip()}
        if cell.cell_type == "code":
            count += 1
            kept |= {"execution_count": count, "outputs": [_tidy_output(one, count) for one in _joined(cell.outputs)]}
        cells.append(kept)
    return nbformat.from_dict({"cells": cells, "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5})


def _joined(outputs: Iterable[Any]) -> list[Any]:
    """Return outputs with texts that were printed in pieces put together."""
    found: list[Any] = []
    for output in outputs:
        if found and output.output_type == "stream" == found[-1].output_type and output.name == found[-1].name:
            found[-1] = nbformat.from_dict(found[-1] | {"text": found[-1].text + output.text})
        else:
            found.append(output)
    return found


def _tidy_output(output: Any, count: int) -> dict[str, Any]:
    """Return what is shown of an output, without what changes from run to run."""
    if output.output_type == "stream":
        return {"output_type": "stream", "name": output.name, "text": steady(output.text)}
    if output.output_type == "error":
        return {"output_type": "error", "ename": output.ename, "evalue": steady(output.evalue), "traceback": []}
    data = {kind: steady(told) if kind.startswith("text/") else told.strip() for kind, told in output.data.items()}
    kept = {"output_type": output.output_type, "metadata": {}, "data": data}
    return kept | ({"execution_count": count} if output.output_type == "execute_result" else {})


def light(notebook: Any) -> Any:
    """Return a notebook whose pictures have a palette of 256 colours: a quarter of the bytes."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output["data"]["image/png"] = _with_palette(output["data"]["image/png"])
    return notebook


def _with_palette(png: str) -> str:
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    kept = io.BytesIO()
    few = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(kept, format="PNG", optimize=True)
    return base64.b64encode(kept.getvalue()).decode("ascii")


def steady(text: str) -> str:
    """Return a text without what changes from run to run."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text


def written(notebook: Any) -> str:
    """Return a notebook as it stands in its file."""
    return nbformat.writes(notebook, indent=1, ensure_ascii=False).rstrip("\n") + "\n"


def differences(stored: Any, found: Any) -> Iterator[str]:
    """Yield where the outputs of two tidy notebooks of the same cells differ, with the cell and both texts."""
    for at, (cell, fresh) in enumerate(zip(stored.cells, found.cells, strict=True)):
        told, telling = (map(_shown, one.get("outputs", [])) for one in (cell, fresh))
        for old, new in zip_longest(told, telling, fillvalue={}):
            kinds = [kind for kind in sorted(old | new) if not _alike(old.get(kind), new.get(kind))]
            if kinds:
                told_by = [kind for kind in kinds if kind != "text/html"] or kinds  # tables: by their plain text
                then, now = _said(old, told_by), _said(new, told_by)
                yield f"cell {at}:\n{_indented(cell.source)}\n  stored\n{then}\n  now\n{now}"


def _shown(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return an output as texts, and pictures by their size."""
    if "data" not in output:
        return {str(output.get("name", "error")): output.get("text", output.get("evalue"))}
    return {kind: size(told) if kind == "image/png" else told for kind, told in output["data"].items()}


def size(png: str) -> tuple[int, int]:
    """Return width and height of a picture. [pixels]"""
    head = base64.b64decode(png)[:24]
    assert head.startswith(b"\x89PNG"), "pictures are stored as PNG"
    width, height = struct.unpack(">II", head[16:24])
    return int(width), int(height)


def _alike(old: Any, new: Any) -> bool:
    """Tell whether two texts are the same, or two pictures about as large."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return all(abs(a - b) <= SLACK * a for a, b in zip(old, new, strict=True))
    return bool(old == new)


def _said(output: dict[str, Any], kinds: Iterable[str]) -> str:
    """Return some forms of an output for a failure's message."""
    return "\n".join(f"    {kind}\n{_indented(str(output.get(kind, 'nothing')))}" for kind in kinds)


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())
