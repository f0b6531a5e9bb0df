"""Networks and segmenters of one's own: what a function without arguments makes, named `package.module:factory`.

The module is imported, from the current folder too, so its code runs: name only modules that you trust.  A file of
weights is another matter: only tensors are read from it, and nothing in it is run.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from dissect_core.concepts.segments import LabelsImages
from dissect_core.errors import BadCheckpoint, UnitbrushError
from dissect_core.models.checkpoint import read_weights
from dissect_core.models.registry import naming
from dissect_core.models.state import load_checked

SPELLING = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
SHOWN = 8
"""How many names an error lists."""


class BadFactory(UnitbrushError):
    """A `package.module:factory` that cannot be found or makes the wrong thing."""

    code = "bad_factory"


@dataclass(frozen=True, eq=False)
class OwnNetwork:
    """A network in evaluation mode, without gradients.

    model: its name in files, "package.module.factory".  sha256: of its tensors and of the code that made it, 64 digits.
    """

    network: nn.Module
    model: str
    sha256: str


def load_network(spelling: str, weights: Path | None = None, device: torch.device | str = "cpu") -> OwnNetwork:
    """The network that a factory makes, with the weights of a .safetensors, .pth or .pt file if one is named.

    Raises BadFactory naming what is not there, BadCheckpoint naming the keys that do not fit.
    """
    module, factory = _factory(spelling, "model")
    network = factory()
    if not isinstance(network, nn.Module):
        raise _wrong(spelling, "model", network, "a torch.nn.Module")
    if weights is not None:
        state = tensors_of(weights)
        with naming(weights.name):
            load_checked(network, state)
    network.eval().requires_grad_(False)
    return OwnNetwork(network.to(device), spelling.replace(":", "."), digest(module, network))


def load_segmenter(spelling: str, device: torch.device | str = "cpu") -> tuple[LabelsImages, str]:
    """The segmenter that a factory makes, and its SHA-256, as an `OwnNetwork` has it.

    It needs no more than `segments.LabelsImages` says; a module is moved to the device.  Raises BadFactory.
    """
    module, factory = _factory(spelling, "segmenter")
    segmenter = factory()
    categories = getattr(segmenter, "categories", None)
    if not callable(getattr(segmenter, "label", None)) or not isinstance(categories, Mapping) or not categories:
        raise _wrong(spelling, "segmenter", segmenter, "an object with `categories` and `label`")
    if isinstance(segmenter, nn.Module):
        segmenter.eval().requires_grad_(False).to(device)
    return segmenter, digest(module, segmenter)


def tensors_of(path: Path) -> dict[str, Tensor]:
    """The tensors of a weights file by name; those of a training checkpoint lie under its key "state_dict".

    Raises BadCheckpoint naming the file and the first entry that is no tensor.
    """
    content = read_weights(path)
    nested = content.get("state_dict")
    state: Mapping[str, Any] = nested if isinstance(nested, Mapping) else content
    for key, value in state.items():
        if not isinstance(value, Tensor):
            kind = type(value).__name__
            raise BadCheckpoint(f"{path.name}: {key} is a {kind}", field=str(key), value=kind, allowed="tensors only")
    return dict(state)


def digest(module: ModuleType, thing: object) -> str:
    """SHA-256 of the files of a module and of a thing's class, and of all its tensors if it is an nn.Module."""
    names = sorted({module.__name__, type(thing).__module__})
    found = hashlib.sha256()
    for name in names:
        file = getattr(sys.modules[name], "__file__", None)
        found.update(name.encode() + b"\0" + (Path(file).read_bytes() if file else b"") + b"\0")
    state = thing.state_dict() if isinstance(thing, nn.Module) else {}
    for key, tensor in sorted(state.items()):
        found.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        found.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def _factory(spelling: str, field: str) -> tuple[ModuleType, Callable[[], Any]]:
    """The module and the factory of a `package.module:factory`."""
    if not SPELLING.fullmatch(spelling):
        raise BadFactory(
            f"cannot read {spelling!r}", field=field, value=spelling, allowed="package.module:factory, as in Python"
        )
    name, _, path = spelling.partition(":")
    module = _imported(name, field)
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            names = [other for other in dir(found) if not other.startswith("_") and callable(getattr(found, other))]
            near = get_close_matches(part, names, n=SHOWN) or names[:SHOWN]
            allowed = f"for example {', '.join(near)}" if near else "a function of that module"
            raise BadFactory(f"{name} has no {part}", field=field, value=spelling, allowed=allowed)
        found = getattr(found, part)
    if not callable(found):
        raise _wrong(spelling, field, found, "a function or class that is called without arguments")
    return module, found


def _imported(name: str, field: str) -> ModuleType:
    """The module of that name; what goes wrong inside it is its own affair and keeps its traceback."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as cause:
        if cause.name is None or not f"{name}.".startswith(f"{cause.name}."):
            raise
        raise BadFactory(
            f"there is no module {cause.name}",
            field=field,
            value=name,
            allowed=f"a module in {here} or installed in this Python",
        ) from cause


def _wrong(spelling: str, field: str, found: object, allowed: str) -> BadFactory:
    kind = type(found).__name__
    return BadFactory(f"{spelling} gives a {kind}", field=field, value=kind, allowed=allowed)
