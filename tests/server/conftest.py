"""Fixtures: toy networks of 32x32 pixels, and servers that serve them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from server.settings import Settings
from tests.server.live import LiveServer, live_server
from tests.toy_precomputed import write_toy_precomputed

RESOLUTION = 32


@pytest.fixture(scope="session")
def precomputed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete folder; do not change it (see `own_precomputed`)."""
    return write_toy_precomputed(tmp_path_factory.mktemp("precomputed"), RESOLUTION)


@pytest.fixture
def own_precomputed(tmp_path: Path) -> Path:
    """A complete folder that the test may spoil."""
    return write_toy_precomputed(tmp_path, RESOLUTION)


@pytest.fixture(scope="session")
def settings(precomputed: Path) -> Settings:
    return Settings(precomputed_path=precomputed, device="cpu", torch_threads=1)


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[LiveServer]:
    """One server for all tests that do not need settings of their own."""
    with live_server(settings) as live:
        yield live


@pytest.fixture
def serve(precomputed: Path) -> Callable[..., AbstractContextManager[LiveServer]]:
    """serve(max_strokes=2) -> a server with these settings."""

    def start(**changes: Any) -> AbstractContextManager[LiveServer]:
        values = {"precomputed_path": precomputed, "device": "cpu", "torch_threads": 1} | changes
        return live_server(Settings(**values))

    return start
