"""Generators and classifiers through one door; layers by dotted names."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from dissect_core.errors import BadShape, UnknownLayer
from dissect_core.models.hooks import recorded
from dissect_core.models.latents import latents
from dissect_core.render.folded import Folded
from dissect_core.sources.networks import (
    IMAGENET,
    ClassifierSource,
    GeneratorSource,
    LatentSource,
    Normalisation,
    shapes_of,
)
from tests.toy import tiny_progan


class Residual(nn.Module):
    """(N, 2, h, w) -> (N, 2, h, w): x + convolution(ReLU(x)), the ReLU in place on a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.relu, self.convolution = nn.ReLU(inplace=True), nn.Conv2d(2, 2, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.convolution(self.relu(x.clone()))
        return out


class TinyClassifier(nn.Module):
    """Pictures of 8 pixels -> 3 classes, in the style of a ResNet; also a layer that gives no maps, and one a pair."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 2, 3, stride=2, padding=1)
        self.layer1 = nn.Sequential(Residual(), nn.MaxPool2d(2, return_indices=True))
        self.head = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        maps, _ = self.layer1(self.stem(x))
        out: Tensor = self.head(maps.mean(dim=(2, 3)))
        return out


class Ramps:
    """Four pictures of 8 pixels, or of another size; picture n is n / 4 everywhere."""

    inputs: Mapping[str, Any] = {"pictures_sha256": "d" * 64}

    def __init__(self, size: int = 8) -> None:
        self.size = size

    def __len__(self) -> int:
        return 4

    def load(self, rows: Sequence[int]) -> Tensor:
        return torch.tensor(rows).float().div(4).view(-1, 1, 1, 1).expand(-1, 3, self.size, self.size).clone()


def classifier(normalisation: Normalisation | None = None) -> ClassifierSource:
    torch.manual_seed(0)
    return ClassifierSource(TinyClassifier().eval().requires_grad_(False), Ramps(), "tiny", "e" * 64, normalisation)


def test_a_generators_rows_are_image_ids_and_its_numbers_those_of_the_plain_module() -> None:
    generator = tiny_progan()
    source = GeneratorSource(generator, "toy", "a" * 64, images=10, first_id=40)
    layers = ("layer5", "layer1", "layer2")
    pictures, activations = source.see([2, 5], layers)
    with recorded(generator, layers) as expected:
        torch.testing.assert_close(pictures, generator(latents([42, 45], generator.latent_size)), atol=1e-4, rtol=0)
    assert tuple(activations) == layers
    for layer in layers:
        torch.testing.assert_close(activations[layer], expected[layer], atol=1e-4, rtol=1e-4)
    assert activations["layer5"].shape == (2, 5, 16, 16)
    named = {"model": "toy", "model_sha256": "a" * 64, "images": 10, "first_id": 40}
    assert named.items() <= source.inputs.items()


def test_activations_alone_are_the_same_and_nothing_is_run_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    source = GeneratorSource(tiny_progan(), "toy", "a" * 64, images=10)
    layers = ("layer2", "layer4")
    whole = source.see([1, 3], layers)[1]
    ran: list[int] = []
    after = Folded.after
    monkeypatch.setattr(Folded, "after", lambda self, number, x: ran.append(number) or after(self, number, x))
    head = source.activate([1, 3], layers)
    assert ran == [1, 2, 3]
    assert all(torch.equal(whole[name], head[name]) for name in layers)


def test_a_classifiers_layers_are_named_by_dots() -> None:
    source = classifier()
    pictures, activations = source.see([0, 3], ("stem", "layer1.0"))
    assert torch.equal(pictures, Ramps().load([0, 3]))
    stem = source.network.stem(pictures)
    assert torch.equal(activations["stem"], stem)
    assert torch.equal(activations["layer1.0"], source.network.layer1[0](stem))
    assert torch.equal(source.activate([0, 3], ("layer1.0",))["layer1.0"], activations["layer1.0"])
    assert (source.images, source.first_id, source.device.type) == (4, 0, "cpu")
    assert source.inputs["pictures_sha256"] == "d" * 64


def test_pictures_are_normalised_as_the_network_wants_them() -> None:
    half = Normalisation((0.5, 0.25, 0.0), (0.5, 0.25, 1.0))
    assert half.apply(torch.zeros(1, 3, 1, 1)).flatten().tolist() == [0, 1, 0.5]  # 0 is the value 0.5 of 0..1
    source = classifier(half)
    given = source.activate([1], ("stem",))["stem"]
    assert torch.equal(given, source.network.stem(half.apply(Ramps().load([1]))))
    assert source.inputs["normalisation"] == {"mean": (0.5, 0.25, 0.0), "deviation": (0.5, 0.25, 1.0)}
    assert classifier(IMAGENET).inputs["normalisation"]["mean"][0] == 0.485


def test_units_are_counted_and_layers_that_give_no_maps_are_refused() -> None:
    assert shapes_of(classifier(), ("layer1.0", "stem")) == {"layer1.0": (2, 4, 4), "stem": (2, 4, 4)}
    with pytest.raises(BadShape, match="head gives no feature maps"):
        shapes_of(classifier(), ("head",))
    with pytest.raises(BadShape, match=r"layer1\.1 gives a tuple"):
        shapes_of(classifier(), ("layer1.1",))
    with pytest.raises(UnknownLayer, match="layer9"):
        shapes_of(classifier(), ("layer9",))
    with pytest.raises(UnknownLayer, match="layer99"):
        shapes_of(GeneratorSource(tiny_progan(), "toy", "a" * 64, images=1), ("layer99",))


class Blot(nn.Module):
    """z (N, 2, 1, 1) -> maps (N, 1, 2, 2), twice the sum of z everywhere -> pictures of 4 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.grow = nn.ConvTranspose2d(2, 1, 2, bias=False)
        self.paint = nn.Upsample(scale_factor=2)
        self.grow.weight.data.fill_(2.0)
        self.requires_grad_(False)

    def forward(self, z: Tensor) -> Tensor:
        return self.paint(self.grow(z)).expand(-1, 3, -1, -1)


def test_any_module_from_latents_to_pictures_is_a_generator() -> None:
    source = LatentSource(Blot(), (2, 1, 1), "blot", "f" * 64, images=5, first_id=3)
    pictures, activations = source.see([0, 1], ("grow",))
    z = latents([3, 4], 2)
    assert torch.allclose(activations["grow"], (2 * z.sum(1)).view(2, 1, 1, 1).expand(2, 1, 2, 2))
    assert pictures.shape == (2, 3, 4, 4)
    assert torch.equal(pictures[:, 1, 3, 3], activations["grow"][:, 0, 1, 1])
    assert torch.equal(source.activate([0, 1], ("grow",))["grow"], activations["grow"])
    named = {"model": "blot", "images": 5, "first_id": 3, "latent_shape": [2, 1, 1]}
    assert named.items() <= source.inputs.items()


def test_grey_pictures_of_a_generator_have_three_equal_channels() -> None:
    network = nn.Sequential(nn.ConvTranspose2d(2, 1, 2, bias=False))
    pictures, _ = LatentSource(network.requires_grad_(False), (2, 1, 1), "grey", "f" * 64, images=1).see([0], ())
    assert pictures.shape == (1, 3, 2, 2)
    assert torch.equal(pictures[:, 0], pictures[:, 2])


def test_a_network_of_one_channel_sees_pictures_in_grey() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False)).requires_grad_(False)
    network[0].weight.data.fill_(1.0)
    half = Normalisation((0.5, 0.25, 0.0), (0.5, 0.25, 1.0))
    source = ClassifierSource(network, Ramps(), "grey", "e" * 64, half)
    pictures, activations = source.see([0], ("0",))
    assert pictures.shape == (1, 3, 8, 8)  # the segmenter still sees colours
    grey = 0.299 * 0 + 0.587 * 1 + 0.114 * 0.5  # the value 0.5, normalised by channel
    torch.testing.assert_close(activations["0"], torch.full((1, 1, 8, 8), grey))
    assert source.inputs["grey"] == (0.299, 0.587, 0.114)
    assert "grey" not in classifier().inputs


def test_a_generator_must_give_pictures() -> None:
    flat = LatentSource(nn.Sequential(nn.Flatten()), (2, 1, 1), "flat", "f" * 64, images=1)
    assert flat.device == torch.device("cpu")
    with pytest.raises(BadShape, match="flat gives no pictures"):
        flat.see([0], ())
