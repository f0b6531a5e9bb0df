"""Pictures: [-1, 1] tensors <-> bytes <-> PNG and WebP.

Frames and ranges: a generator's pictures are (N, 3, H, W) in [-1, 1]; a byte picture is (H, W, 3) uint8, rows from the
top.  Byte b stands for the value b / 127.5 - 1; values are rounded half up, so all 256 levels survive a round trip
(truncating, as the original did, loses 63 of them).
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dissect_core.errors import BadShape, UnitbrushError

Format = Literal["png", "webp", "webp-lossless"]
FORMATS: tuple[Format, ...] = ("png", "webp", "webp-lossless")
"""png and webp-lossless keep every byte; the second is encoded three to four times faster (`unitbrush bench`)."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_COMPRESSION = 3
WEBP_QUALITY = 90
WEBP_EFFORT = 2


def to_bytes(images: Tensor) -> Tensor:
    """(N, 3, H, W) in [-1, 1] -> (N, H, W, 3) uint8 on the CPU, rounded half up; values outside are clamped."""
    if images.dim() != 4 or images.shape[1] != 3:
        shape = tuple(images.shape)
        raise BadShape(f"no pictures: {shape}", field="images", value=shape, allowed="(N, 3, H, W)")
    levels = images.detach().float().mul(127.5).add(128).floor().clamp(0, 255)
    return levels.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu()


def from_bytes(pictures: Tensor) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 in [-1, 1]; `to_bytes` undoes it exactly."""
    if pictures.dim() != 4 or pictures.shape[3] != 3 or pictures.dtype != torch.uint8:
        given = f"{tuple(pictures.shape)} {pictures.dtype}"
        raise BadShape(f"no byte pictures: {given}", field="pictures", value=given, allowed="(N, H, W, 3) uint8")
    return pictures.permute(0, 3, 1, 2).contiguous().float().div(127.5).sub(1)


def encode(picture: Tensor, format: Format = "png", quality: int = WEBP_QUALITY) -> bytes:
    """(H, W, 3) uint8 -> a file: PNG or WebP without loss (exact), or WebP (lossy, quality 0..100)."""
    image = _image(picture)
    buffer = io.BytesIO()
    if format == "png":
        image.save(buffer, "PNG", compress_level=PNG_COMPRESSION)
    elif format == "webp":
        image.save(buffer, "WEBP", quality=quality, method=WEBP_EFFORT)
    elif format == "webp-lossless":
        image.save(buffer, "WEBP", lossless=True, quality=0, method=0)
    else:
        raise UnitbrushError(
            f"no format {format!r}", field="format", value=format, allowed=f"one of {', '.join(FORMATS)}"
        )
    return buffer.getvalue()


def media_type(format: Format) -> str:
    """The MIME type of a file of `encode`."""
    return "image/png" if format == "png" else "image/webp"


def encode_grey(greys: Tensor) -> bytes:
    """(H, W) uint8 -> a grey PNG file."""
    if greys.dim() != 2 or greys.dtype != torch.uint8:
        given = f"{tuple(greys.shape)} {greys.dtype}"
        raise BadShape(f"no grey picture: {given}", field="greys", value=given, allowed="(H, W) uint8")
    buffer = io.BytesIO()
    Image.fromarray(greys.cpu().numpy(), "L").save(buffer, "PNG", compress_level=PNG_COMPRESSION)
    return buffer.getvalue()


def of_image(image: Image.Image) -> Tensor:
    """An RGB picture of Pillow's -> (H, W, 3) uint8."""
    return torch.from_numpy(np.array(image))


def enlarged(picture: Tensor, scale: int) -> Tensor:
    """(H, W, 3) uint8 -> (H scale, W scale, 3) uint8, every pixel a square of `scale` pixels."""
    return picture.repeat_interleave(scale, 0).repeat_interleave(scale, 1) if scale > 1 else picture


def resized(picture: Tensor, side: int) -> Tensor:
    """(H, W, 3) uint8 -> (side, side, 3) uint8, Lanczos filter (thumbnails)."""
    if side < 1:
        raise UnitbrushError(f"no picture of side {side}", field="size", value=side, allowed="1 or more")
    small = _image(picture).resize((side, side), Image.Resampling.LANCZOS)
    return of_image(small)


def decode_png(data: bytes, max_side: int) -> Tensor:
    """A PNG file of at most max_side x max_side pixels -> (H, W, 3) uint8; transparency is dropped."""
    return of_image(open_png(data, max_side, field="picture", error=UnitbrushError).convert("RGB"))


def open_png(data: bytes, max_side: int, *, field: str, error: type[UnitbrushError]) -> Image.Image:
    """The picture of an untrusted PNG file, fully decoded.  Raises `error` naming `field`.

    The size is read from the header before anything is decompressed, so a small file cannot claim a huge picture.
    """
    allowed = f"an 8-bit PNG file, 1 to {max_side} pixels a side"
    if len(data) < 33 or data[:8] != PNG_SIGNATURE or data[8:16] != b"\x00\x00\x00\rIHDR":
        raise error("not a PNG file", field=field, value=f"{len(data)} bytes", allowed=allowed)
    width, height, depth = struct.unpack(">IIB", data[16:25])
    if not (1 <= width <= max_side and 1 <= height <= max_side):
        size = f"{width} x {height} pixels"
        raise error(f"a picture of {size} does not fit", field=field, value=size, allowed=allowed)
    if depth > 8:
        raise error(f"a PNG of {depth} bits a channel", field=field, value=f"{depth} bits", allowed=allowed)
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG"])
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as cause:
        raise error(f"a damaged PNG file: {cause}", field=field, value=f"{len(data)} bytes", allowed=allowed) from cause
    return image


def _image(picture: Tensor) -> Image.Image:
    if picture.dim() != 3 or picture.shape[2] != 3 or picture.dtype != torch.uint8:
        given = f"{tuple(picture.shape)} {picture.dtype}"
        raise BadShape(f"no byte picture: {given}", field="picture", value=given, allowed="(H, W, 3) uint8")
    return Image.fromarray(picture.cpu().numpy(), "RGB")
