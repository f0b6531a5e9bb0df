"""Folders that appear whole or not at all, whatever becomes of the process that writes them.

A folder is written beside its place and renamed into it.  What a killed process left half written is deleted by the
next one: every temporary folder holds a locked file, and the lock ends with the process, wherever it ran.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = "lock"
YOUNG_S = 60.0
"""A folder is not called left behind before its process has had so many seconds to lock it."""


@contextmanager
def temporary_folder(home: Path) -> Iterator[Path]:
    """A new folder beside `home`, on the same disk, deleted in the end; those that killed processes left go first."""
    home.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{home.name}.part-"
    for old in home.parent.glob(f"{prefix}*"):
        _sweep(old)
    own = Path(tempfile.mkdtemp(prefix=prefix, dir=home.parent))
    try:
        with FileLock(own / LOCK):
            yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def put_in_place(fresh: Path, home: Path) -> None:
    """Rename the folder `fresh` to `home`, in place of an older one, which is deleted last and put back on failure."""
    before = home.with_name(f".{home.name}.before")
    if before.is_dir() and not home.is_dir():  # a process was killed between the two renames
        before.rename(home)
    shutil.rmtree(before, ignore_errors=True)
    if home.is_dir():
        home.rename(before)
    try:
        fresh.rename(home)
    except BaseException:
        if before.is_dir():
            before.rename(home)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Delete a temporary folder unless somebody is writing it."""
    try:
        if time.time() - folder.stat().st_mtime < YOUNG_S:
            return
        with FileLock(folder / LOCK, timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):
        return
