/**
 * What /look is asked: a place of a picture, a point or a brushed line, in lattice numbers.
 *
 * @typedef {import("./types.js").LookQuery} LookQuery
 */
import { toBase64 } from "./bytes.js";
import { LATTICE } from "./geometry.js";
import { rasterise } from "./mask.js";
import { maskPng } from "./png.js";
import { ROOT } from "./root.js";

export const BRUSH = 90; // diameter of a brushed line, thousandths of the side
export const FIRST_SEED = 1;
const STEP = 48; // lattice; a line keeps a point this far from the last
const MOST_POINTS = 120; // that an address has room for
const MASK_SIDE = 128;

/** @param {string} search  of an address @returns {LookQuery} */
export function readQuery(search) {
  const query = new URLSearchParams(search);
  const whole = (/** @type {string} */ name) =>
    /^\d{1,9}$/.test(query.get(name) ?? "") ? Number(query.get(name)) : null;
  const at = (query.get("at") ?? "").split(",").map((text) => (/^\d{1,4}$/.test(text) ? Number(text) : -1));
  const good =
    at.length % 2 === 0 && at.length <= 2 * MOST_POINTS && at.every((value) => value >= 0 && value <= LATTICE);
  return {
    model: query.get("model") ?? "",
    layer: query.get("layer") ?? "",
    seed: whole("seed") ?? FIRST_SEED,
    at: good ? at : [],
    unit: whole("unit"),
  };
}

/** @param {LookQuery} query */
export function queryLink({ model, layer, seed, at, unit }) {
  const query = new URLSearchParams(Object.entries({ model, layer }).filter(([, text]) => text));
  if (seed !== FIRST_SEED) query.set("seed", String(seed));
  if (at.length) query.set("at", at.join(","));
  if (unit !== null) query.set("unit", String(unit));
  const text = query.toString().replaceAll("%2C", ",");
  return text ? `${ROOT}/look?${text}` : `${ROOT}/look`;
}

/** Whether going from one to the other is a step of its own for the browser's back button, and not only filling in what
 * was left open or lighting another unit. @param {LookQuery} from @param {LookQuery} to */
export function isStep(from, to) {
  const filled = { ...from, model: from.model || to.model, layer: from.layer || to.layer };
  return queryLink({ ...filled, unit: null }) !== queryLink({ ...to, unit: null });
}

/** A line with one more point, unless it is near the last or the line is long enough.
 * @param {readonly number[]} at @param {{x: number, y: number}} point @returns {readonly number[]} the same if not
 *   added */
export function withPlace(at, { x, y }) {
  const near = Math.hypot(x - (at.at(-2) ?? Infinity), y - (at.at(-1) ?? Infinity)) < STEP;
  return near || at.length >= 2 * MOST_POINTS ? at : [...at, Math.round(x), Math.round(y)];
}

/** How the server is asked about a place: a point in 0..1, or a mask.
 * @param {readonly number[]} at @returns {{point: readonly number[]} | {mask: string}} */
export function question(at) {
  if (at.length === 2) return { point: at.map((value) => value / LATTICE) };
  const points = at.flatMap((value, i) => (i % 2 ? [value, 255] : [value]));
  return { mask: toBase64(maskPng(rasterise({ points, size: BRUSH }, MASK_SIDE), MASK_SIDE)) };
}

/** The cell of a layer's grid that a point lies in. @param {number} x @param {number} y  lattice @param {number} grid
 * cells per side @returns {{x: number, y: number, side: number}} its corner and its side, lattice */
export function cellAt(x, y, grid) {
  const side = LATTICE / grid;
  const corner = (/** @type {number} */ value) => Math.min(grid - 1, Math.floor(value / side)) * side;
  return { x: corner(x), y: corner(y), side };
}
