"""What is written is read, small, and refused when it does not fit."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dissect_core.concepts.columns import Concept
from dissect_core.dissection.files import read_dissection, write_dissection
from dissect_core.dissection.result import Dissection
from dissect_core.dissection.run import dissect
from dissect_core.errors import ArtifactMismatch
from dissect_core.system.artifacts import hashes, read_json, read_tensors, write_json, write_tensors
from tests.core.test_dissection import RANDOM, SPEC, assert_same, planted, random_source, segments


@pytest.fixture(scope="module")
def result() -> Dissection:
    return dissect(random_source(), segments(), RANDOM)


def test_everything_comes_back_exactly_where_it_is_asked_for(result: Dissection, tmp_path: Path) -> None:
    write_dissection(result, tmp_path, exact=RANDOM.layers)
    again = read_dissection(tmp_path, "tensors")
    assert_same(replace(again, manifest=result.manifest), result)
    assert again.manifest == read_json(tmp_path / "tensors" / "manifest.json")
    assert again.concepts == result.concepts
    assert again.labels("fine", minimum=0) == result.labels("fine", minimum=0)


def test_other_layers_lose_half_of_the_digits_of_the_iou_and_nothing_else(result: Dissection, tmp_path: Path) -> None:
    write_dissection(result, tmp_path, exact=("fine",))
    again = read_dissection(tmp_path, "tensors")
    layers = {}
    for layer, stats in again.layers.items():
        mine = result.layers[layer].iou
        assert torch.equal(mine, stats.iou) is (layer == "fine")
        assert torch.allclose(mine, stats.iou, rtol=2**-11, atol=2**-25)
        layers[layer] = replace(stats, iou=mine)
    assert_same(replace(again, manifest=result.manifest, layers=layers), result)


def test_concepts_that_were_never_seen_take_no_room(tmp_path: Path) -> None:
    result = dissect(planted(), segments(), SPEC)
    folder = write_dissection(result, tmp_path)
    stored = read_tensors(folder / "layer1.safetensors")["columns"].tolist()
    assert result.columns.column(Concept("object", "tree")) in stored
    assert result.columns.column(Concept("colour", "brown")) not in stored
    assert (folder / "layer1.safetensors").stat().st_size < 4096


def test_files_of_an_older_dissection_go(result: Dissection, tmp_path: Path) -> None:
    write_dissection(result, tmp_path)
    only = replace(result, manifest={**result.manifest, "layers": ["fine"]}, layers={"fine": result.layers["fine"]})
    folder = write_dissection(only, tmp_path)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "fine.safetensors"}


def test_files_that_do_not_fit_are_refused(result: Dissection, tmp_path: Path) -> None:
    with pytest.raises(ArtifactMismatch, match=r"manifest\.json"):
        read_dissection(tmp_path, "tensors")
    folder = write_dissection(result, tmp_path)
    manifest, fine = read_json(folder / "manifest.json"), read_tensors(folder / "fine.safetensors")
    for field, value in (
        ("schema", 1),
        ("model", "another"),
        ("maps", None),
        ("maps", {"object": []}),
        ("layers", 3),
        ("files", None),
    ):
        write_json(folder / "manifest.json", {**manifest, field: value})
        with pytest.raises(ArtifactMismatch) as caught:
            read_dissection(tmp_path, "tensors")
        assert caught.value.field == field
    write_json(folder / "manifest.json", manifest)
    spoilt = (
        ("iou", fine["iou"][:, 1:]),
        ("columns", fine["columns"] + 1000),
        ("label", fine["label"] + 1000),
        ("top_places", fine["top_places"][0]),
        ("chance", fine["chance"][1:]),
    )
    for field, tensor in spoilt:
        spoil(folder, {**fine, field: tensor})
        with pytest.raises(ArtifactMismatch, match=r"fine\.safetensors") as caught:
            read_dissection(tmp_path, "tensors")
        assert caught.value.field == field
    spoil(folder, {name: tensor for name, tensor in fine.items() if name != "iqr"})
    with pytest.raises(ArtifactMismatch, match="bad iqr"):
        read_dissection(tmp_path, "tensors")
    (folder / "fine.safetensors").unlink()
    with pytest.raises(ArtifactMismatch, match=r"no fine\.safetensors"):
        read_dissection(tmp_path, "tensors")


def spoil(folder: Path, tensors: dict[str, Tensor]) -> None:
    """Write other tensors for the layer "fine", with their hash."""
    write_tensors(folder / "fine.safetensors", tensors)
    manifest = read_json(folder / "manifest.json")
    write_json(folder / "manifest.json", {**manifest, "files": hashes(folder.glob("*.safetensors"))})


def test_one_flipped_bit_is_noticed(result: Dissection, tmp_path: Path) -> None:
    folder = write_dissection(result, tmp_path)
    content = bytearray((folder / "fine.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "fine.safetensors").write_bytes(content)
    with pytest.raises(ArtifactMismatch, match=r"fine\.safetensors is damaged") as caught:
        read_dissection(tmp_path, "tensors")
    assert caught.value.field == "fine.safetensors"


def test_a_dissection_from_before_shuffling_is_read_and_has_no_baseline(result: Dissection, tmp_path: Path) -> None:
    folder = write_dissection(result, tmp_path)
    for path in folder.glob("*.safetensors"):
        write_tensors(path, {name: tensor for name, tensor in read_tensors(path).items() if name != "chance"})
    manifest = read_json(folder / "manifest.json")
    write_json(folder / "manifest.json", {**manifest, "schema": 2, "files": hashes(folder.glob("*.safetensors"))})
    old = read_dissection(tmp_path, "tensors")
    assert old.summary("fine").by_chance is None
    assert old.layers["fine"].labelled(0.1).tolist() == (old.layers["fine"].label_iou > 0.1).tolist()


def test_the_older_dissection_is_there_until_the_new_one_is(
    result: Dissection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_dissection(result, tmp_path)
    before = read_json(folder / "manifest.json")
    rename = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.name == "fresh":
            raise OSError("as if the disk were gone")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="as if"):
        write_dissection(replace(result, manifest={**result.manifest, "images": 3}), tmp_path)
    monkeypatch.undo()
    assert read_json(folder / "manifest.json") == before
    assert read_dissection(tmp_path, "tensors").manifest == before
    assert [path.name for path in tmp_path.iterdir()] == ["tensors"]  # and nothing beside it
    write_dissection(replace(result, manifest={**result.manifest, "images": 3}), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tensors"]  # also of the older one
