/**
 * The comparison of layers (Fig. 1E, 3C of the paper) as data.
 *
 * @typedef {import("./types.js").Layers} Layers
 * @typedef {import("./types.js").LayerSummary} LayerSummary
 * @typedef {{model: string, layer: string, category: string}} Block  the concepts of one category in one layer
 */
import { clamp } from "./geometry.js";
import { ROOT } from "./root.js";
import { CATEGORIES } from "./wall.js";

const TALLEST = 16; // cells
const MOST_BESIDE = 8; // layers that are told apart in half a window

/** Distinct concepts of a category. @param {LayerSummary} layer @param {string} category */
export const distinct = (layer, category) => layer.concepts[category]?.length ?? 0;

/** Cells side by side in every tower: wide ones where there are few, and the tallest stays in sight.
 * @param {readonly Layers[]} all */
export function cellsAcross(all) {
  const most = Math.max(1, ...all.map(({ layers }) => layers.length));
  const rows = (/** @type {LayerSummary} */ layer, /** @type {number} */ across) =>
    CATEGORIES.reduce((sum, category) => sum + Math.ceil(distinct(layer, category) / across), 0);
  let across = clamp(Math.floor(24 / most), 3, 6);
  while (across < 8 && all.some(({ layers }) => layers.some((layer) => rows(layer, across) > TALLEST))) across++;
  return across;
}

/** Whether every network takes the whole width. @param {readonly Layers[]} all */
export const stacked = (all) => all.some(({ layers }) => layers.length > MOST_BESIDE);

/** Where to begin: the wanted layer if it is dissected, else the one with most labelled units, "" if there is none.
 * @param {Layers} of @param {string} [wanted] */
export function layerIn({ layers }, wanted) {
  if (layers.some(({ layer }) => layer === wanted)) return wanted ?? "";
  return [...layers].sort((a, b) => b.labelled - a.labelled)[0]?.layer ?? "";
}

/** The layer with most distinct concepts of a category, the first of equals; null where there is none.
 * @param {Layers} of @param {string} category @returns {LayerSummary | null} */
export function peak({ layers }, category) {
  const [first] = [...layers].sort((a, b) => distinct(b, category) - distinct(a, category));
  return first && distinct(first, category) ? first : null;
}

/** @param {string} model @param {string} beside  "" = nothing @param {Block | null} [block]  whose names are shown */
export function layersLink(model, beside, block) {
  const query = new URLSearchParams();
  if (beside) query.set("with", beside);
  if (block) {
    if (block.model !== model) query.set("in", block.model);
    query.set("layer", block.layer);
    query.set("category", block.category);
  }
  const text = query.toString();
  return `${ROOT}/layers/${encodeURIComponent(model)}${text && "?"}${text}`;
}

/** The block that an address names, or else the richest one of objects. @param {string} search
 * @param {readonly Layers[]} all @returns {Block | null} */
export function readBlock(search, all) {
  const query = new URLSearchParams(search);
  const model = query.get("in") ?? all[0]?.model ?? "";
  const layer = query.get("layer") ?? "";
  const category = query.get("category") ?? "";
  const found = all.find((one) => one.model === model)?.layers.find((one) => one.layer === layer);
  if (found && distinct(found, category)) return { model, layer, category };
  for (const one of CATEGORIES) {
    const best = all[0] && peak(all[0], one);
    if (all[0] && best) return { model: all[0].model, layer: best.layer, category: one };
  }
  return null;
}

/** How many units of a layer are labelled, and how many would be by chance. @param {LayerSummary} layer */
export const labelledWords = ({ labelled, units, by_chance }) =>
  `${labelled} of ${units} units labelled${by_chance === null ? "" : `, ${Math.round(by_chance)} by chance alone`}`;
