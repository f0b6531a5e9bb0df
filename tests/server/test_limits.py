"""Nobody who is slow, or many, keeps the server from the others: every wait has an end, every count a limit."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from server.http.web_server import OneASecond
from tests.server.live import LiveServer, assert_error_shape, painting, stroke
from tests.source import ROOT

Serve = Callable[..., AbstractContextManager[LiveServer]]
HEAD = b"POST /api/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def connected(server: LiveServer | int) -> socket.socket:
    port = server if isinstance(server, int) else server.port
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def answer(connection: socket.socket) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and error of all that still comes."""
    data = b""
    while part := connection.recv(65536):
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, assert_error_shape(json.loads(body))


@pytest.mark.parametrize(
    "begun", [b"", b"GET /he", b"GET /api/paint HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upg"]
)
def test_a_head_that_never_ends_is_given_up(serve: Serve, begun: bytes) -> None:
    with serve(head_timeout_seconds=0.5) as live, connected(live) as slow:
        slow.sendall(begun)
        began = time.monotonic()
        status, headers, error = answer(slow)
        assert 0.3 < time.monotonic() - began < 5
        assert (status, error["code"], headers["connection"]) == (408, "too_slow", "close")


def test_a_head_that_comes_a_byte_at_a_time_is_given_up(serve: Serve) -> None:
    with serve(head_timeout_seconds=0.5) as live, connected(live) as slow:
        head = iter(b"GET /healthz HTTP/1.1\r\n" + b"X-Slow: 1\r\n" * 1000)
        wait_until(lambda: left(slow, bytes([next(head)])))
        assert live.client.get("/healthz").status_code == 200


def test_the_next_request_on_a_connection_has_its_own_time(serve: Serve) -> None:
    with serve(head_timeout_seconds=0.5) as live, connected(live) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /heal")
        status = slow.recv(65536).split()[1]
        assert status == b"200"
        assert answer(slow)[2]["code"] == "too_slow"


def test_a_body_that_stalls_is_given_up(serve: Serve) -> None:
    with serve(body_timeout_seconds=0.5) as live, connected(live) as slow:
        slow.sendall(HEAD % 1000 + b"{")
        status, headers, error = answer(slow)
        assert (status, error["code"], headers["connection"]) == (408, "too_slow", "close")
        assert error["value"] == "1 bytes so far"


def test_a_client_that_does_not_read_is_left(serve: Serve) -> None:
    with serve(answer_timeout_seconds=0.5) as live, connected(live) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
        wait_until(lambda: left(lazy))


def left(connection: socket.socket, more: bytes = b"\r\n") -> bool:
    """Send a little more; whether the other end has ended the connection."""
    try:
        connection.send(more)
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_large_bodies_have_a_memory_together_and_paintings_go_on(serve: Serve) -> None:
    with serve(max_bodies_mebibytes=2, body_timeout_seconds=30) as live, ExitStack() as open_ones:
        refused = []
        for _ in range(6):
            connection = open_ones.enter_context(connected(live))
            connection.sendall(HEAD % 7_000_000 + b" " * 700_000)
            connection.settimeout(1)
            try:
                refused.append(answer(connection))
            except TimeoutError:
                continue
        assert len(refused) >= 3
        for status, headers, error in refused:
            assert (status, error["code"]) == (503, "overloaded")
            assert int(headers["retry-after"]) == error["retry_after_s"] >= 1
        assert live.client.post("/api/render", json=painting(stroke())).status_code == 200
        open_ones.close()
        large = painting(stroke(mask="A" * 1_000_000))
        wait_until(lambda: live.client.post("/api/render", json=large).status_code == 422)


def test_connections_beyond_the_limit_are_refused_until_others_end(serve: Serve) -> None:
    with serve(max_connections=5) as live, ExitStack() as open_ones:
        live.client.get("/healthz")
        for _ in range(4):
            open_ones.enter_context(connected(live))
        with connected(live) as one_more:
            status, headers, error = answer(one_more)
        assert (status, error["code"], headers["retry-after"]) == (503, "too_many_connections", "1")
        assert live.client.get("/healthz").status_code == 200, "those that are there are served"
        open_ones.close()
        wait_until(lambda: b"200 OK" in asked(live.port))


def asked(port: int) -> bytes:
    with connected(port) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(65536)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_no_http_is_told_in_the_one_shape(server: LiveServer) -> None:
    for nonsense in (b"HELLO\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", b"\x16\x03\x01\x00\xa5\r\n\r\n"):
        with connected(server) as connection:
            connection.sendall(nonsense)
            status, headers, error = answer(connection)
        assert (status, error["code"], headers["content-type"]) == (400, "bad_request", "application/json")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of open files")
def test_with_few_files_the_server_goes_on_and_says_so_in_a_line(precomputed: Path, tmp_path: Path) -> None:
    """`ulimit -n 256` and 300 connections: refused beyond what the files allow, served again afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = f"exec {sys.executable} -m server.cli serve --port {port} --device cpu --precomputed {precomputed}"
    log = tmp_path / "log"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with log.open("wb") as told:
        process = subprocess.Popen(
            ["bash", "-c", f"ulimit -n 256; {words}"], cwd=ROOT, env=environment, stderr=told, stdout=subprocess.DEVNULL
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                if b"200 OK" in asked(port):
                    break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        with ExitStack() as many:
            for _ in range(300):
                many.enter_context(connected(port))
            time.sleep(2)
        wait_until(lambda: b"200 OK" in asked(port))
    finally:
        process.terminate()
        process.wait(20)
    said = log.read_text()
    assert "256 files" in said
    assert len(said) < 5000, said[:5000]


def test_of_one_fault_a_line_a_second_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    once = OneASecond()

    def logged(message: str, level: int = logging.ERROR) -> str | None:
        record = logging.LogRecord("asyncio", level, "", 0, message, (), None)
        return record.getMessage() if once.filter(record) else None

    assert logged("no more files") == "no more files"
    assert [logged("no more files") for _ in range(500)] == [None] * 500
    assert logged("something else") == "something else"
    assert logged("a request", logging.INFO) == logged("a request", logging.INFO) == "a request"
    now[0] += 1.5
    assert logged("no more files") == "no more files  (and 500 more like this)"
    now[0] += 1.5
    assert logged("no more files") == "no more files"
