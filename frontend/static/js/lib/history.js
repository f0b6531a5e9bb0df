/**
 * Undo and redo. A timeline holds whole lists of strokes; strokes are immutable and shared, so a step costs a list.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 * @typedef {import("./types.js").Timeline} Timeline
 */

import { sameStrokes } from "./document.js";

const MAX_STEPS = 200;
const MAX_KEPT = 8;

/** @type {Timeline} */
export const EMPTY = { past: [], present: [], future: [], kept: [] };

/** @param {Timeline} timeline @param {readonly Stroke[]} strokes @returns {Timeline} */
export function record(timeline, strokes) {
  const past = [...timeline.past, timeline.present].slice(-MAX_STEPS);
  return { ...timeline, past, present: strokes, future: [] };
}

/** As `record`, for strokes of somebody else: one's own are kept. @param {Timeline} timeline
 * @param {readonly Stroke[]} strokes @returns {Timeline} */
export function replace(timeline, strokes) {
  const { kept, present } = timeline;
  const known = !present.length || kept.some((own) => sameStrokes(own, present));
  return { ...record(timeline, strokes), kept: known ? kept : [...kept, present].slice(-MAX_KEPT) };
}

/** @param {Timeline} timeline @returns {Timeline} */
export function undo(timeline) {
  const before = timeline.past.at(-1);
  if (!before) return timeline;
  return {
    ...timeline,
    past: timeline.past.slice(0, -1),
    present: before,
    future: [timeline.present, ...timeline.future],
  };
}

/** @param {Timeline} timeline @returns {Timeline} */
export function redo(timeline) {
  const [after, ...future] = timeline.future;
  if (!after) return timeline;
  return { ...timeline, past: [...timeline.past, timeline.present], present: after, future };
}
