"""What the server says of units, with the numbers of the toy classifier, which are known by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.units.describe import briefs_out
from tests.server.live import LiveServer, assert_error_shape

CHURCH = "/api/models/storybook-church"
TOY = "/api/models/storybook-classifier"


def get(server: LiveServer, path: str, **parameters: Any) -> Any:
    response = server.client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def found(server: LiveServer, layer: str = "conv5_3", **parameters: Any) -> tuple[int, list[int]]:
    """How many units fit and which of them are shown."""
    body = get(server, f"{TOY}/layers/{layer}/units", **parameters)
    return body["total"], [unit["unit"] for unit in body["units"]]


def test_layers_are_summed_up(server: LiveServer) -> None:
    body = get(server, f"{TOY}/layers")
    assert (body["model"], body["minimum_iou"]) == ("storybook-classifier", 0.04)
    assert body["layers"] == [
        {
            "layer": "conv4_3",
            "units": 4,
            "grid": 4,
            "labelled": 2,  # the third unit's 0.03 does not count
            "by_chance": None,  # it was never shuffled
            "concepts": {
                "object": [],
                "colour": [{"concept": "green", "units": 1}, {"concept": "red", "units": 1}],
            },
        },
        {
            "layer": "conv5_3",
            "units": 4,
            "grid": 2,
            "labelled": 3,
            "by_chance": 1.5,  # two units in one shuffled counting, one in the other
            "concepts": {
                "object": [{"concept": "tree", "units": 2}, {"concept": "sky", "units": 1}],
                "colour": [],
            },
        },
    ]


def test_only_dissected_layers_of_a_generator_are_summed_up(server: LiveServer) -> None:
    layers = get(server, f"{CHURCH}/layers")["layers"]
    assert [(layer["layer"], layer["units"], layer["grid"]) for layer in layers] == [
        ("layer3", 32, 8),
        ("layer4", 32, 8),
        ("layer5", 32, 16),
        ("layer6", 32, 16),
    ]


@pytest.mark.parametrize("path", ["/layers", "/layers/conv5_3/units?concept=tree", "/layers/conv5_3/units/0"])
def test_what_is_told_of_units_is_cached_by_its_etag(server: LiveServer, path: str) -> None:
    response = server.client.get(TOY + path)
    assert response.headers["cache-control"] == "public, max-age=300"
    again = server.client.get(TOY + path, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = server.client.get(f"{CHURCH}/layers", headers={"If-None-Match": response.headers["etag"]})
    assert other.status_code == 200


def test_another_dissection_is_not_the_one_that_a_browser_kept(server: LiveServer) -> None:
    model = server.studio.catalog.with_units("storybook-classifier")
    stats = model.stats("conv5_3")
    for change in (
        replace(stats, iou=stats.iou + 0.5),
        replace(stats, histogram=replace(stats.histogram, low=stats.histogram.low - 1)),
    ):
        layers = {**model.dissection.layers, "conv5_3": change}
        assert replace(model, dissection=replace(model.dissection, layers=layers)).findings != model.findings
    assert replace(model).findings == model.findings


def test_what_is_told_is_compressed_and_pictures_are_not(server: LiveServer) -> None:
    path = f"{CHURCH}/layers/layer4/units"
    packed = server.client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = server.client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.json() == plain.json()
    for picture in (f"{CHURCH}/images/3", f"{CHURCH}/images/3?format=webp", f"{path}/3/strip"):
        assert "content-encoding" not in server.client.get(picture, headers={"Accept-Encoding": "gzip"}).headers


def test_units_are_listed_with_label_and_iou(server: LiveServer) -> None:
    body = get(server, f"{TOY}/layers/conv5_3/units")
    assert (body["model"], body["layer"], body["grid"]) == ("storybook-classifier", "conv5_3", 2)
    assert (body["total"], body["offset"]) == (4, 0)
    first, *_, dead = body["units"]
    strip = first.pop("strip")
    assert strip.startswith(f"{TOY}/layers/conv5_3/units/0/strip?v=")
    assert first == {
        "unit": 0,
        "label": "tree",
        "category": "object",
        "iou": 0.25,
        "labelled": True,
        "chance": 0.1875,  # the highest of both shuffled countings
        "threshold": pytest.approx(2 / 3),
        "mean": 0.25,
        "peak": 2.0,
        "labels": [
            {"concept": "tree", "category": "object", "iou": 0.25},
            {"concept": "red", "category": "colour", "iou": pytest.approx(0.2)},
            {"concept": "sky", "category": "object", "iou": pytest.approx(0.1)},
        ],
    }
    assert (dead["label"], dead["category"], dead["iou"], dead["labelled"]) == (None, None, 0.0, False)
    assert dead["labels"] == []


def test_a_label_counts_only_above_the_units_own_chance_level(server: LiveServer) -> None:
    model = server.studio.catalog.with_units("storybook-classifier")
    stats = model.dissection.layers["conv5_3"]
    chance = stats.chance.clone()
    chance[2, 0] = 0.5  # what its IoU is
    layers = {**model.dissection.layers, "conv5_3": replace(stats, chance=chance)}
    briefs = briefs_out(replace(model, dissection=replace(model.dissection, layers=layers)), "conv5_3")
    assert [unit.labelled for unit in briefs] == [True, True, False, False]
    assert [unit.chance for unit in briefs] == [0.1875, pytest.approx(0.03), 0.5, 0.0]
    assert {unit.chance for unit in briefs_out(model, "conv4_3")} == {None}


def test_units_are_filtered_by_label(server: LiveServer) -> None:
    assert found(server, concept="tree") == (2, [0, 2])
    assert found(server, category="object") == (3, [0, 1, 2])
    assert found(server, category="colour") == (0, [])
    assert found(server, "conv4_3", category="colour") == (2, [0, 1])
    assert found(server, q="TRE") == (2, [0, 2])
    assert found(server, q="k", min_iou=0) == (1, [1])
    assert found(server, q="") == (4, [0, 1, 2, 3])


def test_the_least_iou_is_exclusive(server: LiveServer) -> None:
    assert found(server, min_iou=0) == (3, [0, 1, 2])
    assert found(server, min_iou=0.125) == (2, [0, 2])
    assert found(server, min_iou=0.124) == (3, [0, 1, 2])


def test_units_are_sorted(server: LiveServer) -> None:
    assert found(server, sort="unit") == (4, [0, 1, 2, 3])
    assert found(server, sort="iou") == (4, [2, 0, 1, 3])
    assert found(server, sort="label") == (4, [1, 2, 0, 3])  # sky, tree 0.5, tree 0.25, none


def test_units_are_paged(server: LiveServer) -> None:
    assert found(server, sort="iou", offset=1, limit=2) == (4, [0, 1])
    assert found(server, sort="iou", offset=3, limit=2) == (4, [3])
    assert found(server, offset=9) == (4, [])
    assert found(server, concept="tree", offset=1) == (2, [2])


def test_one_unit_comes_with_all_its_evidence(server: LiveServer) -> None:
    unit = get(server, f"{TOY}/layers/conv5_3/units/0")
    assert (unit["model"], unit["layer"], unit["unit"]) == ("storybook-classifier", "conv5_3", 0)
    assert (unit["label"], unit["category"], unit["iou"], unit["labelled"]) == ("tree", "object", 0.25, True)
    assert (unit["threshold"], unit["mean"], unit["peak"]) == (pytest.approx(2 / 3), 0.25, 2.0)
    assert (unit["grid"], unit["units"], unit["images"], unit["minimum_iou"]) == (2, 4, 100, 0.04)
    assert unit["histogram"] == {"edges": [0.0, 0.5, 1.0, 1.5, 2.0], "counts": [6000, 3000, 900, 100]}
    assert len(unit["levels"]["quantiles"]) == len(unit["levels"]["values"]) == 50
    assert (unit["levels"]["quantiles"][-1], unit["levels"]["values"][-1]) == (0.999, 1.0)
    concepts = [(entry["concept"], entry["category"], entry["iou"]) for entry in unit["concepts"]]
    assert concepts == [
        ("tree", "object", 0.25),
        ("red", "colour", pytest.approx(0.2)),
        ("sky", "object", pytest.approx(0.1)),
        ("green", "colour", 0.0),  # seen, but not here; the sofa was never seen
    ]
    assert unit["iclr"] == {"concept": "tree", "category": "object", "iqr": 0.125, "iou": 0.0625, "threshold": 0.5}


def test_the_best_images_of_a_unit_come_with_their_place(server: LiveServer) -> None:
    top = get(server, f"{TOY}/layers/conv5_3/units/0")["top"]
    assert [(entry["rank"], entry["image"], entry["score"]) for entry in top] == [(0, 2, 2.0), (1, 0, 1.5), (2, 1, 1.0)]
    assert [entry["place"] for entry in top] == [[0.05, 0.05], [0.55, 0.05], [0.95, 0.95]]
    assert top[1]["url"].startswith(f"{TOY}/layers/conv5_3/units/0/images/1?v=")
    assert top[1]["masked_url"].startswith(f"{TOY}/layers/conv5_3/units/0/images/1?mask=true&v=")


def test_a_unit_knows_its_neighbours(server: LiveServer) -> None:
    first = get(server, f"{TOY}/layers/conv5_3/units/0")["neighbours"]
    assert [(unit["unit"], unit["iou"]) for unit in first["same"]] == [(2, 0.5)]
    assert (first["previous"], first["next"]) == (None, 1)
    last = get(server, f"{TOY}/layers/conv5_3/units/3")
    assert last["neighbours"] == {"same": [], "previous": 2, "next": None}
    assert (last["label"], last["iclr"]) == (None, None)


@pytest.mark.parametrize(
    ("path", "status", "code", "field"),
    [
        ("/api/models/barn/layers", 404, "unknown_model", "model"),
        ("/api/models/storybook-segmenter/layers", 404, "unknown_model", "model"),
        (f"{TOY}/layers/conv1_1/units", 404, "unknown_layer", "layer"),
        (f"{TOY}/layers/conv5_3/units/4", 404, "unknown_unit", "unit"),
        (f"{TOY}/layers/conv5_3/units/-1", 404, "unknown_unit", "unit"),
        (f"{TOY}/layers/conv5_3/units/one", 422, "bad_input", "unit"),
        (f"{TOY}/layers/conv5_3/units?concept=tre", 422, "unknown_concept", "concept"),
        (f"{TOY}/layers/conv5_3/units?concept=red&category=object", 422, "unknown_concept", "concept"),
        (f"{TOY}/layers/conv5_3/units?category=thing", 422, "bad_input", "category"),
        (f"{TOY}/layers/conv5_3/units?min_iou=2", 422, "bad_input", "min_iou"),
        (f"{TOY}/layers/conv5_3/units?min_iou=nan", 422, "bad_input", "min_iou"),
        (f"{TOY}/layers/conv5_3/units?sort=size", 422, "bad_input", "sort"),
        (f"{TOY}/layers/conv5_3/units?limit=0", 422, "bad_input", "limit"),
        (f"{TOY}/layers/conv5_3/units?offset=-1", 422, "bad_input", "offset"),
        (f"{TOY}/layers/conv5_3/units?q={'x' * 101}", 422, "bad_input", "q"),
    ],
)
def test_bad_questions_are_named(server: LiveServer, path: str, status: int, code: str, field: str) -> None:
    response = server.client.get(path)
    assert response.status_code == status, response.text
    error = assert_error_shape(response.json())
    assert (error["code"], error["field"]) == (code, field)
    assert error["allowed"]
