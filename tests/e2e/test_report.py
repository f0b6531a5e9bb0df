"""A report opened from disk: every unit at once, then searched, filtered and sorted, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.test_report import report

pytestmark = pytest.mark.browser
__all__ = ["report"]


@pytest.fixture
def layer(browser: Any, report: Path) -> Iterator[Any]:
    """The page of the first layer, opened from disk; script errors and requests elsewhere fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if foreign(request.url, report) else None)
    page.goto((report / "index.html").as_uri())
    page.get_by_role("navigation", name="Layers").get_by_role("link", name="layer1").click()
    page.get_by_role("search").wait_for()  # hidden until the script has run
    yield page
    context.close()
    assert not problems


def foreign(address: str, report: Path) -> bool:
    return not address.startswith((report.as_uri(), "data:"))


SHOWN = "wanted => [...document.querySelectorAll('#wall > li')].map((unit) => unit.dataset.unit).join() === wanted"


def shows(page: Any, wanted: str) -> None:
    """Wait until these units are shown, in this order."""
    page.wait_for_function(SHOWN, arg=wanted)


def test_pictures_are_there_and_all_units_are_shown(layer: Any) -> None:
    shows(layer, "0,1,2")
    first = layer.locator("#wall img").first
    first.wait_for()
    assert first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320


def test_a_bar_filters_and_again_shows_everything(layer: Any) -> None:
    bar = layer.get_by_role("link", name="tree, object: 1 unit")
    bar.click()
    shows(layer, "0")
    assert bar.get_attribute("aria-current") == "true"
    assert layer.locator("#shown").inner_text() == "1"
    layer.reload()  # the address holds what is shown
    shows(layer, "0")
    bar.click()
    shows(layer, "0,1,2")


def test_searching_and_sorting_by_keyboard(layer: Any) -> None:
    layer.keyboard.press("/")
    layer.keyboard.type("tr")
    shows(layer, "0")
    layer.keyboard.type("x")
    shows(layer, "")
    layer.get_by_text("No unit of layer1 fits").wait_for()
    layer.get_by_role("search").get_by_role("link", name="Show all").click()
    layer.get_by_label("Sort").select_option("label")
    shows(layer, "2,0,1")  # blue, tree, and a unit that chance explains


def test_one_unit_is_a_link(layer: Any) -> None:
    layer.locator("#unit-2").get_by_role("link", name="2").click()
    assert layer.url.endswith("#unit-2")
    assert layer.locator("#unit-2").evaluate("unit => unit.matches(':target')")
