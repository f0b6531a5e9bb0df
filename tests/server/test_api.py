"""What each address answers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from dissect_core.images.pixels import FORMATS, Format, media_type
from dissect_core.version import __version__
from server.http.routes.pictures import server_timing
from tests.server.live import LiveServer, base64_text, mask_png, painting, pixels_of, stroke

CHURCH = "/api/models/storybook-church"


def get(server: LiveServer, path: str, **options: Any) -> Any:
    response = server.client.get(path, **options)
    assert response.status_code == 200, response.text
    return response


def test_a_picture_may_be_enlarged_pixel_by_pixel_up_to_a_limit(server: LiveServer) -> None:
    small = pixels_of(server.client.post("/api/render", json=painting(stroke())).content)
    large = pixels_of(server.client.post("/api/render", json=painting(stroke(), scale=3)).content)
    assert np.array_equal(large, small.repeat(3, axis=0).repeat(3, axis=1))
    refused = server.client.post("/api/render", json=painting(scale=65))
    assert refused.status_code == 422
    assert refused.json()["error"]["allowed"] == "1 to 64 for storybook-church"


def test_models_are_listed_with_their_layers(server: LiveServer) -> None:
    models = get(server, "/api/models").json()["models"]
    assert [model["id"] for model in models] == ["storybook-church", "storybook-classifier", "storybook-kitchen"]
    church = models[0]
    assert (church["kind"], church["domain"], church["resolution"]) == ("generator", "church", 32)
    assert church["layers"][3] == {"name": "layer4", "units": 32, "grid": 8}
    assert church["paint_layers"] == ["layer3", "layer4", "layer5", "layer6"]
    assert church["licence"] == "MIT"
    assert church["origin"]
    assert len(church["sha256"]) == 64


def test_a_model_shows_its_card(server: LiveServer) -> None:
    assert get(server, CHURCH).json()["architecture"]["family"] == "progan"


def test_brushes_are_listed_with_units_and_values(server: LiveServer) -> None:
    body = get(server, f"{CHURCH}/brushes").json()
    assert body["model"] == "storybook-church"
    assert len(body["brushes"]) == 10
    tree = body["brushes"][0]
    assert tree["id"] == tree["concept"] == "tree"
    assert len(tree["units"]) == len(tree["values"]) == 24
    assert tree["default_count"] == 20


def test_an_image_is_the_networks_picture(server: LiveServer) -> None:
    response = get(server, f"{CHURCH}/images/7")
    assert response.headers["content-type"] == "image/png"
    assert response.headers["x-unitbrush-model-sha256"] == get(server, CHURCH).json()["sha256"]
    assert "render;dur=" in response.headers["server-timing"]
    rendered = server.studio.engine.submit("storybook-church", 7, {}).result(30).picture
    assert np.array_equal(pixels_of(response.content), rendered.numpy().astype(int))


def test_an_image_is_cached_by_its_etag(server: LiveServer) -> None:
    response = get(server, f"{CHURCH}/images/7")
    assert "max-age=" in response.headers["cache-control"]
    again = server.client.get(f"{CHURCH}/images/7", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = get(server, f"{CHURCH}/images/7", params={"format": "webp"})
    assert other.headers["etag"] != response.headers["etag"]


def test_an_image_of_another_precision_is_not_the_one_that_a_browser_kept(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = (f"{CHURCH}/images/7", f"{CHURCH}/brushes/tree/example.png")
    kept = [get(server, address).headers["etag"] for address in addresses]
    church = server.studio.catalog.model("storybook-church")
    renderer = server.studio.engine._workers[church.card.id].renderer
    for part, value in (("dtype", torch.float64), ("device", torch.device("cuda"))):
        with monkeypatch.context() as other:
            other.setattr(renderer, part, value)
            version = server.studio.picture_version(church)
        assert not any(version in etag for etag in kept)
    assert all(server.studio.picture_version(church) in etag for etag in kept)


def test_a_thumbnail_has_the_size_asked_for(server: LiveServer) -> None:
    response = get(server, f"{CHURCH}/images/7", params={"size": 16, "format": "webp"})
    assert response.headers["content-type"] == "image/webp"
    assert pixels_of(response.content).shape == (16, 16, 3)
    assert get(server, f"{CHURCH}/images/7?size=32").content == get(server, f"{CHURCH}/images/7").content


@pytest.mark.parametrize("format", FORMATS)
def test_a_brush_has_an_example_picture(server: LiveServer, format: Format) -> None:
    response = get(server, f"{CHURCH}/brushes/tree/example.{format}")
    assert response.headers["content-type"] == media_type(format)
    assert pixels_of(response.content).shape == (96, 96, 3)
    assert response.headers["etag"]


def test_the_example_of_another_brush_is_not_the_one_that_a_browser_kept(server: LiveServer) -> None:
    brush = server.studio.catalog.model("storybook-church").brush("tree")
    etag = get(server, f"{CHURCH}/brushes/tree/example.png").headers["etag"]
    assert brush.digest in etag
    assert replace(brush, units=brush.units[::-1]).digest != brush.digest


def test_no_strokes_are_the_very_bytes_of_the_original(server: LiveServer) -> None:
    original = get(server, f"{CHURCH}/images/3").content
    empty = stroke(mask=base64_text(mask_png(16, (0, 0, 0, 0))))
    for body in (painting(), painting(empty), painting(stroke(strength=0.0))):
        assert server.client.post("/api/render", json=body).content == original


def test_a_stroke_changes_the_picture_where_it_was_painted(server: LiveServer) -> None:
    original = pixels_of(server.client.post("/api/render", json=painting()).content)
    mask = base64_text(mask_png(32, (0, 0, 8, 8)))
    response = server.client.post("/api/render", json=painting(stroke(mask=mask)))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    difference = np.abs(pixels_of(response.content) - original).sum(2)
    assert difference[:8, :8].mean() > 3
    assert not difference[20:, 20:].any()  # the network is local


def test_the_same_painting_is_the_same_picture(server: LiveServer) -> None:
    body = painting(stroke(), stroke(concept="door", mode="erase"))
    first, second = (server.client.post("/api/render", json=body).content for _ in range(2))
    assert first == second


def test_webp_without_loss_is_the_same_picture(server: LiveServer) -> None:
    exact = server.client.post("/api/render", json=painting(stroke(), format="webp-lossless"))
    assert exact.headers["content-type"] == "image/webp"
    png = server.client.post("/api/render", json=painting(stroke()))
    assert np.array_equal(pixels_of(exact.content), pixels_of(png.content))


def test_webp_is_smaller(server: LiveServer) -> None:
    response = server.client.post("/api/render", json=painting(format="webp"))
    assert response.headers["content-type"] == "image/webp"
    assert len(response.content) < len(server.client.post("/api/render", json=painting()).content)


def test_many_at_once_all_get_their_own_picture(server: LiveServer) -> None:
    bodies = [painting(stroke(), seed=seed) for seed in range(12)]
    alone = [pixels_of(server.client.post("/api/render", json=body).content) for body in bodies]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda body: server.client.post("/api/render", json=body).content, bodies))
    for one, answer in zip(alone, answers, strict=True):
        assert np.abs(one - pixels_of(answer)).max() <= 1


def test_health_and_readiness(server: LiveServer) -> None:
    assert get(server, "/healthz").json() == {"status": "ok", "version": __version__}
    assert get(server, "/readyz").json()["models"] == ["storybook-church", "storybook-kitchen"]


def test_the_schema_describes_every_address_and_the_body(server: LiveServer) -> None:
    schema = get(server, "/openapi.json").json()
    assert "/api/render" in schema["paths"]
    assert "/paint" not in schema["paths"]
    references = {text for text in json.dumps(schema).split('"') if text.startswith("#/components/schemas/")}
    assert "#/components/schemas/Painting" in references
    for reference in references:
        assert reference.rpartition("/")[2] in schema["components"]["schemas"]


def test_server_timing_names_each_step_and_the_batch() -> None:
    assert server_timing({"queue": 0.5, "render": 31.0}, 8) == 'queue;dur=0.5, render;dur=31, batch;desc="8"'


def test_an_answer_says_how_many_shared_its_pass(server: LiveServer) -> None:
    painted = server.client.post("/api/render", json=painting(stroke()))
    assert painted.headers["server-timing"].endswith('batch;desc="1"')
    remembered = get(server, f"{CHURCH}/images/0")  # rendered at the start
    assert remembered.headers["server-timing"].endswith('batch;desc="0"')


def test_metrics_count_pictures_by_network(serve: Any) -> None:
    with serve() as live:

        def value(name: str, **labels: str) -> float:
            found = live.studio.metrics.registry.get_sample_value(name, labels)
            return -1.0 if found is None else found

        church = "storybook-church"
        before = value("unitbrush_pictures_total", model=church)  # the one of the start-up
        live.client.post("/api/render", json=painting(strokes=[stroke()]))
        live.client.get(f"{CHURCH}/images/0")  # from the cache: encoded, not rendered
        assert value("unitbrush_pictures_total", model=church) == before + 1
        assert value("unitbrush_batch_images_count", model=church) == 1
        assert value("unitbrush_picture_seconds_count", model=church, step="total") == 2
        assert value("unitbrush_waiting", model="storybook-kitchen") == 0
        assert value("unitbrush_look_seconds_count", model=church) == -1
        live.client.get(f"{CHURCH}/layers/layer4/units/3/strip")
        assert value("unitbrush_look_seconds_count", model=church) == 1
        answer = live.client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        assert 'unitbrush_picture_seconds_bucket{le="0.001",model="storybook-church",step="encode"}' in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/paint", "/healthz", "/readyz", "/metrics", "/api/models", f"{CHURCH}/images/7"]
)
def test_head_is_answered_as_get_without_the_body(server: LiveServer, path: str) -> None:
    got, head = server.client.get(path), server.client.head(path)
    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"] if path != "/" else True
    assert head.content == b""


def test_what_an_address_answers_to_is_all_told(server: LiveServer) -> None:
    for path, methods in (
        (f"{CHURCH}/layers/layer4/units/1/activation", "GET, HEAD, POST"),
        ("/api/render", "POST"),
        ("/healthz", "GET, HEAD"),
    ):
        answer = server.client.delete(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)
        assert answer.json()["error"]["allowed"] == methods


def test_a_browser_that_keeps_anything_keeps_what_it_has(server: LiveServer) -> None:
    for known in ("*", '"other", *'):
        assert server.client.get(f"{CHURCH}/images/7", headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize("number", ["+0", "+0.0", "0.0", "00", "1_0", "٣", "%20" + "0"])
def test_a_number_in_an_address_is_written_in_one_way(server: LiveServer, number: str) -> None:
    for path in (f"{CHURCH}/images/{number}", f"{CHURCH}/layers/layer4/units/{number}"):
        answer = server.client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_input"), path


@pytest.mark.parametrize("span", ["bytes=0-3", "bytes=900000000-", "bytes=x", "lines=1-2"])
def test_a_part_of_a_static_file_is_answered_with_the_whole(server: LiveServer, span: str) -> None:
    whole = server.client.get("/static/x/icon.svg")
    part = server.client.get("/static/x/icon.svg", headers={"Range": span})
    assert (part.status_code, part.content) == (200, whole.content)


def test_the_schema_is_as_narrow_as_the_server(server: LiveServer) -> None:
    schema = get(server, "/openapi.json").json()
    parameters = schema["paths"]["/api/models/{model}/images/{seed}"]["get"]["parameters"]
    seed = next(found["schema"] for found in parameters if found["name"] == "seed")
    assert (seed["minimum"], seed["maximum"]) == (0, 100_000)
    for body in ("Painting", "Question"):
        text = json.dumps(schema["components"]["schemas"][body]["properties"]["seed"])
        assert '"maximum": 100000' in text
