/**
 * Strokes -> what the server is asked. The mask of a stroke is made once and has a number; one that the connection has
 * already carried is named by it.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 * @typedef {{mask: Uint8Array, base64: string, number: number}} Ink
 */
import { toBase64 } from "./bytes.js";
import { unitsIn } from "./custom.js";
import { paintInto, rasterise } from "./mask.js";
import { maskPng } from "./png.js";

/** @type {WeakMap<readonly number[], Map<string, Ink>>} by the points, which toggled copies of a stroke share */
const made = new WeakMap();
let masks = 0;

/** The finished stroke's mask and its file. @param {Stroke} stroke @param {number} side @returns {Ink} */
export function inkOf(stroke, side) {
  const bySize = made.get(stroke.points) ?? new Map();
  const key = `${side}:${stroke.size}`;
  const known = bySize.get(key);
  if (known) return known;
  const mask = rasterise(stroke, side);
  const ink = { mask, base64: toBase64(maskPng(mask, side)), number: masks++ };
  made.set(stroke.points, bySize.set(key, ink));
  return ink;
}

/** The mask of a growing stroke, painting only what was added since the last call, and its last point again, which may
 * have been pressed harder. */
export function growingMask() {
  let mask = new Uint8Array();
  let id = "";
  let done = 0;
  return (/** @type {Stroke} */ stroke, /** @type {number} */ side) => {
    if (stroke.id !== id || mask.length !== side * side || done > stroke.points.length / 3) {
      mask = new Uint8Array(side * side);
      id = stroke.id;
      done = 0;
    }
    paintInto(mask, side, stroke, Math.max(0, done - 1));
    done = stroke.points.length / 3;
    return mask;
  };
}

/**
 * One stroke as the API has it.
 * @param {Stroke} stroke @param {{mask?: string, mask_id?: number}} mask @param {number} level  of chosen units
 */
function toWire(stroke, mask, level) {
  const chosen = unitsIn(stroke.brush);
  return {
    ...(chosen && { ...chosen, ...(stroke.mode === "draw" && { level }) }),
    ...(!chosen && { concept: stroke.brush, count: stroke.count, ...(stroke.layer && { layer: stroke.layer }) }),
    mode: stroke.mode,
    strength: stroke.strength / 100,
    ...mask,
  };
}

/**
 * @param {readonly Stroke[]} strokes  finished and switched on
 * @param {{stroke: Stroke, mask: Uint8Array} | null} draft
 * @param {number} side
 * @param {Set<number> | null} known  numbers of masks that the connection has carried, added to; null = by POST, where
 *   every mask is whole
 * @param {number} level  of units that somebody chose; brushes have their own
 */
export function wireStrokes(strokes, draft, side, known, level) {
  const wired = strokes.map((stroke) => {
    const ink = inkOf(stroke, side);
    if (!known) return toWire(stroke, { mask: ink.base64 }, level);
    if (known.has(ink.number)) return toWire(stroke, { mask_id: ink.number }, level);
    known.add(ink.number);
    return toWire(stroke, { mask: ink.base64, mask_id: ink.number }, level);
  });
  if (draft) wired.push(toWire(draft.stroke, { mask: toBase64(maskPng(draft.mask, side)) }, level));
  return wired;
}
