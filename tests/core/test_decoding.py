"""Picture files from anywhere: what is good comes out as plain RGB, what is bad is refused by name."""

from __future__ import annotations

import io
import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dissect_core.images.decoding import BadPicture, decode_picture, square


def file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pixels(data: bytes) -> list[Any]:
    image = decode_picture(data, 10_000, field="picture")
    assert image.mode == "RGB"
    return list(np.asarray(image).tolist())


def test_greys_palettes_and_deep_greys_become_rgb() -> None:
    assert pixels(file(Image.new("L", (1, 1), 77))) == [[[77, 77, 77]]]
    assert pixels(file(Image.new("1", (1, 1), 1))) == [[[255, 255, 255]]]
    assert pixels(file(Image.new("RGB", (1, 1), (1, 2, 3)).quantize(2))) == [[[1, 2, 3]]]
    assert pixels(file(Image.fromarray(np.array([[0, 257, 65535]], dtype=np.uint16)))) == [
        [[0] * 3, [1] * 3, [255] * 3]
    ]


def test_transparency_is_flattened_over_white() -> None:
    assert pixels(file(Image.new("RGBA", (1, 1), (9, 9, 9, 0)))) == [[[255, 255, 255]]]
    assert pixels(file(Image.new("RGBA", (1, 1), (9, 9, 9, 255)))) == [[[9, 9, 9]]]
    assert pixels(file(Image.new("LA", (1, 1), (0, 51)))) == [[[204, 204, 204]]]  # a fifth black
    palette = Image.new("P", (1, 1), 0)
    palette.putpalette([9, 9, 9])
    assert pixels(file(palette, transparency=0)) == [[[255, 255, 255]]]


def test_an_animation_shows_its_first_picture() -> None:
    red, blue = Image.new("RGB", (2, 2), (255, 0, 0)), Image.new("RGB", (2, 2), (0, 0, 255))
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        assert pixels(file(red, kind, save_all=True, append_images=[blue], **options)) == [[[255, 0, 0]] * 2] * 2


def test_a_photo_lying_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned a quarter clockwise
    lying = Image.fromarray(np.array([[[0, 0, 0], [255, 255, 255]]], dtype=np.uint8))  # black, white
    assert pixels(file(lying, exif=exif)) == [[[0, 0, 0]], [[255, 255, 255]]]


def test_the_middle_square_is_taken() -> None:
    wide = np.zeros((2, 4, 3), dtype=np.uint8)
    wide[:, 1:3] = 200
    assert np.asarray(square(Image.fromarray(wide), 2)).tolist() == [[[200] * 3] * 2] * 2


def claims(width: int, height: int) -> bytes:
    """A PNG file whose header claims a size."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    ]
    packed = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize("side", [101, 10_000, 60_000])
def test_a_bomb_is_refused_before_it_is_decompressed(side: int) -> None:
    with pytest.raises(BadPicture, match="too large") as caught:
        decode_picture(claims(side, side), 10_000, field="picture")
    assert caught.value.field == "picture"
    assert "10000" in caught.value.allowed


def test_exactly_the_limit_is_decoded() -> None:
    assert decode_picture(file(Image.new("L", (100, 100))), 10_000, field="picture").size == (100, 100)


NOT_A_KIND = "the file is no PNG, JPEG, WebP or GIF"
TOO_EARLY = "the file ends too early"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "there is no picture"),
        (b"no picture at all", NOT_A_KIND),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_A_KIND),
        (file(Image.new("RGB", (64, 64), (1, 200, 3)), "BMP"), NOT_A_KIND),
        (file(Image.effect_noise((64, 64), 90))[:2000], TOO_EARLY),
        (file(Image.effect_noise((64, 64), 90), "JPEG")[:1000], TOO_EARLY),
        (file(Image.effect_noise((64, 64), 90).convert("RGB"), "WEBP")[:500], "the file is damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, NOT_A_KIND),
        (b"GIF89a" + b"\xff" * 40, NOT_A_KIND),
    ],
    ids=["empty", "text", "svg", "bmp", "cut png", "cut jpeg", "cut webp", "broken png", "broken gif"],
)
def test_what_is_no_whole_picture_is_refused_in_our_words(data: bytes, why: str) -> None:
    with pytest.raises(BadPicture) as caught:
        decode_picture(data, 10_000, field="picture")
    assert caught.value.field == "picture"
    assert caught.value.message == f"cannot read picture: {why}"
    assert "JPEG" in caught.value.allowed


def test_thirty_four_bytes_that_claim_millions_of_pixels_are_not_filled() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 4000), (1, 2, 3)).save(buffer, "WEBP", lossless=True)
    began = time.perf_counter()
    with pytest.raises(BadPicture, match="nearly empty"):
        decode_picture(buffer.getvalue(), 32_000_000, field="picture")
    assert time.perf_counter() - began < 0.2
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 1000), (1, 2, 3)).save(buffer, "WEBP", lossless=True)
    assert decode_picture(buffer.getvalue(), 32_000_000, field="picture").size == (1000, 1000), "small ones are"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_that_is_cut_anywhere_is_refused_and_one_with_more_behind_it_is_not(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, kind)
    data = buffer.getvalue()
    for cut in (*range(1, 20), len(data) // 2):
        with pytest.raises(BadPicture):
            decode_picture(data[:-cut], 10_000, field="picture")
    assert decode_picture(data + b"\0" * 7, 10_000, field="picture").size == (40, 40)


def test_a_large_jpeg_is_decoded_smaller_where_that_is_enough() -> None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    Image.fromarray(noise).resize((2000, 1000), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    whole = decode_picture(buffer.getvalue(), 10**7, field="picture")
    reduced = decode_picture(buffer.getvalue(), 10**7, field="picture", side=32)
    assert (whole.size, reduced.size) == ((2000, 1000), (500, 250))
    difference = np.asarray(square(whole, 32)).astype(int) - np.asarray(square(reduced, 32))
    assert np.abs(difference).mean() < 3
