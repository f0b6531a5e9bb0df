"""Pictures from latents, every picture of a batch with its own edits, in one forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from dissect_core.edits import LayerEdit, apply_edit
from dissect_core.errors import BadShape
from dissect_core.hooks import Edit, edited
from dissect_core.models.progan import Generator


@torch.inference_mode()
def render(generator: Generator, latents: Tensor, edits: Sequence[Mapping[str, LayerEdit]]) -> Tensor:
    """(N, Z) latents and N mappings of layer name -> edit (empty: none) -> (N, 3, R, R) float32 on the CPU, [-1, 1].

    Runs on the generator's device and in its precision, and leaves it as it was; one thread at a time per generator.
    A picture does not depend on the others of its batch, up to the rounding of convolutions.
    Raises UnknownLayer, BadShape or BadStroke for edits that do not fit the generator.
    """
    if len(edits) != latents.shape[0]:
        raise BadShape(
            f"{len(edits)} edits for {latents.shape[0]} latents",
            field="edits",
            value=len(edits),
            allowed=f"one mapping per latent, {latents.shape[0]}",
        )
    if not edits:
        return torch.empty(0, 3, generator.resolution, generator.resolution)
    layers = dict.fromkeys(layer for mapping in edits for layer in mapping)
    per_layer = {layer: _per_picture([mapping.get(layer) for mapping in edits]) for layer in layers}
    with edited(generator, per_layer):
        images: Tensor = generator(latents.to(next(generator.parameters())))
    return images.to("cpu", torch.float32)


def _per_picture(edits: Sequence[LayerEdit | None]) -> Edit:
    """The edit of a batch whose picture n is edited by edits[n] (None: not)."""

    def apply(x: Tensor) -> Tensor:  # (N, C, h, w) -> (N, C, h, w), new storage
        pictures = (x[n : n + 1] for n in range(len(edits)))
        return torch.cat([p if edit is None else apply_edit(p, edit) for p, edit in zip(pictures, edits, strict=True)])

    return apply
