"""Published key names brought to ours, every name typed in; whole networks are in test_checkpoint.py."""

from __future__ import annotations

import torch
from torch import Tensor

from dissect_core.errors import BadCheckpoint
from dissect_core.models.wrappings import normalised
from tests.refused import refused

ONE = torch.ones(1)
TALL, WIDE, SQUARE = torch.ones(3, 5, 3, 3), torch.ones(5, 3, 3, 3), torch.ones(3, 3, 3, 3)


def brought(*keys: str, **shaped: Tensor) -> dict[str, Tensor]:
    """What becomes of these keys; those with a tensor of their own write "__" for "."."""
    state = {**dict.fromkeys(keys, ONE), **{key.replace("__", "."): tensor for key, tensor in shaped.items()}}
    found = normalised(state, "g.pth")
    assert all(isinstance(tensor, Tensor) for tensor in found.values())
    return found


def test_our_own_names_stay_without_the_constant() -> None:
    keys = ["layer1.conv.weight", "layer1.wscale.b", "output_4x4.conv.weight", "extra"]
    assert list(brought(*keys, "layer1.wscale.scale", "other.wscale.scale")) == keys
    assert list(brought("module.layer1.conv.weight", "module.layer1.wscale.scale")) == ["layer1.conv.weight"]
    assert brought() == {}


def test_gandissects_names_count_from_nought_and_its_output_has_a_size() -> None:
    keys = ["features.0.conv.weight", "features.0.wscale.b", "features.3.conv.weight", "output.conv.weight", "extra"]
    ours = ["layer1.conv.weight", "layer1.wscale.b", "layer4.conv.weight", "output_8x8.conv.weight", "extra"]
    assert list(brought(*keys, "features.0.wscale.scale")) == ours
    assert list(brought("features.10.conv.weight", "output.wscale.b")) == [
        "layer11.conv.weight",
        "output_128x128.wscale.b",
    ]
    within = ["my.features.1.weight", "my.output.weight"]  # only at the beginning of a name
    assert list(brought("features.1.conv.weight", *within)) == ["layer2.conv.weight", *within]


def test_genforces_names_count_from_nought_and_only_its_last_output_stays() -> None:
    keys = ["layer0.weight", "layer0.bias", "layer1.weight", "layer3.bias", "output1.weight", "output1.bias"]
    ours = ["layer1.conv.weight", "layer1.wscale.b", "layer2.conv.weight", "layer4.wscale.b"]
    outputs = ["output_8x8.conv.weight", "output_8x8.wscale.b"]
    found = brought(*keys, "output0.weight", "output0.bias", "lod", layer3__weight=SQUARE)
    assert set(found) == {*ours, "layer4.conv.weight", *outputs}
    assert torch.equal(found["layer4.conv.weight"], SQUARE)


def test_a_generator_of_eight_layers_draws_pictures_of_32_pixels() -> None:
    found = brought("layer7.weight", "output3.bias", "output2.bias", "output4.bias")
    assert set(found) == {"layer8.conv.weight", "output_32x32.wscale.b", "output4.bias"}
    found = brought("features.7.conv.weight", "output.wscale.b")
    assert set(found) == {"layer8.conv.weight", "output_32x32.wscale.b"}


def test_what_genforce_does_not_have_is_left_to_be_reported() -> None:
    odd = ["extra", "output2.weight", "layer0.weights", "my.layer0.weight", "LOD"]
    found = brought("layer0.weight", "layer1.weight", *odd)
    assert set(found) == {"layer1.conv.weight", "layer2.conv.weight", *odd}


def test_fused_kernels_are_turned_and_those_of_other_layers_are_not() -> None:
    kernel = torch.arange(4.0).view(1, 1, 2, 2)
    fused = torch.cat([kernel, kernel + 10]).contiguous()  # (inputs 2, outputs 1, 2, 2)
    found = brought(
        layer0__weight=fused, layer1__weight=fused, layer2__weight=fused, layer2__bias=ONE, layer3__weight=fused
    )
    assert found["layer3.conv.weight"].tolist() == [[[[3, 2], [1, 0]], [[13, 12], [11, 10]]]]
    assert found["layer3.wscale.b"].tolist() == [1]
    for number in (1, 2, 4):
        assert torch.equal(found[f"layer{number}.conv.weight"], fused)


def test_the_first_kernel_that_is_not_square_tells_whether_they_are_fused() -> None:
    three, five = torch.ones(3), torch.ones(5)
    for weight, bias, shape in (
        (TALL, three, (3, 5)),
        (WIDE, three, (3, 5)),
        (WIDE, five, (5, 3)),
        (TALL, five, (5, 3)),
    ):
        found = brought(layer2__weight=weight, layer2__bias=bias)
        assert found["layer3.conv.weight"].shape[:2] == shape  # as many outputs as biases
    found = brought(layer2__weight=SQUARE, layer2__bias=three, layer4__weight=WIDE, layer4__bias=three)
    assert found["layer5.conv.weight"].shape[:2] == (3, 5)
    found = brought(layer2__weight=WIDE, layer4__weight=WIDE, layer4__bias=three)  # the first has no bias to tell by
    assert found["layer3.conv.weight"].shape[:2] == (3, 5)
    found = brought(layer4__weight=WIDE, layer4__bias=five, layer2__weight=WIDE, layer2__bias=three)  # 2 before 4
    assert found["layer5.conv.weight"].shape[:2] == (3, 5)


def test_without_a_kernel_to_tell_by_nothing_is_fused_or_it_is_said() -> None:
    assert torch.equal(brought("layer0.weight", layer1__weight=WIDE)["layer2.conv.weight"], WIDE)
    assert torch.equal(brought(layer2__weight=WIDE[:, :, 0, 0])["layer3.conv.weight"], WIDE[:, :, 0, 0])
    message = "g.pth: cannot tell whether the upsampling kernels are fused: all of them are square"
    allowed = "at least one upsampling layer with another number of inputs than outputs"
    with refused(BadCheckpoint, message, field="layer2.weight", value="(3, 3, 3, 3)", allowed=allowed):
        brought(layer2__weight=SQUARE, layer2__bias=torch.ones(3))
    with refused(BadCheckpoint, message, field="layer2.weight", value="missing", allowed=allowed):
        brought(layer4__weight=SQUARE, layer4__bias=torch.ones(3))
