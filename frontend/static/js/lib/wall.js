/**
 * The wall of units as data: what the address of /units says, which units it shows in which order, and the bars of the
 * paper's chart (Fig. 1D, 3D): for every concept the number of units labelled with it.
 *
 * @typedef {import("./types.js").Unit} Unit
 * @typedef {import("./types.js").Bar} Bar
 * @typedef {import("./types.js").Wall} Wall
 */
import { ROOT } from "./root.js";

/** As in the paper's charts, from left to right. */
export const CATEGORIES = ["object", "part", "material", "colour", "half"];
export const SORTS = /** @type {const} */ (["iou", "unit", "label"]);

/** @type {Wall} */
export const EMPTY_WALL = {
  model: "",
  layer: "",
  concept: "",
  category: "",
  q: "",
  sort: "iou",
  minimum: null,
  units: [],
  brush: "",
};

/** @param {string} search  of an address @returns {Wall} */
export function readWall(search) {
  const query = new URLSearchParams(search);
  const word = (/** @type {string} */ name) => query.get(name) ?? "";
  const minimum = query.has("min_iou") ? Number(query.get("min_iou")) : NaN;
  return {
    model: word("model"),
    layer: word("layer"),
    concept: word("concept"),
    category: word("category"),
    q: word("q"),
    sort: SORTS.find((sort) => sort === query.get("sort")) ?? "iou",
    minimum: minimum >= 0 && minimum <= 1 ? minimum : null,
    units: word("units")
      .split(",")
      .filter((text) => /^\d{1,6}$/.test(text))
      .map(Number),
    brush: word("brush"),
  };
}

/** The address of a wall; what is as usual is left out. @param {Partial<Wall>} wall */
export function wallLink(wall) {
  const { model, layer, concept, category, q, sort, minimum, units, brush } = { ...EMPTY_WALL, ...wall };
  const query = new URLSearchParams(Object.entries({ model, layer, concept, category, q }).filter(([, text]) => text));
  if (sort !== "iou") query.set("sort", sort);
  if (minimum !== null) query.set("min_iou", String(minimum));
  if (units.length) query.set("units", units.join(","));
  if (units.length && brush) query.set("brush", brush);
  const text = query.toString().replaceAll("%2C", ",");
  return text ? `${ROOT}/units?${text}` : `${ROOT}/units`;
}

/** @param {string} model @param {string} layer @param {number} unit */
export const unitLink = (model, layer, unit) =>
  `${ROOT}/units/${encodeURIComponent(model)}/${encodeURIComponent(layer)}/${unit}`;

/** Whether going from one to the other is a step of its own for the browser's back button, and not only typing or
 * filling in what was left open. @param {Wall} from @param {Wall} to */
export function isStep(from, to) {
  const filled = { ...from, model: from.model || to.model, layer: from.layer || to.layer };
  return wallLink({ ...filled, q: "", minimum: null }) !== wallLink({ ...to, q: "", minimum: null });
}

/** @param {Unit} unit @param {number | null} minimum */
export const isLabelled = (unit, minimum) =>
  unit.label !== null && (minimum === null ? unit.labelled : unit.iou >= minimum && unit.iou > (unit.chance ?? 0));

/** What is searched for, word by word; a number may be written as people say it: "unit 12", "#12".
 * @param {string} q */
const wordsOf = (q) =>
  q
    .toLowerCase()
    .replace(/(?:\bunits?\s*#?|#)\s*(?=\d|$)/g, "")
    .split(/\s+/)
    .filter(Boolean);

/** The units on the wall. A list of units keeps its own order, best first, as a brush has it.
 * @param {readonly Unit[]} all  of the layer, by number @param {Wall} wall @returns {readonly Unit[]} */
export function shown(all, wall) {
  const { concept, category, minimum } = wall;
  const words = wordsOf(wall.q);
  const from = wall.units.length ? wall.units.flatMap((unit) => all[unit] ?? []) : all;
  const found = from.filter((unit) => {
    const label = isLabelled(unit, minimum) ? unit : null;
    if ((concept || category) && !label) return false;
    if (concept && label?.label !== concept) return false;
    if (category && label?.category !== category) return false;
    const text = `${unit.unit} ${label ? `${label.label} ${label.category}` : "no label"}`.toLowerCase();
    return words.every((word) => (/^\d+$/.test(word) ? unit.unit === Number(word) : text.includes(word)));
  });
  return wall.units.length ? found : found.sort(ORDERS[wall.sort]);
}

/** The layers in which units stand for what is searched for. @param {import("./types.js").Layers} layers
 * @param {Wall} wall @returns {readonly {layer: string, count: number}[]} */
export function layersWith({ layers }, wall) {
  const words = wordsOf(wall.q);
  return layers.flatMap(({ layer, concepts }) => {
    let count = 0;
    for (const [category, list] of Object.entries(concepts)) {
      for (const { concept, units } of list) {
        const named = wall.concept ? concept === wall.concept && (!wall.category || category === wall.category) : true;
        if (named && words.every((word) => `${concept} ${category}`.includes(word))) count += units;
      }
    }
    return count ? [{ layer, count }] : [];
  });
}

/** The unit of several layers that fits best. @param {readonly {layer: string, units: readonly Unit[]}[]} all
 * @param {Wall} wall @returns {{layer: string, unit: Unit} | null} */
export function bestMatch(all, wall) {
  const firsts = all.flatMap(({ layer, units }) => {
    const [unit] = shown(units, { ...wall, units: [], sort: "iou" }).filter((one) => isLabelled(one, wall.minimum));
    return unit ? [{ layer, unit }] : [];
  });
  return firsts.sort((a, b) => b.unit.iou - a.unit.iou)[0] ?? null;
}

/** @type {Record<Wall["sort"], (a: Unit, b: Unit) => number>} */
const ORDERS = {
  iou: (a, b) => b.iou - a.iou || a.unit - b.unit,
  unit: (a, b) => a.unit - b.unit,
  label: (a, b) =>
    Number(b.labelled) - Number(a.labelled) ||
    rank(a.category) - rank(b.category) ||
    String(a.label).localeCompare(String(b.label)) ||
    b.iou - a.iou,
};

/** @param {string | null} category */
const rank = (category) => CATEGORIES.indexOf(category ?? "") + 1 || CATEGORIES.length + 1;

/** By category, then most units first. @param {readonly Unit[]} all @param {number | null} minimum
 * @returns {readonly Bar[]} */
export function barsOf(all, minimum) {
  /** @type {Map<string, Bar>} */
  const bars = new Map();
  for (const unit of all) {
    if (unit.label === null || unit.category === null || !isLabelled(unit, minimum)) continue;
    const key = `${unit.category}\n${unit.label}`;
    const bar = bars.get(key) ?? { concept: unit.label, category: unit.category, count: 0 };
    bars.set(key, { ...bar, count: bar.count + 1 });
  }
  return [...bars.values()].sort(
    (a, b) => rank(a.category) - rank(b.category) || b.count - a.count || a.concept.localeCompare(b.concept),
  );
}
