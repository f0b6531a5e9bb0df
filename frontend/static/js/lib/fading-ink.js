/**
 * Which ink lies over the picture: that of strokes it does not hold yet, and, drying, of those it has just taken up.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 */

/** @param {() => number} dryMs  how long ink takes to dry */
export function fadingInk(dryMs) {
  /** Since when the picture holds a stroke that was fresh; Infinity: it does not yet. @type {Map<string, number>} */
  let since = new Map();

  /**
   * @param {readonly Stroke[]} strokes  finished and switched on @param {Stroke | null} draft
   * @param {(stroke: Stroke) => boolean} held  by the picture @param {number} now  ms
   * @returns {{stroke: Stroke, fresh: number, drying: boolean}[]} finished ones; fresh: 1 while the picture lacks them,
   *   then towards 0
   */
  return (strokes, draft, held, now) => {
    /** @type {typeof since} */
    const next = new Map();
    const lying = strokes.flatMap((stroke) => {
      const at = held(stroke) ? Math.min(since.get(stroke.id) ?? -Infinity, now) : Infinity;
      const drying = at < Infinity;
      const fresh = drying ? 1 - (now - at) / dryMs() : 1;
      if (!(fresh > 0)) return []; // also when it dries at once
      next.set(stroke.id, at);
      return [{ stroke, fresh, drying }];
    });
    if (draft) next.set(draft.id, Infinity);
    since = next;
    return lying;
  };
}
