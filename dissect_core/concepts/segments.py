"""Everything that can be seen at every position of a picture: one stack of label maps.

What the segmenter sees (objects, parts, materials), the eleven basic colours of the pixels, and the halves of every
object.  Any segmenter will do that has `categories` and `label`; halves need its category "object".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from dissect_core.concepts import colours, halves
from dissect_core.concepts.columns import COLOUR, Columns
from dissect_core.concepts.positions import at_positions
from dissect_core.errors import BadShape

OBJECT = "object"


class LabelsImages(Protocol):
    """What is needed of a segmenter.

    categories: category -> the names of its concepts in index order; index 0 is nothing, whatever its name.
    """

    categories: dict[str, tuple[str, ...]]

    def label(self, images: Tensor) -> dict[str, Tensor]:
        """(N, 3, R, R) in [-1, 1] -> per category (N, R, R), whole numbers: indices into its names."""


class ColoursOnly:
    """A segmenter that sees nothing, so that only colours are looked for."""

    def __init__(self) -> None:
        self.categories: dict[str, tuple[str, ...]] = {}

    def label(self, images: Tensor) -> dict[str, Tensor]:
        """No maps."""
        return {}


class Segments:
    """A segmenter with colours and halves.

    columns: all concepts; the maps of the segmenter first, then colours, then the two of halves.
    inputs: what decides the labels, for a manifest.
    leave_last: leave out the last component of every picture, as the original's halves do (see `halves`).
    """

    def __init__(self, segmenter: LabelsImages, sha256: str, *, leave_last: bool = False) -> None:
        self.segmenter, self.leave_last = segmenter, leave_last
        maps: dict[str, tuple[str, ...]] = {**segmenter.categories, COLOUR: colours.COLOURS}
        self.inputs: Mapping[str, Any] = {"segmenter_sha256": sha256, "colours": colours.RULE}
        if OBJECT in segmenter.categories:
            maps |= halves.half_names(segmenter.categories[OBJECT])
            self.inputs |= {"halves": halves.RULE_OF_THE_ORIGINAL if leave_last else halves.RULE}
        self.columns = Columns(maps)

    def label(self, images: Tensor, grid: int) -> Tensor:
        """(N, 3, R, R) in [-1, 1] -> int16 (N, maps, grid, grid) on the CPU, the labels at the positions of a grid."""
        seen = self._seen(images)
        stack = [at_positions(seen[name], grid).short() for name in self.segmenter.categories]
        stack.append(colours.colour_labels(at_positions(images, grid)).short().cpu())
        if OBJECT in seen:
            count = len(self.segmenter.categories[OBJECT]) - 1
            both = torch.from_numpy(halves.half_maps(seen[OBJECT].numpy(), count, leave_last=self.leave_last))
            stack += at_positions(both, grid).unbind(1)
        return torch.stack(stack, 1)

    def _seen(self, images: Tensor) -> dict[str, Tensor]:
        """The segmenter's maps on the CPU, checked: any segmenter may come through this door."""
        labels = self.segmenter.label(images.clamp(-1, 1))
        if not isinstance(labels, Mapping) or not all(isinstance(maps, Tensor) for maps in labels.values()):
            kinds = [type(maps).__name__ for maps in labels.values()] if isinstance(labels, Mapping) else []
            found = f"{type(labels).__name__} of {', '.join(kinds)}" if kinds else type(labels).__name__
            allowed = "a dict of tensors, one for each of its categories"
            raise BadShape(f"the segmenter gives a {found}", field="labels", value=found, allowed=allowed)
        seen = {name: maps.cpu() for name, maps in labels.items()}
        for name, names in self.segmenter.categories.items():
            maps, shape = seen.get(name), (len(images), *images.shape[2:])
            if maps is None or tuple(maps.shape) != shape or maps.is_floating_point():
                found = "missing" if maps is None else f"{tuple(maps.shape)} {maps.dtype}"
                raise BadShape(f"bad labels of {name}", field=f"labels.{name}", value=found, allowed=f"{shape}, whole")
            low, high = maps.aminmax()
            if int(low) < 0 or int(high) >= len(names):
                value = int(low) if int(low) < 0 else int(high)
                raise BadShape(
                    f"no {name} {value}", field=f"labels.{name}", value=value, allowed=f"0 to {len(names) - 1}"
                )
        return seen
