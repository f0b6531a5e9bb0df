/** Which pointers may paint, how hard they press, and which of their points are worth keeping. */

const PALM_PX = 56; // a contact wider than this is a hand, not a finger
const PEN_REST_MS = 800; // fingers are ignored this long after a pen was last seen
const MIN_STEP = 10; // lattice; about a third of a pixel at 128 pixels

/**
 * @param {{pointerType: string, button: number, isPrimary: boolean, width: number, height: number}} event
 * @param {number} sincePen  ms since a pen was last seen, Infinity if never
 */
export function mayPaint(event, sincePen) {
  if (event.pointerType === "touch") {
    return event.isPrimary && sincePen > PEN_REST_MS && Math.max(event.width, event.height) < PALM_PX;
  }
  return event.button === 0 || event.button === 5; // 5: the eraser end of a pen
}

/** Pressure as a byte; only a pen's is believed. @param {{pointerType: string, pressure: number}} event */
export function pressureOf(event) {
  if (event.pointerType !== "pen") return 255;
  return Math.round(255 * Math.min(1, Math.max(0, event.pressure)));
}

/**
 * Append a point unless it is at the last one; there the harder pressure counts.
 * @param {readonly number[]} points  flat triples @param {number} x @param {number} y @param {number} pressure
 * @returns {readonly number[]} the same list when nothing changed
 */
export function withPoint(points, x, y, pressure) {
  const dx = x - (points.at(-3) ?? Infinity);
  const dy = y - (points.at(-2) ?? Infinity);
  if (points.length && dx * dx + dy * dy < MIN_STEP * MIN_STEP) {
    return pressure > (points.at(-1) ?? 0) ? [...points.slice(0, -1), pressure] : points;
  }
  return [...points, x, y, pressure];
}
