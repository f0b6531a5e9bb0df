"""The wall of units, used as a person uses it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.painter import WAIT_MS
from tests.e2e.places import CHURCH, CLASSIFIER, WALL, Browse, cards, until

pytestmark = pytest.mark.browser


def test_a_strip_that_the_server_was_too_busy_for_is_asked_for_again(browse: Browse) -> None:
    page = browse("/units")
    refused: list[str] = []

    def busy(route: Any) -> None:
        if route.request.url in refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503, headers={"Retry-After": "1"}, body="{}")

    page.route("**/strip*", busy)
    page.goto(page.url.split("/units")[0] + WALL)
    cards(page)
    until(page, "document.querySelector('#wall img').naturalWidth > 0")
    assert refused


def test_the_wall_shows_every_unit_of_a_layer_and_a_bar_for_every_concept(browse: Browse) -> None:
    page = browse(WALL)
    assert len(cards(page)) == 32
    counts = [int(text) for text in page.locator(".bar-of b").all_inner_texts()]
    labelled, concepts = map(int, re.findall(r"(\d+) of 32 units stand for (\d+)", page.inner_text("#headline"))[0])
    assert (sum(counts), len(counts)) == (labelled, concepts)
    until(page, "document.querySelector('#wall img').naturalWidth === 320")


def test_a_bar_filters_the_wall_and_the_link_brings_it_back(browse: Browse) -> None:
    page = browse(WALL)
    everything = cards(page)
    bar = page.locator(".bar-of").first
    count, name = int(bar.locator("b").inner_text()), bar.locator("span").first.inner_text()
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("concept="))
    found = cards(page)
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true", "the bar keeps the focus"
    assert len(found) == count
    assert all(name in text.lower() for text in found)
    assert cards(browse(page.url[page.url.index("/units") :])) == found
    page.go_back()
    assert cards(page) == everything
    page.go_forward()
    assert cards(page) == found
    page.locator("#all").click()
    assert cards(page) == everything


def test_search_order_and_minimum_are_in_the_address(browse: Browse) -> None:
    page = browse(WALL)
    cards(page)
    page.locator("#sort").select_option("unit")
    assert [text.split()[-1] for text in cards(page)] == [str(unit) for unit in range(32)]
    page.locator("#q").fill("7")
    assert len(cards(page)) == 1
    page.locator("#q").fill("no such thing")
    page.wait_for_selector("#empty:has-text('No unit of layer4 stands for “no such thing”')")
    assert page.evaluate("scrollY") == 0
    told = page.locator("#empty a").bounding_box()
    assert told["y"] + told["height"] <= 800, "in sight without scrolling"
    page.locator("#empty a").click()
    page.locator("#minimum").fill("30")
    page.wait_for_selector("#headline:has-text('0 of 32')")
    assert "min_iou=0.3" in page.url
    assert all("No label" in text for text in cards(page))


def test_another_layer_and_another_network_are_one_step_each(browse: Browse) -> None:
    page = browse("/units")
    cards(page)
    page.locator("#layers a:has-text('layer6')").click()
    page.wait_for_selector("#subline:has-text('layer6')")
    page.locator("#model").select_option(CLASSIFIER)
    page.wait_for_selector("#subline:has-text('conv')")
    assert len(cards(page)) == 4
    page.go_back()
    page.wait_for_selector("#subline:has-text('layer6')")
    page.go_back()
    until(page, "!location.search.includes('layer6')")


def test_what_cannot_be_shown_says_what_to_do(browse: Browse) -> None:
    page = browse(f"/units?model={CHURCH}&layer=layer1")
    page.wait_for_selector("#empty:has-text('layer1 has not been dissected yet')", timeout=WAIT_MS)
    assert f"unitbrush dissect {CHURCH}" in page.inner_text("#empty")
    page = browse(f"/units?model={CHURCH}&layer=nowhere")
    page.wait_for_selector("#empty:has-text('no layer nowhere')", timeout=WAIT_MS)


def test_the_best_unit_for_a_word_is_found_in_every_layer(browse: Browse) -> None:
    page = browse(f"/units?model={CHURCH}&layer=layer4&sort=label&q=door")
    best = page.locator("#elsewhere a[data-key=best]")
    best.wait_for(timeout=WAIT_MS)
    address = f"{page.url.split('/units')[0]}/api/models/{CHURCH}/layers"
    layers = [layer["layer"] for layer in page.request.get(address).json()["layers"]]
    units = [
        (unit["iou"], f"/units/{CHURCH}/{layer}/{unit['unit']}")
        for layer in layers
        for unit in page.request.get(f"{address}/{layer}/units").json()["units"]
        if unit["labelled"] and unit["label"] == "door"
    ]
    assert best.get_attribute("href") == max(units)[1]
    page.locator("#layers a", has_text="layer5").click()
    page.wait_for_selector("#subline:has-text('layer5')")
    assert (page.locator("#q").input_value(), page.locator("#sort").input_value()) == ("door", "label")


def test_the_wall_has_keys_and_a_table_to_take_away(browse: Browse) -> None:
    page = browse(f"/units?model={CHURCH}&layer=layer4&sort=unit")
    page.wait_for_selector("#wall .unit-line")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.locator("#wall a").first.focus()
    number = "document.activeElement.querySelector('small').textContent.trim().split(' ').at(-1)"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(number) == "1"
    page.keyboard.press("ArrowDown")
    columns = int(page.evaluate(number)) - 1
    page.keyboard.press("ArrowUp")
    assert (columns > 1, page.evaluate(number)) == (True, "1")
    with page.expect_download() as download:
        page.locator("#csv").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "model,layer,unit,best concept,category,iou,counts as label"
    assert len(lines) == 33
    assert lines[5].startswith(f"{CHURCH},layer4,4,")


def test_a_network_that_is_not_here_is_named(browse: Browse) -> None:
    page = browse("/units?model=moon")
    page.wait_for_selector("#empty:has-text('There is no network “moon” on this server')", timeout=WAIT_MS)
    page.locator("#model").select_option(CHURCH)
    page.wait_for_selector("#wall .unit-line", timeout=WAIT_MS)
