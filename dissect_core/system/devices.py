"""Where networks run: a device by its name, or an error that says which there are."""

from __future__ import annotations

import torch

from dissect_core.errors import UnitbrushError


def pick_device(name: str) -> torch.device:
    """`auto` (a GPU if there is one), `cpu`, `cuda` or `cuda:1` -> a device that is there.  Raises UnitbrushError."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    allowed = "auto or cpu" + (" or cuda" if torch.cuda.is_available() else ", as no GPU is found here")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    there = device is not None and (device.type == "cpu" or (device.type == "cuda" and torch.cuda.is_available()))
    if device is None or not there or (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()):
        raise UnitbrushError(f"no device {name!r}", field="device", value=name, allowed=allowed)
    return device
