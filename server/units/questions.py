"""The question "which units are strongest here?": what is looked at, and where.  Knows no HTTP."""

from __future__ import annotations

from torch import Tensor

from dissect_core.errors import BadMask, UnitbrushError
from dissect_core.images.decoding import BadPicture
from dissect_core.painting.masks import decode_mask
from dissect_core.units.strongest import place_of_mask, place_of_point
from server.catalog import DissectedModel
from server.painting.base64_files import base64_file
from server.settings import Settings
from server.units.inspector import Looking, Seen
from server.units.unit_schemas import Question


def seen_of(looking: Looking, model: DissectedModel, question: Question) -> Seen:
    """The picture that is asked about.  Raises UnitbrushError unless there is one, and it is good."""
    if question.seed is not None and question.picture is None:
        return looking.of_seed(model, question.seed)
    if question.picture is not None and question.seed is None:
        most = looking.settings.max_body_bytes  # `of_file` has a word about the file itself
        return looking.of_file(model, base64_file(question.picture, most, "picture", BadPicture))
    raise _one_of("seed", "picture", question.seed is None)


def place_of(settings: Settings, model: DissectedModel, question: Question) -> Tensor:
    """The place that is asked about, (R, R) weights.  Raises UnitbrushError unless there is one, and it is good."""
    side = model.card.resolution
    if question.point is not None and question.mask is None:
        return place_of_point(*question.point, side)
    if question.mask is not None and question.point is None:
        data = base64_file(question.mask, settings.max_mask_bytes, "mask", BadMask)
        return place_of_mask(decode_mask(data, settings.max_mask_side_px), side)
    raise _one_of("point", "mask", question.point is None)


def _one_of(first: str, second: str, neither: bool) -> UnitbrushError:
    given = "neither" if neither else "both"
    return UnitbrushError(f"{first} or {second}?", field=first, value=given, allowed=f"either {first} or {second}")
