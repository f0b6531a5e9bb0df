"""The top, bottom, left and right halves of every object: parts of things that no segmenter was taught.

Bau et al. 2020, "Reference segmentation": each object class gives four more concepts, the halves of the bounding box of
each of its connected components.  Components are 8-connected; a box of rows `top` to `bottom` is divided before row
(top + bottom + 1) // 2, so the middle row of an odd number belongs to the lower half, and columns likewise.

The original's loop leaves out the last component of every picture (`range(1, count)` over components counted from 1, in
the order of their first pixels), which stays undivided.  We divide all; `leave_last` does as the original.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dissect_core.concepts.columns import LEFT_OR_RIGHT, UPPER_OR_LOWER

RULE = "halves of the bounding boxes of 8-connected components of objects"
RULE_OF_THE_ORIGINAL = RULE + ", the last component of every picture left out"
"""What a manifest says about where the halves come from."""

EIGHT_CONNECTED = np.ones((3, 3), dtype=bool)

Labels = NDArray[np.integer]


def half_names(objects: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The two label maps of halves and their names, for object names in index order (0 = none)."""
    first = {UPPER_OR_LOWER: ("top", "bottom"), LEFT_OR_RIGHT: ("left", "right")}
    return {
        name: ("none", *(f"{side} of {thing}" for side in sides for thing in objects[1:]))
        for name, sides in first.items()
    }


def half_maps(objects: Labels, count: int, *, leave_last: bool = False) -> NDArray[np.int16]:
    """Object labels (N, H, W) in 0..count -> int16 (N, 2, H, W): upper or lower, left or right.

    In both maps object k has the labels k (its top or left half) and count + k (bottom or right); 0 is no object.
    """
    halves = np.zeros((len(objects), 2, *objects.shape[1:]), dtype=np.int16)
    for labels, maps in zip(objects, halves, strict=True):
        for label, box in enumerate(ndimage.find_objects(labels), start=1):
            if box is not None:
                _divide(labels[box] == label, maps[:, box[0], box[1]], label, count)
        if leave_last:
            _leave_last(labels, maps)
    return halves


def _divide(here: NDArray[np.bool_], maps: NDArray[np.int16], label: int, count: int) -> None:
    """Fill in the halves of one object where it is: here (h, w), maps (2, h, w), a view into the picture's."""
    islands, _ = ndimage.label(here, EIGHT_CONNECTED)
    boxes = ndimage.find_objects(islands)
    for axis, along in enumerate((np.arange(here.shape[0])[:, None], np.arange(here.shape[1])[None, :])):
        middles = np.array([0, *((box[axis].start + box[axis].stop) // 2 for box in boxes)])
        second = along >= middles[islands]
        maps[axis][here] = np.where(second, count + label, label)[here]


def _leave_last(labels: Labels, maps: NDArray[np.int16]) -> None:
    """Clear the component whose first pixel, row by row, comes last."""
    last, first_pixel = np.zeros(labels.shape, dtype=bool), -1
    for label in np.unique(labels[labels > 0]):
        islands, _ = ndimage.label(labels == label, EIGHT_CONNECTED)
        numbers, firsts = np.unique(islands, return_index=True)
        newest = int(firsts[numbers > 0].max())
        if newest > first_pixel:
            last, first_pixel = islands == islands.flat[newest], newest
    maps[:, last] = 0
