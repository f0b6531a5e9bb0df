"""Painted scenes as pictures to show a network: the classes in turn, so that any first part has something of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from dissect_core.errors import BadShape
from dissect_core.images.pixels import from_bytes
from dissect_core.system.artifacts import require
from dissect_core.world.scenes import paint

HELD_OUT_SEED = 10_000_000
"""Scenes from here on are never trained on."""


class ScenePictures:
    """Picture r is the scene first_seed + r // C of the class r % C, of C classes, at size x size pixels."""

    def __init__(self, classes: Sequence[str], count: int, size: int, first_seed: int) -> None:
        """Raises BadShape for no classes or no pictures."""
        if not classes or count < 1:
            raise BadShape("no scenes", field="count", value=count, allowed="one or more, of at least one class")
        self.classes, self.count, self.size, self.first_seed = tuple(classes), count, size, first_seed

    @classmethod
    def of(cls, manifest: Mapping[str, Any], file: str) -> ScenePictures:
        """Those that a dissection was made on.  Raises ArtifactMismatch naming its file if it was made on others."""
        scenes = manifest.get("scenes")
        fields = {"classes": list, "count": int, "size": int, "first_seed": int}
        good = isinstance(scenes, dict) and all(isinstance(scenes.get(name), kind) for name, kind in fields.items())
        require(good, file, field="scenes", value=scenes, allowed=", ".join(fields))
        return cls(*(manifest["scenes"][name] for name in fields))

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """The classes and seeds, and a SHA-256 of the first scene of each class."""
        first = self.paint(range(min(len(self.classes), self.count)))
        return {
            "scenes": {
                "classes": list(self.classes),
                "count": self.count,
                "size": self.size,
                "first_seed": self.first_seed,
                "sha256": hashlib.sha256(first.numpy().tobytes()).hexdigest(),
            }
        }

    def __len__(self) -> int:
        return self.count

    def load(self, rows: Sequence[int]) -> Tensor:
        """Pictures of these numbers, (N, 3, size, size) float32 in [-1, 1]."""
        return from_bytes(self.paint(rows))

    def paint(self, rows: Sequence[int]) -> Tensor:
        """The same as bytes, (N, size, size, 3) uint8."""
        pictures = torch.empty(len(rows), self.size, self.size, 3, dtype=torch.uint8)
        for number, name in enumerate(self.classes):
            places = [place for place, row in enumerate(rows) if row % len(self.classes) == number]
            if places:
                seeds = [self.first_seed + rows[place] // len(self.classes) for place in places]
                pictures[places] = paint(name, seeds, self.size).images.permute(0, 2, 3, 1)
        return pictures
