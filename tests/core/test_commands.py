"""The commands, end to end on networks so small that they learn nothing."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from dissect_core.brushes.brush import brush_file, read_brushes
from dissect_core.brushes.ranking import EffectSpec
from dissect_core.brushes.search import ChoiceSpec
from dissect_core.commands import measure
from dissect_core.dissection.files import read_dissection
from dissect_core.errors import ArtifactMismatch, UnitbrushError
from dissect_core.images.pixels import decode_png
from dissect_core.models.card import read_card
from dissect_core.units.gallery import read_gallery
from server.cli import command_line

GENERATOR = """
id = "storybook-church"
history = ""
world = "church"
seed = 1
sizes = [8, 8, 8, 8]
balance = {}
scenes = 8
learning_rate = 0.002
decay_share = 0.4
average_images = 50.0
stages = [
  { resolution = 4, fade_images = 0, images = 8, batch = 4 },
  { resolution = 8, fade_images = 8, images = 8, batch = 4 },
  { resolution = 16, fade_images = 8, images = 8, batch = 4 },
]

[pixels]
sizes = [8, 8, 8]
places = [8]
r1_weight = 1.0
"""
SEGMENTER = """
id = "storybook-segmenter"
history = ""
worlds = { church = 2, kitchen = 2 }
seed = 3
widths = [4, 4, 4, 4, 4]
size = 16
scenes = 8
held_out = 8
steps = 2
learning_rate = 0.003
"""


def unitbrush(*words: str | Path, exit_code: int = 0) -> str:
    result = CliRunner().invoke(command_line(), [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(precomputed, runs) with both networks trained."""
    precomputed, runs = tmp_path_factory.mktemp("precomputed"), tmp_path_factory.mktemp("runs")
    (precomputed / "training").mkdir()
    (precomputed / "training" / "storybook-church.toml").write_text(GENERATOR)
    (precomputed / "training" / "storybook-segmenter.toml").write_text(SEGMENTER)
    unitbrush("train", "generator", "church", "--precomputed", precomputed, "--runs", runs)
    unitbrush("train", "segmenter", "--precomputed", precomputed, "--runs", runs)
    return precomputed, runs


