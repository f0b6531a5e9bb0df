"""The one shape of every error, and the only place that knows which error of the core has which HTTP status.

    {"error": {"code": "unknown_concept", "field": "strokes[0].concept", "value": "tre",
               "allowed": "one of tree, door", "message": "no brush 'tre'"}}

Knows no web framework: `http/error_handlers.py` makes answers of these.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from dissect_core.errors import ArtifactMismatch, BadCheckpoint, UnitbrushError, shorten

RETRY_AFTER_S = 5
"""When to come back after a 503 that does not know better: about what a restart takes."""
SERVER_FAULTS: tuple[type[UnitbrushError], ...] = (ArtifactMismatch, BadCheckpoint)
"""Errors about our own files: when a request meets one, it is not the request's fault."""


class ApiError(UnitbrushError):
    """An error that carries its HTTP status and code; a 503 also in how many seconds to come back."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str,
        value: object,
        allowed: str,
        headers: Mapping[str, str] | None = None,
        retry_after_s: int = RETRY_AFTER_S,
    ) -> None:
        super().__init__(message, field=field, value=value, allowed=allowed)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.retry_after_s = retry_after_s if status == 503 else None


class NotFound(ApiError):
    """What the path of a request names does not exist: 404 instead of the 422 that the same name gets in a body."""

    def __init__(self, error: UnitbrushError) -> None:
        super().__init__(404, error.code, error.message, field=error.field, value=error.value, allowed=error.allowed)


@contextmanager
def inside(place: str) -> Iterator[None]:
    """Put `place` before the field of any error of the block: "mask" -> "strokes[2].mask"."""
    try:
        yield
    except UnitbrushError as error:
        error.field = f"{place}.{error.field}"
        raise


def unknown_unit(layer: str, unit: int, units: int) -> ApiError:
    """404: the layer has no such unit."""
    return ApiError(
        404, "unknown_unit", f"{layer} has no unit {unit}", field="unit", value=unit, allowed=f"0 to {units - 1}"
    )


def unknown_image(rank: int, images: int) -> ApiError:
    """404: a unit has no image of that rank."""
    allowed = f"0 to {images - 1}" if images else "none: the unit has no images"
    return ApiError(404, "unknown_image", f"no image of rank {rank}", field="rank", value=rank, allowed=allowed)


def overloaded(waiting: int, expected_s: float, allowed: str) -> ApiError:
    """503: so many renders wait already, for about so long."""
    again_s = max(1, math.ceil(expected_s))
    return ApiError(
        503,
        "overloaded",
        "too many paintings are waiting; please try again",
        field="server",
        value=f"{waiting} waiting, about {expected_s:.1f} s",
        allowed=f"{allowed}; try again in {again_s} s",
        retry_after_s=again_s,
    )


def status_of(error: UnitbrushError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, ApiError):
        return error.status
    return 500 if isinstance(error, SERVER_FAULTS) else 422


def error_body(error: UnitbrushError) -> dict[str, Any]:
    """The JSON object of an error; it has `retry_after_s` where coming back later helps."""
    again_s = retry_after_s(error)
    return {
        "error": {
            "code": error.code,
            "field": printable(error.field),
            "value": printable(error.value),
            "allowed": printable(error.allowed),
            "message": printable(error.message),
            **({} if again_s is None else {"retry_after_s": again_s}),
        }
    }


def retry_after_s(error: UnitbrushError) -> int | None:
    """In how many seconds to come back, 1 or more; None for an error that stays."""
    return error.retry_after_s if isinstance(error, ApiError) else None


def printable(value: object) -> str | int | float | bool | None:
    """Anything as a short JSON value: NaN and infinity as text, and no character that UTF-8 cannot write."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if abs(value) < 2**63 else "a very large number"
    return str(value).encode("utf-8", "backslashreplace").decode()


def unexpected() -> ApiError:
    """500: a fault of ours; what happened is in the log."""
    return ApiError(
        500, "internal", "something went wrong in the server; its log says more", field="server", value=None, allowed=""
    )


def from_validation(problems: Sequence[Any]) -> ApiError:
    """The first problem that pydantic found, as our error."""
    problem = cast("Mapping[str, Any]", problems[0])
    places = [part for part in problem["loc"] if part not in ("body", "query", "path")]
    kind, context = str(problem["type"]), problem.get("ctx") or {}
    message = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "json_invalid":
        return ApiError(
            422, "bad_json", "the body is not JSON", field="body", value=f"unreadable at {places or 'the start'}",
            allowed="JSON in UTF-8",
        )  # fmt: skip
    return ApiError(
        422,
        "bad_input",
        message[:1].lower() + message[1:],
        field=field_name(places) or "body",
        value="missing" if kind == "missing" else describe(problem.get("input")),
        allowed=_allowed(kind, context, message),
    )


def field_name(places: Sequence[object]) -> str:
    """("strokes", 0, "mask") -> "strokes[0].mask"."""
    name = ""
    for part in places:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return shorten(name)


def describe(value: object) -> object:
    """A rejected value as it may be shown: numbers and short texts as they are, the rest by its kind and length."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, list | tuple | set):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return shorten(f"an object with {', '.join(map(str, list(value)[:5])) or 'no fields'}")
    return shorten(str(value))


def _allowed(kind: str, context: Mapping[str, Any], message: str) -> str:
    """What would have been accepted."""
    limits = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    bounds = [f"{words} {context[key]}" for key, words in limits.items() if key in context]
    fixed = {
        "missing": "this field is required",
        "extra_forbidden": "no such field; see /docs",
        "finite_number": "a finite number",
        "model_attributes_type": "a JSON object",
        "dict_type": "a JSON object",
        "model_type": "a JSON object",
        "list_type": "a list",
        "tuple_type": "a list",
        "string_type": "a text",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "int_parsing_size": "a whole number of a sensible size",
        "float_type": "a number",
        "float_parsing": "a number",
        "bool_type": "true or false",
    }
    if "max_length" in context:
        return f"at most {context['max_length']} of them"
    if "min_length" in context:
        return f"at least {context['min_length']}"
    if kind in ("literal_error", "enum"):
        return f"one of {context['expected']}"
    return " and ".join(bounds) or fixed.get(kind) or json.dumps(message, ensure_ascii=False).strip('"')
