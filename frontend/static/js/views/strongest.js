/** The units that are most active at a place: a click lays a unit's activation over the picture. */
import { short } from "../lib/chart.js";
import { concept, noLabel } from "../lib/concept.js";
import { bag, h, listen, need } from "../lib/dom.js";
import { patientImage } from "../lib/image.js";
import { isActive } from "../lib/strongest.js";
import { unitLink } from "../lib/wall.js";

/** @typedef {import("../lib/types.js").Strong} Strong */

/** @param {(unit: number) => void} choose */
export function mountStrongest(choose) {
  const into = bag();
  const list = need(document, "#strongest", HTMLElement);
  listen(into, list, "click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) choose(Number(button.dataset["unit"]));
  });
  return {
    /** @param {readonly Strong[]} units @param {string} model @param {string} layer */
    show(units, model, layer) {
      list.replaceChildren(...units.map((unit) => card(unit, model, layer)));
    },
    /** @param {number | null} unit  whose activation is shown */
    mark(unit) {
      for (const button of list.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(Number(button.dataset["unit"]) === unit));
      }
    },
    dispose: into.dispose,
  };
}

/** @param {Strong} strong @param {string} model @param {string} layer */
function card({ unit, label, category, labelled, strip, activation, quantile }, model, layer) {
  const name = labelled && label && category ? concept(label, category) : noLabel();
  const face = h(
    "button",
    { type: "button", class: "unit", "data-unit": unit, title: "Show where it is active" },
    patientImage({ src: strip, alt: "", width: 320, height: 64, decoding: "async", draggable: "false" }),
    h("i", { class: "fit", "data-category": labelled ? (category ?? "") : "", style: `--share: ${quantile}` }),
    h(
      "span",
      { class: "unit-line" },
      name,
      h("span", { class: "iou", title: `Activation ${short(activation)}` }, `top ${rare(quantile)}`),
    ),
  );
  return h(
    "li",
    { class: isActive({ quantile }) ? "strong" : "strong weak" },
    face,
    h("a", { href: unitLink(model, layer, unit) }, `Unit ${unit}`),
  );
}

/** How rare it is that the unit is as active as here. @param {number} quantile */
function rare(quantile) {
  const share = Math.max(0.01, 100 * (1 - quantile));
  return `${share < 10 ? share.toFixed(share < 1 ? 2 : 1) : Math.round(share)}%`;
}
