"""Writing scenario files and folders: to the last bit, whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from corridor.files.bytes import write_bytes, write_folder

# Saving


@pytest.mark.parametrize("value", [0.0, 1e-7, 5e-324, 0.1 + 0.2])
def test_any_number_is_read_back(value: float, tmp_path: Path) -> None:
    """To the last bit."""
    scenario = cr.Scenario(name="s", changes=[cr.Derate(edge="a", remaining=value)], expect={"shortfall_mtpa": value})
    cr.save_scenario(scenario, tmp_path / "s.yaml")
    assert cr.load_scenario(tmp_path / "s.yaml") == scenario


def test_every_kind_of_change_is_read_back(tmp_path: Path) -> None:
    """All ten, lifted quotas among them, and those aimed at a fleet or at one shipper."""
    changes = [
        cr.Outage(edge="a", mode="rail"), cr.Derate(node=["a", "b"], remaining=0.3), cr.Opening(tag="t"),
        cr.TariffShock(corridor="c", factor=2, add_usd_per_t=-1), cr.Delay(country="KAZ", add_days=3),
        cr.Expansion(operator="o p", add_mtpa=1e20), cr.SupplyShock(node="a", add_mtpa=-1),
        cr.DemandShock(commodity="oil", remaining=0), cr.PriceShock(country=["KAZ", "RUS"], add_usd_per_t=-1e-9),
        cr.QuotaChange(edge="a", commodity="oil", min_mtpa=None, max_mtpa=None),
        cr.Outage(fleet="ships"), cr.Derate(fleet=["ships", "barges"], remaining=0.3),
        cr.Expansion(fleet="ships", add_mt_days=3), cr.Expansion(edge="a", factor=1.5),
        cr.Delay(fleet="ships", add_days=-3), cr.Delay(edge="a", commodity="oil", factor=0.5, late_factor=0),
        cr.Delay(edge="a", add_late_days=-0.1), cr.TariffShock(edge="a", commodity=["oil", "gas"], factor=2),
    ]  # fmt: skip
    scenario = cr.Scenario(name="s", changes=changes)
    cr.save_scenario(scenario, tmp_path / "s.yaml")
    again = cr.load_scenario(tmp_path / "s.yaml")
    assert again == scenario
    assert [c.model_fields_set for c in again.changes] == [c.model_fields_set for c in changes]


@pytest.mark.parametrize("path", ["", ".", "nowhere/s.yaml", "file/s.yaml", "folder"])
def test_what_cannot_be_written_is_an_os_error(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the path as given, not a temporary one, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:  # noqa: PT011
        cr.save_scenario(cr.load_scenario("cpc-shut"), path)
    assert ".tmp" not in str(caught.value)
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["file", "folder"]


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or not at all: when the disk is full, the old content stands and no part lies about."""
    file = tmp_path / "s.yaml"
    file.write_text("old", encoding="utf-8")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        cr.save_scenario(cr.load_scenario("cpc-shut"), file)
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.yaml"]
    assert file.read_text(encoding="utf-8") == "old"


def test_saving_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    """A link stays a link, and what it leads to is written."""
    target, link = tmp_path / "target.yaml", tmp_path / "link.yaml"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    cr.save_scenario(cr.load_scenario("cpc-shut"), link)
    assert link.is_symlink()
    assert cr.load_scenario(target).name == "CPC shut"


def test_saving_keeps_who_may_read(tmp_path: Path) -> None:
    """A private file does not become public by being written again."""
    file = tmp_path / "s.yaml"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o600)
    cr.save_scenario(cr.load_scenario("cpc-shut"), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("thing", ["cpc-shut", cr.Outage(edge="ab"), None])
def test_only_scenarios_are_saved(thing: Any, tmp_path: Path) -> None:
    """What is no scenario is told as such, and nothing is written."""
    with pytest.raises(cr.DataError, match="Scenario"):
        cr.save_scenario(thing, tmp_path / "s.yaml")
    assert list(tmp_path.iterdir()) == []


def test_saving_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where the folder is missing, the error names the file, and nothing is left behind."""
    with pytest.raises(OSError, match=r"nowhere/it\.yaml"):
        cr.save_scenario(cr.load_scenario("cpc-shut"), tmp_path / "nowhere" / "it.yaml")
    assert list(tmp_path.iterdir()) == []


def test_saving_follows_links_and_keeps_rights(tmp_path: Path) -> None:
    """What stands at the path is written to, not replaced by something else."""
    target, link = tmp_path / "target.yaml", tmp_path / "link.yaml"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    cr.save_scenario(cr.load_scenario("cpc-shut"), link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("name: CPC shut")
    assert target.stat().st_mode & 0o777 == 0o600


# Folders and long names


def filled(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds, hidden files too."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("before", [None, {}, {"old": b"0", "kept": b"1"}])
@pytest.mark.parametrize("fails", ["write_bytes", "check", "rename"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_folder_is_written_whole_or_not_at_all(
    before: dict[str, bytes] | None, fails: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it ends, what was there before is there again and nothing lies about."""
    folder = tmp_path / "it"
    if before is not None:
        folder.mkdir()
        for name, data in before.items():
            (folder / name).write_bytes(data)
    seen = 0

    def second(really: Any) -> Any:
        def made(*given: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == (1 if before is None and fails == "rename" else 2):
                raise error
            return really(*given)

        return made

    def check(_: Path) -> None:
        if fails == "check":
            raise error

    if fails == "write_bytes":
        monkeypatch.setattr(Path, "write_bytes", second(Path.write_bytes))
    elif fails == "rename":
        monkeypatch.setattr(os, "rename", second(os.rename))
    with pytest.raises(type(error)):
        write_folder(folder, {"a": b"a", "b": b"b"}, kept=lambda name: name == "kept", check=check)
    monkeypatch.undo()
    assert [entry.name for entry in tmp_path.iterdir()] == ([] if before is None else ["it"])
    assert before is None or filled(folder) == before
    write_folder(folder, {"a": b"a", "b": b"b"}, kept=lambda name: name == "kept")
    assert filled(folder) == {"a": b"a", "b": b"b"} | ({"kept": b"1"} if before else {})


@pytest.mark.parametrize("name", ["x" * 255, "x" * 240, "Ж" * 127, "x" + "Ж" * 127])
def test_any_name_that_the_system_takes_can_be_written(name: str, tmp_path: Path) -> None:
    """What is written first bears a shorter one; twice, so that it is exchanged too."""
    for data in (b"1", b"2"):
        write_bytes(tmp_path / name, data)
        write_folder(tmp_path / f"{name[:-1]}y", {"a": data})
    assert (tmp_path / name).read_bytes() == (tmp_path / f"{name[:-1]}y" / "a").read_bytes() == b"2"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_loop_of_links_is_no_traceback(tmp_path: Path) -> None:
    """An output that leads back to itself is told like any other place that cannot be written to."""
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / name).symlink_to(tmp_path / other)
    with pytest.raises(OSError, match="symbolic links"):
        cr.save_scenario(cr.load_scenario("cpc-shut"), tmp_path / "one")
