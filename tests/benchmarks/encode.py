"""Encoding a picture of a shipped network as PNG and as WebP: what the server does after every render.

WebP without loss is as exact as PNG; its row shows what it would cost.
"""

from __future__ import annotations

import io
from functools import partial

import torch
from PIL import Image
from torch import Tensor

from dissect_core.latents import latents
from dissect_core.pixels import FORMATS, encode, to_bytes
from tests.benchmarks.networks import random_generator, shipped
from tests.benchmarks.turns import Row, compared, figure, in_turns


def rows(repeats: int) -> list[Row]:
    """The table's rows: the time of each format, compared with PNG, and the size of the file."""
    generator = next(iter(shipped().values()), None) or random_generator((16, 64, 64, 64, 32, 16, 16))
    with torch.inference_mode():
        picture = to_bytes(generator(latents([3], generator.latent_size)))[0]
    encoders = {name: partial(encode, picture, name) for name in FORMATS} | {"lossless webp": partial(exact, picture)}
    times = in_turns(encoders, 10 * repeats)
    side = picture.shape[0]
    found = []
    for name, run in encoders.items():
        found.append(compared(f"encoding {side} x {side} pixels as {name}", times[name], times["png"]))
        found.append(figure(f"{side} x {side} pixels as {name}", "KiB", [len(run()) / 1024]))
    return found


def exact(picture: Tensor) -> bytes:
    """WebP without loss, at its fastest."""
    file = io.BytesIO()
    Image.fromarray(picture.numpy()).save(file, "webp", lossless=True, quality=0, method=0)
    return file.getvalue()
