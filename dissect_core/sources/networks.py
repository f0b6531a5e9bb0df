"""Sources of pictures and activations: what a dissection needs of a network, whatever kind of network it is.

    GeneratorSource     a Progressive GAN: row r is the picture with image id first_id + r
    LatentSource        any module from latents to pictures: the same
    ClassifierSource    any module over a list of pictures: row r is picture r

A layer of any module is a submodule, by its dotted name ("features.28", "layer4.1.conv2"), whose output is a stack of
feature maps (N, U, h, w) or laid out otherwise (see `layout`); h and w are its own affair, from 1 x 1 to finer than the
pictures' positions.  A module that draws noise draws the same for the same picture (see `forward`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from dissect_core.errors import BadShape, UnknownLayer
from dissect_core.models.latents import LATENTS_RULE, check_ids, latents
from dissect_core.models.progan import Generator
from dissect_core.render.folded import Folded
from dissect_core.sources.forward import NOISE_RULE, draws_noise, forward
from dissect_core.sources.layout import Layout
from dissect_core.sources.pictures import Pictures

Activations = Mapping[str, Tensor]
"""Layer -> (N, U, h, w) float32 on the source's device."""


class Source(Protocol):
    """Pictures 0 ... images - 1 and what a network does with them.

    first_id: the number that people know picture 0 by.  device: where the network is.
    """

    @property
    def images(self) -> int: ...

    @property
    def first_id(self) -> int: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Everything that decides pictures and activations, for a manifest; has "model" and "model_sha256"."""
        ...

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Activations]:
        """The pictures (N, 3, R, R), nominally in [-1, 1], and the activations of the layers."""
        ...

    def activate(self, rows: Sequence[int], layers: Sequence[str]) -> Activations:
        """The same activations without the pictures, where that is cheaper."""
        ...


@dataclass(frozen=True, eq=False)
class GeneratorSource:
    """A Progressive GAN and its pictures first_id ... first_id + images - 1.  model: its id.

    Its layers are those of the generator, "layer1", "layer2", ...; it runs as the renderer runs it.
    """

    generator: Generator
    model: str
    sha256: str
    images: int
    first_id: int = 0

    def __post_init__(self) -> None:
        """Raises UnitbrushError for more images than there are."""
        check_ids(self.first_id, self.images)

    @property
    def device(self) -> torch.device:
        """Where the generator is."""
        return device_of(self.generator)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The model, its weights, the image ids and their latents."""
        return _latent_inputs(self)

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Activations]:
        """Pictures and activations, one forward pass.  Raises UnknownLayer."""
        activations, last = self._run(rows, layers, self._folded.names[-1:])
        return self._folded.rgb(last), activations

    def activate(self, rows: Sequence[int], layers: Sequence[str]) -> Activations:
        """The activations; what comes after the last of the layers is not run.  Raises UnknownLayer."""
        return self._run(rows, layers, layers)[0]

    def _run(self, rows: Sequence[int], layers: Sequence[str], needed: Sequence[str]) -> tuple[Activations, Tensor]:
        """The activations, and the output of the last of the needed layers, at which the pass ends."""
        for layer in layers:
            if layer not in self.generator.layers:
                raise UnknownLayer.among(layer, self.generator.layers)
        missing, found = set(needed), {}
        z = latents([self.first_id + row for row in rows], self.generator.latent_size)
        for name, output in self._folded.outputs(z):
            missing.discard(name)
            if name in layers:
                found[name] = output
            if not missing:
                break
        return {layer: found[layer] for layer in layers}, output

    @cached_property
    def _folded(self) -> Folded:
        """In single precision, whatever is good enough for pictures: thresholds and overlaps are exact."""
        return Folded(self.generator, torch.float32)


