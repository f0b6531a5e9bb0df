"""Strips of all units: drawn in one look at each image, kept beside the dissection, and never shown with another."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from dissect_core.dissection.result import Dissection, TopList
from dissect_core.errors import ArtifactMismatch
from dissect_core.system.artifacts import hashes, read_json, read_tensors, write_json, write_tensors
from dissect_core.units.gallery import IMAGES, TILE_PX, draw_strip, draw_strips, evidence, read_gallery, write_gallery
from tests.core.planted import TensorSource
from tests.toy_classifier import MAPS, toy_stats
from tests.toy_precomputed import Columns

BRIGHT, DIM = 200, 100


class CountingSource(TensorSource):
    """Counts how often it shows each picture."""

    shown: dict[int, int]

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Mapping[str, Tensor]]:
        for row in rows:
            self.shown[row] = self.shown.get(row, 0) + 1
        return super().see(rows, layers)


@pytest.fixture
def source() -> CountingSource:
    """Six grey pictures, from number 10 on; every unit is active in the left half of every one."""
    pictures = torch.full((6, 3, TILE_PX, TILE_PX), BRIGHT / 127.5 - 1)
    maps = torch.tensor([[1.0, 1.0, 0.0, 0.0]]).expand(6, 4, 4, 4).clone()
    found = CountingSource(pictures, {"fine": maps, "coarse": maps[:, :, ::2, ::2]}, first_id=10)
    object.__setattr__(found, "shown", {})
    return found


@pytest.fixture
def dissection() -> Dissection:
    """Two layers of four units; t_u is 2/3; units 0 to 2 show six, two and one image, unit 3 none."""
    images = torch.tensor([[10, 11, 12, 13, 14, 15], [15, 10, *[-1] * 4], [12, *[-1] * 5], [-1] * 6])
    top = TopList(images, torch.zeros(4, 6), torch.zeros(4, 6, dtype=torch.int64))
    stats = replace(toy_stats(((0.0,) * 5,) * 4), top=top)
    manifest = {"model": "tensors", "model_sha256": "c" * 64, "layers": ["fine", "coarse"]}
    return Dissection(manifest, Columns(MAPS), {"fine": stats, "coarse": stats})


def pixels(file: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(file))
    assert (image.format, image.size) == ("WEBP", (IMAGES * TILE_PX, TILE_PX))
    return np.asarray(image.convert("L")).astype(int)


def test_every_unit_gets_its_best_images_with_the_region_lit(source: CountingSource, dissection: Dissection) -> None:
    strips = draw_strips(source, dissection, lambda done, total, _="": None)
    assert {layer: len(files) for layer, files in strips.items()} == {"fine": 4, "coarse": 4}
    row = pixels(strips["fine"][1])[TILE_PX // 2]
    for tile in (0, 1):
        left, right = row[tile * TILE_PX + 8], row[tile * TILE_PX + TILE_PX - 8]
        assert (left, right) == (pytest.approx(BRIGHT, abs=6), pytest.approx(DIM, abs=6))
    assert row[2 * TILE_PX + 8 :].max() < 40  # no more images
    assert pixels(strips["fine"][3]).max() < 40


def test_the_network_sees_each_image_once(source: CountingSource, dissection: Dissection) -> None:
    steps: list[tuple[int, int]] = []
    draw_strips(source, dissection, lambda done, total, _="": steps.append((done, total)))
    assert source.shown == dict.fromkeys(range(6), 1)  # the sixth is the best of unit 1
    assert steps == [(6, 6)]


def test_one_strip_is_the_same_alone(source: CountingSource, dissection: Dissection) -> None:
    strips = draw_strips(source, dissection, lambda done, total, _="": None)
    for unit in range(4):
        assert draw_strip(source, dissection, "coarse", unit) == strips["coarse"][unit]


def test_strips_come_back_as_written(tmp_path: Path, dissection: Dissection) -> None:
    files = [b"first", b"second!", b"3", b"fourth"]
    folder = write_gallery(tmp_path, dissection, {"fine": files, "coarse": files})
    assert folder == tmp_path / "tensors"
    found = read_gallery(tmp_path, dissection, "fine")
    assert found is not None
    assert [found.strip(unit) for unit in range(4)] == files
    write_gallery(tmp_path, dissection, {"fine": files})
    assert {path.name for path in folder.iterdir()} == {"fine.safetensors", "manifest.json"}
    assert read_gallery(tmp_path, dissection, "coarse") is None


def test_strips_of_another_dissection_are_not_shown(tmp_path: Path, dissection: Dissection) -> None:
    write_gallery(tmp_path, dissection, {"fine": [b"1", b"2", b"3", b"4"]})
    stats = dissection.layers["fine"]
    higher = replace(stats, thresholds=stats.thresholds + 0.1)
    others = replace(stats, top=replace(stats.top, images=stats.top.images + 1))
    for changed in (
        replace(dissection, manifest={**dissection.manifest, "model_sha256": "d" * 64}),
        replace(dissection, layers={"fine": higher}),
        replace(dissection, layers={"fine": others}),
    ):
        assert evidence(changed, "fine") != evidence(dissection, "fine")
        assert read_gallery(tmp_path, changed, "fine") is None


def test_a_damaged_gallery_is_named(tmp_path: Path, dissection: Dissection) -> None:
    folder = write_gallery(tmp_path, dissection, {"fine": [b"1", b"2", b"3", b"4"]})
    path, words = folder / "fine.safetensors", {"evidence": evidence(dissection, "fine")}
    good, manifest = read_tensors(path), read_json(folder / "manifest.json")
    for field, tensors in {
        "files": {"offsets": good["offsets"]},
        "offsets": {**good, "offsets": good["offsets"][:-1]},
    }.items():
        write_tensors(path, tensors, words)
        write_json(folder / "manifest.json", {**manifest, "files": hashes([path])})
        with pytest.raises(ArtifactMismatch, match=r"fine\.safetensors") as caught:
            read_gallery(tmp_path, dissection, "fine")
        assert caught.value.field == field
    write_json(folder / "manifest.json", {**manifest, "files": 3})
    with pytest.raises(ArtifactMismatch, match=r"manifest\.json"):
        read_gallery(tmp_path, dissection, "fine")
    path.write_bytes(b"nothing")
    write_json(folder / "manifest.json", {**manifest, "files": hashes([path])})
    with pytest.raises(ArtifactMismatch, match=r"fine\.safetensors"):
        read_gallery(tmp_path, dissection, "fine")


def test_one_flipped_bit_is_noticed_and_a_gallery_without_hashes_is_not_used(
    tmp_path: Path, dissection: Dissection
) -> None:
    folder = write_gallery(tmp_path, dissection, {"fine": [b"1", b"2", b"3", b"4"]})
    path = folder / "fine.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactMismatch, match=r"fine\.safetensors is damaged"):
        read_gallery(tmp_path, dissection, "fine")
    (folder / "manifest.json").unlink()
    assert read_gallery(tmp_path, dissection, "fine") is None


def test_the_hashes_of_a_dissection_are_no_evidence_of_another(dissection: Dissection) -> None:
    written = replace(dissection, manifest={**dissection.manifest, "files": {"fine.safetensors": "0" * 64}})
    assert evidence(written, "fine") == evidence(dissection, "fine")
