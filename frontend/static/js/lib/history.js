/**
 * Undo and redo. A timeline holds whole lists of strokes; strokes are immutable and shared, so a step costs a list.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 * @typedef {import("./types.js").Timeline} Timeline
 */

const MAX_STEPS = 200;

/** @type {Timeline} */
export const EMPTY = { past: [], present: [], future: [] };

/** @param {Timeline} timeline @param {readonly Stroke[]} strokes @returns {Timeline} */
export function record(timeline, strokes) {
  return { past: [...timeline.past, timeline.present].slice(-MAX_STEPS), present: strokes, future: [] };
}

/** @param {Timeline} timeline @returns {Timeline} */
export function undo(timeline) {
  const before = timeline.past.at(-1);
  if (!before) return timeline;
  return { past: timeline.past.slice(0, -1), present: before, future: [timeline.present, ...timeline.future] };
}

/** @param {Timeline} timeline @returns {Timeline} */
export function redo(timeline) {
  const [after, ...future] = timeline.future;
  if (!after) return timeline;
  return { past: [...timeline.past, timeline.present], present: after, future };
}
