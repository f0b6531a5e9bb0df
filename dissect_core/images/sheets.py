"""Contact sheets: many small pictures in rows."""

from __future__ import annotations

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from dissect_core.images.pixels import of_image

GAP_PX = 2
DARK, LIGHT = 24, 235
CAPTION_PX, TEXT_PX = 30, 18


def contact_sheet(pictures: Tensor, columns: int) -> Tensor:
    """(N, H, W, 3) uint8 -> one uint8 picture, row by row, with thin dark gaps; the last row may be short."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    sheet = torch.full(
        (rows * (height + GAP_PX) - GAP_PX, columns * (width + GAP_PX) - GAP_PX, 3), DARK, dtype=torch.uint8
    )
    for index, picture in enumerate(pictures):
        top, left = index // columns * (height + GAP_PX), index % columns * (width + GAP_PX)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def captioned(picture: Tensor, caption: str) -> Tensor:
    """(H, W, 3) uint8 -> (CAPTION_PX + H, W, 3): the same below a line of text."""
    bar = Image.new("RGB", (picture.shape[1], CAPTION_PX), (DARK,) * 3)
    font = ImageFont.load_default(TEXT_PX)
    ImageDraw.Draw(bar).text((6, CAPTION_PX / 2), caption, fill=(LIGHT,) * 3, font=font, anchor="lm")
    return torch.cat([of_image(bar), picture])
