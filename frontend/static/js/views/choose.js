/** Which network and which of its layers: a list where there is a choice of networks, and the layers as links. */
import { bag, h, listen, need, replaceUnder } from "../lib/dom.js";
import { labelledWords } from "../lib/layers.js";
import { showPlaces } from "./page-menu.js";

/** @typedef {import("../lib/types.js").LayerSummary} LayerSummary */
/** @typedef {import("../lib/types.js").Model} Model */

/** @param {readonly Model[]} models @param {string} current @param {(model: string) => void} choose */
export function mountModels(models, current, choose) {
  const into = bag();
  const select = need(document, "#model", HTMLSelectElement);
  need(document, "#model-pick", HTMLElement).hidden = models.length < 2;
  select.replaceChildren(...models.map(({ id, title }) => h("option", { value: id }, title)));
  select.value = current;
  listen(into, select, "change", () => choose(select.value));
  return {
    /** @param {string} model */
    show(model) {
      select.value = model;
    },
    dispose: into.dispose,
  };
}

/** Each layer with the share of its units that are labelled; the menu keeps to the current one.
 * @param {readonly LayerSummary[]} layers @param {string} current @param {(layer: string) => string} link */
export function showLayers(layers, current, link) {
  const nav = need(document, "#layers", HTMLElement);
  replaceUnder(
    nav,
    layers.map((summary) => {
      const { layer, units, labelled } = summary;
      const meter = h("i", { class: "meter", style: `--share: ${labelled / Math.max(1, units)}` });
      const name = labelledWords(summary);
      return h(
        "a",
        {
          href: link(layer),
          "data-key": layer,
          class: "layer",
          title: name,
          ...(layer === current && { "aria-current": "page" }),
        },
        h("b", {}, layer),
        meter,
        h("span", { class: "unseen" }, `, ${name}`),
      );
    }),
  );
  showPlaces(link(current));
  nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
