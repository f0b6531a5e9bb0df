/** The brushes of the world that is open, each with a picture of what it does. */
import { exampleUrl, stripUrl } from "../api.js";
import { unitsIn } from "../lib/custom.js";
import { bag, h, listen, need } from "../lib/dom.js";
import { patientImage } from "../lib/image.js";
import { BRUSH_KEYS } from "../lib/shortcuts.js";
import { title } from "../lib/words.js";
import { brushesOf, brushOf, chooseBrush } from "../state.js";

/** @param {import("../state.js").Store} store */
export function mountBrushes(store) {
  const into = bag();
  const list = need(document, "#brushes", HTMLElement);

  function build() {
    const brushes = brushesOf(store.state);
    list.setAttribute("aria-busy", String(!brushes));
    if (!brushes) {
      list.replaceChildren(...Array.from({ length: 9 }, () => h("div", { class: "brush ghost" })));
    } else if (!brushes.length) {
      const { model } = store.state;
      list.replaceChildren(
        h(
          "p",
          { class: "note brush-empty" },
          "No brushes yet. To dissect the network and find brushes that work, run:",
          h("code", {}, `unitbrush dissect ${model}`),
          h("code", {}, `unitbrush brushes ${model}`),
        ),
      );
    } else {
      list.replaceChildren(...brushes.map(card));
    }
    mark();
  }

  /** @param {import("../lib/types.js").Brush} brush @param {number} index */
  function card(brush, index) {
    const input = h("input", { type: "radio", name: "brush", value: brush.id });
    const { model } = store.state;
    const [unit] = unitsIn(brush.id)?.units ?? [];
    const src = unit === undefined ? exampleUrl(model, brush.id) : stripUrl(model, brush.layer, unit);
    const picture = patientImage({ src, alt: "", loading: "lazy", width: 72, height: 72, draggable: "false" });
    const name = h("span", { class: "brush-name" }, h("span", {}, title(brush.concept)));
    const key = BRUSH_KEYS[index];
    if (key) name.append(h("small", { "aria-hidden": "true" }, key));
    return h(
      "label",
      { class: "brush", title: title(brush.concept) },
      input,
      h("span", { class: "brush-card" }, picture, name),
    );
  }

  function mark() {
    const chosen = brushOf(store.state)?.id;
    for (const input of list.querySelectorAll("input")) {
      input.checked = input.value === chosen;
      if (input.checked) input.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  listen(into, list, "change", (event) => {
    const { target } = event;
    if (target instanceof HTMLInputElement) store.update((s) => chooseBrush(s, target.value));
  });
  into.add(store.subscribe(brushesOf, build));
  into.add(store.subscribe((s) => brushOf(s)?.id, mark));
  return into.dispose;
}
