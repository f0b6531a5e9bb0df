"""What ships in precomputed/: every network with its card and hash, nothing of any other network, and small."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from dissect_core.dissection.files import read_dissection
from dissect_core.models.card import read_card
from dissect_core.system.artifacts import read_tensors
from dissect_core.training.generator_config import read_generator_config
from dissect_core.units.gallery import read_gallery
from tests.source import ROOT, files

PRECOMPUTED = ROOT / "precomputed"
MODELS = PRECOMPUTED / "models"
MAX_BYTES = 60 * 2**20
MAX_GALLERY_BYTES = 25 * 2**20


def shipped(folder: Path, pattern: str) -> list[Path]:
    return [path for path in files() if folder in path.parents and path.match(pattern)]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hashes() -> dict[str, str]:
    """Model id -> the SHA-256 of its weights, from the cards."""
    return {path.stem: read_card(path).weights.sha256 for path in shipped(MODELS, "*.json")}


def test_every_network_has_a_card_that_tells_the_truth() -> None:
    for path in shipped(MODELS, "*.json"):
        card = read_card(path)
        weights = MODELS / card.weights.file
        assert card.id == path.stem
        assert weights.stat().st_size == card.weights.bytes, card.id
        assert sha256(weights) == card.weights.sha256, card.id
        assert card.licence == "MIT", card.id
        assert card.origin, card.id


def test_models_holds_cards_and_their_weights_only() -> None:
    cards = shipped(MODELS, "*.json")
    weights = {MODELS / read_card(path).weights.file for path in cards}
    assert {path for path in files() if path.parent == MODELS} == {*cards, *weights}


def test_a_handover_belongs_to_a_configuration() -> None:
    for path in shipped(PRECOMPUTED / "training", "*.safetensors"):
        config = read_generator_config(path.with_name(path.name.replace(".handover.safetensors", ".toml")))
        tensors = read_tensors(path)
        assert 0 < int(tensors["shown"]) < config.total_images, path
        assert tensors["average.generator.layer1.conv.weight"].shape[1] == config.sizes[0], path


def test_dissections_and_brushes_belong_to_the_networks_that_ship() -> None:
    manifests = shipped(PRECOMPUTED / "dissection", "manifest.json") + shipped(PRECOMPUTED / "brushes", "*.json")
    for path in manifests:
        document = json.loads(path.read_text())
        assert document["model_sha256"] == hashes()[document["model"]], path
        assert document["segmenter_sha256"] in hashes().values(), path


def test_dissections_can_be_read_and_galleries_are_drawn_from_them() -> None:
    for path in shipped(PRECOMPUTED / "dissection", "manifest.json"):
        dissection = read_dissection(path.parents[1], path.parent.name)
        for gallery in shipped(PRECOMPUTED / "gallery" / path.parent.name, "*.safetensors"):
            assert read_gallery(PRECOMPUTED / "gallery", dissection, gallery.stem) is not None, gallery


def test_galleries_are_small() -> None:
    size = sum(path.stat().st_size for path in shipped(PRECOMPUTED / "gallery", "*.safetensors"))
    assert size <= MAX_GALLERY_BYTES, f"{size / 2**20:.1f} MiB"


def test_it_is_small_enough_to_clone() -> None:
    size = sum(path.stat().st_size for path in files() if PRECOMPUTED in path.parents)
    assert size <= MAX_BYTES, f"{size / 2**20:.1f} MiB"
