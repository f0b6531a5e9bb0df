/** Strokes that lie over each other mix: the network is asked for all their things at once. Said once for every scene. */
import { bag } from "../lib/dom.js";
import { touchedCells } from "../lib/geometry.js";
import { inkOf } from "../lib/request.js";
import { maskSide, say, strokesOf } from "../state.js";

const GRID = 8;
const MOST_BRUSHES = 3; // in one cell, until the mixture is hard to recognise

/** The most brushes that draw in one cell. @param {readonly import("../lib/types.js").Stroke[]} strokes
 * @param {number} side  of their masks, pixels */
export function mostBrushes(strokes, side) {
  /** @type {Set<string>[]} */
  const brushes = Array.from({ length: GRID * GRID }, () => new Set());
  for (const stroke of strokes) {
    if (!stroke.on || stroke.mode !== "draw") continue;
    touchedCells(inkOf(stroke, side).mask, side, GRID).forEach((hit, cell) => {
      if (hit) brushes[cell]?.add(stroke.brush);
    });
  }
  return Math.max(...brushes.map(({ size }) => size));
}

/** @param {import("../state.js").Store} store */
export function mountOverlap(store) {
  const into = bag();
  /** @type {Set<string>} */
  const told = new Set();
  let before = strokesOf(store.state).length;
  into.add(
    store.subscribe(strokesOf, (strokes) => {
      const { state } = store;
      const page = `${state.model} ${state.seed}`;
      const added = strokes.length === before + 1;
      before = strokes.length;
      if (!added || told.has(page) || mostBrushes(strokes, maskSide(state)) <= MOST_BRUSHES) return;
      told.add(page);
      const text =
        "Many brushes overlap here, and the network mixes what they ask for. Switch older strokes off for a clearer picture.";
      store.update((s) => say(s, text));
    }),
  );
  return into.dispose;
}
