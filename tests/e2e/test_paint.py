"""The painting page, used as a person uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.painter import Painter, difference

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Painter]
UNDER_BRUSH = (0.25, 0.25, 0.45, 0.45)
ACROSS = ((0.3, 0.3), (0.4, 0.4))


def test_a_stroke_changes_the_picture_under_the_brush_and_undo_gives_the_original_back(open_page: OpenPage) -> None:
    painter = open_page()
    before = painter.pixels()
    assert painter.digest == painter.original_digest
    painter.stroke(*ACROSS)
    after = painter.pixels()
    assert difference(before, after, UNDER_BRUSH) > 3 > difference(before, after, (0.9, 0.9, 1, 1))
    painted = painter.digest
    painter.key("z")
    assert painter.digest == painter.original_digest
    assert painter.pixels() == before
    painter.key("Shift+Z")
    assert painter.digest == painted


def test_ink_is_there_at_once_and_the_picture_follows_before_the_button_is_let_go(open_page: OpenPage) -> None:
    painter = open_page()
    before = painter.pixels()
    painter.press_at(ACROSS)
    ink = painter.page.evaluate(
        "(async () => { await new Promise(requestAnimationFrame); const c = document.querySelector('#ink');"
        " return c.getContext('2d').getImageData(c.width * .4 | 0, c.height * .4 | 0, 1, 1).data[3]; })()"
    )
    assert ink > 0
    painter.settle()
    assert difference(before, painter.pixels(), UNDER_BRUSH) > 3
    painter.page.keyboard.press("Escape")
    painter.page.mouse.up()


def test_erasing_differs_from_drawing_and_clear_takes_everything_away(open_page: OpenPage) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    drawn = painter.digest
    painter.key("z", "x")
    painter.stroke(*ACROSS)
    assert painter.digest not in (drawn, painter.original_digest)
    painter.stroke((0.7, 0.7), (0.8, 0.7))
    painter.page.get_by_role("button", name="Clear").click()
    painter.settle()
    assert (painter.strokes, painter.digest) == (0, painter.original_digest)


def test_history_switches_shows_and_deletes_any_stroke(open_page: OpenPage) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    one = painter.digest
    painter.stroke((0.7, 0.7), (0.8, 0.7))
    two = painter.digest
    newest = painter.page.locator(".stroke-face").first
    newest.click()
    painter.settle()
    assert (painter.digest, newest.get_attribute("aria-pressed")) == (one, "false")
    painter.page.locator(".stroke-face").first.click()
    painter.settle()
    assert painter.digest == two
    painter.page.locator("[data-action=remove]").last.click()  # the first stroke, not the last one
    painter.settle()
    assert painter.strokes == 1
    assert painter.digest not in (one, two)


def test_the_history_changes_only_what_changed_and_keeps_the_keyboard_where_it_was(open_page: OpenPage) -> None:
    painter = open_page()
    page = painter.page
    for y in (0.2, 0.4, 0.6, 0.8):
        painter.stroke((0.3, y), (0.4, y))
    ids = "[...document.querySelectorAll('.stroke')].map(row => row.dataset.id)"
    newest, third, second, first = page.evaluate(ids)
    page.evaluate(
        """() => {
          for (const row of document.querySelectorAll('.stroke')) row.seen = true;
          const draw = CanvasRenderingContext2D.prototype.drawImage;
          window.drawn = 0;
          CanvasRenderingContext2D.prototype.drawImage = function (...all) {
            if (this.canvas.closest('.stroke')) window.drawn += 1;
            return draw.apply(this, all);
          };
        }"""
    )
    focused = "document.activeElement.closest('li')?.dataset.id ?? document.activeElement.id"
    page.locator(f"[data-id='{third}'] [data-action=remove]").focus()
    page.keyboard.press("Enter")
    assert (page.evaluate(focused), page.evaluate(ids)) == (second, [newest, second, first])
    page.locator(f"[data-id='{first}'] [data-action=remove]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == second, "the oldest has only a newer neighbour"
    page.locator(f"[data-id='{newest}'] [data-action=toggle]").click()
    assert page.evaluate("[...document.querySelectorAll('.stroke')].every(row => row.seen)")
    assert page.evaluate("window.drawn") == 0
    page.locator(f"[data-id='{second}'] [data-action=remove]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert (painter.strokes, page.evaluate(focused)) == (0, "ink")


def test_a_reload_keeps_the_work_and_every_scene_keeps_its_own(open_page: OpenPage) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    painted, seed = painter.digest, painter.seed
    painter.page.reload()
    painter.settle()
    assert (painter.digest, painter.strokes, painter.seed) == (painted, 1, seed)
    painter.key("r")
    assert painter.strokes == 0
    painter.page.get_by_label("Kitchen").check()
    painter.settle()
    painter.page.get_by_label("Church").check()
    painter.page.locator(".scene.worked").first.click()
    painter.settle()
    assert (painter.digest, painter.seed) == (painted, seed)


def test_a_link_gives_the_same_picture_to_somebody_else(open_page: OpenPage) -> None:
    painter = open_page(permissions=["clipboard-read", "clipboard-write"])
    painter.page.locator("#strength").fill("75")
    painter.stroke(*ACROSS, (0.6, 0.2))
    painter.key("x", "2")
    painter.stroke((0.7, 0.7), (0.8, 0.7))
    painter.page.get_by_role("button", name="Copy link").click()
    painter.page.wait_for_selector("#notice:not([hidden])")
    link = str(painter.page.evaluate("navigator.clipboard.readText()"))
    assert len(link) < 600
    friend = open_page(link[link.index("/paint") :])
    assert (friend.digest, friend.strokes) == (painter.digest, 2)
    assert "#" not in friend.page.url, "a reload must not bring the link's painting back over new work"
    friend.stroke((0.1, 0.9), (0.2, 0.9))
    friend.page.reload()
    friend.settle()
    assert friend.strokes == 3


def test_without_a_clipboard_the_link_is_there_to_be_copied_by_hand(open_page: OpenPage) -> None:
    painter = open_page()
    page = painter.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as over plain http
    painter.stroke(*ACROSS)
    page.get_by_role("button", name="Copy link").click()
    link = page.locator("#link-field").input_value()
    assert page.evaluate("document.getSelection().toString()") == link
    page.locator("#link-select").click()
    page.wait_for_selector("#notice:has-text('Link copied')")
    page.locator("#link-close").click()
    painter.stroke((0.7, 0.7), (0.8, 0.7))
    page.reload()
    painter.settle()
    assert painter.strokes == 2
    friend = open_page(link[link.index("/paint") :])
    assert friend.strokes == 1


def test_back_leads_to_the_scene_before_and_a_reload_stays(open_page: OpenPage) -> None:
    painter = open_page("/paint?model=storybook-church&seed=7")
    painter.page.locator("#seed").fill("8")
    painter.page.keyboard.press("Enter")
    painter.settle()
    assert painter.page.url.endswith("/paint?model=storybook-church&seed=8")
    painter.page.reload()
    painter.settle()
    assert painter.seed == "8"
    painter.page.go_back()
    painter.settle()
    assert (painter.seed, painter.digest) == ("7", painter.original_digest)
    painter.page.go_forward()
    painter.settle()
    assert painter.seed == "8"


def test_a_link_from_another_version_of_the_network_says_so(open_page: OpenPage) -> None:
    painter = open_page()
    link = painter.page.evaluate("""async () => {
        const script = document.querySelector('script[type=module][src*="pages/paint.js"]').src;
        const { toLink } = await import(script.replace("pages/paint.js", "lib/document.js"));
        return toLink({ model: "storybook-church", network: "ffffffff", seed: 3, strokes: [] });
    }""")
    friend = open_page(f"/paint#p={link}")
    assert "another version of the network" in friend.page.locator("#notice").inner_text()
    assert friend.seed == "3"


def test_a_saved_picture_holds_the_painting_and_dropping_it_restores_it(open_page: OpenPage, tmp_path: Path) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    painter.page.locator("#save-menu summary").click()
    with painter.page.expect_download() as download:
        painter.page.locator("#save-exact").click()
    file = tmp_path / "saved.png"
    download.value.save_as(file)
    assert b"unitbrush" in file.read_bytes()
    other = open_page()
    other.page.evaluate(
        """async (bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], 'saved.png', {type: 'image/png'}));
          document.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        list(file.read_bytes()),
    )
    other.page.wait_for_selector(".stroke")
    other.settle()
    assert other.digest == painter.digest


