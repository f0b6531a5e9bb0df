"""What is in the window on small screens and at 200 %, what is cut, what reads under the pointer, what is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.painter import Painter

pytestmark = pytest.mark.browser

Browse = Callable[..., Any]
OpenPage = Callable[..., Painter]
CHURCH = "storybook-church"
PAGES = [
    "/paint",
    f"/units?model={CHURCH}&layer=layer4",
    f"/units/{CHURCH}/layer4/3",
    f"/layers/{CHURCH}",
    "/look",
    "/about",
]
WINDOWS = [(360, 640), (640, 360), (720, 450), (1280, 720)]  # 720 x 450 is 1440 x 900 at 200 %

CONTRAST = """(element) => {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
  const paint = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = luminance(paint(layers));
  const front = luminance(paint([...layers, getComputedStyle(element).color]));
  return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_pressed_or_chosen_reads_under_the_pointer(browse: Browse, scheme: str) -> None:
    page = browse("/paint", color_scheme=scheme)
    Painter(page).settle()
    for name in ("compare-toggle", "grid"):
        page.locator(f"#{name}").click()
    weak = unreadable(page)
    for path in PAGES[1:5]:
        page.goto(page.url.split("/paint")[0].split("/units")[0].split("/layers")[0].split("/look")[0] + path)
        page.wait_for_load_state("networkidle")
        weak += unreadable(page)
    assert not weak


def unreadable(page: Any) -> list[str]:
    """Pressed and current controls whose words have less contrast than WCAG's AA while the pointer is over them."""
    chosen = page.locator(
        "button[aria-pressed=true]:visible, a[aria-current]:visible, :is(.world, .mode) input:checked + span"
    )
    weak = []
    for control in chosen.all():
        control.hover(force=True)
        for place in (control, *control.locator("span:not(.unseen):visible, b:visible").all()):
            contrast = place.evaluate(CONTRAST)
            if place.inner_text().strip() and contrast < 4.5:
                weak.append(f"{page.url} {place.inner_text()!r}: {contrast:.2f}")
    return weak


@pytest.mark.parametrize(("width", "height"), WINDOWS)
@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(browse: Browse, path: str, width: int, height: int) -> None:
    page = browse(path, viewport={"width": width, "height": height})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "height"), WINDOWS)
def test_the_picture_draw_and_erase_and_brushes_are_in_the_window_at_once(
    open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page(viewport={"width": width, "height": height}).page
    for selector in ("#ink", "#modes", "#undo", ".brush:first-child .brush-name", ".brush:nth-child(3) .brush-name"):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height, selector
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width, selector
    last = page.locator(".brush").last
    last.scroll_into_view_if_needed()
    last.click()
    assert last.locator("input").is_checked(), "all of them can be reached"


@pytest.mark.parametrize(("width", "height"), [*WINDOWS, (1920, 1080)])
def test_no_name_of_a_brush_or_a_world_is_cut(open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(viewport={"width": width, "height": height}).page
    page.evaluate("document.querySelector('.brush-name span').textContent = 'Mountain'")
    cut = page.evaluate(
        """[...document.querySelectorAll('.brush-name span, .world span, #worlds')]
          .filter((e) => e.scrollWidth > e.clientWidth + 1 || getComputedStyle(e).textOverflow === 'ellipsis')
          .map((e) => e.textContent)"""
    )
    assert cut == []
    heights = page.evaluate("[...document.querySelectorAll('.brush-name span')].map((e) => e.clientHeight)")
    assert heights[0] == heights[1], "it stands in one line"


def test_a_notice_on_a_phone_covers_no_tool(open_page: OpenPage) -> None:
    page = open_page("/paint#p=AAAA", viewport={"width": 360, "height": 640}, has_touch=True).page
    notice = page.locator("#notice").bounding_box()
    tools = page.locator("#undo").bounding_box()
    assert notice is not None
    assert tools is not None
    assert notice["y"] + notice["height"] < tools["y"]


def test_every_tool_on_a_phone_has_a_name(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 640, "height": 360}).page
    for name in ("Undo", "Compare", "Changes", "Grid", "Copy link"):
        assert page.get_by_role("button", name=name, exact=True).count() == 1, name


def test_only_what_is_shown_is_printed(open_page: OpenPage, browse: Browse) -> None:
    page = open_page().page
    page.emulate_media(media="print")
    assert page.locator("button:visible, input:visible, #ink:visible").count() == 0
    assert page.locator("#pixels").is_visible()
    unit = browse(PAGES[2])
    unit.wait_for_load_state("networkidle")
    unit.emulate_media(media="print")
    assert unit.locator("canvas:visible, #try:visible, .deeds:visible").count() == 0
    assert unit.locator("#gallery img").first.is_visible()


def test_the_first_key_leads_past_the_head(browse: Browse) -> None:
    page = browse("/units")
    page.wait_for_selector("#wall .unit-line")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_second_chart_of_layers_is_not_hidden(browse: Browse) -> None:
    page = browse(f"/layers/{CHURCH}?with=storybook-classifier", viewport={"width": 1440, "height": 900})
    page.wait_for_selector(".tower-chart")
    charts = page.locator(".tower-charts").bounding_box()
    names = page.locator("#names").bounding_box()
    assert charts is not None
    assert names is not None
    assert names["x"] >= charts["x"] + charts["width"]
    page.set_viewport_size({"width": 720, "height": 450})
    assert page.evaluate("getComputedStyle(document.querySelector('#names')).position") == "static"
