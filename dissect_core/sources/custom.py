"""Networks and segmenters of one's own: what a function without arguments makes, named `package.module:factory`.

The module is imported, from the current folder too, so its code runs: name only modules that you trust.  A file of
weights is another matter: only tensors are read from it, and nothing in it is run.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from dissect_core.concepts.segments import LabelsImages
from dissect_core.errors import UnitbrushError
from dissect_core.models.registry import naming
from dissect_core.models.state import load_checked
from dissect_core.models.weights import read_state

SPELLING = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
SHOWN = 8
"""How many names an error lists."""


class BadFactory(UnitbrushError):
    """A `package.module:factory` that cannot be found or makes the wrong thing."""

    code = "bad_factory"


@dataclass(frozen=True, eq=False)
class OwnNetwork:
    """A network in evaluation mode and single precision, without gradients.

    model: its name in files, "package.module.factory".  sha256: of its tensors and of the code that made it, 64 digits.
    """

    network: nn.Module
    model: str
    sha256: str


def load_network(spelling: str, weights: Path | None = None, device: torch.device | str = "cpu") -> OwnNetwork:
    """The network that a factory makes, with the weights of a file if one is named (see `models.weights`).

    Raises BadFactory naming what is not there, BadCheckpoint naming the keys that do not fit.
    """
    module, factory = _factory(spelling, "model")
    network = unwrapped(factory())
    if not isinstance(network, nn.Module):
        raise _wrong(spelling, "model", network, "a torch.nn.Module")
    if isinstance(network, torch.jit.ScriptModule):
        raise _wrong(spelling, "model", network, "the module before torch.jit compiled it, which can be looked into")
    if weights is not None:
        state = read_state(weights)
        with naming(weights.name):
            load_checked(network, state)
    network.float().eval().requires_grad_(False)
    return OwnNetwork(network.to(device), spelling.replace(":", "."), digest(module, network))


def load_segmenter(spelling: str, device: torch.device | str = "cpu") -> tuple[LabelsImages, str]:
    """The segmenter that a factory makes, and its SHA-256, as an `OwnNetwork` has it.

    It needs no more than `segments.LabelsImages` says, where `categories` may be empty: then only colours are looked
    for.  A module is moved to the device.  Raises BadFactory.
    """
    module, factory = _factory(spelling, "segmenter")
    segmenter = factory()
    categories = getattr(segmenter, "categories", None)
    if not callable(getattr(segmenter, "label", None)) or not isinstance(categories, Mapping):
        raise _wrong(spelling, "segmenter", segmenter, "an object with `categories` and `label`")
    if isinstance(segmenter, nn.Module):
        segmenter.eval().requires_grad_(False).to(device)
    return segmenter, digest(module, segmenter)


def unwrapped(network: object) -> object:
    """A network out of what torch.compile, DataParallel and the like wrap around it, which run it but are not it."""
    while isinstance(network, nn.Module):
        parallel = isinstance(network, nn.DataParallel | nn.parallel.DistributedDataParallel)
        inner = network.module if parallel else getattr(network, "_orig_mod", None)
        if not isinstance(inner, nn.Module):
            break
        network = inner
    return network


def digest(module: ModuleType, thing: object) -> str:
    """SHA-256 of the files of a module and of a thing's class, and of all its tensors if it is an nn.Module."""
    names = sorted({module.__name__, type(thing).__module__})
    found = hashlib.sha256()
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)  # a class may name a module that was never imported
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
    if needed := _needed(found):
        raise BadFactory(
            f"{spelling} needs {', '.join(needed)}",
            field=field,
            value=spelling,
            allowed="a function without arguments: write one that calls it with them",
        )
    return module, found


def _needed(factory: Callable[..., object]) -> list[str]:
    """The names of the arguments without which a factory cannot be called."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except ValueError:  # written in C, and says nothing
        return []
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one.name for one in parameters if one.default is one.empty and one.kind not in free]


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
    article = "an" if kind[0] in "AEIOUaeiou" else "a"
    return BadFactory(f"{spelling} gives {article} {kind}", field=field, value=kind, allowed=allowed)
