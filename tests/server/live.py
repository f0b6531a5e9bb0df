"""A real server on a free port of this computer, in a thread, for tests."""

from __future__ import annotations

import base64
import io
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI
from PIL import Image

from server.app import create_app
from server.http.web_server import WebServer
from server.painting.studio import Studio
from server.settings import Settings


@dataclass
class LiveServer:
    """What a test needs of a running server."""

    app: FastAPI
    client: httpx.Client
    port: int

    @property
    def studio(self) -> Studio:
        studio: Studio = self.app.state.studio
        return studio

    @property
    def paint_address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/paint"


@contextmanager
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """Serve until the end of the block, with the options of `unitbrush serve`."""
    app = create_app(settings)
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # as `unitbrush serve` has it: asyncio then sends without delay
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = WebServer(app, settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), "the server stopped while starting"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield LiveServer(app, client, port)
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def mask_png(side: int = 32, box: tuple[int, int, int, int] = (8, 8, 20, 20)) -> bytes:
    """A PNG mask, opaque inside the box (left, top, right, bottom) and transparent elsewhere."""
    pixels = np.zeros((side, side, 4), np.uint8)
    left, top, right, bottom = box
    pixels[top:bottom, left:right] = 255
    return png(pixels)


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def png_claiming(side: int) -> bytes:
    """A small PNG file whose header claims side x side pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    packed = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def base64_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def stroke(**changes: Any) -> dict[str, Any]:
    """A good stroke of the API, with changes; None removes a field."""
    whole = {"concept": "tree", "mode": "draw", "mask": base64_text(mask_png())} | changes
    return {key: value for key, value in whole.items() if value is not None}


def painting(*strokes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A good body of POST /api/render, with changes."""
    return {"model": "storybook-church", "seed": 3, "strokes": list(strokes)} | changes


def pixels_of(file: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).astype(int)


def assert_error_shape(body: Any) -> dict[str, Any]:
    """The one shape; returns what is inside."""
    assert list(body) == ["error"]
    error = body["error"]
    assert set(error) - {"retry_after_s"} == {"code", "field", "value", "allowed", "message"}
    assert error.get("retry_after_s", 1) >= 1
    assert all(isinstance(error[key], str) for key in ("code", "field", "allowed", "message"))
    assert error["value"] is None or isinstance(error["value"], str | int | float | bool)
    assert error["message"]
    assert "Traceback" not in str(error)
    return dict(error)