def test_world_writes_a_contact_sheet_with_labels(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert "3 scenes" in unitbrush("world", "kitchen", "--count", "3", "--size", "16", "--labels", "--out", out)
    assert out.read_bytes().startswith(b"\x89PNG")


def test_world_refuses_an_unknown_world() -> None:
    with pytest.raises(UnitbrushError, match="castle"):
        CliRunner().invoke(command_line(), ["world", "castle"], catch_exceptions=False)


def test_where_nothing_can_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (("world", "church"), ("sample", "church"), ("units", "church"), ("report", "church")):
        with pytest.raises(UnitbrushError, match="file is no folder") as caught:
            unitbrush(*words, "--out", tmp_path / "file" / "sheet.png")
        assert caught.value.field == "out"
    with pytest.raises(UnitbrushError, match="is a folder"):
        unitbrush("world", "church", "--out", tmp_path)


def test_training_publishes_cards_that_tell_how(places: tuple[Path, Path]) -> None:
    generator = read_card(places[0] / "models" / "storybook-church.json")
    assert generator.resolution == 16
    assert generator.paint_layers == ("layer3", "layer4", "layer5", "layer6")
    assert generator.training["images_shown"] == 40
    assert generator.weights.dtype == "float16"
    segmenter = read_card(places[0] / "models" / "storybook-segmenter.json")
    assert 0 <= segmenter.quality["object"]["mean_iou"] <= 1


def test_training_stopped_early_publishes_the_resolution_it_reached(places: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "storybook-church.toml").write_text(GENERATOR)
    unitbrush("train", "generator", "church", "--precomputed", tmp_path, "--runs", tmp_path, "--until", "24")
    assert read_card(tmp_path / "models" / "storybook-church.json").resolution == 8


def test_dissect_quality_and_brushes_run_in_this_order(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"pool": 32, "screened": 4, "measured": 8, "alone_images": 4, "effect": EffectSpec(images=8, count=1)}
    monkeypatch.setattr(measure, "ChoiceSpec", partial(ChoiceSpec, **few))
    precomputed, runs = places
    said = unitbrush("dissect", "church", "--precomputed", precomputed, "--runs", runs, "--images", "16")
    lines = said.splitlines()
    # the progress bar may stand before it
    head = "layer units labelled by chance object part material colour half best"
    assert any(" ".join(line.split()).endswith(head) for line in lines)
    rows = [line.split()[:2] for line in lines if line.startswith("layer")]
    assert rows[-6:] == [[f"layer{n}", "8"] for n in range(1, 7)]
    dissection = read_dissection(precomputed / "dissection", "storybook-church")
    assert list(dissection.layers) == [f"layer{n}" for n in range(1, 7)]
    assert dissection.layers["layer3"].thresholds.shape == (8,)
    assert not list((runs / "dissection").iterdir())
    words = ("dissect", "church", "--precomputed", precomputed, "--layers", "layer3,layer4,layer5,layer6")
    with pytest.raises(UnitbrushError, match="layer1, layer2 would be lost") as caught:
        unitbrush(*words, "--images", "16")
    assert (caught.value.field, caught.value.allowed) == ("layers", "layer1, layer2 among them")
    assert "48 strips" in said
    drawn = read_gallery(precomputed / "gallery", dissection, "layer5")
    assert "48 strips" in unitbrush("gallery", "church", "--precomputed", precomputed)
    again = read_gallery(precomputed / "gallery", dissection, "layer5")
    assert drawn is not None
    assert again is not None
    assert torch.equal(drawn.files, again.files)
    assert "Fréchet distance" in unitbrush("quality", "church", "--precomputed", precomputed, "--images", "16")
    figures = read_card(precomputed / "models" / "storybook-church.json").quality
    assert figures["images"] == figures["dissection"]["images"] == 16
    assert [layer["units"] for layer in figures["dissection"]["layers"].values()] == [8] * 6
    brushes = ("brushes", "church", "--precomputed", precomputed, "--runs", runs, "--images", "16")
    assert "FAILS: brushes: " in unitbrush(*brushes, exit_code=1)  # a toy has fewer than eight
    assert not list((runs / "brushes").iterdir())
    assert "FAILS: brushes" in unitbrush(*brushes, "--measure", exit_code=1)
    assert read_brushes(brush_file(precomputed / "brushes", "storybook-church")).model == "storybook-church"


def test_brushes_are_made_only_from_what_belongs_together(places: tuple[Path, Path], tmp_path: Path) -> None:
    precomputed = tmp_path / "precomputed"
    shutil.copytree(places[0], precomputed)
    for file, words in (
        (precomputed / "dissection/storybook-church/manifest.json", ("brushes", "church")),
        (precomputed / "brushes/storybook-church.json", ("brushes", "--measure", "church")),
    ):
        document = json.loads(file.read_text())
        file.write_text(json.dumps({**document, "segmenter_sha256": "0" * 64}))
        with pytest.raises(ArtifactMismatch, match="segmenter_sha256"):
            unitbrush(*words, "--precomputed", precomputed, "--images", "16")
        file.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("dissect", "church", "--images", "200000"), "images"),
        (("brushes", "--measure", "church", "--images", "30000"), "images"),
        (("quality", "church", "--images", "200000"), "images"),
        (("sample", "church", "--device", "gpu"), "device"),
    ],
)
def test_what_cannot_be_done_is_told_before_the_work(
    places: tuple[Path, Path], words: tuple[str, ...], field: str
) -> None:
    with pytest.raises(UnitbrushError) as caught:
        unitbrush(*words, "--precomputed", places[0])
    assert caught.value.field == field


def test_dissecting_some_layers_goes_to_a_folder_of_its_own(places: tuple[Path, Path], tmp_path: Path) -> None:
    precomputed, runs = places
    some = ("dissect", "church", "--precomputed", precomputed, "--runs", runs, "--images", "4", "--layers")
    unitbrush(*some, "layer4, layer1", "--out", tmp_path)
    assert list(read_dissection(tmp_path / "dissection", "storybook-church").layers) == ["layer4", "layer1"]
    assert {path.name for path in tmp_path.iterdir()} == {"dissection", "gallery"}
    with pytest.raises(UnitbrushError, match="--out"):
        CliRunner().invoke(command_line(), [str(word) for word in (*some, "layer4")], catch_exceptions=False)


def test_sample_writes_the_images_of_these_ids(places: tuple[Path, Path], tmp_path: Path) -> None:
    said = unitbrush("sample", "church", "--precomputed", places[0], "--count", "2", "--out", tmp_path / "two.png")
    assert "images 0 to 1" in said
    assert decode_png((tmp_path / "two.png").read_bytes(), 64).shape == (16, 34, 3)


def test_fetch_lists_what_can_be_fetched_with_its_licence() -> None:
    said = unitbrush("fetch")
    assert "church" in said
    assert "CC BY-NC" in said
