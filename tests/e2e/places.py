"""What the tests of several pages share: where they are, and how to wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.e2e.painter import WAIT_MS, Painter

Browse = Callable[..., Any]
CHURCH = "storybook-church"
CLASSIFIER = "storybook-classifier"
UNIT = f"/units/{CHURCH}/layer4/3"
WALL = f"/units?model={CHURCH}&layer=layer4"


def cards(page: Any) -> list[str]:
    """What the cards of the wall say, from first to last."""
    page.wait_for_selector("#wall[aria-busy=false]", timeout=WAIT_MS)
    return [str(text) for text in page.locator("#wall .unit-line").all_inner_texts()]


def until(page: Any, true: str) -> None:
    """Wait until a JavaScript expression is true; the page's security policy forbids Playwright to do it in there."""
    limit = time.monotonic() + WAIT_MS / 1000
    while not page.evaluate(true):
        assert time.monotonic() < limit, true
        page.wait_for_timeout(50)


def settled(page: Any) -> Painter:
    """The picture that is drawn on, when it is there."""
    painter = Painter(page)
    painter.settle()
    return painter
