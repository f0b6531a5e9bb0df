"""A batch in which every picture has its own edits equals the pictures one by one."""

from collections.abc import Mapping

import pytest
import torch

from dissect_core.edits import LayerEdit, UnitStroke, compose
from dissect_core.errors import BadShape, BadStroke, UnknownLayer
from dissect_core.hooks import recorded
from dissect_core.latents import latents
from dissect_core.rendering import render
from tests.toy import TINY_SIZES, tiny_progan

Z = latents(range(5), TINY_SIZES[0])


def paint(
    layer: str, grid: int, unit: int, value: float, cell: tuple[int, int] | None = None
) -> Mapping[str, LayerEdit]:
    alpha = torch.ones(grid, grid) if cell is None else torch.zeros(grid, grid)
    if cell is not None:
        alpha[cell] = 1
    return compose([UnitStroke(layer, (unit,), (value,), alpha)])


EDITS: list[Mapping[str, LayerEdit]] = [
    {},
    paint("layer4", 8, unit=2, value=9.0, cell=(1, 6)),
    paint("layer4", 8, unit=5, value=-9.0),
    {**paint("layer2", 4, unit=0, value=3.0, cell=(0, 0)), **paint("layer6", 16, unit=4, value=0.0)},
    {},
]


def test_without_edits_the_picture_is_the_generators_own():
    net = tiny_progan()
    images = render(net, Z, [{}] * 5)
    assert images.shape == (5, 3, 32, 32)
    assert images.dtype == torch.float32
    with torch.inference_mode():
        assert torch.equal(images, net(Z))


def test_without_edits_no_hook_is_registered(monkeypatch: pytest.MonkeyPatch):
    net = tiny_progan()
    registered = []
    for module in net.modules():
        monkeypatch.setattr(module, "register_forward_hook", lambda *a, **k: registered.append(a))
    render(net, Z, [{}] * 5)
    assert registered == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_picture_does_not_depend_on_its_batch(size: int):
    # in double precision, so that the rounding of convolutions cannot hide a dependence
    net = tiny_progan().double()
    parts = [render(net, Z[n : n + size], EDITS[n : n + size]) for n in range(0, 5, size)]
    torch.testing.assert_close(torch.cat(parts), render(net, Z, EDITS), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_in_single_precision_batches_differ_by_rounding_only(size: int):
    sizes = (64, 64, 64, 64, 32)  # as many units as real networks: PixelNorm over four units would magnify rounding
    net = tiny_progan(sizes=sizes)
    z = latents(range(5), sizes[0])
    parts = [render(net, z[n : n + size], EDITS[n : n + size]) for n in range(0, 5, size)]
    torch.testing.assert_close(torch.cat(parts), render(net, z, EDITS), rtol=1e-5, atol=1e-5)


def test_each_picture_gets_its_own_edits_and_no_others():
    net = tiny_progan()
    plain, changed = render(net, Z, [{}] * 5), render(net, Z, EDITS)
    differs = [(not torch.allclose(a, b, atol=1e-5)) for a, b in zip(plain, changed, strict=True)]
    assert differs == [False, True, True, True, False]


def test_the_edit_acts_on_the_layers_output_where_painted():
    net = tiny_progan()
    with recorded(net, ["layer4"]) as before, torch.inference_mode():
        net(Z)
    edit = compose([UnitStroke("layer4", (2,), (9.0,), torch.full((8, 8), 0.25))])
    # x' = x (1 - a) + v a, then the rest of the network
    x = before["layer4"].clone()
    x[1, 2] = x[1, 2] * 0.75 + 9.0 * 0.25
    for name in ("layer5", "layer6", "layer7", "layer8", "output_32x32"):
        x = net.get_submodule(name)(x)
    images = render(net, Z, [{}, edit, {}, {}, {}])
    torch.testing.assert_close(images, x, rtol=1e-5, atol=1e-5)


def test_one_cell_changes_only_its_neighbourhood():
    net = tiny_progan()
    plain = render(net, Z[:1], [{}])
    changed = render(net, Z[:1], [paint("layer6", 16, unit=1, value=20.0, cell=(0, 0))])
    where = (changed - plain).abs().amax(dim=(0, 1)) > 0
    assert bool(where[0, 0])
    # two pixels of the cell, then two 3x3 convolutions at 32x32: pixels 0 to 3
    assert where.nonzero().amax(dim=0).tolist() == [3, 3]


def test_recording_around_a_rendering_sees_the_activations_before_the_edits():
    net = tiny_progan()
    with recorded(net, ["layer4"]) as plain:
        render(net, Z, [{}] * 5)
    with recorded(net, ["layer4"]) as outputs:
        render(net, Z, [EDITS[2]] * 5)
    assert torch.equal(outputs["layer4"], plain["layer4"])


def test_a_channels_last_generator_paints_the_same_picture():
    expected = render(tiny_progan().double(), Z, EDITS)
    images = render(tiny_progan().double().to(memory_format=torch.channels_last), Z, EDITS)
    torch.testing.assert_close(images, expected, rtol=1e-6, atol=1e-6)


def test_the_generator_and_the_edits_are_left_as_they_were():
    net = tiny_progan()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    values = [{layer: edit.value.clone() for layer, edit in mapping.items()} for mapping in EDITS]
    images = render(net, Z, EDITS)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert all(
        torch.equal(EDITS[n][layer].value, v) for n, mapping in enumerate(values) for layer, v in mapping.items()
    )
    assert not any(module._forward_hooks for module in net.modules())
    assert torch.equal(render(net, Z, EDITS), images)


def test_an_empty_batch_is_an_empty_batch():
    assert render(tiny_progan(), Z[:0], []).shape == (0, 3, 32, 32)


@pytest.mark.parametrize(
    ("edits", "error"),
    [
        ([{}], BadShape),
        ([{}, paint("layer9", 8, 0, 1.0)], UnknownLayer),
        ([{}, paint("layer4", 4, 0, 1.0)], BadShape),
        ([{}, paint("layer4", 8, 6, 1.0)], BadStroke),
    ],
    ids=["too few", "no such layer", "wrong grid", "no such unit"],
)
def test_edits_that_do_not_fit_are_errors_and_leave_no_hooks(
    edits: list[Mapping[str, LayerEdit]], error: type[Exception]
):
    net = tiny_progan()
    with pytest.raises(error):
        render(net, Z[:2], edits)
    assert not any(module._forward_hooks for module in net.modules())


def test_latents_of_another_size_are_an_error():
    with pytest.raises(BadShape):
        render(tiny_progan(), torch.zeros(2, 9), [{}, {}])
