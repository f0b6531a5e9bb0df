"""Regions, outlines and strips, on pictures of a few pixels."""

import torch

from dissect_core.units.highlight import MISSING, OUTLINE, lit, outlines, regions, strip, thumbnail


def test_a_region_is_what_exceeds_the_threshold_strictly() -> None:
    maps = torch.tensor([[[0.0, 1.0], [2.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]]])
    found = regions(maps, torch.tensor([1.0, 1.0]), 2)
    assert found.tolist() == [[[False, False], [True, True]], [[False, False], [False, False]]]


def test_a_region_is_found_at_any_size_by_interpolation() -> None:
    maps = torch.tensor([[[0.0, 1.0]]])  # along the four positions: 0, 0.25, 0.75, 1
    assert regions(maps, torch.tensor([0.5]), 4)[0, 0].tolist() == [False, False, True, True]
    assert regions(maps, torch.tensor([0.75]), 4)[0, 0].tolist() == [False, False, False, True]


def test_an_outline_is_one_pixel_wide_and_outside() -> None:
    inside = torch.zeros(1, 5, 6, dtype=torch.bool)
    inside[0, 2, 0:2] = True
    assert ["".join(".o"[bool(cell)] for cell in row) for row in outlines(inside)[0]] == [
        "......",
        "ooo...",
        "..o...",
        "ooo...",
        "......",
    ]
    everything = torch.ones(1, 3, 3, dtype=torch.bool)
    assert not outlines(everything).any()
    assert not outlines(~everything).any()


def test_outside_the_region_a_picture_is_half_as_bright() -> None:
    picture = torch.full((1, 1, 4, 3), 201, dtype=torch.uint8)
    inside = torch.tensor([[[True, False, False, False]]])
    shown = lit(picture, inside)
    assert shown[0, 0].tolist() == [[201] * 3, list(OUTLINE), [100] * 3, [100] * 3]
    assert (picture == 201).all()


def test_a_strip_has_a_dark_place_for_every_missing_image() -> None:
    tile, everywhere = torch.full((2, 2, 3), 7, dtype=torch.uint8), torch.ones(2, 2, dtype=torch.bool)
    sheet = strip([tile, tile + 1], [everywhere, everywhere], 3, 2)
    assert sheet.shape == (2, 6, 3)
    assert sheet[:, :, 0].tolist() == [[7, 7, 8, 8, MISSING, MISSING]] * 2
    assert strip([], [], 3, 2).unique().tolist() == [MISSING]


def test_a_thumbnail_of_the_right_size_is_the_picture_itself() -> None:
    picture = torch.arange(12, dtype=torch.uint8).view(2, 2, 3)
    assert thumbnail(picture, 2) is picture
    assert thumbnail(picture, 4).shape == (4, 4, 3)
