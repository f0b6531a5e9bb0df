"""A toy world whose every number is known by hand: two units that are two concepts, and one that is nothing.

Generator: z (N, 4) -> layer1, three units on an 8x8 grid -> layer2 (the identity) -> 16x16 picture, red = unit 0,
green = unit 1.  Unit 0 ("tree") is 1 in a 2x2 block of cells whose place z[0], z[1] choose in the lower half; unit 1
("sky") is 1 in the two upper rows; unit 2 is a gradient of z[2] that nothing depends on.
TensorSource: pictures and activations as they are given.
Segmenter: object "tree" where red > 0.5, else "sky" where green > 0.5, else "grass"; part "crown" in the trees.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.brushes.brush import Brush, BrushSet
from dissect_core.brushes.effects import Bench
from dissect_core.brushes.ranking import EffectSpec
from dissect_core.brushes.search import ChoiceSpec
from dissect_core.concepts.columns import Columns
from dissect_core.dissection.result import Dissection
from dissect_core.models.hooks import edited
from dissect_core.models.progan import LayerInfo
from dissect_core.painting.edits import apply_edit
from dissect_core.render import Request
from tests.toy_precomputed import toy_stats

BRUSH = Brush("tree", "tree", "object", "layer1", "iou", (0, 2), (1.0, 0.5), 1.0, 7, (0.1, 0.2, 0.3, 0.4), 2)
BRUSHES = BrushSet("toy", "a" * 64, "b" * 64, (BRUSH,), "0.1.0+abc")
CHOICE = ChoiceSpec(
    layers=("layer1", "layer2"), first_id=100, pool=30, screened=8, measured=12, finalists=2,
    effect=EffectSpec(images=8, count=1),
)  # fmt: skip


class Planted(nn.Module):
    """(N, 4, 1, 1) -> (N, 3, 8, 8)."""

    def forward(self, z: Tensor) -> Tensor:
        z = z.view(-1, 4)
        maps = torch.zeros(len(z), 3, 8, 8)
        for n in range(len(z)):
            row, column = 4 + 2 * int(z[n, 0] > 0), 2 * int(z[n, 1] > 0) + 2
            maps[n, 0, row : row + 2, column : column + 2] = 1.0
        maps[:, 1, :2] = 1.0
        maps[:, 2] = z[:, 2, None, None] * torch.linspace(0, 1, 8)
        return maps


class Colours(nn.Module):
    """(N, 3, 8, 8) -> (N, 3, 16, 16) in [-1, 1]."""

    def forward(self, maps: Tensor) -> Tensor:
        return F.interpolate(maps[:, :3] * 2 - 1, scale_factor=2, mode="nearest")


class ToyGenerator(nn.Sequential):
    """The generator of this file."""

    def __init__(self) -> None:
        super().__init__(OrderedDict([("layer1", Planted()), ("layer2", nn.Identity()), ("output_16x16", Colours())]))
        self.anchor = nn.Parameter(torch.zeros(0))  # tells the device
        self.latent_size, self.resolution = 4, 16
        self.layers = {name: LayerInfo(name, 3, 8) for name in ("layer1", "layer2")}

    def forward(self, z: Tensor) -> Tensor:
        x = z.view(-1, 4, 1, 1)
        for block in self.children():
            x = block(x)
        return x


class ToyRenderer:
    """Renders the generator of this file by editing its layers one picture at a time."""

    def __init__(self, generator: ToyGenerator) -> None:
        self.generator = generator

    def render(self, requests: Sequence[Request]) -> Tensor:
        return torch.cat([self._one(request) for request in requests])

    def _one(self, request: Request) -> Tensor:
        with edited(self.generator, {name: partial(apply_edit, edit=edit) for name, edit in request.edits.items()}):
            picture: Tensor = self.generator(request.latent[None])
        return picture


class ToySegmenter(nn.Module):
    """The segmenter of this file."""

    categories: ClassVar = {"object": ("none", "sky", "tree", "grass"), "part": ("none", "crown")}

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        red, green = images[:, 0], images[:, 1]
        never = torch.full_like(red, -9.0)
        objects = torch.stack([never, green * 4 - 2 * red, red * 8, -0.5 * (red + green)], 1)
        return {"object": objects, "part": torch.stack([torch.zeros_like(red), red * 8], 1)}

    def label(self, images: Tensor) -> dict[str, Tensor]:
        return {category: logits.argmax(1).to(torch.uint8) for category, logits in self(images).items()}

    def features(self, images: Tensor) -> Tensor:
        return images.mean(dim=(2, 3))


@dataclass(frozen=True, eq=False)
class TensorSource:
    """Pictures (N, 3, R, R) and activations (N, U, h, w) of any layers, as they are."""

    pictures: Tensor
    activations: Mapping[str, Tensor]
    first_id: int = 0
    model: str = "tensors"

    @property
    def images(self) -> int:
        return len(self.pictures)

    @property
    def device(self) -> torch.device:
        return self.pictures.device

    @property
    def inputs(self) -> Mapping[str, Any]:
        return {"model": self.model, "model_sha256": "c" * 64, "images": self.images, "first_id": self.first_id}

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Mapping[str, Tensor]]:
        return self.pictures[list(rows)], self.activate(rows, layers)

    def activate(self, rows: Sequence[int], layers: Sequence[str]) -> Mapping[str, Tensor]:
        return {layer: self.activations[layer][list(rows)] for layer in layers}


def toy_dissection() -> Dissection:
    """Unit 0 is the tree and its crown, unit 1 the sky; of images 0 to 99."""
    columns = Columns(ToySegmenter.categories)
    iou = torch.zeros(3, len(columns.concepts))
    iou[0, 1] = iou[0, 3] = iou[1, 0] = 1.0
    stats = toy_stats(torch.ones(3), iou)
    manifest = {"model": "toy", "model_sha256": "a" * 64, "segmenter_sha256": "b" * 64, "first_id": 0, "images": 100}
    return Dissection(manifest, columns, {"layer1": stats, "layer2": stats})


def toy_bench() -> Bench:
    generator = ToyGenerator()
    return Bench(generator, ToyRenderer(generator), ToySegmenter(), 8)
