/** The wall: a card per unit. The first screens are built at once, the rest while nothing else is to be done. */
import { concept, iouText, noLabel } from "../lib/concept.js";
import { h, need } from "../lib/dom.js";
import { patientImage } from "../lib/image.js";
import { ROOT } from "../lib/root.js";
import { isLabelled, unitLink } from "../lib/wall.js";

/** @typedef {import("../lib/types.js").Unit} Unit */

const AT_ONCE = 36;
const PART = 60;
const TILE_PX = 64;

/** A card: the five top images, the label and how well it fits.
 * @param {Unit} unit @param {{model: string, layer: string, minimum: number | null, best: number}} of
 *   best: the IoU that fills the bar */
export function unitCard(unit, { model, layer, minimum, best }) {
  const labelled = isLabelled(unit, minimum);
  const strip = patientImage({
    src: ROOT + unit.strip,
    alt: "",
    loading: "lazy",
    decoding: "async",
    width: 5 * TILE_PX,
    height: TILE_PX,
    draggable: "false",
  });
  const name = labelled ? concept(unit.label ?? "", unit.category ?? "") : noLabel();
  const iou = h(
    "span",
    { class: "iou", title: "IoU with this concept" },
    h("span", { class: "unseen" }, "IoU "),
    iouText(unit.iou),
  );
  const card = h(
    "a",
    { href: unitLink(model, layer, unit.unit), class: "unit" },
    strip,
    h("i", {
      class: "fit",
      "data-category": labelled ? (unit.category ?? "") : "",
      style: `--share: ${unit.iou / best}`,
    }),
    h(
      "span",
      { class: "unit-line" },
      name,
      iou,
      h("small", {}, h("span", { class: "unseen" }, "unit "), String(unit.unit)),
    ),
  );
  return h("li", {}, card);
}

/** @param {import("../lib/dom.js").Bag} into */
export function mountWall(into) {
  const list = need(document, "#wall", HTMLElement);
  let later = 0;
  const stop = () => clearTimeout(later);
  into.add(stop);

  /** @param {readonly Unit[]} units @param {{model: string, layer: string, minimum: number | null}} of
   * @param {() => void} grown  called a moment after cards came, when all around them is there too */
  return function show(units, of, grown) {
    stop();
    const best = Math.max(0.05, ...units.map(({ iou }) => iou));
    const card = (/** @type {Unit} */ unit) => unitCard(unit, { ...of, best });
    list.replaceChildren(...units.slice(0, AT_ONCE).map(card));
    let next = AT_ONCE;
    const more = () => {
      grown();
      if (next >= units.length) return;
      list.append(...units.slice(next, next + PART).map(card));
      next += PART;
      later = window.setTimeout(more, 0);
    };
    later = window.setTimeout(more, 0);
  };
}
