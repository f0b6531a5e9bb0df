"""Files appear whole or not at all."""

from pathlib import Path

import pytest
import torch

from dissect_core.errors import ArtifactMismatch
from dissect_core.system import artifacts


def test_json_and_tensors_come_back_as_written(tmp_path: Path) -> None:
    artifacts.write_json(tmp_path / "a" / "b.json", {"name": "Bäume", "n": [1, 2.5, None]})
    assert artifacts.read_json(tmp_path / "a" / "b.json") == {"name": "Bäume", "n": [1, 2.5, None]}
    artifacts.write_tensors(tmp_path / "t.safetensors", {"x": torch.arange(6.0).view(2, 3).T})
    assert torch.equal(artifacts.read_tensors(tmp_path / "t.safetensors")["x"], torch.arange(6.0).view(2, 3).T)


def test_words_about_tensors_come_back_without_reading_any(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    artifacts.write_tensors(path, {"x": torch.zeros(2)}, {"model": "church", "name": "Bäume"})
    assert artifacts.read_metadata(path) == {"model": "church", "name": "Bäume"}
    artifacts.write_tensors(path, {"x": torch.zeros(2)})
    assert artifacts.read_metadata(path) == {}
    path.write_bytes(b"nothing")
    with pytest.raises(ArtifactMismatch, match=r"t\.safetensors"):
        artifacts.read_metadata(path)


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "card.json"
    artifacts.write_json(file, {"version": 1})

    def broken(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(artifacts.os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        artifacts.write_json(file, {"version": 2})
    assert artifacts.read_json(file) == {"version": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["card.json"]


def test_numbers_that_json_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        artifacts.write_json(tmp_path / "n.json", {"x": float("nan")})


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_a_damaged_json_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(content)
    with pytest.raises(ArtifactMismatch) as caught:
        artifacts.read_json(file)
    assert caught.value.field == "manifest.json"


def test_a_truncated_or_missing_tensor_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "layer4.safetensors"
    with pytest.raises(ArtifactMismatch, match=r"layer4\.safetensors"):
        artifacts.read_tensors(file)
    artifacts.write_tensors(file, {"x": torch.zeros(100)})
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(ArtifactMismatch, match=r"layer4\.safetensors"):
        artifacts.read_tensors(file)


def test_sha256_of_abc_is_the_published_one(tmp_path: Path) -> None:
    artifacts.write_bytes(tmp_path / "abc", b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    assert artifacts.sha256_file(tmp_path / "abc") == expected
