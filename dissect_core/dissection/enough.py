"""Whether there are pictures enough: said before a dissection, from what is asked for, and after it, from what chance
alone would have labelled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median

from dissect_core.dissection import chance
from dissect_core.dissection.result import MINIMUM_IOU, Dissection, DissectionSpec
from dissect_core.sources.networks import Source, shapes_of

ADVISED = 1_000
"""Fewer pictures than these are called few.

Of the 256 units of the scene classifier's last layer, 255 have an IoU above 0.04 by chance with 30 pictures, 196 with
100 and 60 with 300.
"""
SHOWN = 4
"""So many layers or units are named in a sentence."""


def expectations(source: Source, spec: DissectionSpec) -> list[str]:
    """Sentences about pictures that are too few; none if there is nothing to say.  Runs the network on one picture.

    Raises UnknownLayer, LayerNeverRan or BadShape for layers that cannot be dissected.
    """
    images, said = source.images, []
    shapes = shapes_of(source, spec.layers)
    if images < ADVISED:
        said.append(
            f"{_pictures(images)} {'is' if images == 1 else 'are'} few: chance labels more units the fewer there are; "
            f"{ADVISED:,} or more are advised, and the paper used 10,000"
        )
    if images == 1 and spec.shuffles:
        said.append("what chance labels cannot be told from one picture")
    return said + [
        _too_few(layer, values, spec) for layer, values in _values(shapes, images).items() if _few(values, spec)
    ]


def conclusions(result: Dissection) -> list[str]:
    """Sentences that say what the numbers of labelled units mean."""
    shuffles = next(iter(result.layers.values())).chance.shape[1]
    images, said = int(result.manifest["images"]), []
    if shuffles:
        said += [
            f"labelled: IoU above {MINIMUM_IOU:g} and above the unit's chance level, its best IoU in {shuffles} "
            f"countings with the labels of other pictures; at most {chance.rate(shuffles):.0%} are above it by chance",
            f"by chance: units with an IoU above {MINIMUM_IOU:g} in such a counting, on average",
        ]
    else:
        said.append(f"labelled: IoU above {MINIMUM_IOU:g}, not compared with chance")
    said.append("under a category: distinct concepts")
    high = [layer for layer, level in chance_levels(result).items() if level > MINIMUM_IOU]
    if high:
        advice = f"; {ADVISED:,} or more pictures would lower it" if images < ADVISED else ""
        said.append(
            f"chance is strong in {_some(high)}: half of the units there reach an IoU above {MINIMUM_IOU:g} from where "
            f"things usually are in these {_pictures(images)}{advice}"
        )
    for layer, units in result.manifest.get("unusable", {}).items():
        said.append(f"{layer}: not finite in some picture and left out: unit {_some(list(map(str, units)))}")
    return said


def chance_levels(result: Dissection) -> Mapping[str, float]:
    """Layer -> the median of its units' chance levels, of the layers that have any."""
    return {
        layer: median(stats.chance_level.tolist()) for layer, stats in result.layers.items() if stats.chance.shape[1]
    }


def _values(shapes: Mapping[str, tuple[int, int, int]], images: int) -> dict[str, int]:
    """Layer -> how many values each of its units has in so many pictures."""
    return {layer: images * height * width for layer, (_, height, width) in shapes.items()}


def _few(values: int, spec: DissectionSpec) -> bool:
    return values < needed(spec.quantile)


def needed(quantile: float) -> int:
    """How many values there must be for one to be above the quantile: 100 for 0.99."""
    return math.ceil(round(1 / (1 - quantile), 6))


def _too_few(layer: str, values: int, spec: DissectionSpec) -> str:
    return (
        f"{layer}: too few pictures: each unit has {values} values, and the rule that a share of "
        f"{round(1 - spec.quantile, 6):g} is above the threshold needs at least {needed(spec.quantile)}"
    )


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
