"""Convolutions with fewer multiplications are the direct ones, for every window, and taken where they pay."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.models.progan import LEAKY_SLOPE
from dissect_core.render.choice import BySize, Pays, convolution_of, fewer_types
from dissect_core.render.convolution import Orders, Packed, Plain, packed_types
from dissect_core.render.differences import Differences
from dissect_core.render.products import MakeProduct, PackedProduct, PlainProduct
from dissect_core.render.winograd import Winograd

WINDOWS = [(1, 1, 1), (1, 4, 4), (2, 3, 9), (3, 5, 8), (1, 16, 6)]
"""Pictures, rows and columns."""
with_onednn = pytest.mark.skipif(
    torch.float32 not in packed_types(), reason="this processor has none of oneDNN's weights"
)
PRODUCTS = [PlainProduct, pytest.param(PackedProduct, marks=with_onednn)]


def block(x: Tensor, weight: Tensor, bias: Tensor, doubles: bool) -> Tensor:
    """What a block computes of a window's input with its margin, as the plain module does."""
    if not doubles:
        return F.leaky_relu(F.conv2d(x, weight, bias), LEAKY_SLOPE)
    y = F.leaky_relu(F.conv2d(F.interpolate(x, scale_factor=2), weight, bias), LEAKY_SLOPE)
    return y[:, :, 1:-1, 1:-1]


def numbers(shape: tuple[int, ...], dtype: torch.dtype, seed: int = 0) -> Tensor:
    found = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)
    return found.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else found


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("kind", [Winograd, Differences])
def test_in_double_precision_every_window_is_the_plain_modules(
    kind: type[Winograd] | type[Differences], window: tuple[int, int, int]
):
    count, height, width = window
    weight, bias = numbers((5, 7, 3, 3), torch.float64), numbers((5,), torch.float64)
    x = numbers((count, 7, height + 2, width + 2), torch.float64)
    found = kind(weight, bias, PlainProduct)(x)
    wanted = block(x, weight, bias, kind is Differences)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", PRODUCTS)
@pytest.mark.parametrize("kind", [Winograd, Differences])
def test_in_single_precision_few_bits_are_lost(kind: type[Winograd] | type[Differences], make: MakeProduct):
    weight, bias = numbers((64, 128, 3, 3), torch.float32), numbers((64,), torch.float32)
    x = numbers((2, 128, 18, 18), torch.float32, seed=1)
    wanted = block(x.double(), weight.double(), bias.double(), kind is Differences)
    off = (kind(weight, bias, make)(x).double() - wanted) / wanted.square().mean().sqrt()
    assert float(off.square().mean().sqrt()) < 2e-6
    assert float(off.abs().max()) < 3e-5


@pytest.mark.parametrize("make", PRODUCTS)
def test_a_single_one_gives_the_kernel_back(make: MakeProduct):
    x = torch.zeros(1, 1, 7, 7).contiguous(memory_format=torch.channels_last)
    x[0, 0, 3, 3] = 1
    weight = torch.arange(1.0, 10).view(1, 1, 3, 3)
    y = Winograd(weight, torch.zeros(1), make)(x)
    torch.testing.assert_close(y[0, 0, 1:4, 1:4], weight[0, 0].flip(0, 1), rtol=0, atol=1e-4)
    assert float(y.abs().sum()) == pytest.approx(45, abs=1e-3)


@pytest.mark.parametrize("make", PRODUCTS)
def test_a_doubled_one_under_a_kernel_of_ones_is_seen_by_four_by_four_outputs(make: MakeProduct):
    x = torch.zeros(1, 1, 5, 5).contiguous(memory_format=torch.channels_last)
    x[0, 0, 2, 2] = 1
    y = Differences(torch.ones(1, 1, 3, 3), torch.tensor([-1.0]), make)(x)
    # two pixels wide, under three taps: 1, 2, 2, 1 in each direction; minus 1, and a fifth of what is below 0
    line = torch.tensor([0.0, 1, 2, 2, 1, 0])
    wanted = F.leaky_relu(line[:, None] * line - 1, LEAKY_SLOPE)
    torch.testing.assert_close(y[0, 0], wanted, rtol=0, atol=1e-6)


@with_onednn
@pytest.mark.parametrize("rows", [1, 5, 16, 100])
def test_packed_products_are_the_plain_ones(rows: int):
    weight, bias = numbers((3, 48, 32), torch.float32), numbers((3, 48), torch.float32)
    x = numbers((rows, 96), torch.float32, seed=rows)
    packed, plain = (make(weight, bias)(x) for make in (PackedProduct, PlainProduct))
    assert packed.shape == (rows, 144)
    torch.testing.assert_close(packed, plain, rtol=1e-5, atol=1e-5)


@with_onednn
def test_weights_are_in_the_order_that_onednn_wants_for_every_window_and_each_order_is_kept_once():
    def lay_out(weight: Tensor, shape: object) -> Tensor:
        laid_out: Tensor = torch.ops.mkldnn._reorder_convolution_weight(weight, [0, 0], [1, 1], [1, 1], 1, shape)
        return laid_out

    def order(weight: Tensor) -> bytes:
        return torch.ops.mkldnn._get_mkldnn_serialized_md(weight).numpy().tobytes()

    weight = numbers((512, 256, 1, 1), torch.float32)
    orders, kept = Orders(weight, lay_out), {}
    for side in (1, 2, 4, 5, 8, 10, 16, 17, 32):
        shape = torch.Size((1, 256, side, side))
        found = orders.suited(shape)
        assert order(found) == order(lay_out(weight, [*shape]))
        assert torch.equal(found.to_dense(), weight)
        assert kept.setdefault(order(found), found) is found


def stage(units: int, doubles: bool, grid: int, dtype: torch.dtype = torch.float32) -> object:
    outputs = units // 2 if doubles else units
    return convolution_of(
        torch.ones(outputs, units, 3, 3, dtype=dtype), torch.ones(outputs, dtype=dtype), doubles, grid
    )


@with_onednn
def test_fewer_multiplications_are_taken_from_a_size_on_and_in_single_precision_on_a_cpu():
    assert fewer_types() == {torch.float32}
    assert isinstance(stage(128, False, 64), BySize)
    assert isinstance(stage(256, True, 64), BySize)
    assert isinstance(stage(127, False, 128), Packed)  # too few units
    assert isinstance(stage(255, True, 128), Packed)
    assert isinstance(stage(512, False, 8), Packed)  # too few cells
    assert isinstance(stage(512, True, 8), Packed)
    assert isinstance(stage(512, False, 16), BySize)
    assert isinstance(stage(512, False, 16, torch.float64), Plain)


def test_small_windows_are_computed_directly_and_many_of_them_together_are_not():
    by_size = BySize(
        lambda x: x.new_zeros(1), lambda x: x.new_ones(1), Pays(units=2, products=6 * 36).least_cells(2, 3)
    )
    sizes = [(1, 2, 7, 8), (1, 2, 8, 8), (3, 2, 5, 6), (2, 2, 5, 6)]  # 30, 36, 3 x 12 and 2 x 12 cells
    assert [int(by_size(torch.empty(size))) for size in sizes] == [0, 1, 1, 0]
