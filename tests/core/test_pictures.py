"""Pictures of a folder: sorted, upright, square, and named by what is in them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dissect_core.errors import BadShape
from dissect_core.images.decoding import BadPicture
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


def test_what_is_no_picture_is_refused_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    with pytest.raises(BadPicture, match=r"broken\.png"):
        PictureFolder(folder, 2).load([2])
    with pytest.raises(BadPicture, match="no pictures"):
        PictureFolder(folder / "nowhere", 2)
    with pytest.raises(BadShape, match="size 0"):
        PictureFolder(folder, 0)
    monkeypatch.setattr(pictures, "MAX_PIXELS", 7)
    with pytest.raises(BadPicture, match=r"a\.PNG is too large"):
        PictureFolder(folder, 2).load([0])
    assert torch.is_tensor(PictureFolder(folder, 2).load([1]))
