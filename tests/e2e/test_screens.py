"""Phones, projectors, the dark, and days on which the line is bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Server
from tests.e2e.painter import Painter

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Painter]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
SCREENS = [(320, 640), (390, 844), (844, 390), (1000, 700), (1280, 720), (1440, 900), (1920, 1080), (3840, 2160)]
ACROSS = ((0.3, 0.3), (0.4, 0.4))


def fingers(painter: Painter) -> Callable[..., None]:
    """`touch(kind, *places)`: touch events as the hardware makes them."""
    session = painter.page.context.new_cdp_session(painter.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [dict(zip("xy", painter.at(*place), strict=True)) for place in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_a_finger_paints_on_a_phone_and_the_page_does_not_scroll_under_it(open_page: OpenPage) -> None:
    painter = open_page(**PHONE)
    touch = fingers(painter)
    touch("touchStart", (0.3, 0.3))
    for step in range(1, 9):
        touch("touchMove", (0.3 + step / 40, 0.3 + step / 20))
    touch("touchEnd")
    painter.settle()
    assert painter.strokes == 1
    assert painter.digest != painter.original_digest
    assert painter.page.evaluate("scrollY") == 0


def test_a_second_finger_drops_the_stroke(open_page: OpenPage) -> None:
    painter = open_page(**PHONE)
    touch = fingers(painter)
    touch("touchStart", (0.3, 0.3))
    touch("touchStart", (0.3, 0.3), (0.7, 0.7))
    touch("touchEnd")
    painter.settle()
    assert painter.strokes == 0


def test_a_pen_presses_harder_and_a_palm_beside_it_is_ignored(open_page: OpenPage) -> None:
    painter = open_page(has_touch=True)
    send = """([type, kind, id, x, y, pressure]) => document.querySelector('#ink').dispatchEvent(
      new PointerEvent(type, {
      pointerId: id, pointerType: kind, isPrimary: true, clientX: x, clientY: y, pressure, width: 10, height: 10,
      button: type === 'pointermove' ? -1 : 0, bubbles: true, cancelable: true}))"""
    painter.page.evaluate("Element.prototype.setPointerCapture = () => {}")  # our pointers are not real ones

    def palm() -> None:
        painter.page.evaluate(send, ["pointerdown", "touch", 8, *painter.at(0.8, 0.8), 1])
        painter.page.evaluate(send, ["pointerup", "touch", 8, *painter.at(0.8, 0.8), 0])

    painter.page.evaluate(send, ["pointerdown", "pen", 7, *painter.at(0.3, 0.5), 0.1])
    palm()  # in mid-stroke
    painter.page.evaluate(send, ["pointermove", "pen", 7, *painter.at(0.5, 0.5), 0.9])
    painter.page.evaluate(send, ["pointerup", "pen", 7, *painter.at(0.5, 0.5), 0])
    palm()
    painter.settle()
    assert painter.strokes == 1
    painter.page.wait_for_timeout(300)
    pressures = painter.page.evaluate(
        "JSON.parse(Object.entries(localStorage).find(([k]) => k.startsWith('unitbrush.page.'))[1])"
        ".strokes[0].points.filter((_, i) => i % 3 === 2)"
    )
    assert pressures == [26, 229]


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_every_screen_shows_a_large_picture_and_nothing_sticks_out(
    open_page: OpenPage, width: int, height: int
) -> None:
    painter = open_page(viewport={"width": width, "height": height})
    box = painter.page.locator("#ink").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"], abs=1)
    assert box["width"] >= 0.97 * min(width, 0.64 * height if width < 720 else height - 130)
    assert painter.page.evaluate("document.documentElement.scrollWidth") <= width
    assert box["y"] + box["height"] <= height


def test_on_a_narrow_phone_the_save_menu_and_many_worlds_lie_inside_the_window(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 640}).page
    page.locator("#save-menu summary").click()
    box = page.locator(".menu-body").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 360
    assert box["y"] + box["height"] <= 640
    page.evaluate(
        "for (let i = 0; i < 4; i++)"
        " document.querySelector('#worlds').append(document.querySelector('.world').cloneNode(true))"
    )
    worlds = page.locator("#worlds")
    assert worlds.evaluate("node => node.scrollWidth > node.clientWidth"), "they scroll"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_small_controls_are_large_enough_for_a_finger(open_page: OpenPage) -> None:
    painter = open_page(**PHONE)
    small = painter.page.evaluate(
        """[...document.querySelectorAll('button, summary, input[type=range], select')]
          .filter(e => e.checkVisibility()).map(e => [e.id || e.className, e.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []


def test_the_dark_is_followed_and_can_be_chosen(open_page: OpenPage) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    painter = open_page(color_scheme="dark")
    night = painter.page.evaluate(ground)
    assert night == "rgb(14, 22, 19)"
    painter.page.locator("#theme").click()
    day = painter.page.evaluate(ground)
    assert day == "rgb(230, 234, 228)"
    painter.page.reload()
    painter.settle()
    assert painter.page.evaluate(ground) == day


def test_reduced_motion_is_respected(open_page: OpenPage) -> None:
    painter = open_page(taught=False, reduced_motion="reduce")
    painter.page.wait_for_selector("#hint:not([hidden])")
    moving = "document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 0).length"
    assert painter.page.evaluate(moving) == 0  # a change that only comes later, at once, is no motion


def test_every_control_has_a_name(open_page: OpenPage) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    nameless = painter.page.evaluate(
        """[...document.querySelectorAll('button, input:not([hidden]), select, summary, canvas[tabindex], a')]
          .filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim()
            || e.querySelector('img')?.alt))
          .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert nameless == []


def test_where_the_live_line_is_refused_painting_goes_on_by_post(open_page: OpenPage, browser: Any) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    live, strokes = painter.digest, painter.strokes
    painter.page.route_web_socket("**/api/paint", lambda socket: socket.close())
    painter.page.reload()
    painter.settle()
    assert (painter.digest, painter.strokes) == (live, strokes)
    painter.page.wait_for_selector("#live:has-text('No live preview')")
    painter.stroke((0.6, 0.6), (0.7, 0.7))
    assert painter.digest != live
    painter.page.set_viewport_size({"width": 320, "height": 640})
    assert painter.page.locator("#live").inner_text() == "Not live", "there is room for a word"
    top = "document.querySelector('#ink').getBoundingClientRect().top"
    below = painter.page.evaluate(top)
    painter.page.evaluate("document.querySelector('#live').replaceChildren()")
    assert painter.page.evaluate(top) == below, "the picture does not move under the finger"


def test_a_server_that_stops_loses_no_stroke_and_is_found_again(open_page: OpenPage, toy_precomputed: Path) -> None:
    own = Server(toy_precomputed)
    own.start()
    try:
        painter = open_page(url=own.url)
        painter.stroke(*ACROSS)
        own.stop()
        painter.page.wait_for_selector("#live:has-text('Connection lost')")
        painter.press_at(((0.6, 0.6), (0.7, 0.7)))
        painter.page.mouse.up()
        painter.page.wait_for_selector("#trouble:has-text('Your strokes are kept')")
        assert painter.strokes == 2
        painter.page.locator(".scene").nth(1).click()
        painter.page.wait_for_selector("#picture[data-empty=true]")
        painter.page.wait_for_timeout(600)
        assert painter.page.evaluate("getComputedStyle(document.querySelector('#pixels')).opacity") == "0"
        painter.page.go_back()
        own.start()
        painter.settle()
        assert painter.page.locator("#trouble").is_hidden()
        painter.page.wait_for_selector("#live:empty", state="attached")
        assert painter.strokes == 2
    finally:
        own.stop()
