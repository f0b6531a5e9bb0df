"""Waiting for a worker: what comes out, and what is said when nothing does."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import pytest

from server.errors import ApiError
from server.settings import Settings
from server.work.engine import Overloaded, Stopped
from server.work.waiting import finished


def waited(future: Future[int] | Exception, seconds: float = 5.0) -> tuple[int | ApiError, int]:
    """What `finished` gives or raises, and how often a refusal was counted."""
    refusals: list[None] = []

    def submit() -> Future[int]:
        if isinstance(future, Exception):
            raise future
        return future

    async def wait() -> int | ApiError:
        try:
            return await finished(Settings(render_timeout_seconds=seconds), submit, lambda: refusals.append(None))
        except ApiError as error:
            return error

    return asyncio.run(wait()), len(refusals)


def told(answer: int | ApiError) -> tuple[int, str, str, str, object, str]:
    assert isinstance(answer, ApiError)
    return answer.status, answer.code, answer.message, answer.field, answer.value, answer.allowed


def failing(error: Exception) -> Future[int]:
    future: Future[int] = Future()
    future.set_exception(error)
    return future


def test_what_a_worker_makes_is_handed_on() -> None:
    future: Future[int] = Future()
    future.set_result(7)
    assert waited(future) == (7, 0)


def test_too_much_waiting_is_counted_and_told_with_a_time_to_come_back() -> None:
    answer, refusals = waited(Overloaded(3, 1.2, "at most 2 waiting, 1 s"))
    assert refusals == 1
    assert told(answer)[:2] == (503, "overloaded")
    assert isinstance(answer, ApiError)
    assert (answer.value, answer.allowed) == ("3 waiting, about 1.2 s", "at most 2 waiting, 1 s; try again in 2 s")


def test_a_picture_that_takes_too_long_is_given_up_and_cancelled() -> None:
    never: Future[int] = Future()
    answer, refusals = waited(never, seconds=0.05)
    assert told(answer) == (504, "timeout", "the picture took too long", "server", "0.05 s", "try again")
    assert refusals == 0
    assert never.cancelled()


def test_a_server_that_stops_says_so() -> None:
    answer, _ = waited(failing(Stopped()))
    assert told(answer) == (503, "stopping", "the server is stopping", "server", None, "try again later")


def test_any_other_error_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        waited(failing(ZeroDivisionError()))
