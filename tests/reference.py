"""What every rendering is checked against: the plain module, its layers edited by hooks, one picture at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from dissect_core.models.hooks import edited
from dissect_core.models.progan import Generator
from dissect_core.painting.edits import LayerEdit, apply_edit


@torch.inference_mode()
def reference(generator: Generator, latents: Tensor, edits: Sequence[Mapping[str, LayerEdit]]) -> Tensor:
    """(N, Z) latents and the edits of each -> (N, 3, R, R), in the generator's precision."""
    pictures = []
    for latent, mapping in zip(latents.split(1), edits, strict=True):
        with edited(generator, {layer: _editor(edit) for layer, edit in mapping.items()}):
            pictures.append(generator(latent.to(next(generator.parameters()))))
    return torch.cat(pictures)


def _editor(edit: LayerEdit) -> Callable[[Tensor], Tensor]:
    return lambda x: apply_edit(x, edit)
