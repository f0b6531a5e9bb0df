"""The pages about units, used as a person uses them: one unit, the layers, and all of them on any screen."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.e2e.painter import WAIT_MS
from tests.e2e.places import CHURCH, CLASSIFIER, UNIT, WALL, Browse, cards, settled, until

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
PAGES = [WALL, UNIT, f"/units/{CLASSIFIER}/conv5_3/0", f"/layers/{CHURCH}?with={CLASSIFIER}", f"/look?model={CHURCH}"]


# One unit


def test_a_unit_shows_its_evidence_and_the_arrow_keys_go_to_its_neighbours(browse: Browse) -> None:
    page = browse(UNIT)
    assert page.locator("#gallery li").count() == 3
    assert page.locator("#concepts tbody tr").count() == 10
    page.get_by_role("button", name=re.compile("All .* concepts")).click()
    assert page.locator("#concepts tbody tr").count() > 10
    assert "tu = " in page.locator(".mark-at").inner_text().replace("\n", "")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/layer4/4")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/layer4/3")
    assert browse(f"/units/{CHURCH}/layer4/0").locator("#previous").is_hidden()


def test_the_lit_region_is_switched_and_held(browse: Browse) -> None:
    page = browse(UNIT)
    masked = page.locator(".masked").first
    until(page, "document.querySelector('.masked').naturalWidth > 0")
    opacity = "node => getComputedStyle(node).opacity"
    assert masked.evaluate(opacity) == "1"
    page.locator(".hold").first.hover()
    page.mouse.down()
    assert masked.evaluate(opacity) == "0"
    page.mouse.up()
    page.keyboard.press("m")
    assert masked.evaluate(opacity) == "0"
    assert "mask=false" in page.url
    page.evaluate("localStorage.setItem('unitbrush.choices', '{\"keys\": false}')")
    page.keyboard.press("m")
    assert masked.evaluate(opacity) == "0", "single letters are switched off"
    assert browse(f"{UNIT}?mask=false").locator("#mask").get_attribute("aria-pressed") == "false"


def test_drawing_with_one_unit_changes_the_scene_and_undo_brings_it_back(browse: Browse) -> None:
    page = browse(UNIT)
    painter = settled(page)
    page.locator("#try").scroll_into_view_if_needed()
    before = painter.digest
    painter.stroke((0.3, 0.3), (0.6, 0.5))
    assert painter.digest != before
    assert "pixels changed" in page.inner_text("#effect")
    page.locator("#undo").click()
    painter.settle()
    assert painter.digest == before
    page.locator("#ink").focus()
    page.keyboard.press("ArrowRight")
    assert page.url.endswith(UNIT), "on the picture the arrow keys move the brush"


def test_painting_with_a_unit_takes_it_to_the_painting_page_and_back_to_the_wall(browse: Browse) -> None:
    page = browse(UNIT)
    name = page.inner_text("#headline")
    first = page.request.get(f"{page.url.split('/units')[0]}/api/models/{CHURCH}/brushes").json()["brushes"][0]["id"]
    page.get_by_role("link", name="Paint with it").click()
    painter = settled(page)
    page.wait_for_selector(".brush-card")
    assert page.locator("#brushes input").first.get_attribute("value") == first, "every brush keeps its key"
    assert page.locator("#brushes input:checked").get_attribute("value") == "units layer4 3"
    assert "units" not in page.url
    before = painter.digest
    painter.stroke((0.3, 0.3), (0.6, 0.5))
    assert painter.digest != before
    assert f"{name} 3" in page.locator(".stroke-face").inner_text()
    painted = painter.digest
    page.reload()
    painter.settle()
    assert painter.digest == painted
    page.locator("#which").click()
    assert [text.split()[-1] for text in cards(page)] == ["3"]


def test_the_units_of_a_brush_are_shown_in_its_order(browse: Browse) -> None:
    page = browse("/paint")
    settled(page)
    page.locator("#count").fill("3")
    brush = page.request.get(f"{page.url.split('/paint')[0]}/api/models/{CHURCH}/brushes").json()["brushes"][0]
    page.locator("#which").click()
    assert [int(text.split()[-1]) for text in cards(page)] == brush["units"][:3]
    assert "best first" in page.inner_text("#found")
    assert page.inner_text("#headline").lower() == f"the 3 units of the brush “{brush['concept']}”"
    page.get_by_role("link", name="Back to painting").click()
    settled(page)


def test_going_back_to_the_wall_finds_it_where_it_was(browse: Browse) -> None:
    page = browse(WALL, viewport={"width": 390, "height": 500})
    assert len(cards(page)) == 32
    page.locator("#wall a").last.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 1500
    page.locator("#wall a").last.click()
    page.wait_for_selector("#gallery li", timeout=WAIT_MS)
    page.go_back()
    until(page, f"Math.abs(scrollY - {before}) < 2")
    page.get_by_role("link", name="Units", exact=True).click()
    cards(page)
    assert page.evaluate("scrollY") == 0, "a link to the wall opens it at its top"


def test_all_concepts_are_shown_and_hidden_again_under_the_keyboard(browse: Browse) -> None:
    page = browse(UNIT)
    more = page.locator("#more")
    few, words = page.locator("#concepts tbody tr").count(), more.inner_text()
    more.focus()
    page.keyboard.press("Enter")
    assert (more.inner_text(), few < page.locator("#concepts tbody tr").count()) == ("Fewer concepts", True)
    page.keyboard.press("Enter")
    assert (more.inner_text(), page.locator("#concepts tbody tr").count()) == (words, few)
    assert page.evaluate("document.activeElement.id") == "more"
    assert "Heights are logarithmic" in page.inner_text("#histogram")


# Layers


def test_the_layers_show_the_names_of_a_block_and_the_numbers_as_a_table(browse: Browse) -> None:
    page = browse(f"/layers/{CHURCH}?with={CLASSIFIER}")
    assert page.locator(".tower-chart").count() == 2
    summaries = page.request.get(f"{page.url.split('/layers')[0]}/api/models/{CHURCH}/layers").json()["layers"]
    block = page.locator(f".block[data-model={CHURCH}][data-layer=layer6][data-category=object]")
    names = [one["concept"] for one in summaries[-1]["concepts"]["object"]]
    assert block.locator("i").count() == len(names)
    block.hover()
    assert [text.split("\n")[0].lower() for text in page.locator("#name-list a").all_inner_texts()] == names
    page.locator(f".block[data-model={CLASSIFIER}][data-layer=conv5_3][data-category=object]").focus()
    assert "conv5_3" in page.inner_text("#names-title")
    block.click()
    again = browse(page.url[page.url.index("/layers/") :])
    assert "layer6" in again.inner_text("#names-title")
    row = page.locator("table.numbers").first.locator("tr", has_text="layer6").locator("td").all_inner_texts()
    assert row[1:4] == [str(summaries[-1]["labelled"]), "–", str(len(names))]  # never shuffled
    again.locator("#name-list a").first.click()
    assert names[0] in cards(again)[0].lower()


def test_thirteen_layers_of_two_networks_are_all_in_sight(browse: Browse) -> None:
    page = browse("/docs")
    summary = page.request.get(f"{page.url.split('/docs')[0]}/api/models/{CHURCH}/layers").json()
    some = {category: [{"concept": "tree", "units": 1}] * 60 for category in ("object", "part", "colour")}
    names = [f"conv{block}_{layer}" for block in range(1, 6) for layer in (1, 2, 3)][:13]
    summary["layers"] = [{**summary["layers"][0], "layer": name, "concepts": some} for name in names]

    def with_layers(route: Any) -> None:
        start = r'(?<=id="bootstrap">).*?(?=</script>)'
        text = route.fetch().text()
        told = re.search(start, text, re.DOTALL)
        assert told is not None
        inside = json.dumps({**json.loads(told[0]), "layers": [summary, summary]})
        route.fulfill(body=re.sub(start, lambda _: inside, text, flags=re.DOTALL), content_type="text/html")

    page.route("**/layers/*", with_layers)
    page.goto(page.url.replace("/docs", f"/layers/{CHURCH}"))
    assert page.locator(".tower").count() == 26
    assert page.evaluate("[...document.querySelectorAll('.towers')].every(one => one.scrollWidth <= one.clientWidth)")
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        names = page.locator("#name-list a").first.bounding_box()
        assert names["y"] + names["height"] <= size["height"], "the names are in sight above the end of the charts"


# All of them


def test_every_page_is_one_click_away_and_says_where_one_is(browse: Browse) -> None:
    page = browse("/paint")
    for name in ("Units", "Layers", "Look", "Paint"):
        page.locator(".places a", has_text=name).click()
        page.wait_for_selector(f".places a[aria-current=page]:has-text('{name}')")


def test_the_menu_keeps_the_network_and_the_layer(browse: Browse) -> None:
    page = browse(f"/look?model={CLASSIFIER}&layer=conv5_3")
    page.wait_for_selector("#layers [aria-current]", timeout=WAIT_MS)
    for name, address in (
        ("Units", f"/units?model={CLASSIFIER}&layer=conv5_3"),
        ("Layers", f"/layers/{CLASSIFIER}?with={CHURCH}"),
        ("Units", f"/units?model={CLASSIFIER}&layer="),
        ("Look", f"/look?model={CLASSIFIER}&layer="),
    ):
        page.locator(".places a", has_text=name).click()
        page.wait_for_selector(f".places a[aria-current=page]:has-text('{name}')")
        until(page, f"(location.pathname + location.search).startsWith({json.dumps(address)})")


@pytest.mark.parametrize("path", ["/paint", WALL, UNIT, f"/layers/{CHURCH}", f"/look?model={CHURCH}"])
def test_no_phone_scrolls_sideways_however_many_layers(browse: Browse, path: str) -> None:
    page = browse("/docs", **PHONE)
    there = page.request.get(f"{page.url.split('/docs')[0]}/api/models/{CHURCH}/layers").json()["layers"]
    more = there + [{**there[0], "layer": f"another{i}"} for i in range(20)]

    def with_layers(route: Any) -> None:  # in an answer of the API, or in what a page has inside
        text = route.fetch().text()
        start = r'(?<=id="bootstrap">).*?(?=</script>)'
        told = re.search(start, text, re.DOTALL)
        if told is None:
            route.fulfill(json={**json.loads(text), "layers": more})
            return
        inside = json.loads(told[0])
        summaries = inside.get("layers", [])
        for summary in summaries if isinstance(summaries, list) else [summaries]:
            summary["layers"] = more
        text = text.replace(told[0], json.dumps(inside))
        route.fulfill(body=text, content_type="text/html")

    address = page.url.replace("/docs", path)
    page.route(address, with_layers)
    page.route("**/api/models/*/layers", with_layers)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if path == WALL or path.startswith("/look"):
        assert page.locator(".layer").count() > 20
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [(320, 640), (844, 390), (1920, 1080)])
def test_nothing_sticks_out_on_any_screen(browse: Browse, path: str, size: tuple[int, int]) -> None:
    page = browse(path, viewport={"width": size[0], "height": size[1]})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone_every_control_has_a_name_and_is_large_enough(browse: Browse, path: str) -> None:
    page = browse(path, **PHONE)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wrong = page.evaluate(
        """[...document.querySelectorAll('button, input:not([hidden]), select, canvas[tabindex], a[class]')]
          .filter(node => node.checkVisibility())
          .filter(node => {
            const box = node.getBoundingClientRect();
            const name = node.ariaLabel || node.textContent.trim() || node.title || node.labels?.[0]?.innerText;
            return !name || box.height < 24 || box.width < 23.5;
          }).map(node => node.outerHTML.slice(0, 90))"""
    )
    assert wrong == []


def test_pages_of_what_does_not_exist_say_so(browse: Browse) -> None:
    for path in ("/units/nobody/layer4/3", f"/units/{CHURCH}/layer4/999", "/layers/nobody"):
        assert "Page not found" in browse(path).inner_text("h1")
    page = browse(f"/units/{CHURCH}/layer1/0")
    page.wait_for_selector("#empty:has-text('layer1 has not been dissected yet')", timeout=WAIT_MS)


def test_arrow_keys_pressed_fast_skip_no_unit(browse: Browse) -> None:
    page = browse(UNIT)
    page.wait_for_selector("#next:not([hidden])")
    page.evaluate(
        "for (let i = 0; i < 3; i++)"
        " document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}))"
    )
    page.wait_for_selector("#previous:has-text('Unit 5')", timeout=WAIT_MS)
