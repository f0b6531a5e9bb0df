"""Files inside JSON, as base64."""

from __future__ import annotations

import base64
import binascii
import re

from dissect_core.errors import UnitbrushError

DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,")


def base64_file(text: str, max_bytes: int, field: str, error: type[UnitbrushError]) -> bytes:
    """Base64, with or without the head of a data URL -> the file.  Raises `error` for other or too long a text."""
    head = DATA_URL.match(text)
    text = text[head.end() :] if head else text
    if len(text) > (max_bytes + 2) // 3 * 4:
        size = f"{len(text) * 3 // 4} bytes"
        raise error(f"the {field} is too large", field=field, value=size, allowed=f"{max_bytes} bytes")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise error(f"the {field} is not base64", field=field, value=text, allowed="a file as base64") from cause
