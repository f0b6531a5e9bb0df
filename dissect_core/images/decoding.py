"""Picture files that anybody may have made: read whole or refused, never decoded before their size is known."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from dissect_core.errors import UnitbrushError

KINDS = ("PNG", "JPEG", "WEBP", "GIF")
"""What is decoded; of an animation the first picture."""
KIND_NAMES = "PNG, JPEG, WebP or GIF"
SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif")
"""How the names of such files end, in small letters."""
BACKGROUND = (255, 255, 255)
"""What shows through where a picture is transparent."""
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, EOFError, OverflowError, struct.error, zlib.error)
"""What Pillow raises for damaged files, depending on where the damage is."""
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class BadPicture(UnitbrushError):
    """A file that is no usable picture."""

    code = "bad_picture"


PIXELS_PER_BYTE = 1000
"""Above a megapixel a picture has no more: 34 bytes can claim 32 million pixels, which take seconds to fill."""
SMALL_PIXELS = 2**20


def decode_picture(source: bytes | Path, max_pixels: int, *, field: str, side: int | None = None) -> Image.Image:
    """The picture of a PNG, JPEG, WebP or GIF file as RGB: upright as its EXIF says, transparency over white.

    Greys, palettes and 16-bit greys become RGB.  Raises BadPicture naming `field` for anything else: another kind of
    file, a damaged or truncated one, or one of more than `max_pixels` or far more pixels than bytes, which is not
    decompressed.  side: the picture is only needed as large as this; a large JPEG is decoded at a half to an eighth.
    """
    allowed = f"a whole {KIND_NAMES} file of at most {max_pixels} pixels"
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=KINDS) as image:
            if image.width * image.height > max_pixels:
                size = f"{image.width} x {image.height} pixels"
                raise BadPicture(f"{field} is too large", field=field, value=size, allowed=allowed)
            weight = len(source) if isinstance(source, bytes) else source.stat().st_size
            if image.width * image.height > max(SMALL_PIXELS, PIXELS_PER_BYTE * weight):
                size, most = (
                    f"{image.width} x {image.height} pixels in {weight} bytes",
                    f"{PIXELS_PER_BYTE} pixels a byte",
                )
                raise BadPicture(f"{field} is nearly empty", field=field, value=size, allowed=f"at most {most}")
            if side is not None:
                image.draft("RGB", (4 * side, 4 * side))
            image.load()
            if isinstance(source, bytes) and not is_whole(source, image.format):
                raise EOFError("truncated")
            return _flat(ImageOps.exif_transpose(image))
    except BOMBS as cause:
        value = "too many pixels"
        raise BadPicture(f"{field} is too large", field=field, value=value, allowed=allowed) from cause
    except UNREADABLE as cause:
        given = f"{len(source)} bytes" if isinstance(source, bytes) else source.name
        raise BadPicture(
            f"cannot read {field}: {_why(source, cause)}", field=field, value=given, allowed=allowed
        ) from cause


def is_whole(data: bytes, kind: str | None) -> bool:
    """Whether the mark is there with which a file of this kind ends; Pillow shows some files without it."""
    if kind == "PNG":
        return b"IEND\xaeB\x60\x82" in data
    if kind == "GIF":
        return data.rstrip(b"\0").endswith(b";")
    if kind == "WEBP":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return b"\xff\xd9" in data[_first_scan(data) :]


def _first_scan(data: bytes) -> int:
    """Where the pixels of a JPEG begin: behind its segments, of which one may hold a small picture of its own."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at


def square(image: Image.Image, side: int) -> Image.Image:
    """The middle square at side x side pixels (bicubic, antialiased): what a network is shown of a picture."""
    return ImageOps.fit(image, (side, side), Image.Resampling.BICUBIC)


def _why(source: bytes | Path, cause: Exception) -> str:
    """What is wrong with a file, in our words: Pillow's name objects in memory."""
    if source == b"":
        return "there is no picture"
    if isinstance(cause, UnidentifiedImageError):
        return f"the file is no {KIND_NAMES}"
    early = isinstance(cause, EOFError) or "truncated" in str(cause).lower()
    return "the file ends too early" if early else "the file is damaged"


def _flat(image: Image.Image) -> Image.Image:
    """As RGB."""
    if image.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        image = Image.fromarray((np.asarray(image).astype(np.int64).clip(0, 65535) // 257).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, (*BACKGROUND, 255)), layer).convert("RGB")
