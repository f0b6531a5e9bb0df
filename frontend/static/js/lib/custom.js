/**
 * Brushes of units that somebody chose. The id of such a brush says everything, so links, saved pictures and the
 * history carry it like any other: "units layer4 150 12".
 *
 * @typedef {import("./types.js").Brush} Brush
 * @typedef {import("./types.js").Model} Model
 */

const ID = /^units ([\w.-]+)((?: \d+)+)$/;
const MOST_LEVEL = 4; // times its 0.99 quantile: at once the quantile a unit on its own is hardly seen
const LONGEST_ID = 80; // what a document takes for a name

/** @param {string} id  of any brush @returns {{layer: string, units: readonly number[]} | null} */
export function unitsIn(id) {
  const [, layer, numbers] = ID.exec(id) ?? [];
  return layer && numbers ? { layer, units: numbers.trim().split(" ").map(Number) } : null;
}

/** How strongly chosen units are drawn, as a multiple of their 0.99 quantile. @param {number} allowed  by the server */
export const chosenLevel = (allowed) => Math.min(MOST_LEVEL, allowed);

/** @param {string} layer @param {readonly number[]} units  as many as an id has room for
 * @param {string} [label]  what a single unit stands for @returns {Brush} */
export function customBrush(layer, units, label = "unit") {
  let id = `units ${layer}`;
  for (const unit of units) if (`${id} ${unit}`.length <= LONGEST_ID) id += ` ${unit}`;
  const named = unitsIn(id)?.units ?? [];
  const concept = named.length === 1 ? `${label} ${named[0]}` : `units ${named.join(", ")}`;
  return { id, concept, layer, units: named, default_count: named.length };
}

/**
 * What an address like /paint?model=…&seed=7 asks for, or, to "paint with it", one with &layer=layer4&units=150&label=door
 * too.
 * @param {string} search @param {readonly Model[]} models
 * @returns {{model: string, brush: Brush | null, seed: number | null} | null} null: it asks for nothing
 */
export function readChosen(search, models) {
  const query = new URLSearchParams(search);
  if (!query.has("model") && !query.has("units")) return null;
  const name = query.get("model") ?? "";
  const model = models.find(({ id }) => id === name);
  if (!model) throw new Error(`there is no network ${name} to paint with`);
  const digits = query.get("seed") ?? "";
  const seed = /^\d{1,9}$/.test(digits) ? Number(digits) : null;
  if (!query.has("units")) return { model: name, brush: null, seed };
  const layer = model.layers.find((one) => one.name === query.get("layer"));
  if (!layer) throw new Error(`${name} has no layer ${query.get("layer") ?? ""}`);
  const units = (query.get("units") ?? "").split(",").map((text) => (/^\d+$/.test(text) ? Number(text) : NaN));
  if (!units.every((unit) => unit < layer.units)) throw new Error(`${layer.name} has units 0 to ${layer.units - 1}`);
  const label = /^[a-z][a-z -]{0,39}$/.exec(query.get("label") ?? "")?.[0];
  return { model: name, brush: customBrush(layer.name, units, label), seed };
}
