"""What is kept of a running dissection is on the disk before it is relied on, and stays until the result is safe."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch

from dissect_core.commands import dissect as command
from dissect_core.dissection import files
from dissect_core.dissection.files import read_dissection
from dissect_core.dissection.run import dissect
from dissect_core.dissection.work import Checkpoint, LabelFile
from dissect_core.errors import DiskFull
from dissect_core.system import artifacts
from tests.core.test_dissection import RANDOM, random_source, segments
from tests.core.test_own_commands import DISSECT_DOTS, dots, folder, unitbrush

__all__ = ["dots", "folder"]  # fixtures


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_labels_are_on_the_disk_when_they_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels, synced = LabelFile(tmp_path / "labels.bin", 2, 4, 9), []

    def fsync(descriptor: int) -> None:
        synced.append((descriptor, os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    labels.write(1, torch.ones(3, 2, 4, 4, dtype=torch.int16))
    labels.sync()
    assert synced == [(labels.file.fileno(), 4 * 2 * 4 * 4)]  # everything was handed to the system before
    labels.close()


def test_a_state_is_saved_only_when_its_labels_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(LabelFile, "sync", lambda self: done.append("labels"))
    monkeypatch.setattr(Checkpoint, "save", lambda self, count, state: done.append("state"))
    dissect(random_source(), segments(), RANDOM, work=tmp_path, checkpoint_s=0)
    assert done == ["labels", "state"] * 12


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = LabelFile(tmp_path / "labels.bin", 2, 4, 9)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match=r"no room left to write labels\.bin; free some and run the same command again"):
        labels.sync()
    labels.close()
    with pytest.raises(DiskFull, match=r"manifest\.json"):
        artifacts.write_json(tmp_path / "manifest.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["labels.bin"]
    monkeypatch.setattr(os, "fsync", lambda descriptor: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        artifacts.write_json(tmp_path / "manifest.json", {})


def test_after_a_full_disk_the_same_command_goes_on(dots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = tempfile.mkstemp

    def no_room_in_found(*given: Any, **named: Any) -> tuple[int, str]:
        return full() if "found" in str(named["dir"]) else make(*given, **named)

    monkeypatch.setattr(tempfile, "mkstemp", no_room_in_found)
    with pytest.raises(DiskFull, match=r"conv\.safetensors"):
        unitbrush(*DISSECT_DOTS, "--out", "found")
    monkeypatch.setattr(tempfile, "mkstemp", make)
    assert not list((dots / "found" / "dissection").iterdir())
    assert_goes_on(dots, monkeypatch)


def test_after_a_kill_during_the_gallery_the_same_command_goes_on(dots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(command, "draw_gallery", killed)
        with pytest.raises(KilledError):
            unitbrush(*DISSECT_DOTS, "--out", "found")
    assert_goes_on(dots, monkeypatch)


def assert_goes_on(dots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All passes were done: none is done again."""
    assert list((dots / "runs" / "dissection").iterdir())
    with monkeypatch.context() as patch:
        for name in ("FirstPass", "ThresholdPass", "SecondPass"):
            patch.setattr(f"dissect_core.dissection.passes.{name}.add", full)
        assert "dot 1.00" in unitbrush(*DISSECT_DOTS, "--out", "found")
    assert not list((dots / "runs" / "dissection").iterdir())
    assert read_dissection(dots / "found" / "dissection", "dots.dots").layers.keys() == {"conv"}
    assert files.FILES in read_dissection(dots / "found" / "dissection", "dots.dots").manifest
