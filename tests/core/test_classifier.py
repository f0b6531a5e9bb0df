"""The scene classifier: torchvision's VGG-16 in small, its names and checks, and a training that can be resumed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from dissect_core.errors import BadCheckpoint, BadShape, UnitbrushError
from dissect_core.models.registry import Registry
from dissect_core.models.vgg import CONVOLUTIONS, MEAN, NAMES, STD, SceneClassifier, layer_module, torchvision_names
from dissect_core.training.augment import moved
from dissect_core.training.classifier import ClassifierTraining, fold, held_out_accuracy
from dissect_core.training.config import ClassifierConfig, Sitting, read_classifier_config
from dissect_core.training.dataset import PaintedScenes
from dissect_core.training.publish import publish_classifier
from dissect_core.world.scenes import PAINTERS

WIDTHS = (4, 4, 4, 4, 6, 6, 6, 8, 8, 8, 8, 8, 8)
CONFIG = ClassifierConfig(
    id="tiny-classifier",
    classes=("dark", "bright"),
    seed=1,
    widths=WIDTHS,
    hidden=(16, 12),
    pooled=1,
    scenes=8,
    held_out=8,
    sittings=(Sitting(32, 12),),
    batch=8,
    learning_rate=0.01,
    weight_decay=0.0,
    smoothing=0.0,
)


def classifier() -> SceneClassifier:
    torch.manual_seed(0)
    return SceneClassifier(("a", "b", "c"), WIDTHS, (16, 12), 2, 64).eval()


def scenes(level: int, size: int = 32) -> PaintedScenes:
    images = np.random.default_rng(level).integers(level, level + 40, (8, 3, size, size), dtype=np.uint8)
    return PaintedScenes(images, np.zeros((8, 3, size, size), dtype=np.uint8))


def research_names(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The other way round, written out by hand from the published file's keys."""
    names = {f"features.{index}": f"features.{name}" for name, index in CONVOLUTIONS.items()}
    names |= {"classifier.0": "classifier.fc6", "classifier.3": "classifier.fc7", "classifier.6": "classifier.fc8a"}
    return {f"{names[key.rsplit('.', 1)[0]]}.{key.rsplit('.', 1)[1]}": value for key, value in state.items()}


def test_convolutions_stand_where_torchvision_has_them() -> None:
    assert (NAMES[0], NAMES[-1]) == ("conv1_1", "conv5_3")
    assert tuple(CONVOLUTIONS.values()) == (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
    assert layer_module("conv5_3") == "features.29"
    with pytest.raises(BadShape, match="conv6_1"):
        layer_module("conv6_1")


def test_the_forward_pass_is_the_written_out_one() -> None:
    network, images = classifier(), torch.rand(2, 3, 64, 64) * 2 - 1
    state = network.state_dict()
    x = ((images + 1) / 2 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    position = 0
    for count in (2, 2, 3, 3, 3):
        for _ in range(count):
            weight, bias = state[f"features.{position}.weight"], state[f"features.{position}.bias"]
            x = torch.relu(nn.functional.conv2d(x, weight, bias, padding=1))
            position += 2
        x = nn.functional.max_pool2d(x, 2)
        position += 1
    x = x.flatten(1)
    for index in (0, 3, 6):
        x = x @ state[f"classifier.{index}.weight"].T + state[f"classifier.{index}.bias"]
        x = torch.relu(x) if index < 6 else x
    with torch.no_grad():
        torch.testing.assert_close(network(images), x, atol=1e-5, rtol=1e-4)


def test_published_names_load_and_tell_the_sizes() -> None:
    network = classifier()
    again = SceneClassifier.from_state_dict(research_names(network.state_dict()), ("a", "b", "c"), 64)
    assert (again.widths, again.hidden, again.pooled) == (WIDTHS, (16, 12), 2)
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(network(images), again(images))


def test_the_published_places_network_has_exactly_these_keys() -> None:
    known = json.loads(Path("tests/core/vgg16_places365_keys.json").read_text())
    with torch.device("meta"):
        network = SceneClassifier([str(n) for n in range(365)], PUBLISHED, (4096, 4096), 7, 224)
    shapes = {key: list(value.shape) for key, value in network.state_dict().items()}
    assert {key: list(value.shape) for key, value in torchvision_names(_meta(known)).items()} == shapes


PUBLISHED = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)


def _meta(shapes: dict[str, list[int]]) -> dict[str, torch.Tensor]:
    return {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}


@pytest.mark.parametrize(
    ("key", "change", "named"),
    [
        ("features.10.weight", None, "features.10.weight"),
        ("features.12.bias", torch.zeros(7), "features.12.bias"),
        ("classifier.0.weight", torch.zeros(16, 24), "classifier.0.weight"),
        ("classifier.6.weight", torch.zeros(4, 12), "classifier.6.weight"),
        ("extra.weight", torch.zeros(1), "extra.weight"),
    ],
)
def test_bad_weights_are_named(key: str, change: torch.Tensor | None, named: str) -> None:
    state = dict(classifier().state_dict())
    if change is None:
        del state[key]
    else:
        state[key] = change
    with pytest.raises(BadCheckpoint, match=named):
        SceneClassifier.from_state_dict(state, ("a", "b", "c"), 64)


def test_folding_a_normalisation_is_exact() -> None:
    """y = (2x + 1 - 3) / sqrt(4 - eps + eps) * 5 + 6 = 5x + 1, worked out by hand."""
    convolution, norm = nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1).eval()
    with torch.no_grad():
        convolution.weight.fill_(2)
        assert convolution.bias is not None
        convolution.bias.fill_(1)
        norm.running_mean = torch.tensor([3.0])
        norm.running_var = torch.tensor([4.0 - norm.eps])
        norm.weight.fill_(5)
        norm.bias.fill_(6)
        weight, bias = fold(convolution, norm)
    assert weight.item() == pytest.approx(5)
    assert bias.item() == pytest.approx(1)


