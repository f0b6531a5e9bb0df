/** The wiring of /layers/{model}. */
import { concept } from "../lib/concept.js";
import { bag, h, listen, need } from "../lib/dom.js";
import { cellsAcross, layersLink, readBlock, stacked } from "../lib/layers.js";
import { CATEGORIES, wallLink } from "../lib/wall.js";
import { plural, title } from "../lib/words.js";
import { showEmpty } from "../views/empty.js";
import { showPlaces } from "../views/page-menu.js";
import { mountTheme } from "../views/theme.js";
import { table, towersOf } from "../views/towers.js";

/** @typedef {import("../lib/layers.js").Block} Block */

const bootstrap = JSON.parse(need(document, "#bootstrap", HTMLScriptElement).textContent ?? "{}");
/** @type {readonly import("../lib/types.js").Layers[]} */
const all = bootstrap.layers;
/** @type {readonly import("../lib/types.js").Model[]} */
const models = bootstrap.models;
const model = all[0]?.model ?? "";
const beside = all[1]?.model ?? "";
const into = bag();
const charts = need(document, "#charts", HTMLElement);
const nameOf = (/** @type {string} */ id) => models.find((one) => one.id === id)?.title ?? id;

mountTheme();
showPlaces(wallLink({ model }));
choose();
draw();

/** Another network, or another one beside it. */
function choose() {
  need(document, "#picks", HTMLElement).hidden = models.length < 2;
  const first = need(document, "#model", HTMLSelectElement);
  const second = need(document, "#with", HTMLSelectElement);
  first.replaceChildren(...models.map(({ id, title: name }) => h("option", { value: id }, name)));
  second.replaceChildren(
    h("option", { value: "" }, "Nothing"),
    ...models.filter(({ id }) => id !== model).map(({ id, title: name }) => h("option", { value: id }, name)),
  );
  first.value = model;
  second.value = beside;
  const go = () => location.assign(layersLink(first.value, second.value === first.value ? "" : second.value));
  listen(into, first, "change", go);
  listen(into, second, "change", go);
}

function draw() {
  const full = all.filter(({ layers }) => layers.length);
  const missing = all.find(({ layers }) => !layers.length);
  if (missing) {
    showEmpty(`${nameOf(missing.model)} has not been dissected yet. To find out what its layers stand for, run:`, {
      command: `unitbrush dissect ${missing.model}`,
    });
  }
  need(document, "#legend", HTMLElement).replaceChildren(
    ...CATEGORIES.map((category) => concept(plural(2, category).slice(2), category)),
  );
  const across = cellsAcross(full);
  charts.classList.toggle("stacked", stacked(full));
  charts.replaceChildren(...full.map((of) => towersOf(of, nameOf(of.model), across)));
  need(document, "#tables", HTMLElement).replaceChildren(...full.map((of) => table(of, nameOf(of.model))));
  let chosen = readBlock(location.search, full);
  show(chosen);

  /** @param {Event} event @returns {Block | null} */
  const at = (event) => {
    const block = event.target instanceof Element ? event.target.closest("button") : null;
    const { model: of = "", layer = "", category = "" } = block?.dataset ?? {};
    return block ? { model: of, layer, category } : null;
  };
  for (const type of /** @type {const} */ (["pointerover", "focusin"])) {
    listen(into, charts, type, (event) => show(at(event) ?? chosen));
  }
  for (const type of /** @type {const} */ (["pointerleave", "focusout"])) {
    listen(into, charts, type, () => show(chosen));
  }
  listen(into, charts, "click", (event) => {
    const block = at(event);
    if (!block) return;
    chosen = block;
    history.replaceState(null, "", layersLink(model, beside, block));
    show(block);
  });
}

/** The names of a block, each a link to its units. @param {Block | null} block */
function show(block) {
  const summary = all.find((one) => one.model === block?.model)?.layers.find((one) => one.layer === block?.layer);
  const names = (block && summary?.concepts[block.category]) ?? [];
  const panel = need(document, "#names", HTMLElement);
  panel.hidden = !names.length;
  panel.scrollTop = 0;
  for (const one of charts.querySelectorAll("button")) {
    const { model: of, layer, category } = one.dataset;
    const pressed = of === block?.model && layer === block?.layer && category === block?.category;
    one.setAttribute("aria-pressed", String(pressed));
  }
  if (!block) return;
  const { layer, category } = block;
  const where = all.length > 1 ? `${nameOf(block.model)}, ${layer}` : layer;
  need(document, "#names-title", HTMLElement).textContent = `${where}: ${plural(names.length, category)}`;
  need(document, "#name-list", HTMLElement).replaceChildren(
    ...names.map(({ concept: name, units }) => {
      const href = wallLink({ model: block.model, layer, concept: name, category });
      const unit = h("span", { class: "unseen" }, units === 1 ? " unit" : " units");
      return h(
        "li",
        {},
        h(
          "a",
          { class: "name", href, title: `${title(name)}: ${plural(units, "unit")}` },
          concept(name, category),
          h("small", {}, String(units), unit),
        ),
      );
    }),
  );
}
