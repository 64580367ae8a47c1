"""A checkpoint: finished blocks of simulated years in a folder, for a run that was stopped and goes on."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.files.bytes import remove_stale, target_name_of, temporary_beside
from corridor.model.records import PARTS
from corridor.risk.blocks import SHARE_STEP, Block, BlockSimulator

if TYPE_CHECKING:
    import pandas as pd

_OURS = re.compile(r"run\.json|block-\d+-\d+-years\..*")
_LAYOUTS = (
    {"sets": "set_", "days": "", "stretches": "", "values": "value_"},
    {"rates": "rate_", "worst": "", "disturbed": "", "shocks": ""},
)
"""Fields of a block in each of its two files, with what numbered columns begin with."""


class Checkpoint:
    """A folder of finished blocks, which serves one run at a time.

    A block is two Parquet files and a file of their digests beside that of the manifest, `run.json`, of what blocks are
    worked out from. What is not as it was written is refused.

    Parameters
    ----------
    path : path
        The folder; made if there is none.
    manifest : dict
        What blocks depend on.
    like : Block
        Any block, for the columns and types of others.

    Raises
    ------
    DataError
        If the folder belongs to a run with other inputs or to one at work, or holds other files.
    """

    def __init__(self, path: str | os.PathLike[str], manifest: dict[str, Any], like: Block) -> None:
        self._folder, self._like, self._run = Path(path), like, _digest_of(manifest)
        _require_parquet()
        if self._folder.exists() and not self._folder.is_dir():
            raise DataError(f"checkpoint {path}: is a file; give the path of a folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self._folder)
        try:
            self._begin(manifest)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the checkpoint, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another run make use of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, number: int, years: int) -> Block | None:
        """Return a finished block, or None.

        Raises
        ------
        DataError
            If one of its files is not as it was written.
        """
        *paths, seal = self._paths(number, years)
        try:
            contents = {path: path.read_bytes() for path in (*paths, seal)}
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DataError(f"checkpoint {error.filename}: cannot be read ({error.strerror}); delete it") from None
        if contents[seal] != self._sealed(paths, [contents[path] for path in paths]):
            self._refuse_damaged(paths, seal, contents)
        fields: dict[str, Any] = {}
        for path, layout in zip(paths, _LAYOUTS, strict=True):
            fields |= _fields(path, contents[path], layout, self._like)
        if len(fields["worst"]) != years:
            raise _unreadable(paths[1], f"it must hold {years:,} years, got {len(fields['worst']):,}")
        return Block(**fields)

    def write(self, number: int, years: int, block: Block) -> None:
        """Keep a finished block: each file whole or not at all, the one that says so last."""
        *paths, seal = self._paths(number, years)
        contents = []
        for path, layout in zip(paths, _LAYOUTS, strict=True):
            buffer = io.BytesIO()
            with _naming(path):
                _frame(block, layout).to_parquet(buffer)
            contents.append(buffer.getvalue())
        _put(paths[0], contents[0])
        _put(seal, self._sealed(paths, contents))
        _put(paths[1], contents[1])

    def _paths(self, number: int, years: int) -> list[Path]:
        stem = f"block-{number:06d}-{years}-years"
        return [self._folder / f"{stem}{ending}" for ending in (".states.parquet", ".parquet", ".digests.json")]

    def _sealed(self, paths: Sequence[Path], contents: Sequence[bytes]) -> bytes:
        """Return the file that goes with a block's files."""
        digests = {path.name: hashlib.sha256(data).hexdigest() for path, data in zip(paths, contents, strict=True)}
        return _json({"run": self._run, **digests})

    def _refuse_damaged(self, paths: Sequence[Path], seal: Path, kept: dict[Path, bytes]) -> None:
        """Raise for the file of a block that is not as it was written."""
        seal_says = _mapping_in(kept[seal])
        if seal_says.keys() != {"run", *(path.name for path in paths)} or seal_says["run"] != self._run:
            raise _unreadable(seal, "it is damaged, or of another block or run")
        for path in paths:
            if seal_says[path.name] != hashlib.sha256(kept[path]).hexdigest():
                raise _unreadable(path, f"it is not what {seal.name} says: damaged, or of another block or run")
        raise _unreadable(seal, "it is damaged")

    def _begin(self, manifest: dict[str, Any]) -> None:
        """Remove what dead runs left half-written, begin a fresh folder, and refuse one that is not this run's."""
        run_file = self._folder / "run.json"
        remove_stale(self._folder, _OURS)
        if not run_file.exists():
            if any(target_name_of(entry.name) != run_file.name for entry in self._folder.iterdir()):
                raise DataError(
                    f"checkpoint {self._folder}: the folder holds other files and no run.json; give an empty or new one"
                )
            _put(run_file, _json({**manifest, "digest": self._run}), new=True)
        try:
            written = _mapping_in(run_file.read_bytes())
        except OSError as error:
            raise DataError(f"checkpoint {run_file}: cannot be read ({error.strerror})") from None
        digest = written.pop("digest", None)
        if not written or digest != _digest_of(written):
            raise DataError(
                f"checkpoint {run_file}: cannot be read (it is damaged, or of another version of corridor); "
                "delete the folder to start again"
            )
        reasons = []
        for key in sorted({*manifest, *written}):
            there, here = written.get(key), manifest.get(key)
            if there != here:
                short = key in ("seed", "block_years") or key.startswith("version")
                reasons.append(f"{key} is {there} there, {here} here" if short else f"{key} differ")
        if reasons:
            raise DataError(
                f"checkpoint {self._folder}: belongs to another run: {'; '.join(reasons)}; "
                "give another folder, or delete this one"
            )


