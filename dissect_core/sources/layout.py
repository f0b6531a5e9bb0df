"""Feature maps as (N, U, h, w), however a network lays them out.

    channels-first    (N, U, h, w), as convolutions have them
    channels-last     (N, h, w, U), as in Swin and in the blocks of ConvNeXt
    tokens            (N, h w, U), a square of tokens row by row; one more at the beginning is the class token, left out

Pictures are square and so are their maps, which is why the order can be told from the shape.  A cube, such as 64 units
on a grid of 64 x 64 cells, is read as channels-first.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from torch import Tensor

from dissect_core.errors import BadShape

Layout = Literal["auto", "channels-first", "channels-last", "tokens"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
OPTION = "channels-first, channels-last or tokens, as --layout says; or another layer"


def as_maps(layer: str, output: Tensor, layout: Layout = "auto") -> Tensor:
    """What a layer gives as (N, U, h, w).  Raises BadShape if it does not have that layout."""
    shape = tuple(output.shape)
    kind = _told(shape) if layout == "auto" else layout
    if kind == "tokens" and len(shape) == 3:
        return _from_tokens(layer, output)
    if kind == "channels-last" and len(shape) == 4:
        return output.permute(0, 3, 1, 2)
    if kind == "channels-first" and len(shape) == 4:
        return output
    what = "no feature maps" if layout == "auto" else f"nothing that is laid out as {layout}"
    raise BadShape(f"{layer} gives {what}", field="layers", value=shape, allowed=OPTION)


def _told(shape: tuple[int, ...]) -> Layout:
    """The layout that a shape tells."""
    if len(shape) == 3:
        return "tokens"
    square_first = len(shape) == 4 and shape[1] == shape[2] != shape[3]
    return "channels-last" if square_first else "channels-first"


def _from_tokens(layer: str, output: Tensor) -> Tensor:
    count, side = output.shape[1], math.isqrt(output.shape[1])
    if count not in (side**2, side**2 + 1):
        raise BadShape(
            f"{layer} gives {count} tokens, which are no square with or without a class token",
            field="layers",
            value=tuple(output.shape),
            allowed=OPTION,
        )
    places = output[:, count - side**2 :].transpose(1, 2)
    return places.reshape(*places.shape[:2], side, side)
