"""However a network lays out its maps, units are units and cells are cells."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import convnext_tiny, swin_t, vit_b_16

from dissect_core.errors import BadShape
from dissect_core.sources.layers import default_layers
from dissect_core.sources.layout import Layout, as_maps
from dissect_core.sources.networks import ClassifierSource, shapes_of


def numbered(*shape: int) -> Tensor:
    return torch.arange(torch.Size(shape).numel()).view(shape)


def test_the_layout_is_told_by_the_shape() -> None:
    maps = numbered(2, 5, 3, 3)
    for output in (maps, maps.permute(0, 2, 3, 1), maps.flatten(2).transpose(1, 2)):
        assert torch.equal(as_maps("layer", output), maps)
    with_class = torch.cat([torch.full((2, 1, 5), -1), maps.flatten(2).transpose(1, 2)], 1)
    assert torch.equal(as_maps("layer", with_class), maps)  # the class token is no place of the picture
    assert as_maps("layer", numbered(1, 7, 1, 1)).shape == (1, 7, 1, 1)
    assert as_maps("layer", numbered(1, 1, 1, 7)).shape == (1, 7, 1, 1)


def test_what_a_shape_does_not_tell_an_option_says() -> None:
    cube = numbered(1, 4, 4, 4)
    assert torch.equal(as_maps("layer", cube), cube)
    assert torch.equal(as_maps("layer", cube, "channels-last"), cube.permute(0, 3, 1, 2))


@pytest.mark.parametrize(
    ("shape", "layout", "said"),
    [
        ((2, 5), "auto", "layer gives no feature maps"),
        ((2, 12, 5), "auto", "layer gives 12 tokens, which are no square"),
        ((2, 9, 5), "channels-last", "layer gives nothing that is laid out as channels-last"),
        ((2, 5, 3, 3), "tokens", "layer gives nothing that is laid out as tokens"),
    ],
)
def test_what_is_no_map_is_refused_and_the_option_named(shape: tuple[int, ...], layout: Layout, said: str) -> None:
    with pytest.raises(BadShape, match=said) as caught:
        as_maps("layer", numbered(*shape), layout)
    assert "--layout" in caught.value.allowed


class Noise:
    inputs: dict[str, str]

    def __init__(self) -> None:
        self.inputs = {}

    def __len__(self) -> int:
        return 2

    def load(self, rows: list[int]) -> Tensor:
        return torch.rand(len(rows), 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1


def source(network: nn.Module) -> ClassifierSource:
    return ClassifierSource(network.eval(), Noise(), "network", "0" * 64)


def test_swin_and_convnext_have_as_many_units_as_channels() -> None:
    assert shapes_of(source(swin_t()), ("features.1", "features.7")) == {
        "features.1": (96, 16, 16),
        "features.7": (768, 2, 2),
    }
    inside = "features.1.0.block.3"  # a linear layer inside a block of ConvNeXt
    assert shapes_of(source(convnext_tiny()), ("features.1", inside)) == {
        "features.1": (96, 16, 16),
        inside: (384, 16, 16),
    }


def test_such_networks_have_layers_that_are_dissected_unless_told() -> None:
    for network, layers, last in (
        (swin_t(), 4, (3072, 2, 2)),
        (convnext_tiny(), 4, (3072, 2, 2)),
        (vit_b_16(image_size=64), 1, (3072, 4, 4)),
    ):
        found = default_layers(source(network))
        assert len(found) == layers
        assert shapes_of(source(network), found)[found[-1]] == last


def test_a_vision_transformers_tokens_are_a_grid() -> None:
    network = vit_b_16(image_size=64)
    layer = "encoder.layers.encoder_layer_11"
    assert shapes_of(source(network), (layer,)) == {layer: (768, 4, 4)}
