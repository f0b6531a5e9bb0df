"""Positions are centres of a grid; activations are interpolated there, labels taken from the pixel there."""

import pytest
import torch

from dissect_core.concepts import positions
from dissect_core.concepts.positions import above, at_positions, upsample, where


def test_positions_are_cell_centres_and_borders_are_constant() -> None:
    # cells at 1/4 and 3/4; positions at 1/8, 3/8, 5/8, 7/8: the outer ones lie beyond the cell centres
    assert upsample(torch.tensor([[[[0.0, 4.0]]]]), 4)[0, 0, 0].tolist() == [0, 1, 3, 4]
    pixels = torch.arange(16).view(1, 4, 4)
    assert at_positions(pixels, 4).tolist() == pixels.tolist()
    assert at_positions(pixels, 2).tolist() == [[[5, 7], [13, 15]]]  # a corner of four pixels: the lower right one
    assert at_positions(torch.arange(9).view(1, 3, 3), 2).tolist() == [[[0, 2], [6, 8]]]


def test_a_layer_finer_than_the_grid_is_read_at_the_positions() -> None:
    # eight cells, two positions: the centres of the halves lie between cells 1 and 2 and between cells 5 and 6
    row = torch.tensor([0.0, 1.0, 5.0, 0.0, 0.0, 2.0, 4.0, 9.0])
    assert upsample(row.view(1, 1, 1, 8), 2)[0, 0, 0].tolist() == [3, 3]
    assert upsample(row.view(1, 1, 8, 1), 2)[0, 0, :, 0].tolist() == [3, 3]


SHAPES = [
    (1, 1, 64), (4, 4, 64), (8, 8, 64), (16, 16, 64), (64, 64, 64), (128, 128, 64), (7, 7, 56), (224, 14, 56),
    (3, 9, 9), (3, 9, 5), (2, 4, 12), (7, 14, 64), (32, 24, 8),
]  # fmt: skip


def some_maps(height: int, width: int) -> torch.Tensor:
    return torch.randn(3, 5, height, width, generator=torch.Generator().manual_seed(height))


@pytest.mark.parametrize(("height", "width", "grid"), SHAPES)
def test_upsampling_is_torchs_own_up_to_rounding(height: int, width: int, grid: int) -> None:
    x = some_maps(height, width)
    reference = torch.nn.functional.interpolate(x, size=(grid, grid), mode="bilinear", align_corners=False)
    assert torch.allclose(upsample(x, grid), reference, atol=1e-5)


@pytest.mark.parametrize(("height", "width", "grid"), SHAPES)
def test_a_map_is_upsampled_to_the_same_bits_whatever_stands_beside_it(height: int, width: int, grid: int) -> None:
    x = some_maps(height, width)
    whole = upsample(x, grid)
    for image in range(3):
        for unit in range(5):
            assert torch.equal(upsample(x[image : image + 1, unit : unit + 1], grid)[0, 0], whole[image, unit])


def assert_above_is_exact(x: torch.Tensor, limits: torch.Tensor, grid: int) -> int:
    """That `above` tells exactly where the upsampled maps are above the limits, once each; in how many parts."""
    values = upsample(x, grid).transpose(0, 1).flatten(1)  # (U, N * G * G)
    found, parts = torch.zeros_like(values, dtype=torch.bool), 0
    for unit, position, value in above(x, limits, grid):
        assert not found[unit, position].any()
        assert torch.equal(value, values[unit, position])
        found[unit, position] = True
        parts += 1
    assert torch.equal(found, values > limits[:, None])
    return parts


@pytest.mark.parametrize(("height", "width", "grid"), SHAPES)
@pytest.mark.parametrize("limit", [-9.0, 0.0, 1.0, 9.0])
def test_positions_above_limits_are_exactly_those_of_the_upsampled_maps(
    height: int, width: int, grid: int, limit: float
) -> None:
    x = some_maps(height, width)
    limits = limit + torch.linspace(-0.5, 0.5, 5)
    limits[2] = x[0, 2].amax()  # nothing is above its own largest cell
    limits[4] = torch.inf
    assert_above_is_exact(x, limits, grid)


@pytest.mark.parametrize(("height", "width", "grid"), [(4, 4, 16), (3, 9, 5), (32, 24, 8), (7, 7, 7)])
def test_what_is_looked_at_in_parts_is_the_same(
    height: int, width: int, grid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "CELLS", 2 * max(height * width, grid**2))  # two maps of fifteen
    monkeypatch.setattr(positions, "VALUES", 100)
    for limit in (-9.0, 0.0):
        assert assert_above_is_exact(some_maps(height, width), torch.full((5,), limit), grid) > 1
    monkeypatch.setattr(positions, "CELLS", 1)  # one map is looked at even if it is too large
    monkeypatch.setattr(positions, "VALUES", 1)
    assert_above_is_exact(some_maps(height, width)[:1], torch.full((5,), 1.0), grid)


@pytest.mark.parametrize("scale", [1, 1234.5])
@pytest.mark.parametrize("grid", [5, 12])
def test_a_mixture_that_exceeds_its_cells_by_rounding_is_found(grid: int, scale: float) -> None:
    tenths = torch.arange(-50.0, 50.0) / 10 * scale
    x = tenths[None, :, None, None].expand(1, 100, 4, 4).contiguous()  # constant maps, each with itself for a limit
    values = upsample(x, grid)
    assert bool((values > x[..., :1, :1]).any())
    assert_above_is_exact(x, tenths, grid)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
@pytest.mark.parametrize(("height", "width", "grid"), [(4, 4, 16), (3, 9, 5), (32, 24, 8)])
def test_other_precisions_stay_as_they_are(height: int, width: int, grid: int, dtype: torch.dtype) -> None:
    x = some_maps(height, width).to(dtype)
    assert upsample(x, grid).dtype == dtype
    assert torch.allclose(upsample(x, grid).float(), upsample(x.float(), grid), atol=4e-3)
    assert_above_is_exact(x, torch.zeros(5, dtype=dtype), grid)


@pytest.mark.parametrize(("height", "width", "grid"), [(4, 4, 16), (3, 9, 5), (32, 24, 8)])
def test_positions_are_found_on_the_maps_device(height: int, width: int, grid: int) -> None:
    assert upsample(torch.zeros(2, 3, height, width, device="meta"), grid).shape == (2, 3, grid, grid)
    assert at_positions(torch.zeros(2, height, width, device="meta"), grid).shape == (2, grid, grid)


def test_what_is_true_is_found_eight_at_a_time() -> None:
    draw = torch.Generator().manual_seed(5)
    for width in (64, 56, 9):
        mask = torch.rand(37, width, generator=draw) > 0.9
        assert [part.tolist() for part in where(mask)] == [part.tolist() for part in mask.nonzero(as_tuple=True)]
