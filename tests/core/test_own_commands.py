"""`unitbrush dissect` on networks of one's own: the commands of docs/own-network.md, and one worked out by hand."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.models import resnet18
from typer.testing import CliRunner

from dissect_core.concepts.columns import Concept
from dissect_core.dissection.files import read_dissection
from dissect_core.errors import ArtifactMismatch, BadCheckpoint, UnitbrushError, UnknownLayer, UnknownModel
from dissect_core.images.sheets import CAPTION_PX
from dissect_core.sources.pictures import BadPicture
from dissect_core.units.gallery import read_gallery
from dissect_core.world.scenes import paint
from server.cli import command_line
from tests.source import ROOT
from tests.toy_classifier import MODEL, write_toy_classifier

DOCUMENT = ROOT / "docs" / "own-network.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
DOTS = '''
import torch
from torch import nn


def dots():
    """Unit 0 of `conv` is red, unit 1 minus green; `flat` gives no maps."""
    network = nn.Sequential()
    network.add_module("conv", nn.Conv2d(3, 2, 1, bias=False))
    network.add_module("flat", nn.Flatten())
    network.conv.weight.data = torch.tensor([[1.0, 0, 0], [0, -1.0, 0]])[:, :, None, None]
    return network


class Arrays:
    categories = {"object": ("none", "dot")}

    def label(self, images):
        return {"object": (images[:, 0] > 0).to(torch.uint8).numpy()}


class Tensor(Arrays):
    def label(self, images):
        return torch.zeros(len(images), 64, 64)


class Red(nn.Module):
    categories = {"object": ("none", "dot")}

    def label(self, images):
        return {"object": (images[:, 0] > 0).to(torch.uint8)}
'''


def unitbrush(*words: str | Path) -> str:
    result = CliRunner().invoke(command_line(), [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder; modules imported from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("my_networks", "dots"):
        sys.modules.pop(name, None)


def save_pictures(folder: Path, pictures: np.ndarray) -> None:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number:02}.png")


@pytest.fixture
def dots(folder: Path) -> Path:
    """Three black pictures of 64 pixels with one red square of 6 pixels: 36 of 4,096 positions, less than 1 %."""
    (folder / "dots.py").write_text(DOTS)
    pictures = np.zeros((3, 64, 64, 3), dtype=np.uint8)
    for number, place in enumerate((4, 20, 40)):
        pictures[number, place : place + 6, place + 8 : place + 14, 0] = 255
    save_pictures(folder / "pictures", pictures)
    return folder


DISSECT_DOTS = ("dissect", "dots:dots", "--pictures", "pictures", "--size", "64", "--segmenter", "dots:Red")


def test_a_planted_unit_of_ones_own_network_is_labelled_with_iou_one(dots: Path) -> None:
    said = unitbrush(*DISSECT_DOTS, "--out", "found")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert any(line.endswith("layer units labelled by chance object colour half best") for line in lines)
    assert "conv 2 1 0.0 1 0 0 dot 1.00" in lines  # unit 1 is the same everywhere
    assert any(line.startswith("3 pictures are few") for line in lines)
    assert not list((dots / "runs" / "dissection").iterdir())  # the result is safe
    result = read_dissection(dots / "found" / "dissection", "dots.dots")
    assert result.labels("conv") == [(0, Concept("object", "dot"), 1.0)]
    assert result.layers["conv"].thresholds.tolist() == [-1, 1]
    assert result.layers["conv"].peak.tolist() == [1, 1]
    assert result.manifest["images"] == 3
    assert unitbrush(*DISSECT_DOTS, "--images", "2", "--out", "two")
    assert read_dissection(dots / "two" / "dissection", "dots.dots").manifest["images"] == 2


def test_bad_pictures_are_told_before_the_start_and_can_be_left_out(dots: Path) -> None:
    (dots / "pictures" / "cut.png").write_bytes((dots / "pictures" / "00.png").read_bytes()[:80])
    with pytest.raises(BadPicture, match=r"1 of 4 pictures cannot be used: .*cut\.png"):
        unitbrush(*DISSECT_DOTS, "--out", "found")
    said = unitbrush(*DISSECT_DOTS, "--skip-bad-pictures", "--out", "found")
    assert "left out: cut.png" in said
    assert "2 units: conv (2 x 64 x 64)" in said
    result = read_dissection(dots / "found" / "dissection", "dots.dots")
    assert (result.manifest["images"], result.manifest["pictures_left_out"]) == (3, ["cut.png"])


def test_colours_alone_can_be_looked_for(dots: Path) -> None:
    unitbrush(*DISSECT_DOTS[:-1], "none", "--out", "found")
    result = read_dissection(dots / "found" / "dissection", "dots.dots")
    assert result.columns.kinds == ("colour",)
    assert result.labels("conv") == [(0, Concept("colour", "red"), 1.0)]


def test_halves_can_be_those_of_the_original(dots: Path) -> None:
    halves = []
    for number, words in enumerate(((), ("--original-halves",))):
        unitbrush(*DISSECT_DOTS, *words, "--out", f"found{number}")
        result = read_dissection(dots / f"found{number}" / "dissection", "dots.dots")
        halves.append(float(result.layers["conv"].iou[0, result.columns.column(Concept("half", "top of dot"))]))
    assert halves == [0.5, 0]  # each picture has one square, and the last component of a picture is left out


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("--layers", "cnov"), UnknownLayer, "cnov"),
        (("--layers", "flat"), UnitbrushError, "flat gives no feature maps"),
        (("--pictures", "nowhere"), BadPicture, "there is no folder nowhere"),
        (("--out", "dots.py/found"), UnitbrushError, "dots.py is no folder"),
        (("--segmenter", "dots:Arrays"), UnitbrushError, "the segmenter gives a dict of ndarray"),
        (("--segmenter", "dots:Tensor"), UnitbrushError, "the segmenter gives a Tensor"),
        (("--latent-size", "3"), UnitbrushError, "--pictures"),
        (("--mean", "0.5,0.5"), UnitbrushError, "--mean"),
        (("--mean", "0.5,0.5,0.5"), UnitbrushError, "--std"),
        (("--mean", "0,0,0", "--std", "1,0,1"), UnitbrushError, "--std"),
        (("--weights", "nowhere.pth"), BadCheckpoint, "nowhere.pth"),
        (("--segmenter", "dots:dots"), UnitbrushError, "dots:dots gives a Sequential"),
    ],
)
def test_what_does_not_belong_together_is_named(
    dots: Path, words: tuple[str, ...], error: type[UnitbrushError], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        unitbrush(*DISSECT_DOTS, "--out", "found", *words)


def test_ones_own_network_goes_to_a_folder_of_ones_own(dots: Path) -> None:
    with pytest.raises(UnitbrushError, match="--out"):
        unitbrush(*DISSECT_DOTS)
    with pytest.raises(UnitbrushError, match="--pictures") as caught:
        unitbrush("dissect", "dots:dots", "--out", "found")
    assert "--latent-size" in caught.value.allowed
    with pytest.raises(UnitbrushError, match="--latent-size"):
        unitbrush("dissect", "dots:dots", "--out", "found", "--latent-size", "ten")


def test_a_network_of_the_repository_has_its_own_pictures(folder: Path) -> None:
    with pytest.raises(UnitbrushError, match="--pictures"):
        unitbrush("dissect", "church", "--pictures", "pictures")
    with pytest.raises(UnknownModel, match="storybook-castle"):
        unitbrush("dissect", "castle")
    with pytest.raises(UnknownModel, match="no generator or classifier") as caught:
        unitbrush("dissect", "church", "--precomputed", folder)
    assert str(folder / "models") in caught.value.allowed


def test_the_pictures_of_units_are_drawn_anew_only_from_what_was_dissected(dots: Path) -> None:
    unitbrush(*DISSECT_DOTS, "--out", "found")
    result = read_dissection(dots / "found" / "dissection", "dots.dots")

    def drawn() -> list[bytes]:
        gallery = read_gallery(dots / "found" / "gallery", result, "conv")
        assert gallery is not None
        return [gallery.strip(unit) for unit in range(2)]

    before = drawn()
    again = ("gallery", "dots:dots", "--pictures", "pictures", "--found", "found", "--size")
    assert "2 strips" in unitbrush(*again, "64")
    assert drawn() == before
    unitbrush("report", "dots:dots", "--found", "found", "--out", "report")  # with nothing but what was found
    (dots / "found" / "gallery" / "dots.dots" / "conv.safetensors").unlink()
    unitbrush("report", *again[1:], "64", "--out", "report")
    assert drawn() == before
    with pytest.raises(ArtifactMismatch, match="pictures_size") as caught:
        unitbrush(*again, "32")
    assert caught.value.allowed == "64, or dissect it again"


def test_a_picture_shows_the_best_images_of_the_listed_units(dots: Path) -> None:
    unitbrush(*DISSECT_DOTS, "--out", "found")
    own = ("units", "dots:dots", "--found", "found", "--pictures", "pictures", "--size")
    said = unitbrush(*own, "64", "--out", "units.png", "--tile", "64")
    assert "unit    0  dot (object)" in said
    picture = np.asarray(Image.open("units.png")).astype(int)
    assert picture.shape == (CAPTION_PX + 64, 5 * 64, 3)
    red, tiles = [255, 0, 0], picture[CAPTION_PX:].reshape(64, 5, 64, 3)
    assert [int((tiles[:, tile] == red).all(-1).sum()) for tile in range(5)] == [36, 36, 36, 0, 0]
    assert picture[:CAPTION_PX].max() > 200  # the caption
    with pytest.raises(ArtifactMismatch, match="pictures_size"):
        unitbrush(*own, "32", "--out", "units.png")


def test_the_scene_classifier_is_dissected_on_held_out_scenes_of_its_classes(dots: Path) -> None:
    write_toy_classifier(dots / "precomputed")
    some = ("--layers", "conv1_1,conv2_1", "--images", "6", "--segmenter", "dots:Red", "--out", "found")
    unitbrush("dissect", "classifier", "--precomputed", "precomputed", *some)
    result = read_dissection(dots / "found" / "dissection", MODEL)
    assert list(result.layers) == ["conv1_1", "conv2_1"]
    assert result.manifest["scenes"]["count"] == 6
    assert result.layers["conv1_1"].peak[3] == 0  # a unit that is always 0
    assert 0 < float(result.layers["conv1_1"].peak[0]) <= 1.001  # red in 0..1


@pytest.mark.slow
def test_the_commands_of_the_document_dissect_a_resnet_and_a_generator(folder: Path) -> None:
    text = DOCUMENT.read_text()
    module, example = (block for kind, block in BLOCK.findall(text) if kind == "python")
    (folder / "my_networks.py").write_text(module)
    torch.manual_seed(0)
    save_file(resnet18(num_classes=18).state_dict(), folder / "resnet18.safetensors")
    for world in ("church", "beach"):
        save_pictures(folder / "scenes" / world, paint(world, range(3), 64).images.permute(0, 2, 3, 1).numpy())
    shell = "".join(block for kind, block in BLOCK.findall(text) if kind == "sh").replace("\\\n", " ")
    for line in shell.splitlines():
        unitbrush(*shlex.split(line)[1:])
    assert len(list((folder / "report" / "pictures" / "layer3.1.relu").iterdir())) == 256
    found = read_dissection(folder / "found" / "dissection", "my_networks.scene_resnet")
    assert found.manifest["images"] == 6
    assert {layer: len(stats.thresholds) for layer, stats in found.layers.items()} == {"layer3.1.relu": 256}
    assert found.summary("layer3.1.relu").labelled > 0
    made = read_dissection(folder / "found" / "dissection", "my_networks.small_generator")
    assert list(made.layers) == ["1", "3"]  # the last activation on each grid
    assert "light" in made.columns.kinds
    exec(compile(example, "example", "exec"), {})
