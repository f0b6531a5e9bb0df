"""The file from which an interrupted training goes on: written whole, and only taken up by its own run."""

from __future__ import annotations

import io
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.system.artifacts import write_bytes
from dissect_core.world.scenes import paint

SAME_WORLD_LEVELS = 2  # another processor may round a pixel differently


def world_samples(worlds: Iterable[str]) -> Tensor:
    """A few scenes by which a run knows its worlds again, uint8 (4 for each, 3, 32, 32)."""
    return torch.cat([paint(world, range(4), 32).images for world in worlds])


def save_state(path: Path, state: Mapping[str, Any], config: Mapping[str, Any], worlds: Iterable[str]) -> None:
    """Write the state of a training, with its configuration and what its worlds look like."""
    buffer = io.BytesIO()
    torch.save({**state, "config": config, "world_sample": world_samples(worlds)}, buffer)
    write_bytes(path, buffer.getvalue())


def load_state(
    path: Path, config: Mapping[str, Any], worlds: Iterable[str], changeable: Container[str] = ()
) -> dict[str, Any]:
    """The state of a run of this configuration, but for the settings that may change under way, on these worlds.

    Raises UnitbrushError naming the setting that differs, or the worlds if their pictures do.
    """
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    for key, value in config.items():
        had = state["config"].get(key)
        if key not in changeable and had != value:
            raise UnitbrushError(
                f"{path} was trained with {key} = {had}",
                field=key,
                value=value,
                allowed="the setting of the run, or another run folder",
            )
    change = (state["world_sample"].short() - world_samples(worlds).short()).abs().max().item()
    if change > SAME_WORLD_LEVELS:
        raise UnitbrushError(
            f"{', '.join(worlds)}: no longer as when {path} was trained",
            field="world",
            value=f"pictures differ by {change} levels",
            allowed=f"at most {SAME_WORLD_LEVELS}, or another run folder",
        )
    return state
