"""A complete `precomputed/` with two small random generators and a classifier, for tests and for working on the pages.

`python -m tests.toy_precomputed OUT` writes it; then `UNITBRUSH_PRECOMPUTED_PATH=OUT unitbrush serve` serves it.
The pictures are colourful noise, but every path of the server and of the page is real.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor

from dissect_core.brushes.brush import Brush, BrushSet, brush_file, write_brushes
from dissect_core.concepts.columns import Columns
from dissect_core.dissection.files import write_dissection
from dissect_core.dissection.result import SCHEMA as DISSECTION_SCHEMA
from dissect_core.dissection.result import Dissection, LayerStats, TopList
from dissect_core.models.card import Domain, ModelCard, Weights, write_card
from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.stats.histogram import Histogram
from dissect_core.stats.iqr import LEVELS, IqrScores
from dissect_core.system.artifacts import sha256_file, write_tensors
from dissect_core.system.code_version import code_version
from tests.toy_classifier import write_toy_classifier

LATENT_SIZE = 16
UNITS_PER_LEVEL = (32, 32, 32, 16, 16, 16)
SEGMENTER_SHA256 = "0" * 64
CONCEPTS = {
    "church": ("tree", "door", "dome", "sky", "cloud", "grass", "path", "window", "tower", "roof"),
    "kitchen": ("window", "cabinet", "lamp", "table", "stool", "oven", "hood", "sink", "picture", "plant"),
}
DOMAINS: tuple[Domain, ...] = ("church", "kitchen")
PAINT_LAYERS = ("layer3", "layer4", "layer5", "layer6")


def toy_generator(resolution: int, random_seed: int) -> Generator:
    """A random Progressive GAN of the published structure whose pictures are patches of calm colour."""
    levels = resolution.bit_length() - 2  # 32 -> 4 levels: 4x4, 8x8, 16x16, 32x32
    generator = Generator([LATENT_SIZE, *UNITS_PER_LEVEL[:levels]])
    draw = torch.Generator().manual_seed(random_seed)
    for parameter in generator.parameters():
        parameter.data = torch.randn(parameter.shape, generator=draw) * (1.0 if parameter.dim() == 4 else 0.1)
    output = generator.get_submodule(f"output_{resolution}x{resolution}.conv")
    assert isinstance(output.weight, Tensor)
    output.weight.data *= 0.4
    return generator.requires_grad_(False).eval()


def write_model(root: Path, domain: Domain, resolution: int) -> str:
    """Weights and card of one toy network; returns the SHA-256 of the weights."""
    model_id = f"storybook-{domain}"
    generator = toy_generator(resolution, random_seed=sum(domain.encode()))
    path = root / "models" / f"{model_id}.safetensors"
    write_tensors(path, {key: value.half() for key, value in generator.state_dict().items()})
    sha256 = sha256_file(path)
    card = ModelCard(
        id=model_id,
        kind="generator",
        domain=domain,
        title=f"Toy {domain}",
        resolution=resolution,
        weights=Weights(path.name, sha256, "float16", path.stat().st_size),
        licence="MIT",
        origin="random numbers, for tests",
        paint_layers=PAINT_LAYERS,
        architecture={"family": "progan", "sizes": list(generator.sizes)},
    )
    write_card(card, path.with_suffix(".json"))
    return sha256


def measured_thresholds(generator: Generator, layer: str, images: int = 32) -> Tensor:
    """(U,) the 0.99 quantile of each unit of `layer` over some toy images."""
    x = latents(range(images), generator.latent_size)[:, :, None, None]
    with torch.inference_mode():
        for name, block in generator.named_children():
            x = block(x)
            if name == layer:
                break
    return torch.quantile(x.transpose(0, 1).flatten(1).float(), 0.99, dim=1)


def toy_dissection(domain: Domain, resolution: int, model_sha256: str) -> Dissection:
    """Measured thresholds and made-up IoU of the paint layers."""
    generator = toy_generator(resolution, random_seed=sum(domain.encode()))
    maps = {"object": ("none", *CONCEPTS[domain]), "material": ("none", "stone")}
    columns = Columns(maps)
    draw = torch.Generator().manual_seed(7)
    layers = {}
    for layer in PAINT_LAYERS:
        thresholds = measured_thresholds(generator, layer)
        iou = torch.rand(len(thresholds), len(columns.concepts), generator=draw) ** 3 * 0.3
        layers[layer] = toy_stats(thresholds, iou)
    manifest = {
        "schema": DISSECTION_SCHEMA,
        "model": f"storybook-{domain}",
        "model_sha256": model_sha256,
        "segmenter_sha256": SEGMENTER_SHA256,
        "images": 32,
        "first_id": 0,
        "quantile": 0.99,
        "grid": 16,
        "code_version": code_version("dissect_core.dissection.run"),
        "layers": list(layers),
        "maps": maps,
    }
    return Dissection(manifest, columns, layers)


def toy_stats(thresholds: Tensor, iou: Tensor) -> LayerStats:
    """Statistics of a layer with these thresholds (U,) and IoU (U, K); everything else is made up."""
    units = len(thresholds)
    best, label = iou.max(dim=1)
    places = torch.arange(3).expand(units, 3)
    return LayerStats(
        thresholds=thresholds,
        mean=thresholds * 0,
        peak=thresholds * 1.5,
        levels=thresholds[:, None] * torch.arange(1, LEVELS + 1) * 0.03,  # the threshold, at 2/3 of them, is itself
        iou=iou,
        label=label,
        label_iou=best,
        chance=torch.zeros(units, 0),
        top=TopList(places.clone(), (thresholds * 1.5)[:, None].expand(units, 3).clone(), places.clone()),
        histogram=Histogram(torch.full((units, 4), 8), thresholds * 0, thresholds * 1.5),
        iqr=IqrScores(best / 2, best.clone(), thresholds.clone(), label),
    )


def toy_brushes(domain: Domain, dissection: Dissection) -> BrushSet:
    """Ten brushes whose units are drawn by lot."""
    draw = torch.Generator().manual_seed(11)
    brushes = []
    for number, name in enumerate(CONCEPTS[domain]):
        layer = "layer4" if number % 2 else "layer5"
        thresholds = dissection.layers[layer].thresholds
        units = tuple(torch.randperm(len(thresholds), generator=draw)[:24].tolist())
        brushes.append(
            Brush(
                id=name,
                concept=name,
                category="object",
                layer=layer,
                ranking="iou" if number % 3 else "effect",
                units=units,
                values=tuple(1.5 * float(thresholds[unit]) for unit in units),
                level=1.5,
                example_seed=number,
                example_box=(0.25, 0.25, 0.75, 0.75),
                measured={"draw_success": 0.9},
            )
        )
    weights, code = dissection.manifest["model_sha256"], code_version("dissect_core.brushes.search")
    return BrushSet(f"storybook-{domain}", weights, SEGMENTER_SHA256, tuple(brushes), code)


def write_toy_precomputed(path: Path | str, resolution: int = 64) -> Path:
    """Write models, dissections and brushes of all toy networks into `path`, as the real commands lay them out."""
    root = Path(path)
    for domain in DOMAINS:
        dissection = toy_dissection(domain, resolution, write_model(root, domain, resolution))
        write_dissection(dissection, root / "dissection", exact=PAINT_LAYERS)
        write_brushes(toy_brushes(domain, dissection), brush_file(root / "brushes", f"storybook-{domain}"))
    write_toy_classifier(root)
    return root


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.toy_precomputed OUT")
    print(write_toy_precomputed(sys.argv[1]))
