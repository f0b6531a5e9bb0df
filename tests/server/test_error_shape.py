"""Whatever is wrong with a request, the answer is a 4xx in the one shape, and the server stays up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.server.live import LiveServer, assert_error_shape, base64_text, mask_png, painting, png_claiming, stroke

CHURCH = "/api/models/storybook-church"


@pytest.fixture(autouse=True)
def _the_server_stays_up(server: LiveServer) -> Iterator[None]:
    yield
    assert server.client.get("/readyz").status_code == 200


def refused(server: LiveServer, body: Any, status: int = 422) -> dict[str, Any]:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    response = server.client.post("/api/render", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == status, response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    return assert_error_shape(response.json())


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "field"),
    [
        ("GET", "/nowhere", 404, "not_found", "path"),
        ("GET", "/api/nowhere", 404, "not_found", "path"),
        ("GET", "/static/0/nowhere.css", 404, "not_found", "path"),
        ("GET", "/static/../server/app.py", 404, "not_found", "path"),
        ("DELETE", "/api/render", 405, "method_not_allowed", "method"),
        ("POST", "/api/models", 405, "method_not_allowed", "method"),
        ("GET", "/api/models/barn", 404, "unknown_model", "model"),
        ("GET", "/api/models/barn/brushes", 404, "unknown_model", "model"),
        ("GET", "/api/models/barn/images/1", 404, "unknown_model", "model"),
        ("GET", "/api/models/barn/layers/layer4/units", 404, "unknown_model", "model"),
        ("GET", "/api/models/barn/brushes/tree/example.png", 404, "unknown_model", "model"),
        ("GET", f"{CHURCH}/layers/layer99/units", 404, "unknown_layer", "layer"),
        ("GET", f"{CHURCH}/layers/layer1/units", 404, "unknown_layer", "layer"),
        ("GET", f"{CHURCH}/brushes/tre/example.png", 404, "unknown_concept", "concept"),
        ("GET", f"{CHURCH}/brushes/tree/example.gif", 422, "bad_input", "format"),
        ("GET", f"{CHURCH}/images/-1", 422, "bad_seed", "seed"),
        ("GET", f"{CHURCH}/images/100001", 422, "bad_seed", "seed"),
        ("GET", f"{CHURCH}/images/{'9' * 5000}", 422, "bad_input", "seed"),
        ("GET", f"{CHURCH}/images/one", 422, "bad_input", "seed"),
        ("GET", f"{CHURCH}/images/1?size=5000", 422, "bad_size", "size"),
        ("GET", f"{CHURCH}/images/1?size=0", 422, "bad_size", "size"),
        ("GET", f"{CHURCH}/images/1?size=x", 422, "bad_input", "size"),
        ("GET", f"{CHURCH}/images/1?format=bmp", 422, "bad_input", "format"),
    ],
)
def test_bad_addresses(server: LiveServer, method: str, path: str, status: int, code: str, field: str) -> None:
    response = server.client.request(method, path)
    assert response.status_code == status
    error = assert_error_shape(response.json())
    assert (error["code"], error["field"]) == (code, field)
    assert error["allowed"]
    assert "retry_after_s" not in error


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (painting(model="barn"), "unknown_model", "model"),
        (painting(model=None), "bad_input", "model"),
        ({"seed": 1}, "bad_input", "model"),
        ({"model": "storybook-church"}, "bad_input", "seed"),
        (painting(seed=-1), "bad_seed", "seed"),
        (painting(seed=100_001), "bad_seed", "seed"),
        (painting(seed=10**30), "bad_seed", "seed"),
        (painting(seed=1.5), "bad_input", "seed"),
        (painting(seed="1"), "bad_input", "seed"),
        (painting(seed=True), "bad_input", "seed"),
        (painting(format="gif"), "bad_input", "format"),
        (painting(strokes="tree"), "bad_input", "strokes"),
        (painting(strokes=None), "bad_input", "strokes"),
        (painting(colour="red"), "bad_input", "colour"),
        (painting("tree"), "bad_input", "strokes[0]"),
        (painting({}), "bad_input", "strokes[0].mode"),
        (painting(stroke(mode="paint")), "bad_input", "strokes[0].mode"),
        (painting(stroke(), stroke(concept="tre")), "unknown_concept", "strokes[1].concept"),
        (painting(stroke(concept=["tree"])), "bad_input", "strokes[0].concept"),
        (painting(stroke(concept="x" * 5000)), "bad_input", "strokes[0].concept"),
        (painting(stroke(layer="layer99")), "unknown_layer", "strokes[0].layer"),
        (painting(stroke(strength=1.5)), "bad_input", "strokes[0].strength"),
        (painting(stroke(strength="much")), "bad_input", "strokes[0].strength"),
        (painting(stroke(strength=float("nan"))), "bad_input", "strokes[0].strength"),
        (painting(stroke(strength=float("inf"))), "bad_input", "strokes[0].strength"),
        (painting(stroke(level=float("inf"))), "bad_input", "strokes[0].level"),
        (painting(stroke(level=1e300)), "bad_stroke", "strokes[0].level"),
        (painting(stroke(count=0)), "bad_input", "strokes[0].count"),
        (painting(stroke(count=10**9)), "bad_stroke", "strokes[0].count"),
        (painting(stroke(pooling="median")), "bad_input", "strokes[0].pooling"),
        (painting(stroke(mask="%%%")), "bad_mask", "strokes[0].mask"),
        (painting(stroke(mask=base64_text(b"GIF89a" * 20))), "bad_mask", "strokes[0].mask"),
        (painting(stroke(mask=7)), "bad_input", "strokes[0].mask"),
        (painting(stroke(mask=None, mask_id=7)), "unknown_mask", "strokes[0].mask_id"),
        (painting(*[stroke()] * 501), "too_many_strokes", "strokes"),
        (painting(*[{}] * 1000), "too_many_strokes", "strokes"),
        (painting(*[{}] * 10_000), "too_many_parts", "body"),
        (painting(stroke(units=[[]] * 4000)), "bad_input", "strokes[0].units[0]"),
        (painting(stroke(units=[0] * 5000)), "bad_input", "strokes[0].units"),
        (painting(**{f"colour{n}": n for n in range(8000)}), "bad_input", "colour0"),
        ([], "bad_input", "body"),
        ("", "bad_json", "body"),
        ("{", "bad_json", "body"),
        (b"\xff\xfe", "bad_json", "body"),
        ('{"model": "\\ud800"}', "bad_json", "body"),
        ("[" * 4000, "bad_json", "body"),
        ("[" * 100_000, "too_many_parts", "body"),
        ('{"model": "storybook-church", "seed": 1e999}', "bad_input", "seed"),
        ('{"model": "storybook-church", "seed": ' + "9" * 5000 + "}", "bad_json", "body"),
    ],
)
def test_bad_paintings(server: LiveServer, body: Any, code: str, field: str) -> None:
    error = refused(server, body)
    assert (error["code"], error["field"]) == (code, field)
    assert error["allowed"]
    assert len(json.dumps(error)) < 1000


def test_a_mask_that_claims_20000_pixels_is_refused_by_its_header(server: LiveServer) -> None:
    error = refused(server, painting(stroke(mask=base64_text(png_claiming(20_000)))))
    assert (error["code"], error["field"]) == ("bad_mask", "strokes[0].mask")
    assert "20000" in error["value"]
    assert "512" in error["allowed"]


def test_an_unknown_concept_gets_the_list(server: LiveServer) -> None:
    error = refused(server, painting(stroke(concept="tre")))
    assert error["value"] == "tre"
    assert "tree, door" in error["allowed"]


def test_a_body_too_large_is_refused_declared_or_chunked(
    serve: Callable[..., AbstractContextManager[LiveServer]],
) -> None:
    with serve(max_body_bytes=4096) as small:
        declared = small.client.post("/api/render", content=b" " * 5000)
        chunked = small.client.post("/api/render", content=(b" " * 500 for _ in range(10)))
        for response in (declared, chunked):
            assert response.status_code == 413
            error = assert_error_shape(response.json())
            assert (error["code"], error["field"], error["allowed"]) == ("body_too_large", "body", "at most 4096 bytes")
        fits = small.client.post("/api/render", json=painting(stroke(mask=base64_text(mask_png()))))
        assert fits.status_code == 200


def test_another_content_type_is_refused(server: LiveServer) -> None:
    response = server.client.post("/api/render", content="{}", headers={"Content-Type": "text/plain"})
    assert response.status_code == 415
    assert assert_error_shape(response.json())["value"] == "text/plain"


def test_overload_says_when_to_come_back(serve: Callable[..., AbstractContextManager[LiveServer]]) -> None:
    with serve(max_waiting_renders=1) as live:
        engine = live.studio.engine
        engine.tally("storybook-church").ms_per_picture = 4200
        with engine._workers["storybook-church"].gate:  # nothing is rendered while this is held
            waiting = engine.submit("storybook-church", 1, {})
            response = live.client.post("/api/render", json=painting(stroke()))
        assert response.status_code == 503
        assert response.headers["retry-after"] == "5"  # one waits, for 4.2 s
        error = assert_error_shape(response.json())
        assert (error["code"], error["retry_after_s"]) == ("overloaded", 5)
        waiting.result(30)


def test_a_server_that_stops_or_has_lost_a_thread_says_when_to_come_back(
    serve: Callable[..., AbstractContextManager[LiveServer]],
) -> None:
    with serve() as live:
        with ThreadPoolExecutor(2) as pool, live.studio.engine._workers["storybook-church"].gate:
            waiting = pool.submit(live.client.post, "/api/render", json=painting(stroke()))
            while not live.studio.engine.waiting("storybook-church"):
                time.sleep(0.005)
            pool.submit(live.studio.engine.stop)
            stopped = waiting.result(30)
        unready = live.client.get("/readyz")
    for response, code in ((stopped, "stopping"), (unready, "not_ready")):
        error = assert_error_shape(response.json())
        assert (response.status_code, error["code"]) == (503, code)
        assert int(response.headers["retry-after"]) == error["retry_after_s"] >= 1


def test_a_render_that_takes_too_long_is_given_up(serve: Callable[..., AbstractContextManager[LiveServer]]) -> None:
    with serve(render_timeout_seconds=0.1) as live:
        engine = live.studio.engine
        with engine._workers["storybook-church"].gate:
            response = live.client.post("/api/render", json=painting(stroke()))
        assert response.status_code == 504
        assert assert_error_shape(response.json())["code"] == "timeout"
        assert live.client.post("/api/render", json=painting()).status_code == 200
        assert engine.tally("storybook-church").cancelled == 1


def test_an_unexpected_error_shows_no_traceback(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(server.studio, "paint", broken)
    response = server.client.post("/api/render", json=painting())
    assert response.status_code == 500
    error = assert_error_shape(response.json())
    assert error["code"] == "internal"
    assert "secret" not in response.text
    deadline = time.monotonic() + 10  # the log is written once the answer is sent
    while "secret of the house" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "secret of the house" in caplog.text
    assert response.headers["content-security-policy"]


def test_a_browser_gets_a_page_for_a_page_that_is_not_there(server: LiveServer) -> None:
    response = server.client.get("/nowhere", headers={"Accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert server.client.get("/api/nowhere", headers={"Accept": "text/html"}).json()["error"]["code"] == "not_found"