@dataclass(frozen=True, eq=False)
class LatentSource:
    """Any module from latents z (N, *latent_shape) to pictures (N, 3, R, R) or grey (N, 1, R, R), nominally in [-1, 1].

    Its pictures are first_id ... first_id + images - 1; picture i has the latent of image id i.
    model: its name in files.  sha256: of what decides what it computes.  layout: of its layers.
    """

    network: nn.Module
    latent_shape: tuple[int, ...]
    model: str
    sha256: str
    images: int
    first_id: int = 0
    layout: Layout = "auto"

    def __post_init__(self) -> None:
        """Raises UnitbrushError for more images than there are."""
        check_ids(self.first_id, self.images)

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return device_of(self.network)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The model, its weights, the image ids and their latents.  Raises UnitbrushError as `draws_noise` does."""
        return _latent_inputs(self) | {"latent_shape": list(self.latent_shape)} | _how_it_runs(self._noisy, self.layout)

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Activations]:
        """Pictures and activations, one forward pass.  Raises BadShape for an output that is no pictures."""
        ids = [self.first_id + row for row in rows]
        pictures, activations = forward(
            self.network, self._latents(ids), ids, layers, layout=self.layout, noisy=self._noisy
        )
        shape = tuple(pictures.shape) if isinstance(pictures, Tensor) else type(pictures).__name__
        if not isinstance(pictures, Tensor) or pictures.dim() != 4 or pictures.shape[1] not in (1, 3):
            allowed = "(N, 3, R, R) or (N, 1, R, R)"
            raise BadShape(f"{self.model} gives no pictures", field="model", value=shape, allowed=allowed)
        return pictures.expand(-1, 3, -1, -1), activations

    def activate(self, rows: Sequence[int], layers: Sequence[str]) -> Activations:
        """The activations."""
        return self.see(rows, layers)[1]

    def _latents(self, ids: Sequence[int]) -> Tensor:
        return latents(ids, math.prod(self.latent_shape)).to(self.device).view(-1, *self.latent_shape)

    @cached_property
    def _noisy(self) -> bool:
        return draws_noise(self.network, self._latents([self.first_id]), self.model)


def _how_it_runs(noisy: bool, layout: Layout) -> dict[str, Any]:
    """For a manifest, what is unusual about how a network is run."""
    return ({"noise": NOISE_RULE} if noisy else {}) | ({} if layout == "auto" else {"layout": layout})


def _latent_inputs(source: GeneratorSource | LatentSource) -> dict[str, Any]:
    return {
        "model": source.model,
        "model_sha256": source.sha256,
        "images": source.images,
        "first_id": source.first_id,
        "latents": LATENTS_RULE,
    }


@dataclass(frozen=True)
class Normalisation:
    """What a network wants its pictures to be: (value - mean) / deviation per channel, values in 0..1."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    def apply(self, pictures: Tensor) -> Tensor:
        """(N, 3, R, R) in [-1, 1] -> the same, normalised."""
        mean, deviation = (torch.tensor(numbers, device=pictures.device) for numbers in (self.mean, self.deviation))
        return ((pictures + 1) / 2 - mean[:, None, None]) / deviation[:, None, None]


IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""What torchvision's classifiers were trained with."""
LUMA = (0.299, 0.587, 0.114)
"""The shares of red, green and blue in grey (ITU-R BT.601)."""


@dataclass(frozen=True, eq=False)
class ClassifierSource:
    """Any module that takes pictures (N, 3, R, R), in [-1, 1] or as `normalisation` says, and a list of pictures.

    A module whose first convolution takes one channel gets them in grey.

    model: its name in files.  sha256: of its weights.  layout: of its layers.
    """

    network: nn.Module
    pictures: Pictures
    model: str
    sha256: str
    normalisation: Normalisation | None = None
    layout: Layout = "auto"

    @property
    def first_id(self) -> int:
        """Picture 0 is known as 0."""
        return 0

    @property
    def images(self) -> int:
        """How many pictures."""
        return len(self.pictures)

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return device_of(self.network)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The model, its weights, how it is fed, and the pictures."""
        return {
            "model": self.model,
            "model_sha256": self.sha256,
            "images": self.images,
            "first_id": self.first_id,
            "normalisation": asdict(self.normalisation) if self.normalisation else None,
            **({"grey": LUMA} if self._grey else {}),
            **_how_it_runs(self._noisy, self.layout),
            **self.pictures.inputs,
        }

    def see(self, rows: Sequence[int], layers: Sequence[str]) -> tuple[Tensor, Activations]:
        """Pictures and activations, one forward pass."""
        pictures = self.pictures.load(rows).to(self.device)
        _, activations = forward(
            self.network, self._shown(pictures), rows, layers, layout=self.layout, noisy=self._noisy
        )
        return pictures, activations

    def activate(self, rows: Sequence[int], layers: Sequence[str]) -> Activations:
        """The activations."""
        return self.see(rows, layers)[1]

    def _shown(self, pictures: Tensor) -> Tensor:
        """The pictures as the network wants them."""
        shown = self.normalisation.apply(pictures) if self.normalisation else pictures
        return (shown * shown.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True) if self._grey else shown

    @cached_property
    def _noisy(self) -> bool:
        return draws_noise(self.network, self._shown(self.pictures.load([0]).to(self.device)), self.model)

    @cached_property
    def _grey(self) -> bool:
        first = next((module for module in self.network.modules() if isinstance(module, nn.Conv2d)), None)
        return first is not None and first.in_channels == 1


def device_of(network: nn.Module) -> torch.device:
    """Where a network is; one without tensors is everywhere, say on the CPU."""
    tensor = next(chain(network.parameters(), network.buffers()), None)
    return torch.device("cpu") if tensor is None else tensor.device


def shapes_of(source: Source, layers: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """(U, h, w) of each layer: how many units, and the cells of their maps; runs the network on the first picture.

    Raises UnknownLayer or LayerNeverRan naming the layer, BadShape for a layer that gives no feature maps.
    """
    activations, shapes = source.activate([0], layers), {}
    for layer in layers:
        _, units, height, width = activations[layer].shape
        shapes[layer] = units, height, width
    return shapes
