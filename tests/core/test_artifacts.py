"""Files appear whole or not at all."""

import errno
from pathlib import Path

import pytest
import torch

from dissect_core.errors import ArtifactMismatch, DiskFull, shorten
from dissect_core.system import artifacts
from tests.refused import refused


def test_json_and_tensors_come_back_as_written(tmp_path: Path) -> None:
    artifacts.write_json(tmp_path / "a" / "b" / "c.json", {"name": "Bäume", "n": [1, 2.5, None]})
    assert artifacts.read_json(tmp_path / "a" / "b" / "c.json") == {"name": "Bäume", "n": [1, 2.5, None]}
    artifacts.write_tensors(tmp_path / "t.safetensors", {"x": torch.arange(6.0).view(2, 3).T})
    assert torch.equal(artifacts.read_tensors(tmp_path / "t.safetensors")["x"], torch.arange(6.0).view(2, 3).T)


def test_json_is_written_for_people_to_read(tmp_path: Path) -> None:
    file = tmp_path / "a" / "card.json"
    artifacts.write_json(file, {"name": "Bäume", "n": [1]})
    assert file.read_bytes() == '{\n  "name": "Bäume",\n  "n": [\n    1\n  ]\n}\n'.encode()
    artifacts.write_json(file, {})
    assert file.read_bytes() == b"{}\n"


def test_everybody_may_read_what_is_written(tmp_path: Path) -> None:
    artifacts.write_bytes(tmp_path / "card", b"abc")
    assert (tmp_path / "card").stat().st_mode & 0o777 == 0o644


def test_tensors_that_learn_are_written_as_numbers(tmp_path: Path) -> None:
    artifacts.write_tensors(tmp_path / "t.safetensors", {"x": torch.nn.Parameter(torch.ones(2))})
    assert artifacts.read_tensors(tmp_path / "t.safetensors")["x"].tolist() == [1, 1]


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
    meanwhile: list[list[str]] = []

    def broken(_descriptor: int) -> None:
        meanwhile.append(sorted(entry.name for entry in tmp_path.iterdir()))
        raise OSError("disk full")

    monkeypatch.setattr(artifacts.os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        artifacts.write_json(file, {"version": 2})
    assert artifacts.read_json(file) == {"version": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["card.json"]
    [[new, old]] = meanwhile  # beside the old file, hidden, and named after it
    assert old == "card.json"
    assert new.startswith(".card.json.")
    assert new.endswith(".part")


def test_the_reason_of_a_failed_write_is_told_even_if_its_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_descriptor: int) -> None:
        for entry in tmp_path.iterdir():
            entry.unlink()
        raise OSError("disk gone")

    monkeypatch.setattr(artifacts.os, "fsync", broken)
    with pytest.raises(OSError, match="disk gone"):
        artifacts.write_bytes(tmp_path / "card", b"abc")


def test_what_is_written_has_reached_the_disk_before_it_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, sizes = tmp_path / "card", []

    def fsync(descriptor: int) -> None:
        assert not file.exists()
        sizes.append(artifacts.os.fstat(descriptor).st_size)

    monkeypatch.setattr(artifacts.os, "fsync", fsync)
    artifacts.write_bytes(file, b"abc")
    assert (sizes, file.read_bytes()) == ([3], b"abc")


def test_numbers_that_json_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        artifacts.write_json(tmp_path / "n.json", {"x": float("nan")})


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_damaged_json_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(content)
    with pytest.raises(ArtifactMismatch, match=r"^cannot read manifest\.json: .") as caught:
        artifacts.read_json(file)
    error = caught.value
    assert (error.field, error.value, error.allowed) == ("manifest.json", "unreadable", "a JSON file")
    assert str(error.__cause__) in error.message


def test_a_json_file_without_an_object_is_named(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text("[1]")
    message = "manifest.json holds no object"
    with refused(ArtifactMismatch, message, field="manifest.json", value="list", allowed="a JSON object"):
        artifacts.read_json(file)


def test_a_truncated_or_missing_tensor_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "layer4.safetensors"

    def assert_unreadable() -> None:
        for read in (artifacts.read_tensors, artifacts.read_metadata):
            with pytest.raises(ArtifactMismatch, match=r"^cannot read layer4\.safetensors: .") as caught:
                read(file)
            error = caught.value
            assert (error.field, error.value) == ("layer4.safetensors", "unreadable")
            assert error.allowed == "a whole safetensors file"
            assert str(error.__cause__) in error.message

    assert_unreadable()
    artifacts.write_tensors(file, {"x": torch.zeros(100)})
    file.write_bytes(file.read_bytes()[:-8])
    assert_unreadable()


def test_a_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "card.json"
    artifacts.os.mkfifo(pipe)
    message = "cannot read card.json: [Errno 22] not a regular file"
    with refused(ArtifactMismatch, message, field="card.json", value="unreadable", allowed="a JSON file"):
        artifacts.read_json(pipe)
    for read in (artifacts.read_tensors, artifacts.read_metadata):
        with refused(
            ArtifactMismatch, message, field="card.json", value="unreadable", allowed="a whole safetensors file"
        ):
            read(pipe)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_the_file_and_its_folder(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(number, "no space")

    monkeypatch.setattr(artifacts.os, "fsync", full)
    message = "no room left to write card.json; free some and run the same command again"
    with refused(DiskFull, message, field="card.json", value=shorten(str(tmp_path)), allowed="a disk with room left"):
        artifacts.write_bytes(tmp_path / "card.json", b"abc")


def test_a_field_of_a_file_is_refused_unless_its_condition_holds() -> None:
    artifacts.require(True, "card.json", field="layers[0].units", value=0, allowed="1 or more")
    with refused(
        ArtifactMismatch, "card.json: bad layers[0].units", field="layers[0].units", value=0, allowed="1 or more"
    ):
        artifacts.require(False, "card.json", field="layers[0].units", value=0, allowed="1 or more")


def test_sha256_of_abc_is_the_published_one(tmp_path: Path) -> None:
    artifacts.write_bytes(tmp_path / "abc", b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    assert artifacts.sha256_file(tmp_path / "abc") == expected


def test_a_file_is_the_one_that_its_manifest_names_or_it_is_said(tmp_path: Path) -> None:
    file, other = tmp_path / "abc", tmp_path / "b"
    artifacts.write_bytes(file, b"abc")
    artifacts.write_bytes(other, b"")
    named = artifacts.hashes([other, file])
    assert list(named) == ["abc", "b"]
    assert named["abc"] == artifacts.sha256_file(file)
    artifacts.check_hash(file, named)
    file.write_bytes(b"")
    with refused(
        ArtifactMismatch,
        "abc is damaged, or of another edition than its manifest",
        field="abc",
        value="SHA-256 e3b0c44298fc1c14…",  # of nothing
        allowed="ba7816bf8f01cfea…",
    ):
        artifacts.check_hash(file, named)
    with refused(
        ArtifactMismatch,
        "b is damaged, or of another edition than its manifest",
        field="b",
        value="SHA-256 e3b0c44298fc1c14…",
        allowed="None…",
    ):
        artifacts.check_hash(other, {})
    other.unlink()
    with refused(ArtifactMismatch, "no b", field="b", value="missing", allowed="the file of the manifest"):
        artifacts.check_hash(other, named)
