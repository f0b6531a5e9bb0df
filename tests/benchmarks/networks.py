"""The networks that are measured: those that ship, and random ones of the published shape."""

from __future__ import annotations

from pathlib import Path

import torch

from dissect_core.brushes.brush import BrushSet, brush_file, write_brushes
from dissect_core.concepts.columns import Columns
from dissect_core.dissection.files import write_dissection
from dissect_core.dissection.result import SCHEMA, Dissection
from dissect_core.models.card import ModelCard, Weights, write_card
from dissect_core.models.progan import Generator
from dissect_core.models.registry import Registry
from dissect_core.models.segmenter import Segmenter
from dissect_core.system.artifacts import sha256_file, write_tensors
from dissect_core.world.concepts import CATEGORIES
from tests.toy_precomputed import toy_stats

PRECOMPUTED = Path(__file__).resolve().parents[2] / "precomputed"
VALUE = 5.0
"""What drawing sets the units of the random networks to."""
PUBLISHED = "published shape, 256 pixels"
PUBLISHED_SIZES = (512, 512, 512, 512, 256, 128, 64, 32)
STORYBOOK_SIZES = (128, 128, 128, 128, 96, 48, 32)


def random_generator(sizes: tuple[int, ...] = PUBLISHED_SIZES) -> Generator:
    """A network whose weights are spread as trained ones are: its pictures have contrast, so rounding shows."""
    draw = torch.Generator().manual_seed(1)
    generator = Generator(sizes).eval().requires_grad_(False)
    for parameter in generator.parameters():
        parameter.data = torch.randn(parameter.shape, generator=draw) * (1 if parameter.dim() == 4 else 0.1)
    return generator


def shipped(device: torch.device | str = "cpu") -> dict[str, Generator]:
    """The generators in precomputed/, by id."""
    registry = Registry(PRECOMPUTED)
    generators = (name for name, card in registry.cards.items() if card.kind == "generator")
    return {name: registry.generator(name, device) for name in generators}


def segmenter() -> Segmenter:
    """The one in precomputed/, or one of the same size with random weights."""
    registry = Registry(PRECOMPUTED)
    if "storybook-segmenter" in registry.cards:
        return registry.segmenter("storybook-segmenter")
    return Segmenter(CATEGORIES).eval().requires_grad_(False).to(memory_format=torch.channels_last)


def write_published(root: Path) -> str:
    """A folder to serve with the published shape and random weights, every threshold 5, no brush; returns its id."""
    model, generator = "published-shape", random_generator()
    path = root / "models" / f"{model}.safetensors"
    write_tensors(path, generator.state_dict())
    weights = Weights(path.name, sha256_file(path), "float32", path.stat().st_size)
    layers = ("layer4", "layer5")
    card = ModelCard(
        model,
        "generator",
        "other",
        "The published shape",
        generator.resolution,
        weights,
        licence="MIT",
        origin="random numbers, for benchmarks",
        paint_layers=layers,
        architecture={"family": "progan", "sizes": list(generator.sizes)},
    )
    write_card(card, path.with_suffix(".json"))
    maps = {"object": ("none", "tree")}
    manifest = {
        "schema": SCHEMA,
        "model": model,
        "model_sha256": weights.sha256,
        "layers": list(layers),
        "maps": maps,
    }
    units = {name: generator.layers[name].units for name in layers}
    stats = {name: toy_stats(torch.full((count,), VALUE), torch.zeros(count, 1)) for name, count in units.items()}
    write_dissection(Dissection(manifest, Columns(maps), stats), root / "dissection")
    write_brushes(BrushSet(model, weights.sha256, "0" * 64, (), "none"), brush_file(root / "brushes", model))
    return model
