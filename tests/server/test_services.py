"""All of a server is opened, or nothing of it stays open."""

from __future__ import annotations

import threading

import pytest

from server.services import load_services
from server.settings import Settings


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_what_was_opened_is_closed_when_something_cannot_be_opened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, before = load_services(settings), threads()

    def refuse() -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(services.looking.observer, "start", refuse)
    with pytest.raises(RuntimeError, match="new thread"):
        services.open()
    assert not services.studio.engine.alive
    assert {name for name in threads() - before if name.startswith("render-")} == set()


def test_closing_what_was_never_opened_is_no_error(settings: Settings) -> None:
    load_services(settings).close()
