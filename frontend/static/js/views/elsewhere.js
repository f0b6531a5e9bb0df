/** What is searched for, in the other layers: where units stand for it, and which unit of all fits best. */
import { fetchUnits } from "../api.js";
import { iouText } from "../lib/concept.js";
import { h, need, replaceUnder } from "../lib/dom.js";
import { bestMatch, layersWith, unitLink, wallLink } from "../lib/wall.js";
import { plural, title } from "../lib/words.js";

/** @typedef {import("../lib/types.js").Wall} Wall */
/** @typedef {import("../lib/types.js").Unit} Unit */
/** @typedef {import("../lib/types.js").Layers} Layers */

const PAUSE_MS = 300; // of typing

/** @param {import("../lib/dom.js").Bag} into */
export function mountElsewhere(into) {
  const row = need(document, "#elsewhere", HTMLElement);
  /** @type {Map<string, Promise<readonly Unit[]>>} */
  const asked = new Map();
  let timer = 0;
  let serial = 0;
  into.add(() => clearTimeout(timer));

  /** @param {string} model @param {string} layer */
  function unitsOf(model, layer) {
    const key = `${model} ${layer}`;
    const units = asked.get(key) ?? fetchUnits(model, layer);
    asked.set(key, units);
    units.catch(() => asked.delete(key));
    return units;
  }

  /** @param {Wall} wall @param {readonly {layer: string}[]} layers */
  async function best(wall, layers) {
    const mine = serial;
    const all = await Promise.all(
      layers.map(async ({ layer }) => ({ layer, units: await unitsOf(wall.model, layer) })),
    ).catch(() => []); // the links are enough
    const found = bestMatch(all, wall);
    if (!found || mine !== serial) return;
    const { layer, unit } = found;
    const words = `${title(unit.label ?? "")}, unit ${unit.unit} of ${layer}, IoU ${iouText(unit.iou)}`;
    row.append(
      " Best match: ",
      h("a", { href: unitLink(wall.model, layer, unit.unit), "data-key": "best" }, words),
      ".",
    );
  }

  /** @param {Layers | null} layers @param {Wall} wall */
  return function show(layers, wall) {
    clearTimeout(timer);
    serial++;
    const found = layers && (wall.q || wall.concept) ? layersWith(layers, wall) : [];
    const others = found.filter(({ layer }) => layer !== wall.layer);
    row.hidden = !found.length;
    const links = others.flatMap(({ layer, count }, i) => [
      i ? ", " : "Also in ",
      h(
        "a",
        { href: wallLink({ ...wall, layer, units: [], brush: "" }), "data-key": layer, title: plural(count, "unit") },
        `${layer} (${count})`,
      ),
    ]);
    replaceUnder(row, [...links, ...(links.length ? ["."] : [])]);
    if (found.length) timer = window.setTimeout(() => void best(wall, found), PAUSE_MS);
  };
}
