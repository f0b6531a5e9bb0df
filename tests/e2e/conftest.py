"""A real server on a free port and a real Chromium. Without a browser on this machine these tests are skipped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api as playwright

REPOSITORY = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START_SECONDS = 120
DESKTOP = {"width": 1280, "height": 800}


class Server:
    """A `unitbrush serve` of its own, which can be stopped and started again on the same port."""

    def __init__(self, precomputed: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.precomputed = precomputed
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-m", "server.cli", "serve", "--port", str(self.port)]
        command += ["--precomputed", str(self.precomputed)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "UNITBRUSH_TORCH_THREADS": "1", "UNITBRUSH_DEVICE": "cpu"}
        self.process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                pytest.fail(f"the server stopped with status {self.process.returncode}")
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        pytest.fail("the server did not get ready")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def toy_precomputed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small random networks with brushes."""
    from tests.toy_precomputed import write_toy_precomputed

    path = tmp_path_factory.mktemp("precomputed")
    write_toy_precomputed(path)
    return path


@pytest.fixture(scope="session")
def server(toy_precomputed: Path) -> Iterator[Server]:
    """One server for all tests."""
    one = Server(toy_precomputed)
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; every test gets contexts of its own."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def browse(browser: Any, server: Server) -> Iterator[Callable[..., Any]]:
    """`browse(path, taught=True, **context)` -> a page; every script error and every foreign request fails the test."""
    problems: list[str] = []
    contexts: list[Any] = []

    def opened(path: str, *, taught: bool = True, url: str = server.url, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        if taught:
            context.add_init_script(
                "if (!localStorage.getItem('unitbrush.choices'))"
                " localStorage.setItem('unitbrush.choices', '{\"taught\": true}')"
            )
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: problems.append(request.url) if foreign(request.url, url) else None)
        page.goto(url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not problems, problems


@pytest.fixture
def open_page(browse: Callable[..., Any]) -> Callable[..., Any]:
    """`open_page(path="/paint", **options)` -> a Painter, when its picture is there; options as of `browse`."""
    from tests.e2e.painter import Painter

    def opened(path: str = "/paint", **options: Any) -> Painter:
        painter = Painter(browse(path, **options))
        painter.settle()
        return painter

    return opened


def foreign(address: str, ours: str) -> bool:
    """Whether a request goes to another host than the server's."""
    return not address.startswith((ours, ours.replace("http", "ws"), "blob:", "data:"))
