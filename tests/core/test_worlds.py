"""The sixteen scene classes: seeded, exactly labelled, lawful, sharing their objects, and not told by their colours."""

from __future__ import annotations

from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.world.concepts import MATERIALS, OBJECTS, PARTS
from dissect_core.world.scene import Scene
from dissect_core.world.scenes import PAINTERS, Scenes, paint
from dissect_core.world.view import View

ROOMS = ("bathroom", "bedroom", "dining_room", "living_room", "office")
LANDSCAPES = (
    "airfield", "beach", "desert", "farm", "forest", "harbour", "mountain_lake", "park", "ski_slope", "street",
    "village",
)  # fmt: skip
NEW = (*LANDSCAPES, *ROOMS)
MANY, FIRST = 32, 9000

# what makes a scene class: every object here covers 0.2 % of the pixels in at least this share of its scenes
DEFINING = {
    "airfield": {"aeroplane": 0.9, "runway": 0.9, "hangar": 0.75, "control tower": 0.5, "pavement": 0.9},
    "beach": {"sand": 1.0, "water": 1.0, "umbrella": 0.5, "boat": 0.5, "palm": 0.3, "person": 0.4},
    "desert": {"sand": 1.0, "cactus": 0.65, "mountain": 0.5, "rock": 0.6},
    "farm": {"field": 0.8, "barn": 0.75, "hay": 0.5, "tractor": 0.3, "fence": 0.4},
    "forest": {"tree": 1.0, "bush": 0.7, "log": 0.3, "path": 0.4},
    "harbour": {"water": 1.0, "boat": 0.95, "pavement": 0.8, "house": 0.6},
    "mountain_lake": {"water": 1.0, "mountain": 0.95, "tree": 0.9, "boat": 0.6, "pier": 0.3},
    "park": {"tree": 0.95, "path": 0.95, "bench": 0.5, "building": 0.5, "street lamp": 0.4, "flowers": 0.3},
    "ski_slope": {"snow": 1.0, "mountain": 0.95, "tree": 0.9, "person": 0.8, "ski lift": 0.55, "house": 0.5},
    "street": {"building": 1.0, "road": 1.0, "car": 0.85, "pavement": 0.95, "street lamp": 0.4},
    "village": {"house": 1.0, "hill": 0.6, "church": 0.4, "tree": 0.8},
    "bathroom": {"bath": 0.7, "toilet": 0.7, "sink": 0.9, "mirror": 0.7, "towel": 0.5},
    "bedroom": {"bed": 1.0, "lamp": 0.8, "cabinet": 0.8, "window": 0.5},
    "dining_room": {"table": 1.0, "chair": 0.95, "lamp": 0.7, "picture": 0.6, "dishes": 0.6},
    "living_room": {"sofa": 0.35, "armchair": 0.5, "table": 0.55, "rug": 0.55, "bookshelf": 0.3},
    "office": {"desk": 1.0, "computer": 0.95, "chair": 0.9, "bookshelf": 0.5},
}
SINGULAR = {"ski lift", "skis", "runway", "hangar", "control tower", "bed", "bath", "toilet"}
"""New objects that one scene class alone has."""

