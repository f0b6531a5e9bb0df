"""Weights files as people have them, read safely: the one loader of generators, classifiers and networks of one's own.

A file is read once; the bytes that were hashed are the bytes that are decoded, and only tensors are decoded: pickles
with code are refused, not run.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import re
import warnings
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from dissect_core.errors import BadCheckpoint
from dissect_core.models.envelopes import opened
from dissect_core.system.artifacts import check_regular

SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin", ".tar")
"""Of files that are read, in capitals too; ".pth.tar" is how Places365 ships its networks."""
DAMAGED = (RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError)
"""What torch raises for files that are not whole, or not its own."""


def read_state(path: Path, sha256: str | None = None) -> dict[str, Tensor]:
    """The tensors of a weights file by name, out of whatever dictionaries they lie in (see `envelopes`).

    sha256: what the hash of the file must begin with, hexadecimal digits.  Raises BadCheckpoint naming the file and
    what is wrong with it.
    """
    data = _read(path)
    if sha256 is not None:
        check_hash(data, path.name, sha256)
    safe = path.suffix.lower() == ".safetensors"
    content = _from_safetensors(data, path.name) if safe else _from_pickle(data, path.name)
    if not isinstance(content, dict):
        kind = type(content).__name__
        raise BadCheckpoint(f"{path.name}: holds a {kind}", field=path.name, value=kind, allowed="named tensors")
    return opened(content, path.name)


def check_hash(data: bytes, file: str, expected: str) -> None:
    """Raise BadCheckpoint unless the SHA-256 of `data` begins with `expected`."""
    found = hashlib.sha256(data).hexdigest()
    if not (expected and found.startswith(expected)):
        raise BadCheckpoint(
            f"{file}: wrong content: SHA-256 {found}, expected {expected!r}",
            field=file,
            value=found,
            allowed=f"SHA-256 {expected!r}",
        )


def _read(path: Path) -> bytes:
    if path.suffix.lower() not in SUFFIXES:
        raise BadCheckpoint(
            f"{path.name}: not a weights file",
            field=path.name,
            value=path.suffix,
            allowed=f"one of {', '.join(SUFFIXES)}",
        )
    try:
        check_regular(path)
        return path.read_bytes()
    except OSError as cause:
        raise BadCheckpoint(
            f"{path.name}: cannot be read: {cause.strerror}",
            field=path.name,
            value=str(path),
            allowed="a readable file",
        ) from cause


def _from_safetensors(data: bytes, file: str) -> object:
    try:
        return safetensors.torch.load(data)
    except (SafetensorError, ValueError, KeyError) as cause:
        raise BadCheckpoint(
            f"{file}: damaged or not a safetensors file: {cause}",
            field=file,
            value=f"{len(data)} bytes",
            allowed="a complete safetensors file",
        ) from cause


def _from_pickle(data: bytes, file: str) -> object:
    try:
        return _unpickled(data)
    except pickle.UnpicklingError as cause:
        raise _more_than_tensors(file, cause) from cause
    except DAMAGED as cause:
        if "TorchScript" in str(cause):
            raise _compiled(file) from cause
        raise BadCheckpoint(
            f"{file}: damaged or not a PyTorch file: {_first_line(cause)}",
            field=file,
            value=f"{len(data)} bytes",
            allowed="a complete PyTorch file",
        ) from cause


def _unpickled(data: bytes) -> object:
    """The content of a file of torch.save; nothing but tensors, numbers, texts, lists and dictionaries is decoded.

    Files that Python 2 wrote hold texts without an encoding: latin-1 reads every byte.
    """
    with warnings.catch_warnings(action="ignore"):  # torch says that it ignores the encoding, and heeds it
        try:
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        except UnicodeDecodeError:
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True, encoding="latin1")


def _more_than_tensors(file: str, cause: Exception) -> BadCheckpoint:
    """The refusal of a pickle with code in it: what was found, and how whoever trusts the file converts it."""
    found = re.search(r"GLOBAL ([\w.]+)", str(cause))
    what = found[1] if found else "code or damage"
    whole = what.startswith("torch.nn.") or ".models." in what
    tensors = "checkpoint.state_dict()" if whole else "checkpoint['state_dict']"
    return BadCheckpoint(
        f"{file}: more than tensors in it: {what}; nothing of it was run",
        field=file,
        value=what,
        allowed=f"tensors only; if you trust the file, convert it once in Python: checkpoint = torch.load({file!r}, "
        f"weights_only=False); torch.save({tensors}, 'weights.pth')",
    )


def _compiled(file: str) -> BadCheckpoint:
    return BadCheckpoint(
        f"{file}: holds a network compiled by torch.jit",
        field=file,
        value="TorchScript",
        allowed=f"tensors only; convert it once in Python: torch.save(torch.jit.load({file!r}).state_dict(), "
        "'weights.pth')",
    )


def _first_line(cause: Exception) -> str:
    return (str(cause).splitlines() or [type(cause).__name__])[0]
