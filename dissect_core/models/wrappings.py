"""The key names in which Progressive GAN generators were published, brought to ours.

| wrapping | first keys | |
|---|---|---|
| ours, dissect 2020 | layer1.conv.weight, layer1.wscale.b | |
| gandissect 2019 | features.0.conv.weight, features.0.wscale.b | also wscale.scale, a constant, ignored |
| genforce PGGAN | layer0.weight, layer0.bias, lod | outputs of every resolution; perhaps fused kernels |

Whatever dictionaries they lie in was opened before (`envelopes`); "module." may still be in front of every key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from dissect_core.errors import BadCheckpoint
from dissect_core.models.envelopes import without_prefix


def normalised(state: Mapping[str, Tensor], file: str) -> dict[str, Tensor]:
    """The tensors of a checkpoint file -> our key names.  Raises BadCheckpoint naming the file and the key."""
    state = without_prefix(state)
    state = {key: tensor for key, tensor in state.items() if not key.endswith(".wscale.scale")}
    if any(key.startswith("features.") for key in state):
        return _from_gandissect(state)
    if any(re.fullmatch(r"layer\d+\.weight", key) for key in state):
        return _from_genforce(state, file)
    return state


def _from_gandissect(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """features.i... -> layer(i+1)..., output... -> output_RxR...; other keys stay, to be reported as unexpected."""
    numbers = [int(found[1]) for key in state if (found := re.match(r"features\.(\d+)\.", key))]
    side = 4 * 2 ** (max(numbers) // 2)
    renamed = {}
    for key, tensor in state.items():
        key = re.sub(r"^features\.(\d+)\.", lambda found: f"layer{int(found[1]) + 1}.", key)
        renamed[re.sub(r"^output\.", f"output_{side}x{side}.", key)] = tensor
    return renamed


def _from_genforce(state: Mapping[str, Tensor], file: str) -> dict[str, Tensor]:
    """layerK... -> layer(K+1)..., the last output -> output_RxR.

    The outputs of the lower resolutions and `lod` belong to progressive growing and are left out.  A generator trained
    with fused scaling stores the kernels of its upsampling layers (even K from 2) as (inputs, outputs, 3, 3) for a
    transposed convolution; see `_fused`.
    """
    last = max(int(found[1]) for key in state if (found := re.fullmatch(r"layer(\d+)\.weight", key)))
    side, top = 4 * 2 ** (last // 2), last // 2
    fused = _fused(state, file)
    renamed = {}
    for key, tensor in state.items():
        found = re.fullmatch(r"(layer|output)(\d+)\.(weight|bias)", key)
        if found is None:
            if key != "lod":
                renamed[key] = tensor  # to be reported as unexpected
            continue
        kind, number = found[1], int(found[2])
        ours = "conv.weight" if found[3] == "weight" else "wscale.b"
        if kind == "layer":
            flip = fused and ours == "conv.weight" and number in _upsampling(state)
            renamed[f"layer{number + 1}.{ours}"] = tensor.permute(1, 0, 2, 3).flip(2, 3) if flip else tensor
        elif number == top:
            renamed[f"output_{side}x{side}.{ours}"] = tensor
        elif number > top:
            renamed[key] = tensor  # to be reported as unexpected
    return renamed


def _upsampling(state: Mapping[str, Tensor]) -> list[int]:
    """The numbers of genforce's upsampling layers, 4-dimensional weights only."""
    found = (re.fullmatch(r"layer(\d+)\.weight", key) for key in state)
    numbers = (int(match[1]) for match in found if match)
    return sorted(k for k in numbers if k >= 2 and k % 2 == 0 and state[f"layer{k}.weight"].dim() == 4)


def _fused(state: Mapping[str, Tensor], file: str) -> bool:
    """Whether the upsampling kernels are stored transposed.  Told by the first that is not square (512 -> 256)."""
    for number in _upsampling(state):
        bias = state.get(f"layer{number}.bias")
        rows, columns = state[f"layer{number}.weight"].shape[:2]
        if bias is not None and rows != columns:
            return len(bias) == columns
    if not _upsampling(state):
        return False
    raise BadCheckpoint(
        f"{file}: cannot tell whether the upsampling kernels are fused: all of them are square",
        field="layer2.weight",
        value=tuple(state["layer2.weight"].shape) if "layer2.weight" in state else "missing",
        allowed="at least one upsampling layer with another number of inputs than outputs",
    )
