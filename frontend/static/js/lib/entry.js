/**
 * A painted page as the browser's storage holds it: a document, and the steps around it. Steps share most strokes, so
 * each stroke is there once and a step is a list of places: first in the document's strokes, then in the others.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 * @typedef {import("./types.js").Painting} Painting
 * @typedef {import("./types.js").Timeline} Timeline
 */
import { nameless, readPainting, sameStrokes, toJson } from "./document.js";

const STEPS_SAVED = 8; // that undo, and as many that redo

/** @param {Omit<Painting, "strokes">} page @param {Timeline} timeline  -> plain JSON value */
export function toEntry(page, { past, present, future, kept }) {
  const steps = { past: past.slice(-STEPS_SAVED), future: future.slice(0, STEPS_SAVED), kept };
  const all = [...new Set([...present, ...Object.values(steps).flat(2)])];
  const placeOf = new Map(all.map((stroke, place) => [stroke, place]));
  const places = Object.entries(steps).map(([name, lists]) => [
    name,
    lists.map((strokes) => strokes.map((stroke) => placeOf.get(stroke))),
  ]);
  const others = nameless(all.slice(present.length));
  return { ...toJson({ ...page, strokes: present }), others, ...Object.fromEntries(places) };
}

/** The reverse; throws an Error for anything else.
 * @param {unknown} value @param {number} most  strokes that the server paints
 * @returns {{model: string, seed: number, timeline: Timeline}} */
export function readEntry(value, most) {
  const { model, seed, strokes: present } = readPainting(value, most);
  const source = /** @type {Record<string, unknown>} */ (value);
  const others = readPainting({ ...source, strokes: source["others"] ?? [] }, Infinity).strokes;
  const all = [...present, ...others];
  const steps = (/** @type {string} */ name) =>
    /** @type {number[][]} */ (source[name] ?? [])
      .map((places) => places.flatMap((place) => all[place] ?? []))
      .filter((strokes) => strokes.length <= most);
  const [past, future, kept] = [steps("past"), steps("future"), steps("kept")];
  const known = [...past, present, ...future];
  const own = kept.filter((strokes) => !known.some((step) => sameStrokes(step, strokes)));
  return { model, seed, timeline: { past: [...own, ...past], present, future, kept } };
}
