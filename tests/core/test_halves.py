"""Halves of connected components, worked out by hand."""

import numpy as np

from dissect_core.concepts.columns import LEFT_OR_RIGHT, UPPER_OR_LOWER
from dissect_core.concepts.halves import half_maps, half_names

# object 1: a 3 x 3 block and, touching it by a corner only, one pixel; object 2: a 4 x 2 block
PICTURE = np.array(
    [
        [1, 1, 1, 0, 0, 2, 2],
        [1, 1, 1, 0, 0, 2, 2],
        [1, 1, 1, 0, 0, 2, 2],
        [0, 0, 0, 1, 0, 2, 2],
        [0, 0, 0, 0, 0, 0, 0],
        [1, 0, 2, 2, 2, 0, 0],
    ],
    dtype=np.uint8,
)


def test_every_component_is_divided_in_the_middle_of_its_box() -> None:
    # The block of object 1 and its corner pixel are one component, rows 0 to 3, columns 0 to 3: divided before row 2
    # and column 2.  Object 2 above: rows 0 to 3, columns 5 to 6.  Object 1 at the bottom is one pixel, the middle, so
    # the second half.  Object 2 at the bottom: row 5, columns 2 to 4, divided before column 3.
    upper_lower, left_right = half_maps(PICTURE[None], 2)[0]
    assert upper_lower.tolist() == [
        [1, 1, 1, 0, 0, 2, 2],
        [1, 1, 1, 0, 0, 2, 2],
        [3, 3, 3, 0, 0, 4, 4],
        [0, 0, 0, 3, 0, 4, 4],
        [0, 0, 0, 0, 0, 0, 0],
        [3, 0, 4, 4, 4, 0, 0],
    ]
    assert left_right.tolist() == [
        [1, 1, 3, 0, 0, 2, 4],
        [1, 1, 3, 0, 0, 2, 4],
        [1, 1, 3, 0, 0, 2, 4],
        [0, 0, 0, 3, 0, 2, 4],
        [0, 0, 0, 0, 0, 0, 0],
        [3, 0, 2, 4, 4, 0, 0],
    ]


def test_the_originals_off_by_one_leaves_the_last_component_out() -> None:
    whole, left = half_maps(PICTURE[None], 2), half_maps(PICTURE[None], 2, leave_last=True)
    last = np.zeros(PICTURE.shape, dtype=bool)
    last[5, 2:5] = True  # its first pixel comes after the first pixels of all others
    assert not left[0][:, last].any()
    assert (left[0][:, ~last] == whole[0][:, ~last]).all()


def test_pictures_are_divided_one_by_one_and_an_empty_one_stays_empty() -> None:
    pictures = np.stack([PICTURE, PICTURE * 0, PICTURE[::-1]])
    for leave_last in (False, True):
        maps = half_maps(pictures, 2, leave_last=leave_last)
        assert not maps[1].any()
        assert (maps[2] == half_maps(pictures[2:], 2, leave_last=leave_last)[0]).all()


def test_names_fit_the_labels() -> None:
    names = half_names(("none", "sky", "tree"))
    assert names == {
        UPPER_OR_LOWER: ("none", "top of sky", "top of tree", "bottom of sky", "bottom of tree"),
        LEFT_OR_RIGHT: ("none", "left of sky", "left of tree", "right of sky", "right of tree"),
    }
