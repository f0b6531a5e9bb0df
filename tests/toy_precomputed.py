"""A complete `precomputed/` with two small random networks, for tests and for working on the page without training.

`python -m tests.toy_precomputed OUT` writes it; then `UNITBRUSH_PRECOMPUTED_PATH=OUT unitbrush serve` serves it.
The pictures are colourful noise, but every path of the server and of the page is real.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from dissect_core.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.version import __version__

LATENT_SIZE = 16
UNITS_PER_LEVEL = (32, 32, 32, 16, 16, 16)
SEGMENTER_SHA256 = "0" * 64
CONCEPTS = {
    "church": ("tree", "door", "dome", "sky", "cloud", "grass", "path", "window", "tower", "roof"),
    "kitchen": ("window", "cabinet", "lamp", "table", "stool", "oven", "hood", "sink", "picture", "plant"),
}
MODEL_IDS = tuple(f"storybook-{domain}" for domain in CONCEPTS)


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


def write_json(path: Path, content: object) -> None:
    """JSON as a person would read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")


def write_model(root: Path, domain: str, resolution: int) -> str:
    """Weights and card of one toy network; returns the SHA-256 of the weights."""
    model_id = f"storybook-{domain}"
    generator = toy_generator(resolution, random_seed=sum(domain.encode()))
    weights_path = root / "models" / f"{model_id}.safetensors"
    weights_path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.half() for key, value in generator.state_dict().items()}, weights_path)
    content = weights_path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    card = {
        "schema": 1,
        "id": model_id,
        "kind": "generator",
        "domain": domain,
        "title": f"Toy {domain}",
        "resolution": resolution,
        "architecture": {"family": "progan", "sizes": list(generator.sizes)},
        "paint_layers": ["layer3", "layer4", "layer5", "layer6"],
        "weights": {"file": weights_path.name, "sha256": sha256, "dtype": "float16", "bytes": len(content)},
        "licence": "MIT",
        "origin": "random numbers, for tests",
        "training": {},
        "quality": {},
    }
    write_json(root / "models" / f"{model_id}.json", card)
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


def write_dissection(root: Path, domain: str, resolution: int, model_sha256: str) -> dict[str, Tensor]:
    """Thresholds and made-up IoU of the paint layers; returns the thresholds by layer."""
    model_id = f"storybook-{domain}"
    folder = root / "dissection" / model_id
    folder.mkdir(parents=True, exist_ok=True)
    generator = toy_generator(resolution, random_seed=sum(domain.encode()))
    concepts = [{"category": "object", "name": name} for name in CONCEPTS[domain]]
    concepts.append({"category": "material", "name": "stone"})
    draw = torch.Generator().manual_seed(7)
    thresholds: dict[str, Tensor] = {}
    for layer in ("layer3", "layer4", "layer5", "layer6"):
        units = generator.layers[layer].units
        thresholds[layer] = measured_thresholds(generator, layer).contiguous()
        tensors = {
            "thresholds": thresholds[layer],
            "iou": torch.rand(units, len(concepts), generator=draw) ** 3 * 0.3,
            "mean": torch.zeros(units),
            "peak": thresholds[layer] * 1.5,
        }
        save_file(tensors, folder / f"{layer}.safetensors")
    manifest = {
        "schema": 1,
        "model": model_id,
        "model_sha256": model_sha256,
        "segmenter_sha256": SEGMENTER_SHA256,
        "images": 32,
        "first_id": 0,
        "latents": "RandomState(1).standard_normal, row = id",
        "quantile": 0.99,
        "grid": 16,
        "code_version": __version__,
        "concepts": concepts,
        "layers": list(thresholds),
    }
    write_json(folder / "manifest.json", manifest)
    return thresholds


def write_toy_brushes(root: Path, domain: str, model_sha256: str, thresholds: dict[str, Tensor]) -> None:
    """Ten brushes whose units are drawn by lot."""
    draw = torch.Generator().manual_seed(11)
    brushes = []
    for number, name in enumerate(CONCEPTS[domain]):
        layer = "layer4" if number % 2 else "layer5"
        units = torch.randperm(len(thresholds[layer]), generator=draw)[:24].tolist()
        brushes.append(
            {
                "id": name,
                "concept": name,
                "category": "object",
                "layer": layer,
                "ranking": "iou" if number % 3 else "effect",
                "units": units,
                "values": [float(thresholds[layer][unit]) for unit in units],
                "default_count": 20,
                "example_seed": number,
                "example_box": [0.25, 0.25, 0.75, 0.75],
                "measured": {"draw_success": 0.9},
            }
        )
    content = {
        "schema": 1,
        "model": f"storybook-{domain}",
        "model_sha256": model_sha256,
        "segmenter_sha256": SEGMENTER_SHA256,
        "code_version": __version__,
        "brushes": brushes,
    }
    write_json(root / "brushes" / f"storybook-{domain}.json", content)


def write_toy_precomputed(path: Path | str, resolution: int = 64) -> Path:
    """Write models, dissections and brushes of both toy networks into `path`, as the real commands lay them out."""
    root = Path(path)
    for domain in CONCEPTS:
        sha256 = write_model(root, domain, resolution)
        thresholds = write_dissection(root, domain, resolution, sha256)
        write_toy_brushes(root, domain, sha256, thresholds)
    return root


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.toy_precomputed OUT")
    print(write_toy_precomputed(sys.argv[1]))
