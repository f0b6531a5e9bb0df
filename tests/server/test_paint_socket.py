"""WS /api/paint through a real server and a real client."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.painting import studio
from tests.server.live import LiveServer, assert_error_shape, base64_text, mask_png, painting, pixels_of, stroke

Serve = Callable[..., AbstractContextManager[LiveServer]]


@contextmanager
def line(server: LiveServer, **options: Any) -> Iterator[ClientConnection]:
    with connect(server.paint_address, max_size=None, proxy=None, **options) as socket:
        yield socket


def say(socket: ClientConnection, frame_id: int, *strokes: dict[str, Any], **changes: Any) -> None:
    socket.send(json.dumps({"id": frame_id, **painting(*strokes, **changes)}))


def hear(socket: ClientConnection) -> tuple[dict[str, Any], bytes]:
    """The next answer, and the picture that belongs to it."""
    answer = json.loads(socket.recv(timeout=60))
    if answer["type"] != "image":
        return answer, b""
    frame = socket.recv(timeout=60)
    assert isinstance(frame, bytes)
    assert int.from_bytes(frame[:4], "big") == answer["id"]
    return answer, frame[4:]


def test_a_painting_is_answered_like_a_post(server: LiveServer) -> None:
    body = painting(stroke(), stroke(concept="door", mode="erase"))
    with line(server) as socket:
        say(socket, 41, *body["strokes"])
        answer, picture = hear(socket)
    assert (answer["id"], answer["type"], answer["format"]) == (41, "image", "png")
    assert answer["ms"].keys() == {"queue", "render", "encode", "total"}
    posted = server.client.post("/api/render", json=body).content
    assert np.abs(pixels_of(posted) - pixels_of(picture)).max() <= 1


def test_undoing_everything_gives_the_bytes_of_the_original(server: LiveServer) -> None:
    with line(server) as socket:
        say(socket, 1, stroke())
        hear(socket)
        say(socket, 2)
        _, picture = hear(socket)
    assert picture == server.client.get("/api/models/storybook-church/images/3").content


def test_a_mask_is_named_by_its_number_on_the_same_connection_only(server: LiveServer) -> None:
    named = stroke(mask=None, mask_id=7)
    with line(server) as socket:
        say(socket, 1, stroke(mask=base64_text(mask_png()), mask_id=7))
        _, first = hear(socket)
        say(socket, 2, named)
        _, second = hear(socket)
    assert first == second
    with line(server) as other:
        say(other, 3, named)
        answer, _ = hear(other)
        assert answer["id"] == 3
        assert assert_error_shape({"error": answer["error"]})["code"] == "unknown_mask"
        say(other, 4)
        assert hear(other)[0]["type"] == "image"


def test_a_hundred_frames_at_once_end_with_the_newest(server: LiveServer) -> None:
    passes = server.studio.engine.tally("storybook-church").passes
    with line(server) as socket:
        for frame_id in range(100):
            say(socket, frame_id, stroke(strength=frame_id / 100))
        answers = {}
        while 99 not in answers:
            answer, _ = hear(socket)
            answers[answer["id"]] = answer["type"]
    assert set(answers) == set(range(100))
    assert answers[99] == "image"
    images = sum(kind == "image" for kind in answers.values())
    assert images + sum(kind == "superseded" for kind in answers.values()) == 100
    assert server.studio.engine.tally("storybook-church").passes - passes <= images


def test_rubbish_is_answered_and_the_connection_stays(server: LiveServer) -> None:
    with line(server) as socket:
        for rubbish in (b"\x00\xff\x00", b"", "", "hello", "null", '{"id": 1}'):
            socket.send(rubbish)
            answer, _ = hear(socket)
            assert answer["type"] == "error"
            assert_error_shape({"error": answer["error"]})
        say(socket, 8, stroke(strength=float("nan")))
        answer, _ = hear(socket)
        assert (answer["id"], answer["error"]["field"]) == (8, "strokes[0].strength")
        say(socket, 9)
        assert hear(socket)[0]["id"] == 9


def test_a_message_too_large_is_refused_and_one_far_too_large_ends_the_connection(serve: Serve) -> None:
    with serve(max_message_bytes=4096) as live, line(live) as socket:
        socket.send("ü" * 3000)  # 6,000 bytes
        answer, _ = hear(socket)
        assert answer["error"]["code"] == "message_too_large"
        assert (answer["error"]["value"], answer["error"]["allowed"]) == ("6000 bytes", "at most 4096 bytes")
        say(socket, 1)
        assert hear(socket)[0]["id"] == 1
        socket.send("x" * 50_000)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=30)
        assert live.client.get("/readyz").status_code == 200


def test_there_is_a_limit_on_connections(serve: Serve) -> None:
    with serve(max_sockets=1) as live:
        with line(live) as first:
            say(first, 1)
            hear(first)
            with line(live) as second:
                answer, _ = hear(second)
                assert answer["error"]["code"] == "too_many_connections"
                assert answer["error"]["retry_after_s"] >= 1
                with pytest.raises(ConnectionClosed):
                    second.recv(timeout=30)
        deadline = time.monotonic() + 30
        while live.app.state.sockets and time.monotonic() < deadline:
            time.sleep(0.01)
        with line(live) as third:
            say(third, 2)
            assert hear(third)[0]["id"] == 2


def test_pages_of_other_sites_are_refused(server: LiveServer, serve: Serve) -> None:
    with line(server, origin="https://example.org") as foreign:
        assert hear(foreign)[0]["error"]["code"] == "bad_origin"
    with line(server, origin="http://[") as broken:
        assert hear(broken)[0]["error"]["code"] == "bad_origin"
    with line(server, origin=f"http://127.0.0.1:{server.port}") as own:
        say(own, 1)
        assert hear(own)[0]["id"] == 1
    with serve(allowed_origins=("https://example.org",)) as live, line(live, origin="https://example.org") as friend:
        say(friend, 1)
        assert hear(friend)[0]["id"] == 1


def test_work_of_a_client_that_left_is_dropped(serve: Serve) -> None:
    with serve() as live:
        engine = live.studio.engine
        with engine._workers["storybook-church"].gate:
            with line(live) as socket:
                say(socket, 1, stroke())
                deadline = time.monotonic() + 30
                while not len(engine._workers["storybook-church"].line) and time.monotonic() < deadline:
                    time.sleep(0.005)
            while live.app.state.sockets and time.monotonic() < deadline:
                time.sleep(0.005)
        live.client.post("/api/render", json=painting(stroke()))
        assert engine.tally("storybook-church").cancelled == 1


def test_a_post_whose_client_left_is_dropped(serve: Serve) -> None:
    with serve() as live:
        engine = live.studio.engine
        worker = engine._workers["storybook-church"]
        with worker.gate:  # nothing is rendered while this is held
            with pytest.raises(httpx.ReadTimeout):
                live.client.post("/api/render", json=painting(stroke()), timeout=3)
            deadline = time.monotonic() + 30
            while len(worker.line) and time.monotonic() < deadline:
                time.sleep(0.005)
        assert live.client.post("/api/render", json=painting(stroke())).status_code == 200
        assert engine.tally("storybook-church").cancelled == 1


def test_an_image_is_rendered_until_nobody_waits_for_it(serve: Serve) -> None:
    address = "/api/models/storybook-church/images"
    with serve() as live, ThreadPoolExecutor(3) as pool:
        engine = live.studio.engine
        worker = engine._workers["storybook-church"]
        before = engine.tally("storybook-church").pictures
        with worker.gate:  # nothing is rendered while this is held
            left = [pool.submit(httpx.get, f"{live.client.base_url}{address}/{seed}", timeout=2) for seed in (5, 6)]
            kept = pool.submit(live.client.get, f"{address}/6")
            for future in left:
                assert isinstance(future.exception(30), httpx.ReadTimeout)
            deadline = time.monotonic() + 30
            while len(worker.line) > 1 and time.monotonic() < deadline:
                time.sleep(0.005)
            assert len(worker.line) == 1
        assert kept.result(30).status_code == 200
        assert engine.tally("storybook-church").pictures == before + 1
        assert live.client.get(f"{address}/5").status_code == 200


def test_overload_says_when_to_come_back(serve: Serve) -> None:
    with serve(max_waiting_renders=1) as live:
        engine = live.studio.engine
        engine.tally("storybook-church").ms_per_picture = 4200
        with engine._workers["storybook-church"].gate:  # nothing is rendered while this is held
            waiting = engine.submit("storybook-church", 1, {})
            with line(live) as socket:
                say(socket, 1, stroke())
                error = assert_error_shape({"error": hear(socket)[0]["error"]})
        assert (error["code"], error["retry_after_s"]) == ("overloaded", 5)
        waiting.result(30)


def test_the_address_answers_only_sockets(server: LiveServer) -> None:
    response = server.client.get("/api/paint")
    assert response.status_code == 404
    assert_error_shape(response.json())
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{server.port}/api/nowhere", proxy=None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread dies on purpose
def test_a_network_that_died_is_told_at_once_and_the_connection_closes(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(requests: object) -> None:
        raise SystemExit

    with serve() as live, line(live) as socket:
        say(socket, 1, stroke())
        hear(socket)
        monkeypatch.setattr(live.studio.engine._workers["storybook-church"].renderer, "render", die)
        say(socket, 2, stroke(concept="door"))
        answer, _ = hear(socket)
        assert (answer["id"], answer["error"]["code"]) == (2, "stopping")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1011
        assert live.client.get("/readyz").status_code == 503
        assert live.client.post("/api/render", json=painting(stroke())).status_code == 503
        monkeypatch.undo()


def test_the_first_stroke_of_a_far_image_holds_up_nobody(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking to a far image is held; others paint meanwhile, though every encoding thread but one would do."""

    walking, go = threading.Event(), threading.Event()
    plain = studio.latents

    def slow(ids: list[int], size: int) -> Any:
        if ids == [90_000]:
            walking.set()
            assert go.wait(60)
        return plain(ids, size)

    monkeypatch.setattr(studio, "latents", slow)
    with serve(encode_threads=1) as live, ThreadPoolExecutor(1) as elsewhere:
        far = elsewhere.submit(lambda: live.client.post("/api/render", json=painting(stroke(), seed=90_000)))
        assert walking.wait(30)
        assert live.client.post("/api/render", json=painting(stroke())).status_code == 200
        assert not far.done()
        go.set()
        assert far.result(120).status_code == 200


def test_one_address_gets_a_share_of_the_connections(serve: Serve) -> None:
    with serve(max_sockets_per_address=1) as live, line(live) as first:
        say(first, 1)
        hear(first)
        with line(live) as second:
            assert hear(second)[0]["error"]["code"] == "too_many_connections"
        elsewhere = {"additional_headers": {"X-Forwarded-For": "203.0.113.9"}}
        with line(live, **elsewhere) as other:
            say(other, 2)
            assert hear(other)[0]["id"] == 2