def is_begun(path: str | os.PathLike[str]) -> bool:
    """Return whether a folder has the manifest of a run, whichever that is."""
    return Path(path, "run.json").exists()


def _locked(folder: Path) -> int | None:
    """Return an open file that keeps other runs out of a folder until it is closed; None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise DataError(
            f"checkpoint {folder}: another run is at work there; wait for its end, or give another folder"
        ) from None
    except OSError:
        pass  # a file system without locks
    return file


def _put(path: Path, data: bytes, *, new: bool = False) -> None:
    """Write a file whole or not at all, and to the disk; a new one not in the place of what is there."""
    part = temporary_beside(path)
    with _naming(path):
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            (_link if new else os.replace)(part, path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _link(part: Path, path: Path) -> None:
    """Give a file a second name unless that is taken; where there are no links, its name."""
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError:
        os.replace(part, path)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have what the system refuses name a file of the user's, not a temporary one or nothing."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def _frame(block: Block, layout: dict[str, str]) -> pd.DataFrame:
    """Return some fields of a block as a table: one column a field, or of two dimensions numbered ones."""
    import pandas as pd

    columns: dict[str, npt.NDArray[Any]] = {}
    for field, prefix in layout.items():
        array = getattr(block, field)
        columns |= {f"{prefix}{index}": column for index, column in enumerate(array.T)} if prefix else {field: array}
    return pd.DataFrame(columns)


def _fields(path: Path, data: bytes, layout: dict[str, str], like: Block) -> dict[str, npt.NDArray[Any]]:
    """Return the fields of a block that a file holds, with columns and types as another block has them."""
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(data))
        wanted = _frame(like, layout).dtypes
        if not frame.dtypes.equals(wanted) or frame.isna().to_numpy().any():
            raise ValueError(f"its columns must be {', '.join(wanted.index)}, numbers all")
        fields = {}
        for field, prefix in layout.items():
            names = [name for name in wanted.index if prefix and name.startswith(prefix)]
            fields[field] = np.ascontiguousarray(frame[names].to_numpy()) if prefix else frame[field].to_numpy()
    except Exception as error:  # whatever pandas and pyarrow raise
        raise _unreadable(path, str(error)) from None
    return fields


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(f"checkpoint {path}: cannot be read ({why}); delete it to recompute it")


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def _mapping_in(data: bytes) -> dict[str, Any]:
    """Return what JSON holds, nothing where it is broken."""
    try:
        data_read = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return data_read if isinstance(data_read, dict) else {}


def _digest_of(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(_json(manifest)).hexdigest()


def manifest(simulator: BlockSimulator, seed: int) -> dict[str, Any]:
    """Return what blocks depend on: digests of the network's parts and hazards, regimes, draws, seed, versions."""
    from importlib.metadata import version

    from corridor import __version__

    plan = simulator.plan
    parts = {kind.plural: _digest(getattr(simulator.network, kind.plural)) for kind in PARTS}
    years = {"regimes": list(plan.regimes), "shares": list(plan.shares), "years_per_draw": plan.years_per_draw}
    versions = {f"version of {name}": version(name) for name in ("numpy", "highspy")} | {"version": __version__}
    other = {"rerouting": simulator.rerouting, "seed": seed, "block_years": plan.block_years, "share_step": SHARE_STEP}
    return parts | {"hazards": _digest(simulator.hazards)} | years | other | versions


def _digest(records: Iterable[Any]) -> str:
    text = "\n".join(record.model_dump_json() for record in records)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _require_parquet() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise DataError(
            "a checkpoint needs pyarrow; install the extra: pip install 'corridor[ensemble]', or leave checkpoint out"
        ) from None
