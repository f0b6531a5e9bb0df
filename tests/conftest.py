"""The order of the tests."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop running in this thread, under which asyncio.run() fails."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
