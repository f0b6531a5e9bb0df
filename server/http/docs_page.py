"""What the page /docs shows: the OpenAPI schema, flattened for reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

LIVE_PREVIEW = """\
Send text messages: a Painting with an `id`, any number below 2^32. Each is answered by that id:
{"id": 7, "type": "image", "format": "png", "ms": {…}}, followed by one binary message: the id as a big-endian \
32-bit number, then the file;
{"id": 6, "type": "superseded"} when a newer painting came before this one was begun;
{"id": 5, "type": "error", "error": {…}} when it cannot be painted; the connection stays open.

A mask that was sent once on a connection may be named afterwards by `mask_id`, the SHA-256 of its PNG file. An \
unknown_mask error says that it was forgotten: send it again."""

ERROR_EXAMPLE = """\
{
  "error": {
    "code": "unknown_concept",
    "field": "strokes[0].concept",
    "value": "tre",
    "allowed": "one of tree, door, dome",
    "message": "no brush 'tre'"
  }
}"""


@dataclass(frozen=True)
class Field:
    """A parameter or a field of an object: its name, type in words, whether it is required, and what it is."""

    name: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True)
class Shape:
    """An object that is sent or answered."""

    name: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Operation:
    """One method of one address.  example: a body to start from, as JSON text, or empty."""

    method: str
    path: str
    title: str
    text: str
    parameters: tuple[Field, ...]
    body: tuple[Shape, ...]
    answer: tuple[Shape, ...]
    example: str


@dataclass(frozen=True)
class Section:
    """The operations of one tag."""

    name: str
    operations: tuple[Operation, ...]


def sections(schema: Schema) -> list[Section]:
    """The operations of an OpenAPI schema by tag, in the order in which they are declared."""
    by_tag: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            by_tag.setdefault(tag, []).append(_operation(schema, method, path, operation))
    return [Section(tag, tuple(operations)) for tag, operations in by_tag.items()]


def _operation(schema: Schema, method: str, path: str, operation: Schema) -> Operation:
    parameters = tuple(
        Field(p["name"], _type(p["schema"]), p.get("required", False), p.get("description") or f"in the {p['in']}")
        for p in operation.get("parameters", ())
    )
    body = _content(operation.get("requestBody", {}))
    answer = _content(operation["responses"].get("200", {}))
    return Operation(
        method.upper(),
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        parameters,
        _shapes(schema, body),
        _shapes(schema, answer),
        json.dumps(_example(schema, body), indent=2) if body else "",
    )


def _content(part: Schema) -> Schema:
    schema: Schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _shapes(schema: Schema, root: Schema) -> tuple[Shape, ...]:
    """The object that `root` refers to, and those inside it, each once."""
    found: dict[str, Shape] = {}
    waiting = [root]
    while waiting:
        part = waiting.pop(0)
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            if name not in found:
                target = schema["components"]["schemas"][name]
                required = target.get("required", ())
                properties = target.get("properties", {})
                fields = tuple(
                    Field(key, _type(value), key in required, value.get("description", ""))
                    for key, value in properties.items()
                )
                found[name] = Shape(name, target.get("description", ""), fields)
                waiting += properties.values()
        else:
            waiting += [part["items"]] if "items" in part else part.get("anyOf", [])
    return tuple(found.values())


def _type(part: Schema) -> str:
    """A schema in a few words."""
    if "$ref" in part:
        return str(part["$ref"].rpartition("/")[2])
    if "anyOf" in part:
        return " or ".join(_type(option) for option in part["anyOf"] if option.get("type") != "null")
    if "enum" in part:
        return " or ".join(json.dumps(value) for value in part["enum"])
    if part.get("type") == "array":
        return f"list of {_type(part.get('items', {}))}"
    limits = [f"{sign} {part[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in part]
    return ", ".join([str(part.get("type", "anything")), *limits])


def _example(schema: Schema, part: Schema) -> Any:
    """A value that fits the schema, made from the examples and defaults in it; nothing for what is optional."""
    if "$ref" in part:
        target = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
        wanted = {
            key: value
            for key, value in target.get("properties", {}).items()
            if key in target.get("required", ()) or value.get("examples") or key in ("strokes", "mask")
        }
        return {key: _example(schema, value) for key, value in wanted.items() if key != "layer"}
    if part.get("examples"):
        return part["examples"][0]
    if "anyOf" in part:
        return _example(schema, part["anyOf"][0])
    if "enum" in part:
        return part["enum"][0]
    if part.get("type") == "array":
        return [_example(schema, part["items"])]
    return {"string": "…", "integer": 0, "number": 1.0, "boolean": True}.get(part.get("type", ""), {})
