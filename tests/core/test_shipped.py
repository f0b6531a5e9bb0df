"""The networks of the repository as sources: scenes by number, layers by their research names."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dissect_core.errors import ArtifactMismatch, BadShape
from dissect_core.models.registry import Registry
from dissect_core.sources.bundled import SceneSource, shipped_source
from dissect_core.sources.networks import ClassifierSource
from dissect_core.sources.scenes import ScenePictures
from dissect_core.world.scenes import paint
from tests.toy_classifier import CLASSES, MODEL, RESOLUTION, toy_classifier, write_toy_classifier


def test_scenes_take_turns_between_the_classes() -> None:
    scenes = ScenePictures(CLASSES, 100, 16, 500)
    assert len(scenes) == 100
    found = scenes.paint([4, 0])
    for picture, (world, seed) in zip(found, (("kitchen", 501), ("church", 500)), strict=True):
        assert torch.equal(picture, paint(world, [seed], 16).images[0].permute(1, 2, 0))
    assert torch.equal(scenes.load([4])[0], found[0].permute(2, 0, 1).float() / 127.5 - 1)


def test_a_manifest_tells_the_scenes_again() -> None:
    scenes = ScenePictures(CLASSES, 7, 16, 500)
    again = ScenePictures.of(scenes.inputs, "manifest.json")
    assert again.inputs == scenes.inputs
    assert ScenePictures(CLASSES, 7, 16, 501).inputs != scenes.inputs
    for scenes_of in (None, {"classes": ["church"]}):
        with pytest.raises(ArtifactMismatch, match=r"manifest\.json"):
            ScenePictures.of({"scenes": scenes_of}, "manifest.json")


def test_no_scenes_are_refused() -> None:
    with pytest.raises(BadShape):
        ScenePictures((), 5, 16, 0)
    with pytest.raises(BadShape):
        ScenePictures(CLASSES, 0, 16, 0)


def test_layers_of_the_classifier_go_by_their_research_names(tmp_path: Path) -> None:
    write_toy_classifier(tmp_path)
    registry = Registry(tmp_path)
    source = shipped_source(registry, registry.cards[MODEL], 4)
    assert isinstance(source, SceneSource)
    assert (source.images, source.inputs["model"], source.inputs["scenes"]["first_seed"]) == (4, MODEL, 10_000_000)
    pictures, activations = source.see([0, 3], ["conv1_1", "conv5_3"])
    assert pictures.shape == (2, 3, RESOLUTION, RESOLUTION)
    assert activations["conv5_3"].shape == (2, 4, 2, 2)
    red = (pictures[:, 0] + 1) / 2
    assert torch.allclose(activations["conv1_1"][:, 0], red, atol=1e-3)
    blocks = red.view(2, 2, 16, 2, 16).amax(dim=(2, 4))  # the largest of 16x16 pixels
    assert torch.allclose(source.activate([0, 3], ["conv5_3"])["conv5_3"][:, 0], blocks, atol=1e-3)
    with pytest.raises(BadShape, match="features"):
        source.see([0], ["features.1"])


def test_the_plain_source_of_the_same_network_wants_dotted_names() -> None:
    scenes = ScenePictures(CLASSES, 1, RESOLUTION, 0)
    network = toy_classifier()
    plain = ClassifierSource(network, scenes, MODEL, "a" * 64).activate([0], ["features.29"])["features.29"]
    named = SceneSource(network, scenes, MODEL, "a" * 64).activate([0], ["conv5_3"])["conv5_3"]
    assert torch.equal(plain, named)
