"""Pictures of units and questions about pictures, with the toy classifier, whose every number is known by hand."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from dissect_core.concepts.positions import upsample
from dissect_core.dissection.files import read_dissection
from dissect_core.models.hooks import recorded
from dissect_core.models.latents import latents
from dissect_core.models.registry import Registry
from dissect_core.sources.networks import ClassifierSource
from dissect_core.sources.scenes import ScenePictures
from dissect_core.units.gallery import write_gallery
from dissect_core.world.scenes import paint
from server.settings import Settings
from server.units.inspector import RecentPictures
from tests.server.live import (
    LiveServer,
    assert_error_shape,
    base64_text,
    live_server,
    mask_png,
    pixels_of,
    png,
    png_claiming,
)

CHURCH = "/api/models/storybook-church"
TOY = "/api/models/storybook-classifier"
UNIT = f"{TOY}/layers/conv5_3/units/0"
FOR_EVER = "public, max-age=31536000, immutable"


def halves() -> bytes:
    """A PNG file of 64x32 pixels; of the middle square, the left half is red and the right half green."""
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, :32, 0], picture[:, 32:, 1] = 255, 255
    return png(picture)


def upload(server: LiveServer, path: str, data: bytes, kind: str = "image/png") -> Any:
    return server.client.post(path, content=data, headers={"Content-Type": kind})


def ask(server: LiveServer, model: str = TOY, layer: str = "conv5_3", **question: Any) -> Any:
    response = server.client.post(f"{model}/layers/{layer}/strongest", json=question)
    assert response.status_code == 200, response.text
    return response.json()["units"]


def greys(response: Any) -> np.ndarray:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(response.content))
    assert image.mode == "L"
    return np.asarray(image).astype(int)


def test_a_strip_shows_five_tiles_and_may_be_kept_for_ever(server: LiveServer) -> None:
    address = server.client.get(UNIT).json()["strip"]
    response = server.client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/webp"
    assert response.headers["cache-control"] == FOR_EVER
    assert pixels_of(response.content).shape == (64, 320, 3)
    assert pixels_of(response.content)[:, 3 * 64 + 8 :].max() < 40  # the toy's units have three images
    again = server.client.get(address, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, FOR_EVER)
    plain = server.client.get(address.partition("?")[0])
    assert plain.content == response.content
    assert plain.headers["cache-control"] == "public, max-age=300"


def test_a_generators_strip_is_drawn_too(server: LiveServer) -> None:
    response = server.client.get(f"{CHURCH}/layers/layer4/units/3/strip")
    assert response.status_code == 200, response.text
    assert pixels_of(response.content).shape == (64, 320, 3)


def test_strips_come_from_the_gallery_if_it_is_of_this_dissection(own_precomputed: Path) -> None:
    dissection = read_dissection(own_precomputed / "dissection", "storybook-classifier")
    write_gallery(
        own_precomputed / "gallery", dissection, {"conv5_3": [b"strip 0", b"strip 1", b"strip 2", b"strip 3"]}
    )
    with live_server(Settings(precomputed_path=own_precomputed, device="cpu", torch_threads=1)) as live:
        assert live.client.get(f"{TOY}/layers/conv5_3/units/2/strip").content == b"strip 2"
        assert live.client.get(f"{TOY}/layers/conv4_3/units/2/strip").content != b"strip 2"


def test_the_best_images_of_a_classifier_are_its_scenes(server: LiveServer) -> None:
    top = server.client.get(UNIT).json()["top"]
    scene = paint("beach", [10_000_000], 32).images[0].permute(1, 2, 0).numpy().astype(int)  # image 2 of three classes
    shown = server.client.get(top[0]["url"])
    assert shown.headers["cache-control"] == FOR_EVER
    assert np.array_equal(pixels_of(shown.content), scene)
    lit = pixels_of(server.client.get(top[0]["masked_url"]).content)
    red = torch.from_numpy(scene[:, :, 0] / 255).float()
    blocks = red.view(2, 16, 2, 16).amax(dim=(1, 3))
    inside = (upsample(blocks[None, None], 32)[0, 0] > 2 / 3).numpy()
    assert np.array_equal(lit[inside], scene[inside])
    yellow = (lit == (255, 255, 0)).all(axis=2)
    outside = ~inside & ~yellow
    assert np.array_equal(lit[outside], scene[outside] // 2)
    assert server.client.get(top[0]["url"], params={"format": "webp"}).headers["content-type"] == "image/webp"


def test_a_best_image_is_painted_once_and_the_network_sees_it_once(
    serve: Callable[..., AbstractContextManager[LiveServer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    painted, seen = [], []
    paint_rows, see = ScenePictures.paint, ClassifierSource.see
    monkeypatch.setattr(ScenePictures, "paint", lambda self, rows: painted.append(rows) or paint_rows(self, rows))
    monkeypatch.setattr(ClassifierSource, "see", lambda *asked: seen.append(asked[1]) or see(*asked))
    with serve() as live:
        top = live.client.get(UNIT).json()["top"][0]
        plain = live.client.get(top["url"]).content
        assert (painted, seen) == ([[top["image"]]], [])
        masked = live.client.get(top["masked_url"]).content
        assert (len(painted), seen) == (1, [[top["image"]]])
        assert pixels_of(plain).shape == pixels_of(masked).shape


def test_scenes_are_kept_within_a_number_and_are_the_same_bytes() -> None:
    scenes = ScenePictures(("church", "beach"), 4, 32, 5)
    recent = RecentPictures(scenes, 2)
    for rows in ([0, 1, 3], [3, 0], [1, 1]):
        assert torch.equal(recent.load(rows), scenes.load(rows))
    assert len(recent._kept) == 2
    assert (len(recent), recent.inputs) == (4, scenes.inputs)


def test_the_best_images_of_a_generator_are_its_pictures(server: LiveServer) -> None:
    top = server.client.get(f"{CHURCH}/layers/layer4/units/3").json()["top"]
    assert [entry["image"] for entry in top] == [0, 1, 2]
    shown = server.client.get(top[1]["url"]).content
    assert shown == server.client.get(f"{CHURCH}/images/1").content


def test_the_activation_in_a_generated_image_is_that_of_the_network(server: LiveServer, precomputed: Path) -> None:
    response = server.client.get(f"{CHURCH}/layers/layer4/units/3/activation", params={"seed": 5})
    shown = greys(response)
    network = Registry(precomputed).generator("storybook-church")
    with torch.inference_mode(), recorded(network, ["layer4"]) as activations:
        network(latents([5], network.latent_size)[:, :, None, None])
    maps = upsample(activations["layer4"][:, [3]], 32)[0, 0].numpy()
    threshold = float(response.headers["x-unitbrush-threshold"])
    assert response.headers["x-unitbrush-threshold-grey"] == "170"
    assert np.array_equal(shown > 170, maps > threshold)
    assert float(response.headers["x-unitbrush-maximum"]) == pytest.approx(activations["layer4"][0, 3].max().item())
    again = server.client.get(
        f"{CHURCH}/layers/layer4/units/3/activation",
        params={"seed": 5},
        headers={"If-None-Match": response.headers["etag"]},
    )
    assert again.status_code == 304


def test_the_activation_in_a_picture_is_grey_by_quantile(server: LiveServer) -> None:
    response = upload(server, f"{UNIT}/activation", halves())
    shown = greys(response)
    assert shown.shape == (32, 32)
    # red is 1 on the left, which a thousandth of all positions exceed, and 0 on the right
    assert shown[:, :8].min() == 255
    assert shown[:, 24:].max() <= 1
    assert (np.diff(shown[0]) <= 0).all()
    assert response.headers["x-unitbrush-scale"] == "quantile = 1 - 10 ** (-3 * grey / 255)"
    assert float(response.headers["x-unitbrush-threshold"]) == pytest.approx(2 / 3)
    assert float(response.headers["x-unitbrush-maximum"]) == pytest.approx(1, abs=1e-3)
    assert response.headers["cache-control"] == "no-store"
    dead = upload(server, f"{TOY}/layers/conv5_3/units/3/activation", halves())
    assert greys(dead).max() == 0


def test_a_classifier_says_what_it_sees(server: LiveServer) -> None:
    reddish = png(np.full((40, 40, 3), (255, 204, 0), np.uint8))  # logits 10, 8 and 0
    response = upload(server, f"{TOY}/classify", reddish)
    assert response.status_code == 200, response.text
    classes = response.json()["classes"]
    assert [entry["name"] for entry in classes] == ["church", "kitchen", "beach"]
    total = 1 + math.exp(-2) + math.exp(-10)
    wanted = [1 / total, math.exp(-2) / total, math.exp(-10) / total]
    assert [entry["probability"] for entry in classes] == pytest.approx(wanted, abs=2e-3)


def test_the_strongest_units_at_a_point(server: LiveServer) -> None:
    picture = base64_text(halves())
    left, right = (ask(server, picture=picture, point=[x, 0.5], count=2) for x in (0.1, 0.9))
    assert (left[0]["unit"], right[0]["unit"]) == (0, 1)
    assert left[0]["label"] == "tree"
    assert (left[0]["iou"], left[0]["labelled"]) == (0.25, True)
    assert left[0]["activation"] == pytest.approx(1, abs=1e-3)
    assert left[0]["quantile"] == pytest.approx(0.999, abs=1e-4)
    assert left[0]["threshold"] == pytest.approx(2 / 3)
    assert left[0]["strip"].startswith(f"{UNIT}/strip?v=")
    assert len(left) == 2
    assert left[1]["quantile"] < 0.01


def test_the_strongest_units_under_a_mask(server: LiveServer) -> None:
    both = ask(server, picture=base64_text(halves()), mask=base64_text(mask_png(box=(0, 0, 32, 32))))
    assert len(both) == 4
    assert {unit["unit"] for unit in both[:2]} == {0, 1}
    assert [unit["activation"] for unit in both[:2]] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert [unit["quantile"] for unit in both[:2]] == pytest.approx([1 - 10**-1.5] * 2, abs=1e-3)
    right = ask(server, picture=base64_text(halves()), mask=base64_text(mask_png(box=(24, 0, 32, 32))))
    assert right[0]["unit"] == 1


def test_the_strongest_units_of_a_generated_image(server: LiveServer) -> None:
    found = ask(server, CHURCH, "layer5", seed=7, point=[0.25, 0.75])
    assert len(found) == 10
    quantiles = [unit["quantile"] for unit in found]
    assert quantiles == sorted(quantiles, reverse=True)
    assert ask(server, CHURCH, "layer5", seed=7, point=[0.25, 0.75], count=100)[:10] == found


def refused(response: Any, status: int, code: str, field: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    error = assert_error_shape(response.json())
    assert (error["code"], error["field"]) == (code, field)
    assert error["allowed"]
    return error


@pytest.mark.parametrize(
    ("path", "status", "code", "field"),
    [
        (f"{UNIT}/images/3", 404, "unknown_image", "rank"),
        (f"{UNIT}/images/-1", 404, "unknown_image", "rank"),
        (f"{UNIT}/images/best", 422, "bad_input", "rank"),
        (f"{UNIT}/images/0?mask=perhaps", 422, "bad_input", "mask"),
        (f"{UNIT}/images/0?format=gif", 422, "bad_input", "format"),
        (f"{TOY}/layers/conv5_3/units/4/strip", 404, "unknown_unit", "unit"),
        (f"{UNIT}/activation?seed=1", 422, "bad_input", "seed"),
        (f"{CHURCH}/layers/layer4/units/3/activation", 422, "bad_input", "seed"),
        (f"{CHURCH}/layers/layer4/units/3/activation?seed=100001", 422, "bad_seed", "seed"),
        (f"{CHURCH}/layers/layer4/units/3/activation?seed=-1", 422, "bad_seed", "seed"),
    ],
)
def test_bad_addresses_are_named(server: LiveServer, path: str, status: int, code: str, field: str) -> None:
    refused(server.client.get(path), status, code, field)


@pytest.mark.parametrize(
    ("question", "code", "field"),
    [
        ({"point": [0.5, 0.5]}, "bad_input", "seed"),
        ({"picture": "", "point": [0.5, 0.5]}, "bad_picture", "picture"),
        ({"picture": "%", "point": [0.5, 0.5]}, "bad_picture", "picture"),
        ({"seed": 1, "point": [0.5, 0.5]}, "bad_input", "seed"),
        ({"seed": 1, "picture": "AA==", "point": [0.5, 0.5]}, "bad_input", "seed"),
        ({"picture": base64_text(halves())}, "bad_input", "point"),
        ({"picture": base64_text(halves()), "point": [0.5, 2]}, "bad_input", "point"),
        ({"picture": base64_text(halves()), "point": [0.5]}, "bad_input", "point[1]"),
        ({"picture": base64_text(halves()), "point": [0.5, 0.5], "mask": "AA=="}, "bad_input", "point"),
        ({"picture": base64_text(halves()), "mask": "AA=="}, "bad_mask", "mask"),
        ({"picture": base64_text(halves()), "mask": base64_text(mask_png(box=(0, 0, 0, 0)))}, "bad_mask", "mask"),
        ({"picture": base64_text(halves()), "point": [0.5, 0.5], "count": 0}, "bad_input", "count"),
        ({"picture": base64_text(halves()), "point": [0.5, 0.5], "colour": 1}, "bad_input", "colour"),
    ],
)
def test_bad_questions_are_named(server: LiveServer, question: dict[str, Any], code: str, field: str) -> None:
    refused(server.client.post(f"{TOY}/layers/conv5_3/strongest", json=question), 422, code, field)


def test_a_question_that_is_no_json_is_refused(server: LiveServer) -> None:
    path, kind = f"{TOY}/layers/conv5_3/strongest", {"Content-Type": "application/json"}
    refused(server.client.post(path, content="{", headers=kind), 422, "bad_json", "body")
    nan = json.dumps({"seed": 1, "point": [float("nan"), 0.5]})
    refused(server.client.post(path, content=nan, headers=kind), 422, "bad_input", "point[0]")


@pytest.mark.parametrize("path", [f"{TOY}/classify", f"{UNIT}/activation"])
def test_bad_pictures_are_refused(server: LiveServer, path: str) -> None:
    for data, why in (
        (b"", "there is no picture"),
        (b"no picture", "the file is no PNG, JPEG, WebP or GIF"),
        (halves()[:60], "the file ends too early"),
    ):
        response = upload(server, path, data, "image/jpeg")
        assert refused(response, 422, "bad_picture", "picture")["message"] == f"cannot read picture: {why}"
        assert "object at 0x" not in response.text
    refused(upload(server, path, halves(), "text/plain"), 415, "bad_content_type", "Content-Type")


def test_a_picture_that_claims_60000_pixels_is_refused_by_its_header(server: LiveServer) -> None:
    error = refused(upload(server, f"{TOY}/classify", png_claiming(60_000)), 422, "bad_picture", "picture")
    assert error["message"] == "picture is too large"
    assert "pixels" in error["value"]


def test_a_generator_wants_no_picture(server: LiveServer) -> None:
    refused(upload(server, f"{CHURCH}/classify", halves()), 422, "bad_input", "picture")
    refused(upload(server, f"{CHURCH}/layers/layer4/units/0/activation", halves()), 422, "bad_input", "picture")


def test_pictures_too_large_are_refused_by_bytes_and_by_pixels(
    serve: Callable[..., AbstractContextManager[LiveServer]],
) -> None:
    noise = png(np.random.default_rng(0).integers(0, 255, (40, 40, 3), dtype=np.uint8))
    with serve(max_picture_bytes=2048, max_picture_pixels=1000) as small:
        error = refused(upload(small, f"{TOY}/classify", noise), 413, "picture_too_large", "picture")
        assert (error["value"], error["allowed"]) == (f"{len(noise)} bytes", "at most 2048 bytes")
        question = {"picture": base64_text(noise), "point": [0.5, 0.5]}
        path = f"{TOY}/layers/conv5_3/strongest"
        refused(small.client.post(path, json=question), 413, "picture_too_large", "picture")
        error = refused(upload(small, f"{TOY}/classify", halves()), 422, "bad_picture", "picture")
        assert (error["value"], "1000" in error["allowed"]) == ("64 x 32 pixels", True)


def test_looking_waits_in_a_line_with_an_end(serve: Callable[..., AbstractContextManager[LiveServer]]) -> None:
    with serve(max_waiting_looks=1, render_timeout_seconds=0.3) as live:
        observer = live.app.state.looking.observer
        with observer._gate:  # nothing is looked at while this is held
            assert upload(live, f"{TOY}/classify", halves()).status_code == 504  # and leaves its place to the next
            observer.submit(lambda: None)
            refused(upload(live, f"{TOY}/classify", halves()), 503, "overloaded", "server")
        assert live.client.get("/readyz").status_code == 200


def test_a_classifier_that_is_not_dissected_yet_still_says_what_it_sees(own_precomputed: Path) -> None:
    folder = own_precomputed / "dissection" / "storybook-classifier"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    with live_server(Settings(precomputed_path=own_precomputed, device="cpu", torch_threads=1)) as live:
        assert live.client.get(f"{TOY}/layers").json()["layers"] == []
        assert upload(live, f"{TOY}/classify", halves()).status_code == 200
        refused(live.client.get(f"{UNIT}/strip"), 404, "unknown_layer", "layer")
