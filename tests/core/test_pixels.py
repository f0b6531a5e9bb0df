"""Pictures survive the way to bytes and back; untrusted files are refused politely."""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dissect_core.errors import BadMask, BadShape, UnitbrushError
from dissect_core.images.pixels import (
    FORMATS,
    decode_png,
    encode,
    encode_grey,
    from_bytes,
    media_type,
    open_png,
    resized,
    to_bytes,
)


def picture(height: int = 5, width: int = 7) -> torch.Tensor:
    return torch.randint(0, 256, (height, width, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def grey(values: list[float]) -> torch.Tensor:
    return torch.tensor(values).view(1, 1, 1, -1).expand(1, 3, 1, -1)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_the_ends_the_middle_and_what_lies_outside():
    levels = to_bytes(grey([-1.0, 1.0, 0.0, -3.0, 7.0]))
    assert levels.shape == (1, 1, 5, 3)
    assert levels.dtype == torch.uint8
    assert levels[0, 0, :, 0].tolist() == [0, 255, 128, 0, 255]  # 0.0 is 127.5, rounded half up


def test_values_are_rounded_and_not_truncated():
    # the value of level 1 is 1 / 127.5 - 1; a little less than half a level either side is still level 1
    step = 1 / 127.5
    assert to_bytes(grey([step - 1 - 0.49 * step, step - 1 + 0.49 * step]))[0, 0, :, 0].tolist() == [1, 1]


def test_all_256_levels_survive_a_round_trip():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 256, 1).expand(1, 1, 256, 3)
    assert torch.equal(to_bytes(from_bytes(levels)), levels)


def test_channels_move_last_and_rows_stay_rows():
    image = torch.full((2, 3, 2, 4), -1.0)
    image[1, 2, 0, 3] = 1.0
    assert to_bytes(image).nonzero().tolist() == [[1, 0, 3, 2]]


def test_channels_last_and_half_precision_pictures_are_pictures():
    image = torch.rand(2, 3, 4, 4).mul(2).sub(1)
    assert torch.equal(to_bytes(image.to(memory_format=torch.channels_last)), to_bytes(image))
    assert to_bytes(image.half()).dtype == torch.uint8


@pytest.mark.parametrize("kind", ["noise", "smooth", "one colour"])
def test_a_webp_without_loss_keeps_every_byte(kind: str) -> None:
    noise = torch.randint(256, (33, 20, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    smooth = torch.arange(33 * 20 * 3).reshape(33, 20, 3).div(8, rounding_mode="floor").to(torch.uint8)
    given = {"noise": noise, "smooth": smooth, "one colour": torch.full_like(noise, 7)}[kind]
    data = encode(given, "webp-lossless")
    assert data[8:16] == b"WEBPVP8L"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), given.numpy())


def test_a_png_is_exact():
    assert encode(picture(), "png")[:4] == b"\x89PNG"
    assert torch.equal(decode_png(encode(picture(), "png"), max_side=7), picture())


def test_a_webp_is_close():
    smooth = to_bytes(torch.linspace(-1, 1, 64).expand(1, 3, 64, 64))[0]
    data = encode(smooth, "webp")
    assert data[8:12] == b"WEBP"
    decoded = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert abs(decoded - smooth.numpy()).max() <= 12


def test_the_same_picture_gives_the_same_bytes():
    for format in FORMATS:
        assert encode(picture(), format) == encode(picture(), format)


def test_every_format_has_its_media_type():
    assert [media_type(format) for format in FORMATS] == ["image/png", "image/webp", "image/webp"]


def test_an_unknown_format_is_named():
    with pytest.raises(UnitbrushError) as caught:
        encode(picture(), "gif")
    assert caught.value.field == "format"
    assert caught.value.allowed == "one of png, webp, webp-lossless"


def test_a_thumbnail_of_one_colour_keeps_it():
    flat = torch.tensor([10, 200, 30], dtype=torch.uint8).expand(16, 16, 3)
    assert resized(flat, 4).shape == (4, 4, 3)
    assert torch.equal(resized(flat, 4), flat[:4, :4])
    with pytest.raises(UnitbrushError, match="side 0"):
        resized(flat, 0)


@pytest.mark.parametrize("shape", [(3, 4, 4), (1, 4, 4, 3), (1, 1, 4, 4)])
def test_a_tensor_that_is_no_picture_is_an_error(shape: tuple[int, ...]):
    with pytest.raises(BadShape):
        to_bytes(torch.zeros(shape))


def test_bytes_that_are_no_picture_are_an_error():
    with pytest.raises(BadShape):
        from_bytes(torch.zeros(1, 2, 2, 3))
    with pytest.raises(BadShape):
        encode(torch.zeros(2, 2, 3), "png")


def test_a_claimed_size_is_refused_before_anything_is_decompressed():
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 6, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"never looked at") + chunk(b"IEND", b"")
    with pytest.raises(UnitbrushError) as caught:
        decode_png(bomb, max_side=2048)
    assert caught.value.value == "20000 x 20000 pixels"
    assert "2048" in caught.value.allowed


def test_a_compressed_text_bomb_is_an_error():
    good = encode(picture(), "png")
    bomb = chunk(b"zTXt", b"comment\0\0" + zlib.compress(b"\0" * (80 << 20), 9))
    with pytest.raises(UnitbrushError, match="damaged"):
        decode_png(good[:33] + bomb + good[33:], max_side=64)


@given(cut=st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_a_file_cut_anywhere_is_an_error(cut: int):
    data = encode(picture(), "png")
    cut = min(cut, len(data) - 24)  # what follows are checksums and IEND: the pixels are complete
    with pytest.raises(BadMask) as caught:
        open_png(data[:cut], 64, field="strokes[1].mask", error=BadMask)
    assert caught.value.field == "strokes[1].mask"


@given(position=st.integers(8, 150), value=st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_a_changed_byte_is_a_picture_or_a_named_error(position: int, value: int):
    data = bytearray(encode(picture(), "png"))
    data[min(position, len(data) - 1)] = value
    try:
        image = open_png(bytes(data), 64, field="mask", error=BadMask)
    except BadMask:
        return
    assert image.width <= 64
    assert image.height <= 64


def test_a_grey_picture_survives_as_it_is() -> None:
    greys = torch.arange(256, dtype=torch.uint8).view(8, 32)
    image = Image.open(io.BytesIO(encode_grey(greys)))
    assert (image.format, image.mode) == ("PNG", "L")
    assert np.array_equal(np.asarray(image), greys.numpy())
    with pytest.raises(BadShape, match="no grey picture"):
        encode_grey(picture())


def test_webp_is_smaller_at_less_quality() -> None:
    noise = picture(64, 64)
    assert len(encode(noise, "webp", quality=40)) < len(encode(noise, "webp", quality=80)) < len(encode(noise, "webp"))