OWNERS: dict[str, set[str]] = {
    "tower": {"church", "barn", "lighthouse"}, "spire": {"church"}, "dome": {"lighthouse"}, "cross": {"church"},
    "roof": {"church", "house", "barn", "hangar", "control tower", "building"}, "chimney": {"house"},
    "wall": {"church", "house", "barn", "hangar", "control tower", "building"},
    "door": {"church", "house", "barn", "hangar", "building", "lighthouse"},
    "window": {"church", "house", "barn", "control tower", "building", "lighthouse", "car", "tractor", "boat",
               "aeroplane", "crane", "ski lift"},
    "crown": {"tree", "palm"}, "trunk": {"tree", "palm"},
    "head": {"person", "cow", "sheep", "deer", "bird"},
    "body": {"person", "car", "tractor", "aeroplane", "cow", "sheep", "deer", "bird"},
    "cabinet door": {"cabinet"}, "drawer": {"cabinet", "desk"}, "handle": {"cabinet", "desk", "toilet", "dishes"},
    "basin": {"sink", "bath", "toilet", "fountain"}, "faucet": {"sink", "bath"},
    "table top": {"table", "desk"}, "table leg": {"table", "desk"},
    "chair back": {"chair"}, "chair leg": {"chair"}, "seat": {"chair", "bench", "sofa", "armchair"},
    "shade": {"lamp"}, "cord": {"lamp"}, "pane": {"window", "mirror"}, "frame": {"window", "picture", "mirror"},
    "leaves": {"plant"}, "flowerpot": {"plant"}, "canvas": {"picture"},
    "wheel": {"car", "tractor", "aeroplane"}, "wing": {"aeroplane", "bird"}, "tail": {"aeroplane", "cow", "deer"},
    "propeller": {"aeroplane"}, "engine": {"aeroplane", "tractor"}, "sail": {"boat"}, "hull": {"boat"},
    "mast": {"boat"}, "cabin": {"boat", "tractor", "crane", "ski lift"},
    "leg": {"bench", "cow", "sheep", "deer", "sofa", "armchair", "bath"},
    "post": {"street lamp", "umbrella", "ski lift", "pier", "crane", "control tower", "pavement", "lamp"},
    "lantern": {"street lamp", "lighthouse"}, "cable": {"ski lift", "crane"}, "marking": {"road", "runway"},
    "awning": {"building"}, "mattress": {"bed"}, "blanket": {"bed"}, "pillow": {"bed"}, "headboard": {"bed"},
    "cushion": {"sofa", "armchair"}, "armrest": {"sofa", "armchair", "chair"},
    "backrest": {"sofa", "armchair", "bench"}, "screen": {"computer", "television"}, "keyboard": {"computer"},
    "shelf": {"bookshelf"}, "books": {"bookshelf"}, "hearth": {"fireplace"}, "mantel": {"fireplace"},
    "tank": {"toilet"}, "lid": {"toilet"},
}  # fmt: skip
MADE_OF = {
    "snow": {"snow"}, "sand": {"sand"}, "water": {"water"}, "cactus": {"foliage"}, "rock": {"stone"},
    "road": {"asphalt"}, "runway": {"asphalt"}, "hay": {"straw"}, "field": {"foliage", "snow"},
    "flowers": {"foliage"}, "sky": {"none"}, "tree": {"foliage", "wood"}, "palm": {"foliage", "wood", "none"},
    "umbrella": {"fabric", "wood"}, "toilet": {"ceramic", "plastic", "metal"}, "mirror": {"metal", "glass"},
    "sofa": {"fabric", "leather", "wood"}, "log": {"wood", "snow"}, "cow": {"fur"}, "sheep": {"fur"},
    "bed": {"wood", "fabric"}, "computer": {"plastic", "glass"}, "mountain": {"stone", "snow"},
}  # fmt: skip

# (world, thing, what it touches, within so many pixels) for what may not float
STANDING = [
    ("harbour", "boat", ("water",), 2),
    ("mountain_lake", "boat", ("water",), 2),
    ("street", "car", ("road", "pavement"), 2),
    ("village", "house", ("grass", "snow", "path", "road", "field", "hill"), 4),
    ("farm", "barn", ("grass", "snow", "field", "path"), 3),
    ("desert", "cactus", ("sand",), 2),
    ("beach", "umbrella", ("sand", "water", "towel"), 2),
    ("airfield", "hangar", ("pavement", "grass", "sand", "snow"), 3),
    ("bedroom", "bed", ("floor", "rug"), 2),
    ("living_room", "sofa", ("floor", "rug", "table", "armchair"), 3),
    ("office", "desk", ("floor", "rug", "chair"), 2),
    ("bathroom", "bath", ("floor", "rug", "plant"), 2),
    ("office", "computer", ("desk", "chair", "window", "wall"), 2),
]


@cache
def scenes(world: str) -> Scenes:
    """Some small scenes of a world, painted once for all tests."""
    return paint(world, range(FIRST, FIRST + MANY), 64)


def of(world: str, name: str) -> Tensor:
    """Where an object is, (N, H, W) bool."""
    return scenes(world).object == OBJECTS.index(name)


def grown(mask: Tensor, pixels: int) -> Tensor:
    """The mask and its neighbourhood."""
    return F.max_pool2d(mask.float().unsqueeze(1), 2 * pixels + 1, stride=1, padding=pixels)[:, 0] > 0


def same(one: Scenes, other: Scenes) -> None:
    """The labels are equal, and no colour differs by more than the last of 255 steps."""
    for field in ("object", "part", "material"):
        assert torch.equal(getattr(one, field), getattr(other, field)), field
    assert int((one.images.int() - other.images.int()).abs().max()) <= 1


def test_every_scene_class_is_tested() -> None:
    assert set(PAINTERS) == {"church", "kitchen", *NEW}


@pytest.mark.parametrize("world", NEW)
def test_a_seed_paints_the_same_picture_in_any_batch_and_order(world: str) -> None:
    seeds = [7, 2**40 + 3, 11, 99, 5, 1234567]
    together = paint(world, seeds, 32)
    same(paint(world, seeds, 32, batch=4), together)
    backwards = paint(world, seeds[::-1], 32, batch=2)
    same(Scenes(*(getattr(backwards, name).flip(0) for name in ("images", "object", "part", "material"))), together)


