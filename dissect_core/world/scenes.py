"""Paint numbered scenes of a world: `paint("church", range(16), 128)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.world.airfield import paint_airfield
from dissect_core.world.bathroom import paint_bathroom
from dissect_core.world.beach import paint_beach
from dissect_core.world.bedroom import paint_bedroom
from dissect_core.world.canvas import Canvas
from dissect_core.world.church import paint_church
from dissect_core.world.desert import paint_desert
from dissect_core.world.dice import Dice
from dissect_core.world.dining_room import paint_dining_room
from dissect_core.world.farm import paint_farm
from dissect_core.world.forest import paint_forest
from dissect_core.world.harbour import paint_harbour
from dissect_core.world.kitchen import paint_kitchen
from dissect_core.world.living_room import paint_living_room
from dissect_core.world.mountain_lake import paint_mountain_lake
from dissect_core.world.office import paint_office
from dissect_core.world.park import paint_park
from dissect_core.world.ski_slope import paint_ski_slope
from dissect_core.world.street import paint_street
from dissect_core.world.village import paint_village

PAINTERS: dict[str, Callable[[Dice, Canvas], None]] = {
    "airfield": paint_airfield,
    "bathroom": paint_bathroom,
    "beach": paint_beach,
    "bedroom": paint_bedroom,
    "church": paint_church,
    "desert": paint_desert,
    "dining_room": paint_dining_room,
    "farm": paint_farm,
    "forest": paint_forest,
    "harbour": paint_harbour,
    "kitchen": paint_kitchen,
    "living_room": paint_living_room,
    "mountain_lake": paint_mountain_lake,
    "office": paint_office,
    "park": paint_park,
    "ski_slope": paint_ski_slope,
    "street": paint_street,
    "village": paint_village,
}
LARGEST_SIZE = 256


@dataclass(frozen=True)
class Scenes:
    """Pictures and their exact labels.

    images: uint8 (N, 3, H, W).  object, part, material: uint8 (N, H, W), indices into `world.concepts` (0 = none).
    """

    images: Tensor
    object: Tensor
    part: Tensor
    material: Tensor


def paint(world: str, seeds: Sequence[int], size: int, device: torch.device | str = "cpu", batch: int = 16) -> Scenes:
    """Paint the scenes with the given seeds at size x size pixels.

    The picture of a seed depends on nothing but world, seed and size: not on the batch, not on its neighbours.
    Raises UnitbrushError for an unknown world or a size outside 16..256.
    """
    if world not in PAINTERS:
        raise UnitbrushError(
            f"there is no world {world!r}", field="world", value=world, allowed="one of " + ", ".join(PAINTERS)
        )
    if not 16 <= size <= LARGEST_SIZE:
        raise UnitbrushError(
            f"cannot paint {size} pixels", field="size", value=size, allowed=f"16 to {LARGEST_SIZE} pixels"
        )
    numbers = torch.tensor(list(seeds), dtype=torch.int64, device=device)
    parts = []
    with torch.inference_mode():
        for chunk in numbers.split(batch):
            canvas = Canvas(len(chunk), size, chunk.device)
            PAINTERS[world](Dice(chunk), canvas)
            images = canvas.image.clamp(0, 1).mul(255).round().to(torch.uint8)
            parts.append((images, canvas.object, canvas.part, canvas.material))
    images, objects, part_labels, materials = (torch.cat(column) for column in zip(*parts, strict=True))
    return Scenes(images, objects, part_labels, materials)
