"""Uploaded pictures are decoded in a lane of their own: nobody who paints waits for them."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest
from PIL import Image

from server.units import inspector
from server.work.decoding import DecodingLane
from server.work.engine import Overloaded, Stopped
from tests.server.live import LiveServer, assert_error_shape, mask_png, painting, stroke

CLASSIFY = "/api/models/storybook-classifier/classify"
PNG = {"Content-Type": "image/png"}


def test_while_uploads_are_decoded_others_paint_and_too_many_are_refused(
    serve: Callable[..., AbstractContextManager[LiveServer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, decoding = threading.Event(), threading.Event()
    decode = inspector.decode_picture

    def slowly(*arguments: Any, **options: Any) -> Image.Image:
        decoding.set()
        held.wait(60)
        return decode(*arguments, **options)

    monkeypatch.setattr(inspector, "decode_picture", slowly)
    with serve(max_waiting_looks=3) as live, ThreadPoolExecutor(3) as pool:
        try:
            waiting = [pool.submit(live.client.post, CLASSIFY, content=mask_png(), headers=PNG) for _ in range(3)]
            assert decoding.wait(30)
            statuses = set()
            while 503 not in statuses:
                refused = live.client.post(CLASSIFY, content=mask_png(), headers=PNG, timeout=30)
                statuses.add(refused.status_code)
            assert_error_shape(refused.json())
            assert live.client.post("/api/render", json=painting(stroke())).status_code == 200
            assert live.client.get("/readyz").status_code == 200
        finally:
            held.set()
        assert [answer.result(30).status_code for answer in waiting] == [200, 200, 200]


def test_forty_nearly_empty_pictures_are_refused_at_once(server: LiveServer) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (5656, 5656)).save(buffer, "WEBP", lossless=True)
    for _ in range(40):
        answer = server.client.post(CLASSIFY, content=buffer.getvalue(), headers={"Content-Type": "image/webp"})
        assert (answer.status_code, assert_error_shape(answer.json())["code"]) == (422, "bad_picture")
        assert answer.elapsed.total_seconds() < 1


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/bmp", "text/html", ""])
def test_another_kind_of_picture_is_refused_by_its_name(server: LiveServer, kind: str) -> None:
    answer = server.client.post(CLASSIFY, content=mask_png(), headers={"Content-Type": kind})
    assert (answer.status_code, assert_error_shape(answer.json())["field"]) == (415, "Content-Type")


def test_the_lane_counts_what_is_open() -> None:
    lane, go = DecodingLane(2), threading.Event()
    open_ones = [lane.submit(lambda: go.wait(30)) for _ in range(2)]
    with pytest.raises(Overloaded):
        lane.submit(lambda: True)
    go.set()
    assert all(future.result(30) for future in open_ones)
    assert lane.submit(lambda: 7).result(30) == 7
    lane.stop()
    with pytest.raises(Stopped):
        lane.submit(lambda: True)
