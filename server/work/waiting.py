"""Waiting for a worker thread without blocking the event loop, and what is said when it takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from server.errors import ApiError, overloaded
from server.settings import Settings
from server.work.engine import Overloaded, Stopped

T = TypeVar("T")

STOPPING = "stopping"
"""The code of the error that no more pictures will come."""


async def finished(settings: Settings, submit: Callable[[], Future[T]], refused: Callable[[], None]) -> T:
    """What a worker makes of what is submitted now; refused: called when too much is waiting.

    Raises ApiError 503 when too much is waiting or the server stops, 504 after the setting's time.
    """
    limit = settings.render_timeout_seconds
    try:
        return await asyncio.wait_for(asyncio.wrap_future(submit()), limit)
    except Overloaded as full:
        refused()
        raise overloaded(full.waiting, full.expected_s, full.allowed) from None
    except TimeoutError:
        raise ApiError(
            504, "timeout", "the picture took too long", field="server", value=f"{limit:g} s", allowed="try again"
        ) from None
    except Stopped:
        raise ApiError(
            503, STOPPING, "the server is stopping", field="server", value=None, allowed="try again later"
        ) from None