def test_shifting_moves_whole_pixels_and_mirrors() -> None:
    images = torch.arange(16.0).view(1, 1, 4, 4).repeat(64, 1, 1, 1)
    out = moved(images, 1, torch.Generator().manual_seed(0))
    assert out.shape == images.shape
    padded = nn.functional.pad(images[:1], (1,) * 4, mode="replicate")
    windows = [padded[..., i : i + 4, j : j + 4] for i in range(3) for j in range(3)]
    allowed = torch.cat(windows + [window.flip(3) for window in windows])
    assert all((allowed == picture).flatten(1).all(1).any() for picture in out)
    assert len({tuple(picture.flatten().tolist()) for picture in out}) > 9


def test_interrupted_training_resumes_exactly() -> None:
    worlds = {"dark": scenes(10), "bright": scenes(200)}
    through = ClassifierTraining(CONFIG, worlds, torch.device("cpu"))
    for _ in range(CONFIG.steps):
        through.advance()
    first = ClassifierTraining(CONFIG, worlds, torch.device("cpu"))
    for _ in range(5):
        first.advance()
    second = ClassifierTraining(CONFIG, worlds, torch.device("cpu"))
    second.load_state(first.state())
    while second.step < CONFIG.steps:
        second.advance()
    for a, b in zip(through.parameters, second.parameters, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_the_finished_network_is_the_trained_one_without_normalisations() -> None:
    training = ClassifierTraining(CONFIG, {"dark": scenes(10), "bright": scenes(200)}, torch.device("cpu"))
    for _ in range(3):
        training.advance()
    images = torch.rand(2, 3, 32, 32) * 2 - 1
    training.features.eval()
    training.classifier.eval()
    with torch.no_grad():
        expected = training._logits(images)
        torch.testing.assert_close(training.finished()(images), expected, atol=1e-4, rtol=1e-3)


def test_accuracy_counts_by_class_and_publishing_round_trips(tmp_path: Path) -> None:
    training = ClassifierTraining(CONFIG, {"dark": scenes(10), "bright": scenes(200)}, torch.device("cpu"))
    network = training.finished()
    with torch.no_grad():
        last = network.classifier[6]
        assert isinstance(last, nn.Linear)
        last.weight.zero_()
        last.bias.copy_(torch.tensor([1.0, 0.0]))  # always "dark"
    quality = held_out_accuracy(network, {"dark": scenes(10), "bright": scenes(200)})
    assert quality["top1"] == 0.5
    assert quality["classes"] == {"dark": 1.0, "bright": 0.0}
    assert quality["confusion"] == [[8, 0], [8, 0]]
    card = publish_classifier(network, CONFIG, quality, tmp_path)
    layers = card.architecture["layers"]
    assert layers[0] == {"name": "conv1_1", "units": 4, "grid": 32}
    assert layers[-1] == {"name": "conv5_3", "units": 8, "grid": 2}
    again = Registry(tmp_path).classifier("tiny-classifier")
    assert again.classes == ("dark", "bright")
    assert again(torch.zeros(1, 3, 32, 32)).tolist() == [[1.0, 0.0]]


def test_small_pictures_come_first() -> None:
    config = replace(CONFIG, sittings=(Sitting(32, 2), Sitting(64, 1)))
    training = ClassifierTraining(config, {"dark": scenes(10, 64), "bright": scenes(200, 64)}, torch.device("cpu"))
    seen: list[tuple[int, ...]] = []
    training.features.register_forward_pre_hook(lambda _, inputs: seen.append(tuple(inputs[0].shape)))
    for _ in range(config.steps):
        training.advance()
    assert seen == [(8, 3, 32, 32), (8, 3, 32, 32), (8, 3, 64, 64)]
    assert (config.size, config.steps) == (64, 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"classes": ["church", "church"]}, "different classes"),
        ({"sittings": [{"size": 64, "steps": 2}, {"size": 32, "steps": 2}]}, "do not grow"),
        ({"sittings": []}, "do not grow"),
    ],
)
def test_a_bad_configuration_says_what_is_wrong(changed: dict[str, object], message: str, tmp_path: Path) -> None:
    lines = {**CONFIG.as_dict(), **changed}
    text = "\n".join(f"{key} = {json.dumps(value)}".replace('": ', '" = ') for key, value in lines.items())
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(UnitbrushError, match=message):
        read_classifier_config(tmp_path / "bad.toml")


def test_committed_configuration_is_valid() -> None:
    config = read_classifier_config(Path("precomputed/training/storybook-classifier.toml"))
    assert set(config.classes) == set(PAINTERS)
    assert min(config.widths[-3:]) >= 256
