"""Safe, verified loading of generator weights in every wrapping in which they were published.

The file is read once; the bytes that were hashed are the bytes that are decoded, and only tensors are decoded (pickles
with code are refused, not run).  Every wrapping is brought to our key names,

    layerK.conv.weight, layerK.wscale.b  (K = 1 ... N),  output_RxR.conv.weight, output_RxR.wscale.b,

then every key, shape and number is checked before anything is returned: all or nothing.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import re
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from dissect_core.errors import BadCheckpoint
from dissect_core.models.progan import Generator
from dissect_core.models.wrappings import normalised

SUFFIXES = (".safetensors", ".pth", ".pt")


def load_generator_state(path: Path, sha256: str | None = None) -> dict[str, Tensor]:
    """The weights of a Progressive GAN generator: our key names -> float32 tensors on the CPU.

    sha256: the expected hash, 64 hexadecimal digits.  Without it a hash in the file's name, as torch.hub writes it
    ("church-7e701dd5.pth"), is checked.  Raises BadCheckpoint naming the file, the key and what was expected.
    """
    state = normalised(read_weights(path, sha256), path.name)
    _check_generator(state, path.name)
    return {key: tensor.to(torch.float32).contiguous() for key, tensor in state.items()}


def read_weights(path: Path, sha256: str | None = None) -> dict[str, Any]:
    """The content of a .safetensors or .pth file after its hash was checked; a .pth may nest its dictionaries."""
    if path.suffix not in SUFFIXES:
        raise BadCheckpoint(
            f"{path.name}: not a weights file",
            field=path.name,
            value=path.suffix,
            allowed=f"one of {', '.join(SUFFIXES)}",
        )
    try:
        data = path.read_bytes()
    except OSError as cause:
        raise BadCheckpoint(
            f"{path.name}: cannot be read: {cause.strerror}",
            field=path.name,
            value=str(path),
            allowed="a readable file",
        ) from cause
    check_hash(data, path.name, hash_in_name(path.name) if sha256 is None else sha256)
    content = _from_safetensors(data, path.name) if path.suffix == ".safetensors" else _from_pickle(data, path.name)
    if not isinstance(content, dict):
        kind = type(content).__name__
        raise BadCheckpoint(f"{path.name}: holds a {kind}", field=path.name, value=kind, allowed="named tensors")
    return content


def hash_in_name(name: str) -> str | None:
    """The SHA-256 prefix that torch.hub puts into file names ("church-7e701dd5.pth"), or None."""
    found = re.search(r"-([0-9a-f]{8,64})\.\w+$", name)
    return found[1] if found else None


def check_hash(data: bytes, file: str, expected: str | None) -> None:
    """Raise BadCheckpoint unless the SHA-256 of `data` begins with `expected` (None: nothing to check)."""
    found = hashlib.sha256(data).hexdigest()
    if expected is not None and not (expected and found.startswith(expected)):
        raise BadCheckpoint(
            f"{file}: wrong content: SHA-256 {found}, expected {expected!r}",
            field=file,
            value=found,
            allowed=f"SHA-256 {expected!r}",
        )


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
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as cause:
        raise BadCheckpoint(
            f"{file}: refused: more than tensors in it, and nothing of it was run: {_first_line(cause)}",
            field=file,
            value="a pickle with code or damage",
            allowed="tensors only",
        ) from cause
    except (RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as cause:
        raise BadCheckpoint(
            f"{file}: damaged or not a PyTorch file: {_first_line(cause)}",
            field=file,
            value=f"{len(data)} bytes",
            allowed="a complete PyTorch file",
        ) from cause


def _first_line(cause: Exception) -> str:
    return (str(cause).splitlines() or [type(cause).__name__])[0]


def _check_generator(state: dict[str, Tensor], file: str) -> None:
    """Raise BadCheckpoint unless these are all tensors of one generator, finite and fitting each other."""
    for key in (key for key, tensor in state.items() if not _stored_in_full(tensor)):
        raise _bad(file, key, "not stored in full", "a plain tensor")
    expected = _expected_shapes(state, file)
    for key in [*expected, *(state.keys() - expected.keys())]:
        if key not in state:
            raise _bad(file, key, "missing", f"a tensor of shape {expected[key]}")
        if key not in expected:
            raise _bad(file, key, "unexpected", f"no such key; keys are {', '.join(list(expected)[:2])}, …")
        tensor, shape = state[key], tuple(state[key].shape)
        if shape != expected[key]:
            raise _bad(file, key, f"of shape {shape}", f"shape {expected[key]}")
        if not tensor.is_floating_point():
            raise _bad(file, key, f"of type {tensor.dtype}", "floating point numbers")
        if not bool(tensor.isfinite().all()):
            raise _bad(file, key, "not finite", "finite numbers")


def _stored_in_full(tensor: Tensor) -> bool:
    """False for a sparse or an expanded tensor, with which a small file can claim a huge shape."""
    plain = tensor.layout is torch.strided and tensor.device.type == "cpu"
    return plain and tensor.numel() * tensor.element_size() <= tensor.untyped_storage().nbytes()


def _expected_shapes(state: dict[str, Tensor], file: str) -> dict[str, tuple[int, ...]]:
    """Every key and shape of the generator that has these layers; the unit counts are read from the biases."""
    numbers = {int(found[1]) for key in state if (found := re.fullmatch(r"layer(\d+)\.conv\.weight", key))}
    count = max(numbers, default=1)
    if left_out := sorted(set(range(1, count + count % 2 + 1)) - numbers):
        raise _bad(file, f"layer{left_out[0]}.conv.weight", "missing", "an even number of layers from 1, none left out")
    first = state["layer1.conv.weight"]
    if first.dim() != 4:
        raise _bad(file, "layer1.conv.weight", f"of shape {tuple(first.shape)}", "shape (units, z, 4, 4)")
    sizes = [int(first.shape[1])]
    for key in (f"layer{number}.wscale.b" for number in range(1, count, 2)):
        if key not in state or state[key].dim() != 1:
            found_shape = f"of shape {tuple(state[key].shape)}" if key in state else "missing"
            raise _bad(file, key, found_shape, "one number per unit")
        sizes.append(len(state[key]))
    with torch.device("meta"):
        return {key: tuple(tensor.shape) for key, tensor in Generator(sizes).state_dict().items()}


def _bad(file: str, key: str, found: str, expected: str) -> BadCheckpoint:
    return BadCheckpoint(f"{file}: {key} is {found}, expected {expected}", field=key, value=found, allowed=expected)
