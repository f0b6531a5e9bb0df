"""Unless told, a network is dissected at the last activation on every grid."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet18, resnet50

from dissect_core.errors import BadShape
from dissect_core.sources.layers import activations, default_layers
from dissect_core.sources.networks import ClassifierSource, LatentSource, shapes_of
from tests.core.test_sources import Ramps
from tests.source import ROOT


class Block(nn.Module):
    """A convolution, its normalisation, and the ReLU as a function."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(inputs, outputs, 3, padding=1, stride=2), nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(x)))


def classifier(*modules: nn.Module) -> ClassifierSource:
    """Over pictures of 8 pixels."""
    return ClassifierSource(nn.Sequential(*modules).eval().requires_grad_(False), Ramps(), "toy", "e" * 64)


def test_the_activation_after_the_normalisation_is_taken_and_not_the_convolution() -> None:
    source = classifier(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
    assert default_layers(source) == ("2",)
    assert float(source.activate([1], ("2",))["2"].min()) >= 0


def test_of_each_grid_the_last_is_taken_and_what_is_never_run_or_has_no_maps_is_not() -> None:
    source = classifier(
        nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 1), nn.ReLU(inplace=True),  # 8 x 8
        nn.MaxPool2d(2), nn.Conv2d(4, 4, 1), nn.SiLU(),  # 4 x 4
        nn.AdaptiveAvgPool2d(1), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2), nn.ReLU(),
    )  # fmt: skip
    source.network.add_module("unused", nn.Identity())
    source.network.unused.add_module("relu", nn.ReLU())
    assert default_layers(source) == ("3", "6")


def test_functions_in_blocks_count_as_the_output_of_the_block() -> None:
    source = classifier(Block(3, 4), Block(4, 4))
    assert activations(source.network) == ("0", "1")
    assert default_layers(source) == ("0", "1")


def test_a_network_without_activations_is_dissected_at_its_convolutions() -> None:
    assert default_layers(classifier(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 5, 1, stride=2))) == ("0", "1")


def test_a_generator_is_dissected_at_its_grids() -> None:
    network = nn.Sequential(nn.ConvTranspose2d(2, 4, 4), nn.LeakyReLU(), nn.ConvTranspose2d(4, 3, 2, 2), nn.Tanh())
    source = LatentSource(network.eval().requires_grad_(False), (2, 1, 1), "toy", "e" * 64, images=1)
    assert default_layers(source) == ("1",)


def test_a_network_without_maps_is_told_how_layers_are_named() -> None:
    with pytest.raises(BadShape, match="--layers") as caught:
        default_layers(classifier(nn.Flatten(), nn.Linear(192, 4), nn.ReLU()))
    assert caught.value.allowed == "names as in named_modules(): 0, 1, 2"


def test_resnet_18_is_dissected_where_the_guide_says() -> None:
    source = ClassifierSource(resnet18().eval().requires_grad_(False), Ramps(64), "resnet18", "e" * 64)
    layers = default_layers(source)
    assert layers == ("relu", "layer1.1.relu", "layer2.1.relu", "layer3.1.relu", "layer4.1.relu")
    told = (ROOT / "docs" / "own-network.md").read_text()
    assert all(f"`{layer}`" in told for layer in layers)


def test_resnet_50_is_dissected_at_the_ends_of_its_stages() -> None:
    torch.manual_seed(0)
    network = resnet50().eval().requires_grad_(False)
    source = ClassifierSource(network, Ramps(32), "resnet50", "e" * 64)
    layers = default_layers(source)
    assert layers == ("relu", "layer1.2.relu", "layer2.3.relu", "layer3.5.relu")  # the last grid has a single cell
    units = {layer: shape[0] for layer, shape in shapes_of(source, layers).items()}
    assert units == {"relu": 64, "layer1.2.relu": 256, "layer2.3.relu": 512, "layer3.5.relu": 1024}
    block = source.activate([1], ("layer1.2", "layer1.2.relu"))
    assert torch.equal(block["layer1.2"], block["layer1.2.relu"])  # its last run: after the residual sum
