"""No body that anybody sends stops the others: what is far too much is refused by counting, before it is parsed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from server.errors import ApiError
from server.schemas import MOST_UNITS, Painting, parse
from server.settings import Settings
from tests.server.live import LiveServer, assert_error_shape, base64_text, mask_png, painting, stroke

LISTS = b"[]," * 2_700_000 + b"[]"
PAINTING = b'{"model": "storybook-church", "seed": 1, "strokes": [{"mode": "draw", "units": [%s]}]}'
KEYS = b"{" + b",".join(b'"a%d":0' % number for number in range(600_000)) + b"}"
STRONGEST = "/api/models/storybook-church/layers/layer4/strongest"


@contextmanager
def watched(server: LiveServer) -> Iterator[Callable[[], float]]:
    """Asks /healthz all the time; gives the longest wait, in seconds."""
    waits, ended = [0.0], threading.Event()

    def ask() -> None:
        while not ended.is_set():
            began = time.perf_counter()
            assert server.client.get("/healthz").status_code == 200
            waits.append(time.perf_counter() - began)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield lambda: max(waits)
    finally:
        ended.set()
        asking.join()


@pytest.mark.parametrize("address", ["/api/render", STRONGEST])
@pytest.mark.parametrize(
    "body", [PAINTING % LISTS, KEYS, LISTS, b"[" * 8_000_000], ids=["lists", "keys", "items", "deep"]
)
def test_a_body_of_eight_megabytes_stops_nobody(server: LiveServer, address: str, body: bytes) -> None:
    usual: Callable[[], float]
    with watched(server) as usual:
        time.sleep(0.2)
    with watched(server) as longest:
        began = time.perf_counter()
        response = server.client.post(address, content=body, headers={"Content-Type": "application/json"})
        took = time.perf_counter() - began
    assert response.status_code == 422
    assert assert_error_shape(response.json())["code"] == "too_many_parts"
    assert len(response.content) < 500
    assert took < 5
    assert longest() < 0.1 + 2 * usual(), "what this machine needs for nothing counts for nothing"


def test_a_message_of_two_megabytes_stops_nobody(server: LiveServer) -> None:
    message = (PAINTING % LISTS[:1_900_000]).decode()
    with watched(server) as usual:
        time.sleep(0.2)
    with connect(server.paint_address, max_size=None, proxy=None) as socket, watched(server) as longest:
        socket.send(message)
        answer = json.loads(socket.recv(timeout=30))
    assert answer["error"]["code"] == "too_many_parts"
    assert longest() < 0.1 + 2 * usual()


def test_the_largest_painting_is_not_too_much() -> None:
    settings = Settings(max_strokes=20)
    units = list(range(settings.max_units_per_stroke))
    mask = "data:image/png;base64," + base64_text(mask_png())
    whole = stroke(
        concept=None, layer="layer4", units=units, count=3, strength=0.5, level=1.0, pooling="mean", mask=mask
    )
    found = parse(Painting, json.dumps(painting(*[whole] * 20), indent=1), settings)
    assert len(found.strokes) == 20
    with pytest.raises(ApiError, match="too many strokes"):
        parse(Painting, json.dumps(painting(*[whole] * 21)), settings)


def test_a_check_stops_at_the_first_bad_item_and_at_the_limit_of_a_list() -> None:
    settings = Settings()
    for units, field in (([[]] * 4000, "strokes[0].units[0]"), ([0] * (MOST_UNITS + 1), "strokes[0].units")):
        with pytest.raises(ApiError) as caught:
            parse(Painting, json.dumps(painting(stroke(units=units), *[stroke(units="no")] * 5)), settings)
        assert caught.value.field == field
