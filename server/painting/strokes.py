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

from collections.abc import Sequence

from torch import Tensor

from dissect_core.errors import BadStroke
from dissect_core.painting.edits import LayerEdit, UnitStroke, compose
from dissect_core.painting.masks import Pooling, decode_mask, to_grid
from server.catalog import PaintModel
from server.errors import inside
from server.painting.masks import Mask
from server.schemas import Stroke
from server.settings import Settings
from server.work.recent import Recent


class StrokeReader:
    """Reads strokes within the limits of the settings; keeps masks that were pooled before (thread-safe)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._grids: Recent[tuple[str, int, Pooling], Tensor] = Recent(settings.cached_masks)

    def edits(self, model: PaintModel, strokes: Sequence[Stroke], masks: Sequence[Mask]) -> dict[str, LayerEdit]:
        """Layer name -> edit, for all strokes together, each with its mask.

        Raises UnitbrushError with the stroke's number in its field.
        """
        units = []
        for number, (stroke, mask) in enumerate(zip(strokes, masks, strict=True)):
            with inside(f"strokes[{number}]"):
                units.append(self._unit_stroke(model, stroke, mask))
        return compose([stroke for stroke in units if bool(stroke.alpha.any())])

    def _unit_stroke(self, model: PaintModel, stroke: Stroke, mask: Mask) -> UnitStroke:
        self._check_count(stroke)
        layer, units = self._units(model, stroke)
        units = units[: stroke.count][: self.settings.max_units_per_stroke]  # a brush's own number may be above it
        if stroke.mode == "erase":
            values: tuple[float, ...] = (0.0,) * len(units)
            if stroke.level != 1:
                raise BadStroke("erasing has no level", field="level", value=stroke.level, allowed="1 when erasing")
        else:
            most = self.settings.max_level
            if stroke.level > most:
                raise BadStroke("the level is too high", field="level", value=stroke.level, allowed=f"0 to {most:g}")
            level = stroke.level * model.level(stroke.concept)
            values = tuple(level * value for value in model.values(layer, units))
        grid = self._grid(mask, model.layers[layer].grid, stroke.pooling)
        return UnitStroke(layer, units, values, grid * stroke.strength)

    def _check_count(self, stroke: Stroke) -> None:
        most = self.settings.max_units_per_stroke
        if stroke.count is not None and stroke.count > most:
            raise BadStroke("too many units", field="count", value=stroke.count, allowed=f"1 to {most}")

    def _units(self, model: PaintModel, stroke: Stroke) -> tuple[str, tuple[int, ...]]:
        """The layer and the units, best first; as many as the stroke has by default."""
        if (stroke.concept is None) == (stroke.units is None):
            given = "neither" if stroke.concept is None else "both"
            raise BadStroke(
                "which units?", field="concept", value=given, allowed="either concept, or units together with layer"
            )
        if stroke.units is not None:
            return self._listed(model, stroke.layer, stroke.units)
        assert stroke.concept is not None
        if stroke.layer is None:
            brush = model.brush(stroke.concept)
            return brush.layer, brush.units[: stroke.count or brush.default_count]
        ranking = model.ranking(stroke.concept, stroke.layer)
        default = next((b.default_count for b in model.brushes.values() if b.concept == stroke.concept), 20)
        return stroke.layer, ranking[: stroke.count or default]

    def _listed(self, model: PaintModel, layer: str | None, units: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
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
        return layer, units

    def _grid(self, mask: Mask, grid: int, pooling: Pooling) -> Tensor:
        """(grid, grid) in [0, 1]: a stroke's mask, pooled."""
        return self._grids.get_or_make(
            (mask.sha256, grid, pooling),
            lambda: to_grid(decode_mask(mask.data, self.settings.max_mask_side_px), grid, pooling),
        )
