"""Errors that a user can act on: each names the field, the value and what is allowed.

The core knows nothing of HTTP; the server maps these to status codes in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class UnitbrushError(Exception):
    """Base of all errors about input or files.

    field: the name of the offending input ("strokes[2].mask", "layer", a file name).  value: what was given, shortened
    for display.  allowed: what would be accepted, as a sentence fragment.
    """

    code = "bad_input"

    def __init__(self, message: str, *, field: str, value: object, allowed: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value if isinstance(value, int | float | bool | None) else shorten(str(value))
        self.allowed = allowed


def shorten(text: str, limit: int = 80) -> str:
    """The text, cut to `limit` characters with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class UnknownModel(UnitbrushError):
    """No model of that id."""

    code = "unknown_model"


class UnknownLayer(UnitbrushError):
    """The model has no layer of that name."""

    code = "unknown_layer"

    @classmethod
    def among(cls, name: str, known: Iterable[str], others: Iterable[str] = ()) -> UnknownLayer:
        """The error that names the layers most like it; if none is, `others`, or all that are known."""
        names = list(known)
        near = ", ".join(get_close_matches(name, names, n=3) or list(others) or names)
        return cls(f"no layer {name!r}", field="layer", value=name, allowed=f"for example {near}")


class UnknownConcept(UnitbrushError):
    """No brush or concept of that name."""

    code = "unknown_concept"


class BadSeed(UnitbrushError):
    """An image id outside the supported range."""

    code = "bad_seed"


class BadMask(UnitbrushError):
    """Bytes that are no usable mask."""

    code = "bad_mask"


class BadStroke(UnitbrushError):
    """A stroke whose units, strength or count cannot be applied."""

    code = "bad_stroke"


class BadShape(UnitbrushError):
    """A tensor of the wrong shape."""

    code = "bad_shape"


class BadCheckpoint(UnitbrushError):
    """A weights file that is damaged, unsafe or not the network it should be."""

    code = "bad_checkpoint"


class ArtifactMismatch(UnitbrushError):
    """A precomputed file that does not belong to the model, or whose hash is wrong."""

    code = "artifact_mismatch"


class DiskFull(UnitbrushError):
    """No room left for a file."""

    code = "disk_full"


class LayerNeverRan(UnitbrushError):
    """A layer was to be recorded or edited but the network never ran it."""

    code = "layer_never_ran"
