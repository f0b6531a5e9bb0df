/** The layers of one network as towers of squares, a square per concept. */
import { h } from "../lib/dom.js";
import { distinct, labelledWords, peak } from "../lib/layers.js";
import { CATEGORIES, wallLink } from "../lib/wall.js";
import { plural, title } from "../lib/words.js";

/** @typedef {import("../lib/types.js").Layers} Layers */
/** @typedef {import("../lib/types.js").LayerSummary} LayerSummary */

/** @param {Layers} of @param {string} name  of the network @param {number} across  cells */
export function towersOf(of, name, across) {
  const best = peak(of, "object");
  const said = best
    ? `Most kinds of objects: ${distinct(best, "object")}, in ${best.layer}.`
    : "No unit is labelled with an object.";
  return h(
    "figure",
    { class: "tower-chart", style: `--across: ${across}; --layers: ${of.layers.length}` },
    h("figcaption", {}, h("h2", {}, name), h("p", { class: "note" }, said)),
    h(
      "div",
      { class: "towers", role: "group", "aria-label": `Layers of ${name}` },
      ...of.layers.map((layer) => tower(of.model, layer)),
    ),
  );
}

/** @param {string} model @param {LayerSummary} layer */
function tower(model, layer) {
  const blocks = CATEGORIES.filter((category) => distinct(layer, category)).map((category) => {
    const names = layer.concepts[category] ?? [];
    const words = `${layer.layer}: ${plural(names.length, category)}`;
    return h(
      "button",
      {
        type: "button",
        class: "block",
        "data-category": category,
        "data-model": model,
        "data-layer": layer.layer,
        "aria-label": words,
        title: words,
      },
      ...names.map(() => h("i", {})),
    );
  });
  const all = CATEGORIES.reduce((sum, category) => sum + distinct(layer, category), 0);
  const foot = h(
    "a",
    {
      class: "foot",
      href: wallLink({ model, layer: layer.layer }),
      title: `${layer.layer}: ${labelledWords(layer)}`,
    },
    layer.layer,
  );
  return h("div", { class: "tower" }, h("b", {}, String(all)), h("div", { class: "blocks" }, ...blocks), foot);
}

/** The same as numbers. @param {Layers} of @param {string} name */
export function table(of, name) {
  const head = [
    "Layer",
    "Units",
    "Labelled",
    "By chance",
    ...CATEGORIES.map((category) => title(plural(2, category).slice(2))),
  ];
  const rows = of.layers.map((layer) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("a", { href: wallLink({ model: of.model, layer: layer.layer }) }, layer.layer)),
      ...[
        layer.units,
        layer.labelled,
        layer.by_chance?.toFixed(1) ?? "–",
        ...CATEGORIES.map((category) => distinct(layer, category)),
      ].map((number) => h("td", {}, String(number))),
    ),
  );
  return h(
    "table",
    { class: "numbers" },
    h("caption", {}, `${name}: distinct concepts by layer`),
    h("thead", {}, h("tr", {}, ...head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, ...rows),
  );
}
