"""Encoding a picture of a shipped network in each format: what the server does after every render."""

from __future__ import annotations

from functools import partial

import torch

from dissect_core.images.pixels import FORMATS, encode, to_bytes
from dissect_core.models.latents import latents
from tests.benchmarks.networks import random_generator, shipped
from tests.benchmarks.turns import Row, compared, figure, in_turns


def rows(repeats: int) -> list[Row]:
    """The table's rows: the time of each format, compared with PNG, and the size of the file."""
    generator = next(iter(shipped().values()), None) or random_generator((16, 64, 64, 64, 32, 16, 16))
    with torch.inference_mode():
        picture = to_bytes(generator(latents([3], generator.latent_size)))[0]
    encoders = {name: partial(encode, picture, name) for name in FORMATS}
    times = in_turns(encoders, 10 * repeats)
    side = picture.shape[0]
    found = []
    for name, run in encoders.items():
        found.append(compared(f"encoding {side} x {side} pixels as {name}", times[name], times["png"]))
        found.append(figure(f"{side} x {side} pixels as {name}", "KiB", [len(run()) / 1024]))
    return found