def test_a_file_without_a_painting_is_refused_in_words(open_page: OpenPage, tmp_path: Path) -> None:
    painter = open_page()
    file = tmp_path / "holiday.png"
    file.write_bytes(b"not a picture")
    painter.page.locator("#file").set_input_files(file)
    painter.page.wait_for_selector("#notice:has-text('holiday.png cannot be opened')")


def test_the_keyboard_alone_is_enough(open_page: OpenPage) -> None:
    painter = open_page()
    page = painter.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.id") == "ink":
            break
    else:
        pytest.fail("the picture cannot be reached by Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    painter.key("3", "ArrowLeft", "ArrowLeft", "Shift+ArrowUp", " ", "ArrowRight", "ArrowRight", " ")
    assert painter.strokes == 1
    assert page.locator("#brushes input:checked").get_attribute("value") == "dome"
    assert painter.digest != painter.original_digest
    painter.key("Shift+ArrowDown", "Enter")
    assert painter.strokes == 2
    painter.key("z", "z")
    assert (painter.strokes, painter.digest) == (0, painter.original_digest)
    painter.key(" ", "ArrowDown", "Escape")
    assert painter.strokes == 0
    page.keyboard.press("?")
    page.wait_for_selector("#sheet[open]")
    page.keyboard.press("Escape")
    assert page.locator("#sheet[open]").count() == 0


def test_single_letters_can_be_switched_off(open_page: OpenPage) -> None:
    painter = open_page()
    painter.page.keyboard.press("?")
    painter.page.get_by_label("Single-letter shortcuts").uncheck()
    painter.page.keyboard.press("Escape")
    painter.page.keyboard.press("g")
    assert painter.page.locator("#grid").get_attribute("aria-pressed") == "false"
    painter.page.reload()
    painter.settle()
    painter.page.keyboard.press("g")
    assert painter.page.locator("#grid").get_attribute("aria-pressed") == "false"


def test_the_original_the_comparison_and_the_changes_can_be_looked_at(open_page: OpenPage) -> None:
    painter = open_page()
    before = painter.pixels()
    painter.stroke(*ACROSS)
    after = painter.pixels()
    painter.page.keyboard.down("o")
    assert painter.pixels() == before
    painter.page.keyboard.up("o")
    assert painter.pixels() == after
    cursor = "getComputedStyle(document.querySelector('#ink')).cursor"
    assert painter.page.evaluate(cursor) == "none"
    painter.key("b")
    assert painter.page.evaluate(cursor) == "ew-resize", "no brush is drawn under the pointer"
    painter.page.locator("#compare").fill("35")
    half = painter.pixels()
    assert difference(before, half, (0, 0, 0.34, 1)) == 0
    assert difference(after, half, (0.36, 0, 1, 1)) == 0
    painter.key("b", "d")
    assert "% of the pixels changed" in painter.page.locator("#badge").inner_text()
    painter.key("d", "g")
    assert painter.pixels() == after, "the grid lies over the picture"


def test_a_wrong_scene_number_is_told_where_it_was_typed(open_page: OpenPage) -> None:
    painter = open_page()
    painter.page.locator("#seed").fill("-3")
    painter.page.keyboard.press("Enter")
    assert "whole number" in painter.page.locator("#seed-error").inner_text()
    painter.page.locator("#seed").fill("77")
    painter.page.keyboard.press("Enter")
    painter.settle()
    assert painter.page.locator("#seed-error").is_hidden()
    assert painter.digest == painter.original_digest


def test_the_first_visit_teaches_by_doing_and_never_again(open_page: OpenPage) -> None:
    painter = open_page(taught=False)
    painter.page.wait_for_selector("#hint:not([hidden])")
    assert painter.page.locator("#hint-text").inner_text() == "Paint a tree here"
    painter.stroke(*ACROSS)
    assert painter.page.locator("#hint").is_hidden()
    painter.key("z")
    painter.page.reload()
    painter.settle()
    assert painter.page.locator("#hint").is_hidden()


def test_a_hint_is_given_only_in_the_scene_that_its_brush_is_shown_on(open_page: OpenPage) -> None:
    painter = open_page("/paint?model=storybook-church&seed=3", taught=False)
    assert painter.page.locator("#hint").is_hidden(), "the first brush is shown on scene 0"
    fourth = painter.page.locator(".brush").nth(3)
    fourth.click()
    painter.page.wait_for_selector("#hint:not([hidden])")
    assert fourth.inner_text().split()[0].lower() in painter.page.locator("#hint-text").inner_text()


def test_expert_settings_reach_the_network(open_page: OpenPage) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    usual = painter.digest
    painter.key("z")
    painter.page.get_by_text("Expert").click()
    painter.page.locator("#layer").select_option("layer6")
    painter.page.locator("#count").fill("3")
    painter.stroke(*ACROSS)
    assert painter.digest not in (usual, painter.original_digest)
    assert "3 units, layer6" in painter.page.locator(".stroke small").inner_text()


def test_damaged_storage_and_links_do_not_stop_the_page(open_page: OpenPage) -> None:
    painter = open_page("/paint#p=AAAA")
    assert "damaged" in painter.page.locator("#notice").inner_text()
    painter.page.evaluate("localStorage.setItem('unitbrush.page.storybook-church:5', '{\"unitbrush\": 9}')")
    painter.page.evaluate("localStorage.setItem('unitbrush.choices', JSON.stringify({tool: {size: 'x'}, seed: 1e99}))")
    painter.page.reload()
    painter.settle()
    assert painter.digest == painter.original_digest


def test_storage_holds_plain_documents(open_page: OpenPage) -> None:
    painter = open_page()
    painter.stroke(*ACROSS)
    painter.page.wait_for_timeout(300)
    stored: Any = painter.page.evaluate(
        "Object.entries(localStorage).filter(([key]) => key.startsWith('unitbrush.page.')).map(([, value]) => value)"
    )
    (document,) = map(json.loads, stored)
    assert document["strokes"][0]["brush"] == "tree"
