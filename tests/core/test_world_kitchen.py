"""The kitchen world: repeatable, completely labelled, lawful in its context, and frequent enough to be learnt."""

from __future__ import annotations

from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.concepts import MATERIALS, OBJECTS, PARTS
from dissect_core.world.dice import Dice
from dissect_core.world.kitchen import paint_kitchen
from dissect_core.world.kitchen_plan import Plan
from dissect_core.world.scenes import Scenes, paint

MANY = 208

OWNERS: dict[str, set[str]] = {
    "cabinet door": {"cabinet"},
    "drawer": {"cabinet"},
    "handle": {"cabinet", "oven", "refrigerator", "pot", "dishes"},
    "oven door": {"oven"},
    "knob": {"oven"},
    "cooktop": {"oven"},
    "refrigerator door": {"refrigerator"},
    "basin": {"sink"},
    "faucet": {"sink"},
    "table top": {"table"},
    "table leg": {"table"},
    "chair back": {"chair"},
    "seat": {"chair"},
    "chair leg": {"chair"},
    "shade": {"lamp"},
    "cord": {"lamp"},
    "pane": {"window"},
    "frame": {"window", "picture"},
    "leaves": {"plant"},
    "flowerpot": {"plant"},
    "canvas": {"picture"},
}

# brush concepts: at least this share of the scenes has one, and it then covers this share of the pixels on average
BRUSHES = {
    "window": (0.55, 0.02), "cabinet": (0.95, 0.05), "lamp": (0.45, 0.01), "chair": (0.45, 0.02),
    "table": (0.45, 0.02), "picture": (0.40, 0.02), "plant": (0.40, 0.02), "refrigerator": (0.40, 0.05),
    "oven": (0.50, 0.02), "hood": (0.40, 0.02), "counter": (0.95, 0.015), "curtain": (0.28, 0.02),
    "rug": (0.30, 0.05), "floor": (1.0, 0.10), "wall": (1.0, 0.10), "ceiling": (1.0, 0.05),
}  # fmt: skip


@cache
def scenes() -> Scenes:
    """Many small kitchens, painted once for all tests."""
    return paint("kitchen", range(MANY), 64)


@cache
def plans() -> Plan:
    """What the dice planned for the same kitchens."""
    dice = Dice(torch.arange(MANY))
    return Plan(dice, Canvas(MANY, 64, torch.device("cpu")))


def of_object(name: str) -> Tensor:
    """(N, H, W) bool."""
    return scenes().object == OBJECTS.index(name)


def of_part(name: str) -> Tensor:
    """(N, H, W) bool."""
    return scenes().part == PARTS.index(name)


def grown(mask: Tensor, pixels: int = 1) -> Tensor:
    """The mask and its neighbourhood."""
    return F.max_pool2d(mask.float().unsqueeze(1), 2 * pixels + 1, stride=1, padding=pixels)[:, 0] > 0


def touches(mask: Tensor, other: Tensor, pixels: int = 2) -> Tensor:
    """(N,) whether the two come within so many pixels of each other."""
    return (grown(mask, pixels) & other).flatten(1).any(1)


def test_same_seed_same_picture_on_any_batch_and_in_any_order() -> None:
    seeds = list(range(300, 316))
    together = paint("kitchen", seeds, 64, batch=16)
    for other, order in (
        (paint("kitchen", seeds, 64, batch=1), 1),
        (paint("kitchen", seeds, 64, batch=5), 1),
        (paint("kitchen", seeds[::-1], 64, batch=16), -1),
    ):
        for field in ("images", "object", "part", "material"):
            expected, got = getattr(together, field), getattr(other, field)
            assert torch.equal(expected, got if order > 0 else got.flip(0)), field


def test_different_seeds_give_different_pictures() -> None:
    flat = scenes().images.flatten(1).float()
    distances = torch.cdist(flat, flat) + torch.eye(MANY) * 1e9
    assert distances.min() > 100


def test_every_pixel_has_an_object_and_a_material() -> None:
    kitchen = {OBJECTS.index(name) for name in OBJECTS[OBJECTS.index("wall") : OBJECTS.index("clock") + 1]}
    assert set(scenes().object.unique().tolist()) == kitchen
    assert int(scenes().material.min()) > 0


def test_colours_are_finite_and_within_range() -> None:
    canvas = Canvas(4, 32, torch.device("cpu"))
    paint_kitchen(Dice(torch.arange(4)), canvas)
    assert torch.isfinite(canvas.image).all()
    assert float(canvas.image.min()) >= 0
    assert float(canvas.image.max()) <= 1


