"""Files and folders written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from corridor.errors import DataError


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; links are followed, rights kept, pipes and devices written to."""
    write_bytes(path, encoded(text))


def encoded(text: str) -> bytes:
    """Return text as UTF-8; arguments where the locale is not UTF-8 as they were typed."""
    return text.encode("utf-8", "surrogateescape")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; links are followed, rights kept, pipes and devices written to."""
    if not path.name or path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; give the path of a file", str(path))
    try:
        target = path.resolve()
    except RuntimeError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    part = temporary_beside(target)
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        _remove_stale_beside(part, target.name)
        part.write_bytes(data)
        if target.exists():
            shutil.copymode(target, part)
        os.replace(part, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def temporary_beside(target: Path) -> Path:
    """Return where something is written before it takes its place; a long name is cut, so that this one fits."""
    return target.with_name(f".{_shortened(target.name)}.{os.getpid()}.tmp")


def _shortened(name: str) -> str:
    while len(os.fsencode(name)) > _MOST_BYTES_OF_A_STEM:
        name = name[:-1]
    return name


_MOST_BYTES_OF_A_STEM = 200
_TEMPORARY = re.compile(r"\.(.+)\.([0-9]{1,18})\.tmp", re.DOTALL)


def target_name_of(name: str) -> str | None:
    """Return the name of the file that a file is the temporary of, or None."""
    match = _TEMPORARY.fullmatch(name)
    return match[1] if match else None


def remove_stale(folder: Path, names: re.Pattern[str]) -> None:
    """Remove the temporary files of some names that ended processes left in a folder."""
    for entry in folder.iterdir():
        match = _TEMPORARY.fullmatch(entry.name)
        if match and names.fullmatch(match[1]) and not _is_alive(match[2]):
            with contextlib.suppress(OSError):
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _remove_stale_beside(temporary: Path, name: str) -> None:
    """Remove what ended processes left beside a file or folder."""
    remove_stale(temporary.parent, re.compile(re.escape(_shortened(name))))


def _is_alive(pid: str) -> bool:
    """Tell whether a process may still be at work: if in doubt, and where asking would end it (Windows), it is."""
    if os.name != "posix" or int(pid) == 0:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def write_folder(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    kept: Callable[[str], bool] = lambda name: False,
    check: Callable[[Path], object] = lambda temporary: None,
) -> None:
    """Write a folder whole or not at all, in exchange for the one that stands there.

    Parameters
    ----------
    folder : Path
        Where; an empty folder is filled and stays the same one, be it the current one. Links are followed.
    files : mapping of str to bytes
        What, by name.
    kept : callable
        Whether what bears a name in the old folder comes along.
    check : callable
        Raises if the temporary folder that it is given must not replace the old one.
    """
    target = folder.resolve()
    if target.is_dir():
        _remove_stale_beside(target / target.name, target.name)
    fills = target.is_dir() and not any(target.iterdir())
    if target == Path.cwd() and not fills:
        raise DataError(f"{folder}: is the current folder, which cannot be exchanged for a new one; give another path")
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(folder.parent))
    temporary = temporary_beside(target / target.name if fills else target)
    _remove_stale_beside(temporary, target.name)
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir()
        for name, data in files.items():
            (temporary / name).write_bytes(data)
        check(temporary)
        if fills:
            _fill(target, temporary, files)
            return
        for entry in target.iterdir() if target.is_dir() else ():
            if kept(entry.name):
                (shutil.copytree if entry.is_dir() else shutil.copy2)(entry, temporary / entry.name)
        _swap_folder(temporary, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(folder)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _fill(target: Path, temporary: Path, names: Iterable[str]) -> None:
    """Move files into an empty folder; where one cannot be moved it is empty again."""
    try:
        for name in names:
            os.rename(temporary / name, target / name)
    except BaseException:
        for name in names:
            (target / name).unlink(missing_ok=True)
        raise


def _swap_folder(temporary: Path, target: Path) -> None:
    """Put a folder in the place of another; where that fails the old one stays."""
    old = temporary.with_name(temporary.name + ".old")
    if target.exists():
        shutil.copymode(target, temporary)
        os.rename(target, old)
    try:
        os.rename(temporary, target)
    except BaseException:
        if old.exists():
            os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def read_bytes(path: Path, most: int, what: str, name: str | None = None) -> bytes:
    """Return what a user's file holds, or say in one sentence why not, by another name if one is given."""
    name = name or str(path)
    if os.path.isdir(path):
        raise DataError(f"{name}: is a folder; give the path of a {what}")
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise DataError(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(raw) > most:
        raise DataError(f"{name}: must be at most {most:,} bytes (got more)")
    return raw


def decoded(name: object, raw: bytes) -> str:
    """Return bytes as UTF-8 text, or name the line where they are not."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(
            f"{name}:{line}: must be UTF-8 text (byte {raw[error.start]:#04x} is not); save it so"
        ) from None
