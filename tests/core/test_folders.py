"""Folders that appear whole, and what killed processes leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from dissect_core.system.folders import LOCK, YOUNG_S, put_in_place, temporary_folder

KILLED = """
import os, sys
from pathlib import Path
from dissect_core.system.folders import temporary_folder
with temporary_folder(Path(sys.argv[1])) as own:
    (own / "half").write_text("written")
    os.kill(os.getpid(), 9)
"""


def left_behind(home: Path) -> list[Path]:
    return list(home.parent.glob(f".{home.name}.part-*"))


def make_old(folder: Path) -> None:
    past = folder.stat().st_mtime - 2 * YOUNG_S
    os.utime(folder, (past, past))


def test_what_a_killed_process_left_is_deleted_by_the_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    subprocess.run([sys.executable, "-c", KILLED, str(home)], check=False)
    (old,) = left_behind(home)
    with temporary_folder(home) as own:
        assert sorted(left_behind(home)) == sorted([old, own])  # it may be about to lock its folder
    make_old(old)
    with temporary_folder(home) as own:
        assert left_behind(home) == [own]
    assert left_behind(home) == []


def test_a_folder_that_somebody_writes_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with temporary_folder(home) as other:
        make_old(other)
        with temporary_folder(home) as own:
            assert sorted(left_behind(home)) == sorted([other, own])


def test_a_folder_of_which_nobody_took_the_lock_is_swept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    old = tmp_path / f".{home.name}.part-abc"
    old.mkdir()
    make_old(old)
    with temporary_folder(home):
        assert not old.exists()


def test_an_older_folder_is_put_back_after_a_kill_between_the_renames(tmp_path: Path) -> None:
    home, fresh = tmp_path / "home", tmp_path / "fresh"
    (tmp_path / ".home.before").mkdir()
    (tmp_path / ".home.before" / "file").write_text("old")
    with pytest.raises(FileNotFoundError):
        put_in_place(fresh, home)  # there is nothing new
    assert (home / "file").read_text() == "old"
    fresh.mkdir()
    put_in_place(fresh, home)
    assert list(home.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_lock_ends_with_its_block(tmp_path: Path) -> None:
    with temporary_folder(tmp_path / "home") as own, pytest.raises(TimeoutError):
        FileLock(own / LOCK, timeout=0).acquire()
