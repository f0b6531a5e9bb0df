"""Pictures of a folder: sorted, upright, square, and named by what is in them."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dissect_core.errors import BadShape
from dissect_core.images.decoding import KINDS, BadPicture
from dissect_core.sources import pictures
from dissect_core.sources.pictures import PictureFolder


def save(path: Path, array: np.ndarray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """b/1.png: 2x2, four corners; a.PNG: 2 high, 4 wide, red with blue sides; note.txt: no picture."""
    corners = np.array([[[0, 0, 0], [255, 0, 0]], [[0, 255, 0], [255, 255, 255]]], dtype=np.uint8)
    save(tmp_path / "b" / "1.png", corners)
    wide = np.zeros((2, 4, 3), dtype=np.uint8)
    wide[:, 1:3, 0], wide[:, [0, 3], 2] = 255, 255
    save(tmp_path / "a.PNG", wide)
    (tmp_path / "note.txt").write_text("no picture")
    return tmp_path


def test_pictures_come_in_the_order_of_their_names_and_square(folder: Path) -> None:
    found = PictureFolder(folder, 2)
    assert [path.name for path in found.files] == ["a.PNG", "1.png"]
    images = found.load([1, 0])
    assert images.shape == (2, 3, 2, 2)
    assert images[0].permute(1, 2, 0).flatten(0, 1).tolist() == [[-1, -1, -1], [1, -1, -1], [-1, 1, -1], [1, 1, 1]]
    assert images[1].permute(1, 2, 0).flatten(0, 1).tolist() == [[1, -1, -1]] * 4  # the sides are cut off


def test_scaling_shrinks_and_enlarges(folder: Path) -> None:
    assert PictureFolder(folder, 5).load([0, 1]).shape == (2, 3, 5, 5)
    one = PictureFolder(folder, 1).load([1])
    assert one.flatten().tolist() == pytest.approx([0, 0, -0.5], abs=0.02)  # the mean of the corners


def test_a_photo_lying_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned a quarter clockwise
    lying = np.zeros((4, 4, 3), dtype=np.uint8)
    lying[:, :2] = 255  # white on the left: on top when upright
    save(tmp_path / "photo.png", lying, exif=exif)
    image = PictureFolder(tmp_path, 4).load([0])
    assert image[0, 0].tolist() == [[1.0] * 4] * 2 + [[-1.0] * 4] * 2


def test_some_of_many_are_spread_evenly(tmp_path: Path) -> None:
    for name in "abcdef":
        save(tmp_path / name / "1.png", np.zeros((1, 1, 3), dtype=np.uint8))
    assert [path.parent.name for path in PictureFolder(tmp_path, 1, 3).files] == ["a", "c", "e"]
    assert len(PictureFolder(tmp_path, 1, 99)) == 6
    with pytest.raises(BadShape, match="limit 0"):
        PictureFolder(tmp_path, 1, 0)


def test_the_inputs_change_with_every_file_name_and_size(folder: Path) -> None:
    before = PictureFolder(folder, 2).inputs
    assert PictureFolder(folder, 2).inputs == before
    assert PictureFolder(folder, 3).inputs != before
    (folder / "a.PNG").rename(folder / "c.png")
    renamed = PictureFolder(folder, 2).inputs
    save(folder / "c.png", np.zeros((2, 2, 3), dtype=np.uint8))
    assert len({entry["pictures_sha256"] for entry in (before, renamed, PictureFolder(folder, 2).inputs)}) == 3


def test_a_bad_picture_is_known_before_anything_is_computed(folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    whole = (folder / "a.PNG").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadPicture, match=r"2 of 4 pictures cannot be used: .*broken") as caught:
        PictureFolder(folder, 2)
    assert "--skip-bad-pictures" in caught.value.allowed
    read: list[tuple[int, int]] = []
    found = PictureFolder(folder, 2, skip_bad=True, progress=lambda done, total, _="": read.append((done, total)))
    assert read == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [path.name for path in found.files] == ["a.PNG", "1.png"]
    assert found.inputs["pictures_left_out"] == ["broken.png", "cut.png"]
    for name in found.left_out:
        (folder / name).unlink()
    assert PictureFolder(folder, 2).inputs == {
        name: found.inputs[name] for name in ("pictures_sha256", "pictures_size")
    }


def test_a_folder_of_nothing_but_bad_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(BadPicture, match="1 of 1 pictures cannot be used"):
        PictureFolder(tmp_path, 2, skip_bad=True)


def test_too_large_pictures_are_refused_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 7)
    with pytest.raises(BadPicture, match=r"a\.PNG is too large"):
        PictureFolder(folder, 2)


def test_hidden_files_and_folders_are_no_pictures(folder: Path) -> None:
    (folder / "._a.png").write_bytes(b"what an archive of another system leaves")
    save(folder / ".ipynb_checkpoints" / "a.png", np.zeros((1, 1, 3), dtype=np.uint8))
    assert len(PictureFolder(folder, 2)) == 2


def test_links_to_folders_are_followed_and_loops_are_not(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "church").symlink_to(folder / "b")
    (folder / "b" / "back").symlink_to(folder)
    (folder / "b" / "nowhere").symlink_to(folder / "gone")
    assert [path.relative_to(other).as_posix() for path in PictureFolder(other, 2).files] == [
        "church/1.png",
        "church/back/a.PNG",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of any bytes")
def test_a_name_that_is_no_utf_8_is_a_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    save(tmp_path / "a.png", np.zeros((1, 1, 3), dtype=np.uint8))
    (tmp_path / "a.png").rename(tmp_path / name)
    found = PictureFolder(tmp_path, 1)
    assert [path.name for path in found.files] == [name]
    assert len(found.inputs["pictures_sha256"]) == 64
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(BadPicture) as caught:
        PictureFolder(tmp_path, 1)
    assert "caf\\udce9.png" in str(caught.value).encode("utf-8").decode()  # and can be printed


def test_the_folder_takes_the_kinds_that_the_page_takes(tmp_path: Path) -> None:
    for kind, suffix in (("GIF", ".gif"), ("JPEG", ".jfif"), ("WEBP", ".webp"), ("PNG", ".png")):
        save(tmp_path / f"a{suffix}", np.zeros((2, 2, 3), dtype=np.uint8), format=kind)
    assert len(PictureFolder(tmp_path, 2)) == len(KINDS) == 4


def test_a_folder_without_pictures_says_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"")
    with pytest.raises(BadPicture, match="no pictures") as caught:
        PictureFolder(tmp_path, 2)
    assert caught.value.value == "1 .tif"
    assert "PNG, JPEG, WebP or GIF" in caught.value.allowed
    with pytest.raises(BadPicture, match=r"there is no folder .*nowhere"):
        PictureFolder(tmp_path / "nowhere", 2)
    with pytest.raises(BadPicture, match=r"a\.tif is no folder"):
        PictureFolder(tmp_path / "a.tif", 2)
    with pytest.raises(BadShape, match="size 0"):
        PictureFolder(tmp_path, 0)


def test_a_folder_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(BadPicture, match=r"cannot look into .*: Permission denied"):
        PictureFolder(folder, 2)
