"""The masks of strokes: sent whole, or on a live connection once and from then on by a number."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cachetools import LRUCache

from dissect_core.errors import BadMask, UnitbrushError
from server.errors import inside
from server.painting.base64_files import base64_file
from server.schemas import Stroke
from server.settings import Settings


class UnknownMask(UnitbrushError):
    """A number under which this connection keeps no mask: it never did, or the mask was forgotten."""

    code = "unknown_mask"


@dataclass(frozen=True)
class Mask:
    """A PNG file that nobody decoded yet, and its SHA-256: masks with the same one are the same."""

    data: bytes = field(compare=False)
    sha256: str


class MaskStore:
    """The masks of one connection by number, up to `most_bytes`; those not named for longest are forgotten first."""

    def __init__(self, most_bytes: int) -> None:
        self._masks: LRUCache[int, Mask] = LRUCache(most_bytes, getsizeof=lambda mask: len(mask.data))

    def keep(self, number: int, mask: Mask) -> None:
        """Keep a mask, in place of the number's former one; one larger than the whole store is not kept."""
        with contextlib.suppress(ValueError):
            self._masks[number] = mask

    def get(self, number: int) -> Mask | None:
        """The mask of that number."""
        return self._masks.get(number)


def masks_of(strokes: Sequence[Stroke], settings: Settings, store: MaskStore | None = None) -> list[Mask]:
    """The mask of every stroke; those with a number are kept in `store` or looked up there.

    Without a store, masks have to be whole.  Raises BadMask or UnknownMask with the stroke's number in its field.
    """
    found = []
    for number, stroke in enumerate(strokes):
        with inside(f"strokes[{number}]"):
            found.append(_known(stroke, store) if stroke.mask is None else _sent(stroke.mask, stroke, settings, store))
    return found


def _sent(text: str, stroke: Stroke, settings: Settings, store: MaskStore | None) -> Mask:
    data = base64_file(text, settings.max_mask_bytes, "mask", BadMask)
    mask = Mask(data, hashlib.sha256(data).hexdigest())
    if store is not None and stroke.mask_id is not None:
        store.keep(stroke.mask_id, mask)
    return mask


def _known(stroke: Stroke, store: MaskStore | None) -> Mask:
    if stroke.mask_id is None:
        raise BadMask("a stroke needs a mask", field="mask", value=None, allowed="a PNG file as base64")
    mask = None if store is None else store.get(stroke.mask_id)
    if mask is None:
        raise UnknownMask(
            "this mask is not known here",
            field="mask_id",
            value=stroke.mask_id,
            allowed="the number of a mask sent on this live-preview connection; send mask and mask_id together again",
        )
    return mask
