"""The weights of Progressive GAN generators, in every wrapping in which they were published.

`weights` reads the file, `wrappings` brings it to our key names,

    layerK.conv.weight, layerK.wscale.b  (K = 1 ... N),  output_RxR.conv.weight, output_RxR.wscale.b,

then every key, shape and number is checked before anything is returned: all or nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.errors import BadCheckpoint
from dissect_core.models.progan import Generator
from dissect_core.models.weights import read_state
from dissect_core.models.wrappings import normalised


def load_generator_state(path: Path, sha256: str | None = None) -> dict[str, Tensor]:
    """The weights of a Progressive GAN generator: our key names -> float32 tensors on the CPU.

    sha256: what the hash of the file must begin with, hexadecimal digits.  Raises BadCheckpoint naming the file, the
    key and what was expected.
    """
    state = normalised(read_state(path, sha256), path.name)
    _check_generator(state, path.name)
    return {key: tensor.to(torch.float32).contiguous() for key, tensor in state.items()}


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
