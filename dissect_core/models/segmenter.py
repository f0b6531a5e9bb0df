"""The storybook segmenter: which object, part and material does each pixel show?

A small U-shaped network (Ronneberger et al. 2015) with one head per category.  It plays the role of the unified
perceptual parser in the paper (Materials and Methods, "Reference segmentation").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.errors import BadCheckpoint, BadShape
from dissect_core.models.state import load_checked

STRIDE = 16  # of the coarsest maps


def rescale(maps: Tensor, size: int) -> Tensor:
    """(N, C, R, R) -> (N, C, size, size): area means to shrink, bilinear to enlarge, itself if the size is right."""
    if maps.shape[-1] == size:
        return maps
    if maps.shape[-1] > size:
        return F.interpolate(maps, size=(size, size), mode="area")
    return F.interpolate(maps, size=(size, size), mode="bilinear", align_corners=False)


class Stage(nn.Sequential):
    """Two 3x3 convolutions with batch normalisation and ReLU; the first may halve the grid."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Segmenter(nn.Module):
    """Square pictures (N, 3, R, R) in [-1, 1] -> logits per category.

    categories: name -> concept names, index 0 "none".  widths: channels at full, 1/2, 1/4, 1/8 and 1/16 resolution.
    size: the resolution it was trained at, a multiple of 16; pictures of another are scaled to it, and the logits back.
    """

    def __init__(
        self,
        categories: Mapping[str, Sequence[str]],
        widths: Sequence[int] = (16, 32, 64, 128, 160),
        size: int = 128,
    ) -> None:
        super().__init__()
        if size % STRIDE:
            raise BadShape("a segmenter of a bad size", field="size", value=size, allowed=f"a multiple of {STRIDE}")
        self.size = size
        self.categories = {name: tuple(concepts) for name, concepts in categories.items()}
        self.widths = tuple(widths)
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)
        )
        self.encoder = nn.ModuleList(Stage(a, b, stride=2) for a, b in pairwise(widths))
        self.decoder = nn.ModuleList(Stage(a + b, a) for a, b in pairwise(widths))
        self.heads = nn.ModuleDict({name: nn.Conv2d(widths[0], len(c), 1) for name, c in self.categories.items()})

    def _encode(self, images: Tensor) -> list[Tensor]:
        if images.dim() != 4 or images.shape[1] != 3 or images.shape[2] != images.shape[3]:
            raise BadShape(
                f"the segmenter cannot read pictures of shape {tuple(images.shape)}",
                field="images",
                value=tuple(images.shape),
                allowed="(N, 3, R, R)",
            )
        images = rescale(images, self.size)
        levels = [self.stem(images.contiguous(memory_format=torch.channels_last))]
        for stage in self.encoder:
            levels.append(stage(levels[-1]))
        return levels

    def maps(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, widths[0], size, size), what the heads read."""
        levels = self._encode(images)
        x = levels[-1]
        for skip, stage in zip(reversed(levels[:-1]), reversed(self.decoder), strict=True):
            x = stage(torch.cat([skip, F.interpolate(x, scale_factor=2, mode="nearest")], dim=1))
        return x

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """(N, 3, H, W) -> {category: logits (N, K, H, W)}."""
        x = self.maps(images)
        return {name: rescale(head(x), images.shape[-1]) for name, head in self.heads.items()}

    def label(self, images: Tensor) -> dict[str, Tensor]:
        """(N, 3, H, W) -> {category: uint8 (N, H, W)}, the index of the likeliest concept."""
        with torch.inference_mode():
            return {name: logits.argmax(dim=1).to(torch.uint8) for name, logits in self(images).items()}

    def features(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, F): means of the three coarsest encoder maps, the space of distances between sets."""
        with torch.inference_mode():
            return torch.cat([level.mean(dim=(2, 3)) for level in self._encode(images)[-3:]], dim=1)

    @property
    def architecture(self) -> dict[str, object]:
        """What `from_state_dict` needs beside the tensors, for the model card."""
        return {
            "family": "storybook-segmenter",
            "size": self.size,
            "widths": list(self.widths),
            "categories": {name: list(concepts) for name, concepts in self.categories.items()},
        }

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor], architecture: Mapping[str, object]) -> Segmenter:
        """Rebuild a segmenter from its card's architecture and its tensors.  Raises BadCheckpoint naming the key."""
        widths, categories, size = (architecture.get(key) for key in ("widths", "categories", "size"))
        if not (isinstance(widths, Sequence) and isinstance(categories, Mapping) and isinstance(size, int)):
            raise BadCheckpoint(
                "the card does not describe a segmenter",
                field="architecture",
                value=architecture,
                allowed="size, widths and categories",
            )
        segmenter = cls(categories, widths, size)
        load_checked(segmenter, state)
        return segmenter.eval()
