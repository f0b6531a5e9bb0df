"""Looking at a place of a picture, and at pictures of one's own, as a person does it."""

from __future__ import annotations

import io

import pytest

from tests.e2e.painter import WAIT_MS, Painter
from tests.e2e.places import CHURCH, CLASSIFIER, Browse, until

pytestmark = pytest.mark.browser


def png(colour: tuple[int, int, int], side: int = 40) -> bytes:
    """A picture file of one colour."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (side, side // 2), colour).save(buffer, "PNG")
    return buffer.getvalue()


def test_looking_at_a_place_finds_units_and_shows_where_one_is_active(browse: Browse) -> None:
    page = browse(f"/look?model={CHURCH}&layer=layer4&seed=5")
    page.wait_for_selector("#subline:has-text('Click a place')", timeout=WAIT_MS)
    page.locator("#ink").click()
    page.wait_for_selector(".strong", timeout=WAIT_MS)
    assert "at=" in page.url
    first = page.locator(".strong button").first
    first.click()
    page.wait_for_selector("#light:not([hidden])", timeout=WAIT_MS)
    assert f"unit={first.get_attribute('data-unit')}" in page.url
    found = page.locator(".strong a").all_inner_texts()
    again = browse(page.url[page.url.index("/look") :])
    again.wait_for_selector(".strong", timeout=WAIT_MS)
    assert again.locator(".strong a").all_inner_texts() == found
    again.wait_for_selector("#light:not([hidden])", timeout=WAIT_MS)
    page.locator("#random").click()
    page.wait_for_selector("#pixels:not([alt='Scene 5']):not([hidden])")


def test_a_scene_or_layers_that_do_not_come_are_told_and_asked_for_again(browse: Browse) -> None:
    page = browse(f"/look?model={CHURCH}&layer=layer4&seed=5")
    page.wait_for_selector("#pixels[alt='Scene 5']:not([hidden])", timeout=WAIT_MS)
    busy = {"status": 503, "body": "{}"}
    page.route("**/images/6?*", lambda route: route.fulfill(**busy))
    page.locator("#seed").fill("6")
    page.keyboard.press("Enter")
    page.wait_for_selector("#own-error:has-text('No answer')")
    assert page.locator("#pixels").is_hidden(), "the old picture is not the new scene"
    page.unroute("**/images/6?*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("#pixels[alt='Scene 6']:not([hidden])", timeout=WAIT_MS)
    assert page.locator("#own-error").is_hidden()
    page.route(f"**/{CHURCH}/layers", lambda route: route.fulfill(**busy))
    page.reload()
    page.wait_for_selector("#own-error:has-text('No answer')")
    page.unroute(f"**/{CHURCH}/layers")
    page.locator("#ink").click()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(".strong", timeout=WAIT_MS)


def test_a_brushed_line_and_the_keyboard_look_too(browse: Browse) -> None:
    painter = Painter(browse(f"/look?model={CHURCH}&layer=layer4"))
    page = painter.page
    page.wait_for_selector("#subline:has-text('Click a place')", timeout=WAIT_MS)
    painter.press_at(((0.2, 0.2), (0.6, 0.3)))
    page.mouse.up()
    page.wait_for_selector(".strong", timeout=WAIT_MS)
    assert page.url.count(",") > 5
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    until(page, "location.search.split(',').length === 2")
    page.wait_for_selector(".strong", timeout=WAIT_MS)


@pytest.mark.parametrize("model", [CLASSIFIER, CHURCH])
def test_a_picture_of_ones_own_is_classified_and_looked_at_also_from_a_generator(browse: Browse, model: str) -> None:
    page = browse(f"/look?model={model}")
    page.wait_for_selector("#open:not([hidden])")
    page.locator("#file").set_input_files({"name": "red.png", "mimeType": "image/png", "buffer": png((255, 0, 0))})
    page.wait_for_selector("#classes:has-text('Church')", timeout=WAIT_MS)
    assert CLASSIFIER in page.url
    page.locator("#ink").click()
    page.wait_for_selector(".strong", timeout=WAIT_MS)
    assert page.locator(".strong a").first.inner_text() == "Unit 0", "unit 0 is red"


def test_ones_own_picture_is_there_again_when_one_comes_back_or_reloads(browse: Browse) -> None:
    page = browse(f"/look?model={CHURCH}")
    page.wait_for_selector("#own-note:has-text('middle square of your picture')", timeout=WAIT_MS)
    page.locator("#file").set_input_files({"name": "red.png", "mimeType": "image/png", "buffer": png((255, 0, 0))})
    page.wait_for_selector("#classes:has-text('The network says: ')", timeout=WAIT_MS)
    page.locator("#ink").click()
    page.wait_for_selector(".strong", timeout=WAIT_MS)
    link, found = page.url, page.locator(".strong a").all_inner_texts()
    page.locator(".strong a").first.click()
    page.wait_for_selector("#own-words:has-text('active from')", timeout=WAIT_MS)
    for come_back in (page.go_back, page.reload):
        come_back()
        page.wait_for_selector("#pixels[alt='Your picture']:not([hidden])", timeout=WAIT_MS)
        page.wait_for_selector(".strong", timeout=WAIT_MS)
        assert (page.url, page.locator(".strong a").all_inner_texts()) == (link, found)
    elsewhere = browse(link[link.index("/look") :])
    elsewhere.wait_for_selector("#subline:has-text('not part of the link')", timeout=WAIT_MS)
    page.get_by_role("button", name="Remove").click()
    page.wait_for_selector("#invite:not([hidden])")
    assert "at=" not in page.url


def test_what_the_network_says_and_what_went_wrong_are_in_the_window(browse: Browse) -> None:
    page = browse(f"/look?model={CLASSIFIER}")
    page.wait_for_selector("#subline:has-text('Choose a picture')", timeout=WAIT_MS)
    page.locator("#file").set_input_files({"name": "red.png", "mimeType": "image/png", "buffer": png((255, 0, 0))})
    page.wait_for_selector("#classes:has-text('Church')", timeout=WAIT_MS)
    page.locator("#file").set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.wait_for_selector("#own-error:has-text('bad.png: the browser cannot read')")
    for what in ("#picture", "#open", "#classes", "#own-error"):
        box = page.locator(what).bounding_box()
        assert box["y"] >= 0, what
        assert box["y"] + box["height"] <= 800, what


def test_a_classifiers_unit_lights_up_on_a_picture_of_ones_own(browse: Browse) -> None:
    page = browse(f"/units/{CLASSIFIER}/conv5_3/0")
    page.locator("#file").set_input_files({"name": "red.png", "mimeType": "image/png", "buffer": png((255, 0, 0))})
    page.wait_for_selector("#light:not([hidden])", timeout=WAIT_MS)
    page.locator("#file").set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.wait_for_selector("#own-error:has-text('bad.png: the browser cannot read')")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/conv5_3/1*")
    page.wait_for_selector("#light:not([hidden])", timeout=WAIT_MS)  # the picture came along


def test_ones_own_picture_stays_where_it_is_from_unit_to_unit_until_it_is_removed(browse: Browse) -> None:
    page = browse(f"/units/{CLASSIFIER}/conv5_3/0", viewport={"width": 1000, "height": 500})
    page.locator("#file").set_input_files({"name": "red.png", "mimeType": "image/png", "buffer": png((255, 0, 0))})
    page.wait_for_selector("#own-words:has-text('where the picture is lit')", timeout=WAIT_MS)
    words = "document.querySelector('#own-words').getBoundingClientRect()"
    until(page, f"{words}.top > 0 && {words}.bottom <= innerHeight")  # in sight, wherever the file was dropped
    top = "document.querySelector('#own').getBoundingClientRect().top"
    page.evaluate(f"scrollBy(0, {top} - 40)")
    before = page.evaluate(top)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/conv5_3/1*")
    page.wait_for_selector("#own-words:has-text('nowhere in this picture')", timeout=WAIT_MS)  # unit 1 is not red
    assert page.evaluate("scrollY") > 0
    assert abs(page.evaluate(top) - before) < 2
    page.get_by_role("button", name="Remove the picture").click()
    assert page.locator("#picture").is_hidden()
    page.reload()
    page.wait_for_selector("#open")
    assert page.locator("#picture").is_hidden()


def test_a_network_that_is_not_here_is_named_and_another_one_shown(browse: Browse) -> None:
    page = browse("/look?model=moon")
    page.wait_for_selector("#origin:has-text('There is no network “moon” on this server')", timeout=WAIT_MS)
    assert page.locator("#model").input_value() == CHURCH
    page.wait_for_selector("#pixels:not([hidden])", timeout=WAIT_MS)
