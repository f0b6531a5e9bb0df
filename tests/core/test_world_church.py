"""The church world: the same seed paints the same picture, and its labels obey the laws of the place."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dissect_core.world.canvas import Canvas
from dissect_core.world.church import paint_church
from dissect_core.world.concepts import MATERIALS, OBJECTS, PARTS
from dissect_core.world.dice import Dice
from dissect_core.world.scene import Scene

CHURCH, HOUSE, SKY = (OBJECTS.index(name) for name in ("church", "house", "sky"))
GROUND = [OBJECTS.index(name) for name in ("grass", "path", "bush", "fence", "person", "gravestone", "tree")]
FROZEN = {
    "sky": 0.3492,
    "cloud": 0.0529,
    "grass": 0.2013,
    "path": 0.0394,
    "tree": 0.0371,
    "church": 0.2577,
    "tower": 0.0675,
    "spire": 0.0189,
    "dome": 0.0144,
    "roof": 0.0245,
    "door": 0.0155,
    "window": 0.0533,
}


def scenes(seeds: list[int], size: int) -> Canvas:
    canvas = Canvas(len(seeds), size, torch.device("cpu"))
    with torch.inference_mode():
        paint_church(Dice(torch.tensor(seeds)), canvas)
    return canvas


def labels(canvas: Canvas) -> Tensor:
    return torch.stack([canvas.object, canvas.part, canvas.material], dim=1)


@pytest.fixture(scope="module")
def many() -> Canvas:
    return scenes(list(range(40_000, 40_200)), 64)


def of(many: Canvas, name: str, owner: str | None = None) -> Tensor:
    """Where a part (of an owner) or an object is, (N, H, W); "wall" and "window" are parts here."""
    if name not in PARTS:
        return many.object == OBJECTS.index(name)
    here = many.part == PARTS.index(name)
    return here if owner is None else here & (many.object == OBJECTS.index(owner))


@pytest.mark.parametrize("batch", [1, 5, 16])
def test_a_seed_paints_the_same_picture_in_any_batch_and_order(batch: int) -> None:
    seeds = [7, 2**40 + 3, 11, 12, 13, 99, 5, 1, 8, 1234567, 3, 4, 6, 21, 22, 23]
    whole = scenes(seeds, 64)
    for start in range(0, len(seeds), batch):
        chunk = list(range(start, min(start + batch, len(seeds))))[::-1]
        again = scenes([seeds[i] for i in chunk], 64)
        assert torch.equal(labels(again), labels(whole)[chunk])
        assert (again.image - whole.image[chunk]).abs().max() < 1e-4


def test_painting_through_windows_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [*range(3050, 3066), 3223]
    windowed = [scenes([seed], 64) for seed in seeds]
    monkeypatch.setattr(Scene, "within", lambda self, *bounds: self)
    whole = scenes(seeds, 64)
    for i, one in enumerate(windowed):
        assert torch.equal(labels(one)[0], labels(whole)[i])
        assert (one.image[0] - whole.image[i]).abs().max() < 1e-4


def test_different_seeds_paint_different_pictures() -> None:
    canvas = scenes([1, 2, 3], 64)
    assert (canvas.image[0] - canvas.image[1]).abs().mean() > 0.02
    assert (canvas.image[1] - canvas.image[2]).abs().mean() > 0.02


def test_every_pixel_has_an_object_and_a_colour(many: Canvas) -> None:
    assert (many.object > 0).all()
    assert torch.isfinite(many.image).all()
    assert many.image.min() >= 0
    assert many.image.max() <= 1


def test_parts_belong_to_their_objects(many: Canvas) -> None:
    owners = {
        "tower": ["church"], "spire": ["church"], "dome": ["church"], "cross": ["church"],
        "roof": ["church", "house"], "wall": ["church", "house"], "door": ["church", "house"],
        "window": ["church", "house"], "chimney": ["house"], "crown": ["tree"], "trunk": ["tree"],
        "head": ["person"], "body": ["person"],
    }  # fmt: skip
    assert set(many.part.unique().tolist()) <= {0, *(PARTS.index(part) for part in owners)}
    for part, allowed in owners.items():
        found = {OBJECTS[i] for i in many.object[of(many, part)].unique().tolist()}
        assert found <= set(allowed), part
    for whole in ("church", "house", "tree", "person"):
        assert (many.part[of(many, whole)] > 0).all(), f"a part of the {whole} has no name"
    for plain in ("sky", "cloud", "grass", "path", "bush", "mountain", "hill", "fence"):
        assert (many.part[of(many, plain)] == 0).all()


def test_materials_fit_what_they_make(many: Canvas) -> None:
    for name, allowed in {
        "window": {"glass", "wood", "stone", "plaster"}, "door": {"wood"}, "dome": {"metal"}, "cross": {"metal"},
        "spire": {"slate", "tile", "metal"}, "roof": {"slate", "tile", "snow"}, "crown": {"foliage"},
        "tower": {"wood", "brick", "stone", "plaster"}, "sky": {"none"}, "bush": {"foliage"},
    }.items():  # fmt: skip
        found = {MATERIALS[i] for i in many.material[of(many, name)].unique().tolist()}
        assert found <= allowed, name


def test_the_door_stands_on_the_ground(many: Canvas) -> None:
    door = of(many, "door", "church")
    grounded = torch.isin(many.object, torch.tensor(GROUND, dtype=torch.uint8))
    for scene in range(len(door)):
        rows = door[scene].any(1).nonzero()
        foot = int(rows.max())
        assert foot > 64 * 0.66
        columns = door[scene, foot].nonzero().flatten()
        below = grounded[scene, foot + 1 : foot + 6][:, columns]
        assert below.any(0).all(), f"scene {scene}: the door hangs in the air"
        sky = many.object[scene] == SKY
        assert not sky[foot:, columns].any()


def test_the_path_leads_to_the_door(many: Canvas) -> None:
    door, path = of(many, "door", "church"), of(many, "path")
    for scene in range(len(door)):
        columns = door[scene].any(0).nonzero().flatten()
        rows = path[scene].any(1).nonzero().flatten()
        first = int(rows.min())
        start = path[scene, first].nonzero().flatten()
        foot = int(door[scene].any(1).nonzero().max())
        assert 0 < first - foot <= 8
        assert int(start.min()) <= int(columns.max()) + 4
        assert int(start.max()) >= int(columns.min()) - 4


def test_spires_and_domes_stand_on_towers(many: Canvas) -> None:
    tower = of(many, "tower")
    for name in ("spire", "dome"):
        top = of(many, name)
        for scene in top.flatten(1).any(1).nonzero().flatten().tolist():
            columns = top[scene].any(0).nonzero().flatten().tolist()
            carried = 0
            for column in columns:
                foot = int(top[scene, :, column].nonzero().max())
                below = many.object[scene, foot + 1 : foot + 7, column]
                carried += bool(tower[scene, foot + 1 : foot + 7, column].any()) or not bool((below == SKY).any())
            assert carried >= 0.6 * len(columns), f"scene {scene}: the {name} floats"  # the rest overhangs


def test_clouds_hang_in_the_sky_above_the_ground(many: Canvas) -> None:
    cloud = of(many, "cloud")
    rows = torch.arange(64).view(1, 64, 1).expand_as(cloud)
    assert rows[cloud].max() < 64 * 0.55
    assert not of(many, "grass")[:, : int(64 * 0.6)].any()
    bottom = many.object[:, -1]
    assert not torch.isin(bottom, torch.tensor([SKY, CHURCH, HOUSE], dtype=torch.uint8)).any()


@pytest.mark.parametrize(
    ("name", "owner", "frequency", "share"),
    [
        ("sky", None, 1.0, 0.2), ("cloud", None, 0.55, 0.04), ("mountain", None, 0.33, 0.015),
        ("hill", None, 0.4, 0.012), ("grass", None, 1.0, 0.1), ("path", None, 1.0, 0.02), ("tree", None, 0.65, 0.05),
        ("bush", None, 0.4, 0.012),
        ("fence", None, 0.25, 0.03), ("church", None, 1.0, 0.18), ("tower", "church", 0.95, 0.04),
        ("spire", "church", 0.3, 0.02), ("dome", "church", 0.3, 0.02), ("roof", "church", 0.9, 0.02),
        ("wall", "church", 0.95, 0.04), ("door", "church", 0.97, 0.013), ("window", "church", 1.0, 0.03),
    ],
)  # fmt: skip
def test_brushes_are_common_and_large(
    many: Canvas, name: str, owner: str | None, frequency: float, share: float
) -> None:
    """Every concept that becomes a brush covers at least 1 % of the pixels in this share of the scenes."""
    covered = of(many, name, owner).float().mean((1, 2))
    assert (covered > 0.01).float().mean() >= frequency
    assert covered[covered > 0.002].mean() >= share


def test_there_are_at_least_twelve_objects(many: Canvas) -> None:
    assert len(many.object.unique()) >= 12


def test_the_size_changes_the_sharpness_and_not_the_scene() -> None:
    seeds = list(range(70, 82))
    small, large = scenes(seeds, 64), scenes(seeds, 128)
    agree = (small.object == large.object[:, ::2, ::2]) | (small.object == large.object[:, 1::2, 1::2])
    assert agree.float().mean() > 0.97
    shrunk = torch.nn.functional.avg_pool2d(large.image, 2)
    assert (shrunk - small.image).abs().mean() < 0.02


def test_the_church_is_lit_from_one_side() -> None:
    """The front and the long wall differ in brightness, because the sun stands on one side."""
    canvas = scenes(list(range(60)), 64)
    contrast = []
    for scene in range(60):
        wall = (canvas.part[scene] == PARTS.index("wall")) & (canvas.object[scene] == CHURCH)
        bright = canvas.image[scene].mean(0)[wall]
        contrast.append(float(bright.quantile(0.9) - bright.quantile(0.1)))
    assert sum(value > 0.15 for value in contrast) > 40


def test_the_world_stays_as_the_networks_learned_it() -> None:
    """A change that repaints the scenes makes every trained network and dissection stale: it must be meant."""
    canvas = scenes(list(range(8)), 64)
    shares = {name: float(of(canvas, name).float().mean()) for name in FROZEN}
    assert shares == pytest.approx(FROZEN, abs=0.0005)
