"""The Progressive GAN against numbers computed by hand and against a slow re-computation in numpy."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from dissect_core.errors import BadCheckpoint, BadShape
from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator, LayerInfo
from tests.slow_progan import slow_render
from tests.toy import CHURCH_SIZES, TINY_SIZES, progan_state, tiny_progan

ROOT2 = math.sqrt(2)


def hand_set() -> dict[str, Tensor]:
    """One unit per layer, 4x4 pixels; layer1 spreads z, layer2 shifts one cell to the left, the output makes RGB."""
    shift = torch.zeros(1, 1, 3, 3)
    shift[0, 0, 1, 2] = 3 / ROOT2  # undoes the scale sqrt(2) / 3
    return {
        "layer1.conv.weight": torch.arange(-8.0, 8.0).view(1, 1, 4, 4),
        "layer1.wscale.b": torch.tensor([0.0]),
        "layer2.conv.weight": shift,
        "layer2.wscale.b": torch.tensor([0.25]),
        "output_4x4.conv.weight": torch.tensor([1.0, 0.5, -2.0]).view(3, 1, 1, 1),
        "output_4x4.wscale.b": torch.tensor([0.0, 0.0, 1.0]),
    }


def test_one_unit_by_hand():
    net = Generator.from_state_dict(hand_set())
    with torch.no_grad():
        # z = 2 -> PixelNorm 1; the 4x4 kernel with padding 3 is written out turned by 180 degrees, times sqrt(2) / 4,
        # and negative values are multiplied by .2
        first = net.get_submodule("layer1")(torch.tensor([2.0]).view(1, 1, 1, 1))
        turned = torch.arange(7.0, -9.0, -1.0).view(4, 4) * ROOT2 / 4
        torch.testing.assert_close(first[0, 0], torch.where(turned < 0, turned * 0.2, turned))
        # PixelNorm of one unit is its sign (0 stays 0); the shift brings the right neighbour, outside is 0; + .25
        second = net.get_submodule("layer2")(first)
        expected = [
            [1.25, 1.25, 1.25, 0.25],
            [1.25, 1.25, 0.25, 0.25],
            [-0.15, -0.15, -0.15, 0.25],
            [-0.15] * 3 + [0.25],
        ]
        torch.testing.assert_close(second[0, 0], torch.tensor(expected))
        # the sign again, then (1, .5, -2) and the bias (0, 0, 1), gain 1
        image = net(torch.tensor([[2.0]]))
    sign = torch.tensor(expected).sign()
    torch.testing.assert_close(image[0], torch.stack([sign, sign * 0.5, 1 - 2 * sign]))


def test_the_published_church_plan():
    with torch.device("meta"):
        net = Generator(CHURCH_SIZES)
    assert (net.latent_size, net.resolution) == (512, 256)
    assert sum(parameter.numel() for parameter in net.parameters()) == 18_344_995  # peers 1.4
    assert {key: tuple(value.shape) for key, value in net.state_dict().items()} == {
        key: tuple(value.shape) for key, value in progan_state(CHURCH_SIZES).items()
    }
    assert net.layers["layer4"] == LayerInfo("layer4", 512, 8)
    assert net.layers["layer5"] == LayerInfo("layer5", 512, 16)
    assert net.layers["layer14"] == LayerInfo("layer14", 32, 256)
    assert list(net.layers) == [f"layer{n}" for n in range(1, 15)]


@pytest.mark.parametrize("sizes", [TINY_SIZES, (3, 7), (16, 12, 12, 10, 8, 6)])
def test_a_slow_computation_in_double_precision_agrees(sizes: tuple[int, ...]):
    state = progan_state(sizes, seed=3)
    z = latents([0, 7], sizes[0])
    with torch.inference_mode():
        images = Generator.from_state_dict(state).double()(z.double())
    for n in range(2):
        np.testing.assert_allclose(images[n], slow_render(state, z[n].numpy()), rtol=1e-9, atol=1e-9)


def test_z_may_be_a_vector_or_a_map_of_one_cell():
    net, z = tiny_progan(), latents(range(3), TINY_SIZES[0])
    assert torch.equal(net(z), net(z[:, :, None, None]))


def test_sizes_are_inferred_and_values_kept():
    state = progan_state(TINY_SIZES)
    net = Generator.from_state_dict(state)
    assert net.sizes == TINY_SIZES
    assert all(torch.equal(value, state[key]) for key, value in net.state_dict().items())


def test_half_precision_weights_become_single():
    net = Generator.from_state_dict({key: value.half() for key, value in progan_state(TINY_SIZES).items()})
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}


@pytest.mark.parametrize("shape", [(2, 9), (8,), (1, 8, 1)])
def test_latents_that_do_not_fit_are_an_error(shape: tuple[int, ...]):
    with pytest.raises(BadShape):
        tiny_progan()(torch.zeros(shape))


def test_weights_that_do_not_fit_name_the_key():
    state = progan_state(TINY_SIZES)
    del state["layer4.wscale.b"]
    with pytest.raises(BadCheckpoint) as caught:
        Generator.from_state_dict(state)
    assert caught.value.field == "layer4.wscale.b"
    with pytest.raises(BadShape):
        Generator([8])
