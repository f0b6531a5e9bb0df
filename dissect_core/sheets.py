"""Contact sheets: many small pictures in rows."""

from __future__ import annotations

import torch
from torch import Tensor

GAP_PX = 2


def contact_sheet(pictures: Tensor, columns: int) -> Tensor:
    """(N, H, W, 3) uint8 -> one uint8 picture, row by row, with thin dark gaps; the last row may be short."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    sheet = torch.full(
        (rows * (height + GAP_PX) - GAP_PX, columns * (width + GAP_PX) - GAP_PX, 3), 24, dtype=torch.uint8
    )
    for index, picture in enumerate(pictures):
        top, left = index // columns * (height + GAP_PX), index % columns * (width + GAP_PX)
        sheet[top : top + height, left : left + width] = picture
    return sheet
