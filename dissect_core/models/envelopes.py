"""What a checkpoint wraps the tensors of a network in, taken off.

Training scripts save dictionaries of dictionaries: the network beside its running average, its optimizer and a number
of epochs, each under a name that nobody agreed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from dissect_core.errors import BadCheckpoint

ENVELOPES = (
    "state_dict_ema", "model_ema", "ema_state_dict", "ema", "params_ema", "g_ema", "generator_ema", "generator_smooth",
    "state_dict", "model_state_dict", "model_state", "model", "network", "net", "module", "params", "weights",
    "netg_state_dict", "generator_state_dict", "netg", "generator", "g",
)  # fmt: skip
"""Names of a network in a checkpoint, in small letters, the one to prefer first: that of its running average."""
DEEPEST = 3
"""Dictionaries in each other that are looked into."""
COMPILED, PARALLEL = "_orig_mod.", "module."
"""What torch.compile and DataParallel put into names."""


def opened(content: Mapping[Any, Any], file: str) -> dict[str, Tensor]:
    """The tensors of one network in the content of a checkpoint file, by name.

    Raises BadCheckpoint naming the file and the first entry that is no tensor, or the networks of which none is known.
    """
    state = _tensors(content, file, DEEPEST) or content
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            kind = type(value).__name__
            raise BadCheckpoint(
                f"{file}: {key} is a {kind}, expected a tensor", field=str(key), value=kind, allowed="a tensor"
            )
    return {key.replace(COMPILED, ""): value.detach() for key, value in state.items()}


def without_prefix(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same without the "module." of DataParallel in front of all names."""
    while state and all(key.startswith(PARALLEL) for key in state):
        state = {key.removeprefix(PARALLEL): tensor for key, tensor in state.items()}
    return dict(state)


def _tensors(content: Mapping[Any, Any], file: str, depth: int) -> Mapping[str, Tensor] | None:
    """The tensors in it, or in what it holds; None if there are none or it is not clear which."""
    if content and all(isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()):
        return content
    inner = {key: value for key, value in content.items() if isinstance(key, str) and isinstance(value, Mapping)}
    found = {key: state for key, value in inner.items() if depth and (state := _tensors(value, file, depth - 1))}
    known = {key.lower(): state for key, state in found.items()}
    for name in ENVELOPES:
        if name in known:
            return known[name]
    if any(isinstance(value, Tensor) for value in content.values()) or not found:
        return None
    if len(found) > 1:
        names = ", ".join(found)
        raise BadCheckpoint(
            f"{file}: holds several networks: {names}", field=file, value=names, allowed="one, or one under state_dict"
        )
    return next(iter(found.values()))
