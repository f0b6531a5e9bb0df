"""The worlds that generators have learned stay as they are, and the tables of concepts only grow."""

from __future__ import annotations

import hashlib

import pytest
import torch
import torch.nn.functional as F

from dissect_core.models.card import read_card
from dissect_core.models.registry import Registry
from dissect_core.world.concepts import CATEGORIES
from dissect_core.world.scenes import paint
from tests.source import ROOT

PRECOMPUTED = ROOT / "precomputed"
STEP = 4  # of 255: a change that is not to be seen, as another processor's rounding, does not count
FROZEN = {"church": "c3b093b4c919f6dd", "kitchen": "fedd0391420098b7"}


def digest(world: str) -> str:
    """A hash of eight small scenes: mean colours and commonest labels of their blocks."""
    scenes = paint(world, range(8), 64)
    colours = F.avg_pool2d(scenes.images.double(), 8).div(STEP).round().to(torch.uint8)
    labels = torch.stack([getattr(scenes, name)[:, 4::8, 4::8] for name in CATEGORIES])
    return hashlib.sha256(colours.numpy().tobytes() + labels.numpy().tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("world", FROZEN)
def test_a_learned_world_is_not_repainted(world: str) -> None:
    """A change here makes every trained network and dissection of this world stale."""
    assert digest(world) == FROZEN[world]


def test_concepts_are_only_appended() -> None:
    """What the shipped segmenter was taught is the beginning of today's tables, so its indices still mean the same."""
    card = read_card(PRECOMPUTED / "models" / "storybook-segmenter.json")
    for category, names in card.architecture["categories"].items():
        assert tuple(names) == CATEGORIES[category][: len(names)], category


def test_the_shipped_segmenter_still_reads_pictures() -> None:
    segmenter = Registry(PRECOMPUTED).segmenter("storybook-segmenter", torch.device("cpu"))
    scenes = paint("church", [3, 4], 128)
    labels = segmenter.label(scenes.images.float() / 127.5 - 1)
    assert (labels["object"] == scenes.object).float().mean() > 0.8
    assert int(labels["object"].max()) < len(segmenter.categories["object"])
