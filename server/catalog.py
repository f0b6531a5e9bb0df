"""A read-only view of `precomputed/`, read and checked once: the networks, what their units do, and how to paint.

Everything that does not belong together (brushes of other weights, a dissection of another layer shape) is an error
at start-up that names the file.  Knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from dissect_core.brushes.brush import Brush, BrushSet, brush_file, read_brushes
from dissect_core.concepts.columns import HALF, Columns
from dissect_core.dissection.files import read_dissection
from dissect_core.dissection.result import Dissection, LayerStats
from dissect_core.errors import ArtifactMismatch, UnknownConcept, UnknownLayer, UnknownModel
from dissect_core.models.card import ModelCard
from dissect_core.models.progan import Generator, LayerInfo
from dissect_core.models.registry import Registry
from dissect_core.models.vgg import SceneClassifier
from dissect_core.system.artifacts import require
from dissect_core.units.gallery import Gallery, evidence, read_gallery


@dataclass(frozen=True, eq=False)
class DissectedModel:
    """A generator or a classifier with what is known of its units.

    layers: all of them.  dissection: of some of them.  galleries: the strips of those that were drawn from it.
    """

    card: ModelCard
    layers: Mapping[str, LayerInfo]
    dissection: Dissection
    galleries: Mapping[str, Gallery]

    @cached_property
    def evidence(self) -> dict[str, str]:
        """By dissected layer, a digest of everything that pictures of its units depend on."""
        return {layer: evidence(self.dissection, layer) for layer in self.dissection.layers}

    @cached_property
    def findings(self) -> str:
        """A digest of everything that the dissection found, SHA-256."""
        digest = hashlib.sha256(json.dumps(self.dissection.manifest, sort_keys=True).encode())
        for layer in sorted(self.dissection.layers):
            for tensor in _tensors(self.dissection.layers[layer]):
                digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()

    def layer(self, name: str) -> LayerInfo:
        """A dissected layer, or UnknownLayer."""
        if name not in self.dissection.layers:
            known = ", ".join(self.dissection.layers) or "none: it is not dissected"
            raise UnknownLayer(f"no layer {name!r}", field="layer", value=name, allowed=f"one of {known}")
        return self.layers[name]

    def stats(self, name: str) -> LayerStats:
        """What the dissection found of a layer, or UnknownLayer."""
        self.layer(name)
        return self.dissection.layers[name]


@dataclass(frozen=True, eq=False)
class PaintModel(DissectedModel):
    """A generator with what painting needs to know of it.  Strokes may edit the dissected layers.

    One that is not dissected yet shows its images, and one without brushes is painted with any of its units.

    quantiles: the 0.99 quantiles of the units of those, as plain numbers, for speed.  brushes: by id.
    """

    quantiles: Mapping[str, Sequence[float]]
    brushes: Mapping[str, Brush]

    def find_brush(self, name: str) -> Brush | None:
        """The brush of that id, or else the first of that concept: the only place where a name becomes a brush."""
        by_concept = (brush for brush in self.brushes.values() if brush.concept == name)
        return self.brushes.get(name) or next(by_concept, None)

    def brush(self, name: str) -> Brush:
        """The brush of that name, or UnknownConcept."""
        if (found := self.find_brush(name)) is not None:
            return found
        raise UnknownConcept(
            f"no brush {name!r}", field="concept", value=name, allowed=f"one of {', '.join(self.brushes)}"
        )

    def ranking(self, concept: str, layer: str) -> tuple[int, ...]:
        """All units of `layer`, best first for `concept`: a brush in its own layer, else by IoU as in the paper."""
        self.layer(layer)
        brush = self.find_brush(concept)
        if brush is not None and brush.layer == layer:
            return brush.units
        wanted = (brush.category, brush.concept) if brush is not None else (None, concept)
        for column, known in enumerate(self.dissection.concepts):
            if known.name == wanted[1] and wanted[0] in (None, known.category):
                order = self.dissection.layers[layer].iou[:, column].argsort(descending=True, stable=True)
                return tuple(order.tolist())
        whole = (known.name for known in self.dissection.concepts if known.category != HALF)  # halves: too many to list
        names = dict.fromkeys([*self.brushes, *whole])
        raise UnknownConcept(
            f"no concept {concept!r}", field="concept", value=concept, allowed=f"one of {', '.join(names)}"
        )

    def values(self, layer: str, units: tuple[int, ...]) -> tuple[float, ...]:
        """The 0.99 quantiles of units of a layer, in activation units."""
        quantiles = self.quantiles[layer]
        return tuple(quantiles[unit] for unit in units)


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything in `precomputed/`.

    cards: of all networks, by id.  models: the generators, to paint with.  classifiers: the others with units.
    """

    cards: Mapping[str, ModelCard]
    models: Mapping[str, PaintModel]
    classifiers: Mapping[str, DissectedModel]

    def model(self, model_id: str) -> PaintModel:
        """The generator of that id, or UnknownModel."""
        return _named("generator", self.models, model_id)

    def classifier(self, model_id: str) -> DissectedModel:
        """The classifier of that id, or UnknownModel."""
        return _named("classifier", self.classifiers, model_id)

    @property
    def dissected(self) -> dict[str, DissectedModel]:
        """All networks with units, by id."""
        return {**self.models, **self.classifiers}

    def with_units(self, model_id: str) -> DissectedModel:
        """The generator or classifier of that id, or UnknownModel."""
        return _named("generator or classifier", self.dissected, model_id)


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks themselves, by id, on one device; at least one is a generator."""

    generators: Mapping[str, Generator]
    classifiers: Mapping[str, SceneClassifier]

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return next(next(iter(self.generators.values())).parameters()).device


M = TypeVar("M", bound=DissectedModel)


def _named(kind: str, models: Mapping[str, M], model_id: str) -> M:
    if model_id not in models:
        known = f"one of {', '.join(models)}" if models else "none: there is none"
        raise UnknownModel(f"no {kind} {model_id!r}", field="model", value=model_id, allowed=known)
    return models[model_id]


def _tensors(stats: Any) -> Iterator[Tensor]:
    """The tensors of a dataclass and of those in it."""
    for field in fields(stats):
        value = getattr(stats, field.name)
        yield from [value] if isinstance(value, Tensor) else _tensors(value)


def load_catalog(root: Path, device: torch.device) -> tuple[Catalog, Networks]:
    """Read and verify the folder: the catalogue and the networks, on `device`.

    Raises ArtifactMismatch or BadCheckpoint naming the file, what it holds and what was expected.
    """
    if not (root / "models").is_dir():
        raise ArtifactMismatch(
            f"there is no folder {root / 'models'}",
            field="precomputed_path",
            value=str(root),
            allowed="a folder with models, dissection and brushes",
        )
    registry = Registry(root)
    ids = [card.id for card in registry.cards.values() if card.kind == "generator"]
    if not ids:
        raise ArtifactMismatch(
            f"no generator in {root / 'models'}",
            field="precomputed_path",
            value=str(root),
            allowed="at least one card of kind generator",
        )
    generators = {model_id: registry.generator(model_id, device) for model_id in ids}
    models = {
        model_id: _paint_model(root, registry.cards[model_id], generator) for model_id, generator in generators.items()
    }
    others = [card for card in registry.cards.values() if card.kind == "classifier"]
    networks = {card.id: registry.classifier(card.id, device) for card in others}
    classifiers = {card.id: _classifier(root, card, networks[card.id]) for card in others}
    return Catalog(registry.cards, models, classifiers), Networks(generators, networks)


def _paint_model(root: Path, card: ModelCard, generator: Generator) -> PaintModel:
    dissection = _dissection(root, card, generator.layers)
    if dissection.layers:
        file = f"dissection/{card.id}/manifest.json"
        missing = [layer for layer in card.paint_layers if layer not in dissection.layers]
        require(not missing, file, field="layers", value=list(dissection.layers), allowed=", ".join(card.paint_layers))
    path = brush_file(root / "brushes", card.id)
    brushes = read_brushes(path) if path.is_file() else None
    quantiles = {name: tuple(stats.thresholds.tolist()) for name, stats in dissection.layers.items()}
    by_id = {brush.id: brush for brush in brushes.brushes} if brushes else {}
    model = PaintModel(card, generator.layers, dissection, _galleries(root, dissection), quantiles, by_id)
    if brushes:
        _check_brushes(brushes, model)
    return model


def _classifier(root: Path, card: ModelCard, network: SceneClassifier) -> DissectedModel:
    """A classifier; one that is not dissected yet says what it sees, and has no units to look at."""
    dissection = _dissection(root, card, network.layers)
    return DissectedModel(card, network.layers, dissection, _galleries(root, dissection))


def _galleries(root: Path, dissection: Dissection) -> dict[str, Gallery]:
    """The strips that were drawn from this very dissection, by layer; the server draws the others when asked."""
    found = {layer: read_gallery(root / "gallery", dissection, layer) for layer in dissection.layers}
    return {layer: gallery for layer, gallery in found.items() if gallery is not None}


def _dissection(root: Path, card: ModelCard, layers: Mapping[str, LayerInfo]) -> Dissection:
    """The dissection of a network with these layers; empty if it is not dissected yet."""
    if not (root / "dissection" / card.id).is_dir():
        return Dissection({}, Columns({}), {})
    dissection = read_dissection(root / "dissection", card.id)
    file = f"dissection/{card.id}/manifest.json"
    _same_weights(file, dissection.manifest.get("model_sha256"), card)
    for name, stats in dissection.layers.items():
        units = layers[name].units if name in layers else 0
        fits = stats.thresholds.shape[0] == units
        require(fits, file, field=name, value=f"{stats.thresholds.shape[0]} units", allowed=f"{units} units")
    return dissection


def _check_brushes(brushes: BrushSet, model: PaintModel) -> None:
    card = model.card
    file = f"brushes/{card.id}.json"
    require(brushes.model == card.id, file, field="model", value=brushes.model, allowed=card.id)
    _same_weights(file, brushes.model_sha256, card)
    for brush in brushes.brushes:
        where = f"{brush.id}.layer"
        fits = brush.layer in card.paint_layers
        require(fits, file, field=where, value=brush.layer, allowed=", ".join(card.paint_layers))
        last = model.layers[brush.layer].units - 1
        where, unit = f"{brush.id}.units", max(brush.units)
        require(unit <= last, file, field=where, value=unit, allowed=f"units 0 to {last}")
        require(
            brush.layer in model.dissection.layers, file, field=where, value=brush.layer, allowed="a dissected layer"
        )
        quantiles = model.values(brush.layer, brush.units)
        for unit, value, measured in zip(brush.units, brush.values, quantiles, strict=True):
            agrees = math.isclose(value, brush.level * measured, rel_tol=1e-3, abs_tol=1e-4)
            where = f"{brush.id}.values, unit {unit}"
            allowed = f"{brush.level * measured:g}, {brush.level:g} times the quantile of the dissection"
            require(agrees, file, field=where, value=value, allowed=allowed)


def _same_weights(file: str, sha256: object, card: ModelCard) -> None:
    """The file was made from the weights that the card names."""
    require(
        sha256 == card.weights.sha256, file, field="model_sha256", value=sha256, allowed=f"{card.weights.sha256[:12]}…"
    )
