"""Which pixels of a PNG are painted, and which cells of a feature grid they touch."""

import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dissect_core.errors import BadMask
from dissect_core.painting.masks import decode_mask, to_grid
from tests.refused import refused


def png(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def dot(side: int, row: int, column: int) -> torch.Tensor:
    mask = torch.zeros(side, side)
    mask[row, column] = 1
    return mask


def test_with_alpha_everything_not_fully_transparent_is_painted():
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[0, 1] = (0, 0, 0, 1)
    pixels[1, 2] = (255, 255, 255, 255)
    pixels[1, 0] = (255, 0, 0, 0)  # colour without alpha is not paint
    mask = decode_mask(png(Image.fromarray(pixels, "RGBA")), max_side=8)
    assert mask.dtype == torch.float32
    assert mask.tolist() == [[0, 1, 0], [0, 0, 1]]


def test_without_alpha_red_below_255_is_painted():
    pixels = np.full((1, 4, 3), 255, np.uint8)
    pixels[0, 1] = (254, 255, 255)
    pixels[0, 2] = (0, 0, 0)
    pixels[0, 3] = (255, 0, 0)  # red is 255
    assert decode_mask(png(Image.fromarray(pixels, "RGB")), 8).tolist() == [[0, 1, 1, 0]]


def test_grey_black_and_white_and_palette_pictures_follow_the_same_rule():
    grey = Image.fromarray(np.array([[255, 254, 0]], np.uint8), "L")
    assert decode_mask(png(grey), 8).tolist() == [[0, 1, 1]]
    assert decode_mask(png(grey.convert("1", dither=Image.Dither.NONE)), 8).tolist() == [[0, 0, 1]]
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    palette.putpalette([255, 255, 255, 0, 0, 0, 255, 9, 9])
    assert decode_mask(png(palette), 8).tolist() == [[0, 1, 0]]


def test_grey_with_alpha_and_transparent_palette_entries_have_alpha():
    grey = Image.fromarray(np.array([[[255, 255], [0, 0]]], np.uint8), "LA")
    assert decode_mask(png(grey), 8).tolist() == [[1, 0]]
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    palette.putpalette([0, 0, 0, 255, 255, 255])
    assert decode_mask(png(palette, transparency=0), 8).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 100],
    ids=["empty", "text", "signature only", "zeros"],
)
def test_bytes_that_are_no_png_are_named(data: bytes):
    with pytest.raises(BadMask) as caught:
        decode_mask(data, max_side=8)
    assert caught.value.field == "mask"
    assert "PNG" in caught.value.allowed


def test_another_picture_format_is_no_png():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "JPEG")
    with pytest.raises(BadMask, match="not a PNG"):
        decode_mask(buffer.getvalue(), max_side=8)


def test_one_pixel_too_many_is_too_large():
    assert decode_mask(png(Image.new("RGBA", (8, 8))), max_side=8).shape == (8, 8)
    for size in ((9, 8), (8, 9)):
        with pytest.raises(BadMask, match=f"{size[0]} x {size[1]}"):
            decode_mask(png(Image.new("RGBA", size)), max_side=8)


def test_sixteen_bits_a_channel_are_refused():
    deep = Image.fromarray(np.array([[65535, 65280]], np.uint16))
    with pytest.raises(BadMask, match="16 bits"):
        decode_mask(png(deep), max_side=8)


def test_a_dot_switches_its_whole_cell_on():
    # peers 1.3: at layer4 (8x8) of a 256-pixel picture one dot activates one 32x32-pixel cell
    grid = to_grid(dot(256, row=33, column=255), 8)
    assert grid.nonzero().tolist() == [[1, 7]]
    assert grid[1, 7] == 1


def test_mean_pooling_tells_how_much_of_the_cell_is_painted():
    mask = torch.zeros(4, 4)
    mask[0, :3] = 1
    assert to_grid(mask, 2, "mean").tolist() == [[0.5, 0.25], [0, 0]]
    assert to_grid(mask, 2, "max").tolist() == [[1, 1], [0, 0]]


def test_cells_overlap_where_the_sizes_do_not_divide():
    # adaptive pooling: cell 0 of 2 covers rows 0-1 of 3, cell 1 covers rows 1-2
    assert to_grid(dot(3, 1, 0), 2).tolist() == [[1, 0], [1, 0]]


def test_a_mask_smaller_than_the_grid_covers_all_its_cells():
    assert to_grid(torch.tensor([[0.0, 1.0]]), 4).tolist() == [[0, 0, 1, 1]] * 4


@given(
    side=st.integers(1, 20),
    grid=st.integers(1, 16),
    seed=st.integers(0, 100),
    share=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
)
@settings(max_examples=60, deadline=None)
def test_pooling_stays_in_range_and_max_covers_mean(side: int, grid: int, seed: int, share: float):
    mask = (torch.rand(side, side, generator=torch.Generator().manual_seed(seed)) < share).float()
    highest, mean = to_grid(mask, grid, "max"), to_grid(mask, grid, "mean")
    assert highest.shape == mean.shape == (grid, grid)
    assert bool(((mean >= 0) & (mean <= highest) & (highest <= 1)).all())
    assert torch.equal(highest > 0, mean > 0)
    assert bool(highest.any()) == bool(mask.any())


def test_an_unknown_pooling_and_a_mask_that_is_none_are_named():
    with refused(BadMask, "no pooling 'min'", field="pooling", value="min", allowed="one of max, mean"):
        to_grid(torch.zeros(2, 2), 2, "min")
    for shape in ((1, 2, 2), (0, 4), (4, 0)):
        with refused(
            BadMask, f"no mask: {shape}", field="mask", value=f"{shape}", allowed="(H, W), at least one pixel"
        ):
            to_grid(torch.zeros(shape), 2)
