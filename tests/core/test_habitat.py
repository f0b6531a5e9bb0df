"""Where a concept lives: instances, what is around them, and places like theirs, worked out on paper."""

import pytest
import torch

from dissect_core.brushes.effects import Pool
from dissect_core.brushes.habitat import brush_radius, instances, learn_habitat, plausible_places
from dissect_core.concepts.columns import Columns, Concept

DOOR = Concept("part", "door")
COLUMNS = Columns({"object": ("none", "sky", "house", "grass"), "part": ("none", "wall", "door", "window")})
SKY, HOUSE, GRASS = 1, 2, 3


def houses(count: int) -> Pool:
    """64 x 64 pixels: a house from x 8 to 56 and y 16 to 48, grass below, a door of 4 x 8 on the grass, two windows."""
    objects = torch.full((count, 64, 64), SKY, dtype=torch.uint8)
    objects[:, 48:] = GRASS
    objects[:, 16:48, 8:56] = HOUSE
    parts = torch.where(objects == HOUSE, 1, 0).to(torch.uint8)
    for row in range(count):
        left = 12 + 4 * row  # another place in every picture
        parts[row, 40:48, left : left + 4] = 2
    parts[:, 20:26, 12:18] = 3
    return Pool(tuple(range(count)), {"object": objects, "part": parts})


def test_instances_are_components_with_a_box_and_an_area() -> None:
    here = torch.zeros(2, 20, 20, dtype=torch.bool)
    here[0, 2:6, 4:9] = True
    here[1, 10:15, 0:3] = True
    here[1, 10:13, 10:14] = True
    here[1, 0, 0] = True  # a speck
    found = instances(here)
    assert found.rows.tolist() == [0, 1, 1]
    assert (found.boxes * 20).round().tolist() == [[4, 2, 9, 6], [0, 10, 3, 15], [10, 10, 14, 13]]
    assert (found.areas * 400).round().tolist() == [20, 15, 12]


def test_the_brush_has_the_area_of_the_median_instance() -> None:
    here = torch.zeros(1, 100, 100, dtype=torch.bool)
    here[0, 10:20, 10:20] = True  # 100
    here[0, 50:70, 50:60] = True  # 200
    here[0, 80:90, 10:40] = True  # 300
    assert brush_radius(instances(here)) == pytest.approx((200 / torch.pi) ** 0.5 / 100)
    assert brush_radius(instances(torch.zeros_like(here))) == 1 / 24
    assert brush_radius(instances(torch.ones_like(here))) == 1 / 10


def test_a_habitat_knows_what_lies_beyond_each_side() -> None:
    habitat = learn_habitat(houses(8), COLUMNS, DOOR)
    above, below, left, right = habitat.sides.int().tolist()  # none, sky, house, grass, the edge
    assert above == [0, 0, 1, 0, 0]
    assert below == [0, 0, 0, 1, 0]
    assert left == right == [0, 0, 1, 0, 0]
    assert habitat.company["part"][1] > 0.5  # doors are in walls
    assert habitat.company["part"][3] == 0  # and not beside windows
    assert float(habitat.range.sum()) == pytest.approx(1, abs=0.01)  # one instance in a picture


def test_a_place_of_a_door_is_in_the_wall_on_the_grass() -> None:
    pool = houses(8)
    habitat = learn_habitat(pool, COLUMNS, DOOR)
    places = plausible_places(habitat, pool, COLUMNS)
    assert len(places) == 8
    for (x, y), row in zip(places.centres.tolist(), places.rows.tolist(), strict=True):
        assert 8 / 64 < x < 56 / 64
        assert abs(y + habitat.radius - 48 / 64) < 2 / 32  # its foot is at the ground, to two positions
        assert abs(x - (14 + 4 * row) / 64) > habitat.radius  # beside the door that is there


def test_an_image_without_ground_has_no_place_for_a_door() -> None:
    pool = houses(8)
    habitat = learn_habitat(pool, COLUMNS, DOOR)
    flying = Pool(
        pool.ids, {**pool.labels, "object": torch.where(pool.labels["object"] == GRASS, SKY, pool.labels["object"])}
    )
    assert len(plausible_places(habitat, flying, COLUMNS)) == 0


def test_the_edge_of_the_picture_is_a_neighbour_too() -> None:
    objects = torch.full((4, 64, 64), SKY, dtype=torch.uint8)
    objects[:, 32:, 0:20] = HOUSE  # ends at the left and the lower edge
    pool = Pool((0, 1, 2, 3), {"object": objects, "part": torch.zeros_like(objects)})
    above, below, left, right = learn_habitat(pool, COLUMNS, Concept("object", "house")).sides.int().tolist()
    assert (above, right) == ([0, 1, 0, 0, 0], [0, 1, 0, 0, 0])
    assert (below, left) == ([0, 0, 0, 0, 1], [0, 0, 0, 0, 1])
