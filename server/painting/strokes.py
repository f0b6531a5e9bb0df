"""Request strokes -> edits of the core.

A stroke names units in one of three ways:

    concept            the brush of that name: its layer, its units
    concept + layer    the units of that layer, ranked by IoU with the concept (the brush's own in its own layer)
    units + layer      exactly these

and paints the best `count` of them.  Drawing sets a unit to level x its 0.99 quantile, erasing to 0; the cells are
alpha = strength x the mask, pooled to the layer's grid.  Strokes that touch no cell are left out, so a painting of
empty strokes is the unedited picture, byte for byte.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from cachetools import LRUCache, cached
from torch import Tensor

from dissect_core.errors import BadStroke
from dissect_core.painting.edits import UnitStroke
from dissect_core.painting.masks import Pooling, decode_mask, to_grid
from server.catalog import PaintModel
from server.errors import inside
from server.painting.composer import Composer, Edits
from server.painting.masks import Mask
from server.schemas import Stroke
from server.settings import Settings

DEFAULT_COUNT = 20
"""Units of a concept that has no brush."""


@dataclass(frozen=True)
class _Palette:
    """What a stroke paints with: units of a layer, best first, at `level` times their quantiles."""

    layer: str
    units: tuple[int, ...]
    level: float = 1.0


class StrokeReader:
    """Reads strokes within the limits of the settings; remembers masks and whole paintings (thread-safe)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._composer = Composer(settings.painting_cache_mebibytes * 2**20)
        remembered: LRUCache[Hashable, Tensor] = LRUCache(settings.cached_masks)
        self._grid = cached(remembered, lock=threading.Lock())(self._pooled)

    def edits(self, model: PaintModel, strokes: Sequence[Stroke], masks: Sequence[Mask]) -> Edits:
        """Layer name -> edit, for all strokes together, each with its mask.

        Raises UnitbrushError with the stroke's number in its field.
        """

        def read(number: int) -> UnitStroke | None:
            with inside(f"strokes[{number}]"):
                stroke = self._unit_stroke(model, strokes[number], masks[number])
            return stroke if bool(stroke.alpha.any()) else None

        pairs = zip(strokes, masks, strict=True)
        return self._composer.edits(tuple(_key(model, stroke, mask) for stroke, mask in pairs), read)

    def _unit_stroke(self, model: PaintModel, stroke: Stroke, mask: Mask) -> UnitStroke:
        self._check_count(stroke)
        palette = self._palette(model, stroke)
        units = palette.units[: stroke.count][: self.settings.max_units_per_stroke]  # a brush may have more by default
        if stroke.mode == "erase":
            values: tuple[float, ...] = (0.0,) * len(units)
            if stroke.level != 1:
                raise BadStroke("erasing has no level", field="level", value=stroke.level, allowed="1 when erasing")
        else:
            most = self.settings.max_level
            if stroke.level > most:
                raise BadStroke("the level is too high", field="level", value=stroke.level, allowed=f"0 to {most:g}")
            level = stroke.level * palette.level
            values = tuple(level * value for value in model.values(palette.layer, units))
        grid = self._grid(mask, model.layers[palette.layer].grid, stroke.pooling)
        return UnitStroke(palette.layer, units, values, grid * stroke.strength)

    def _check_count(self, stroke: Stroke) -> None:
        most = self.settings.max_units_per_stroke
        if stroke.count is not None and stroke.count > most:
            raise BadStroke("too many units", field="count", value=stroke.count, allowed=f"1 to {most}")

    def _palette(self, model: PaintModel, stroke: Stroke) -> _Palette:
        if (stroke.concept is None) == (stroke.units is None):
            given = "neither" if stroke.concept is None else "both"
            raise BadStroke(
                "which units?", field="concept", value=given, allowed="either concept, or units together with layer"
            )
        if stroke.concept is None:
            assert stroke.units is not None
            return self._listed(model, stroke.layer, stroke.units)
        if stroke.layer is None:
            brush = model.brush(stroke.concept)
            return _Palette(brush.layer, brush.units[: stroke.count or brush.default_count], brush.level)
        ranking = model.ranking(stroke.concept, stroke.layer)
        found = model.find_brush(stroke.concept)
        count = stroke.count or (found.default_count if found else DEFAULT_COUNT)
        return _Palette(stroke.layer, ranking[:count], found.level if found else 1.0)

    def _listed(self, model: PaintModel, layer: str | None, units: tuple[int, ...]) -> _Palette:
        if layer is None:
            known = ", ".join(model.dissection.layers)
            raise BadStroke("units of which layer?", field="layer", value=None, allowed=f"one of {known}")
        most, last = self.settings.max_units_per_stroke, model.layer(layer).units - 1
        if not 1 <= len(units) <= most:
            raise BadStroke("a stroke needs units", field="units", value=f"{len(units)} units", allowed=f"1 to {most}")
        for unit in units:
            if not 0 <= unit <= last:
                raise BadStroke(f"{layer} has no unit {unit}", field="units", value=unit, allowed=f"0 to {last}")
        if len(set(units)) != len(units):
            raise BadStroke("a unit is listed twice", field="units", value=list(units), allowed="distinct units")
        return _Palette(layer, units)

    def _pooled(self, mask: Mask, grid: int, pooling: Pooling) -> Tensor:
        """(grid, grid) in [0, 1]."""
        return to_grid(decode_mask(mask.data, self.settings.max_mask_side_px), grid, pooling)


def _key(model: PaintModel, stroke: Stroke, mask: Mask) -> Hashable:
    """Equal for strokes that do the same; `StrokeReader` must not look at more."""
    return (
        model.card.id,
        stroke.concept,
        stroke.units,
        stroke.layer,
        stroke.mode,
        stroke.strength,
        stroke.count,
        stroke.level,
        stroke.pooling,
        mask.sha256,
    )