@pytest.mark.parametrize("world", NEW)
def test_painting_through_windows_changes_nothing(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = range(3050, 3058)
    windowed = paint(world, seeds, 48, batch=1)
    monkeypatch.setattr(Scene, "within", lambda self, *bounds: self)
    monkeypatch.setattr(View, "within", lambda self, *bounds: self)
    same(paint(world, seeds, 48), windowed)


@pytest.mark.parametrize("world", NEW)
def test_different_seeds_give_different_pictures(world: str) -> None:
    flat = scenes(world).images.flatten(1).float()
    distances = torch.cdist(flat, flat) / flat.shape[1] ** 0.5 + torch.eye(MANY) * 1e9
    assert distances.min() > 4  # root mean square, of 255


@pytest.mark.parametrize("world", NEW)
def test_the_size_changes_the_sharpness_and_not_the_scene(world: str) -> None:
    small, large = paint(world, range(70, 78), 64), paint(world, range(70, 78), 128)
    quarters = torch.stack([large.object[:, row::2, column::2] for row in (0, 1) for column in (0, 1)])
    assert float((quarters == small.object).any(0).float().mean()) > 0.97
    shrunk = F.avg_pool2d(large.images.float(), 2)
    assert float((shrunk - small.images.float()).abs().mean()) < 6.0


@pytest.mark.parametrize("world", NEW)
def test_every_pixel_has_an_object_and_parts_and_materials_belong_to_it(world: str) -> None:
    labelled = scenes(world)
    assert int(labelled.object.min()) > 0
    pairs = torch.stack([labelled.object, labelled.part, labelled.material], dim=-1).view(-1, 3).unique(dim=0)
    for code, part, material in pairs.tolist():
        name = OBJECTS[code]
        if part:
            assert name in OWNERS[PARTS[part]], f"{PARTS[part]} of {name}"
        if name in MADE_OF:
            assert MATERIALS[material] in MADE_OF[name], f"{name} of {MATERIALS[material]}"


@pytest.mark.parametrize("world", NEW)
def test_what_makes_a_scene_class_is_there(world: str) -> None:
    for name, least in DEFINING[world].items():
        share = of(world, name).flatten(1).float().mean(1)
        assert float((share > 0.002).float().mean()) >= least, name


def test_new_objects_occur_in_at_least_two_scene_classes() -> None:
    first = OBJECTS.index("snow")
    homes: dict[str, set[str]] = {name: set() for name in OBJECTS[first:]}
    for world in NEW:
        for code in scenes(world).object.unique().tolist():
            homes.get(OBJECTS[code], set()).add(world)
    assert {name for name, worlds in homes.items() if len(worlds) < 2} == SINGULAR
    assert all(homes.values())


def test_no_scene_class_has_snow_or_water_or_green_for_itself() -> None:
    for name, least in (("snow", 7), ("water", 5), ("tree", 9), ("house", 7), ("person", 10), ("mountain", 8)):
        assert sum(bool(of(world, name).any()) for world in LANDSCAPES) >= least, name
    for name in ("lamp", "picture", "plant", "window", "curtain", "rug", "cabinet"):
        assert all(bool(of(world, name).any()) for world in ROOMS), name


@pytest.mark.parametrize("world", LANDSCAPES)
def test_the_sky_is_above_and_winter_has_no_green_meadow(world: str) -> None:
    sky = of(world, "sky") | of(world, "cloud")
    assert not sky[:, 48:].any()
    assert sky[:, :24].flatten(1).any(1).float().mean() > 0.9
    snowy = of(world, "snow").flatten(1).any(1)
    assert not of(world, "grass").flatten(1).any(1)[snowy].any()


@pytest.mark.parametrize(("world", "thing", "ground", "pixels"), STANDING)
def test_nothing_floats(world: str, thing: str, ground: tuple[str, ...], pixels: int) -> None:
    mask = of(world, thing)
    below = torch.stack([of(world, name) for name in ground]).any(0)
    present = mask.flatten(1).sum(1) > 12
    assert present.any()
    assert (grown(mask, pixels) & below).flatten(1).any(1)[present].float().mean() > 0.93


@pytest.mark.parametrize("world", ["airfield", "bedroom"])
def test_the_smallest_and_the_largest_size_can_be_painted(world: str) -> None:
    for size in (16, 256):
        assert paint(world, [4], size).images.shape == (1, 3, size, size)


def test_mean_colours_alone_do_not_tell_the_scene() -> None:
    """Nearest mean colour of twelve scenes per class; tests/benchmarks/scene_colours.py measures thoroughly."""
    worlds = list(PAINTERS)
    known = torch.stack([paint(world, range(12), 16).images.float().mean((2, 3)).mean(0) for world in worlds])
    hits = []
    for index, world in enumerate(worlds):
        unseen = paint(world, range(600, 612), 16).images.float().mean((2, 3))
        hits.append((torch.cdist(unseen, known).argmin(1) == index).float().mean())
    assert torch.stack(hits).mean() < 0.35
