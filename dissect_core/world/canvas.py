"""The canvas: a batch of pictures and their label maps, painted back to front."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor

from dissect_core.world.concepts import MATERIALS, OBJECTS, PARTS


class Canvas:
    """A batch of square pictures with three label maps that always agree with what is visible.

    image: float32 (B, 3, H, W), RGB in [0, 1].  object, part, material: uint8 (B, H, W), indices into `concepts`
    (0 = none).  x, y: (1, 1, W) and (1, H, 1) pixel-centre coordinates in 0..1.  size: W of the whole picture, also in
    a window of it.
    """

    def __init__(self, count: int, size: int, device: torch.device) -> None:
        self.size = size
        centres = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) / size
        self.x, self.y = centres.view(1, 1, size), centres.view(1, size, 1)
        self.image = torch.zeros(count, 3, size, size, device=device)
        self.object, self.part, self.material = (
            torch.zeros(count, size, size, device=device, dtype=torch.uint8) for _ in range(3)
        )

    def span(self, low: Tensor | float, high: Tensor | float, centres: Tensor) -> slice:
        """The rows (centres = y) or columns (centres = x) of this canvas that hold these bounds in every picture."""
        begin, count = round(float(centres.flatten()[0]) * self.size - 0.5), centres.numel()
        first = max(0, math.floor(float(torch.as_tensor(low).min()) * self.size) - 1 - begin)
        last = min(count, math.ceil(float(torch.as_tensor(high).max()) * self.size) + 1 - begin)
        first = min(first, count - 1)
        return slice(first, max(last, first + 1))

    def part_of(self, rows: slice, columns: slice) -> Canvas:
        """A window of the canvas; what is painted there appears in the whole."""
        window = copy.copy(self)
        window.x, window.y = self.x[:, :, columns], self.y[:, rows]
        window.image = self.image[:, :, rows, columns]
        window.object, window.part, window.material = (
            labels[:, rows, columns] for labels in (self.object, self.part, self.material)
        )
        return window

    def cover(self, distance: Tensor, present: Tensor | float = 1.0) -> Tensor:
        """Anti-aliased coverage in [0, 1] of a signed distance; `present` (B, 1, 1) switches the object per scene."""
        return (0.5 - distance * self.size).clamp(0, 1) * present

    def soft(self, distance: Tensor, width: Tensor | float, present: Tensor | float = 1.0) -> Tensor:
        """Coverage with a blurred edge of the given width (image widths), for shadows, glows and clouds."""
        t = (0.5 - distance / width).clamp(0, 1)
        return t * t * (3 - 2 * t) * present

    def paint(
        self, cover: Tensor, colour: Tensor, object: str | None, part: str | None = None, material: str | None = None
    ) -> None:
        """Composite `colour` (B|1, 3, H|1, W|1) over the picture; where coverage > 1/2 the pixel takes the labels.

        object None keeps the object that is there (a detail of it); part and material are always replaced
        (None = no part, no material).
        """
        self.image.lerp_(colour.expand_as(self.image), cover.unsqueeze(1).expand_as(self.image))
        hit = (cover > 0.5).expand_as(self.object)
        if object is not None:
            self.object.masked_fill_(hit, OBJECTS.index(object))
        self.part.masked_fill_(hit, 0 if part is None else PARTS.index(part))
        self.material.masked_fill_(hit, 0 if material is None else MATERIALS.index(material))

    def shade(self, cover: Tensor, factor: Tensor | float) -> None:
        """Multiply the picture by `factor` ((B, 3, 1, 1) or a number) where covered: shadow or glow; labels stay."""
        self.image.mul_(1 + (factor - 1) * cover.unsqueeze(1))