@pytest.mark.parametrize("part", OWNERS)
def test_a_part_lies_on_its_owner(part: str) -> None:
    where = of_part(part)
    assert where.any()
    owners = {OBJECTS[index] for index in scenes().object[where].unique().tolist()}
    assert owners <= OWNERS[part]


def test_no_part_without_a_rule() -> None:
    assert {PARTS[index] for index in scenes().part.unique().tolist()} == {"none", *OWNERS}


@pytest.mark.parametrize("name", BRUSHES)
def test_a_brush_concept_is_frequent_and_large(name: str) -> None:
    share = of_object(name).flatten(1).float().mean(1)
    present = share > 0.0015
    occurrence, size = BRUSHES[name]
    assert float(present.float().mean()) >= occurrence
    assert float(share[present].mean()) >= size


@pytest.mark.parametrize("material", ["wood", "metal", "glass", "tile", "plaster", "ceramic", "fabric", "stone",
                                      "foliage", "paper"])  # fmt: skip
def test_materials_occur(material: str) -> None:
    assert (scenes().material == MATERIALS.index(material)).flatten(1).any(1).float().mean() > 0.1


def test_a_lamp_hangs_on_a_cord_from_the_ceiling() -> None:
    sharp = paint("kitchen", range(48), 128)  # the cord is too thin for 64 pixels
    lamp, cord = sharp.object == OBJECTS.index("lamp"), sharp.part == PARTS.index("cord")
    present = lamp.flatten(1).any(1)
    assert torch.equal(present, (cord & lamp)[:, 0].any(1))  # it reaches the upper edge
    assert touches(cord, sharp.object == OBJECTS.index("ceiling"))[present].all()
    assert touches(cord, sharp.part == PARTS.index("shade"))[present].all()


def test_a_pot_stands_on_a_cooktop() -> None:
    pot, oven = of_object("pot"), of_object("oven")
    present = pot.flatten(1).any(1)
    assert (plans().stove[:, 0, 0][present] == 1).all()
    whole = pot.flatten(1).sum(1) > 8  # not hidden behind a plant or a chair
    assert touches(pot, oven)[whole].float().mean() > 0.97


def test_a_hood_hangs_over_a_stove() -> None:
    hood = of_object("hood")
    present = hood.flatten(1).any(1)
    assert (plans().stove[:, 0, 0][present] == 1).all()
    columns = torch.arange(64).float() / 64
    centre = (hood.any(1).float() * columns).sum(1) / hood.any(1).float().sum(1).clamp(min=1)
    both = present & (of_object("oven").flatten(1).sum(1) > 60)
    oven = of_object("oven").any(1).float()
    oven_centre = (oven * columns).sum(1) / oven.sum(1).clamp(min=1)
    assert float((centre - oven_centre)[both].abs().median()) < 0.06


def test_windows_and_pictures_are_in_the_wall() -> None:
    for name in ("window", "picture", "clock"):
        mask = of_object(name)
        large = mask.flatten(1).sum(1) > 12
        around = of_object("wall") | of_object("curtain") | of_object("cabinet") | of_object("ceiling")
        assert touches(mask, around)[large].all()
        rows = mask.any(2)
        assert not rows[:, 48:].any()  # never on the floor


def test_chairs_tables_and_rugs_are_on_the_floor() -> None:
    for name in ("chair", "table", "rug"):
        mask = of_object(name)
        present = mask.flatten(1).sum(1) > 8
        bottom = torch.stack([row.nonzero().max() if row.any() else torch.tensor(63) for row in mask.any(2)])
        assert (bottom[present] > 38).all()
        assert touches(mask, of_object("floor") | of_object("rug"))[present].float().mean() > 0.97


def test_a_sink_is_in_the_counter_and_a_curtain_at_a_window() -> None:
    sink = of_object("sink")
    assert touches(sink, of_object("counter"))[sink.flatten(1).sum(1) > 12].float().mean() > 0.97
    curtain = of_object("curtain")
    assert touches(curtain, of_object("window"))[curtain.flatten(1).sum(1) > 12].float().mean() > 0.9


def test_a_plant_stands_in_a_pot() -> None:
    plant = of_object("plant")
    large = plant.flatten(1).sum(1) > 40
    assert touches(of_part("leaves"), of_part("flowerpot"))[large].float().mean() > 0.9


def test_the_same_kitchen_at_every_resolution() -> None:
    small, large = paint("kitchen", range(40, 56), 64), paint("kitchen", range(40, 56), 128)
    quarters = torch.stack([large.object[:, row::2, column::2] for row in (0, 1) for column in (0, 1)])
    assert float((quarters == small.object).any(0).float().mean()) > 0.98
    shrunk = F.avg_pool2d(large.images.float(), 2)
    assert float((shrunk - small.images.float()).abs().mean()) < 4.0
