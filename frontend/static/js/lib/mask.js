/**
 * Vector stroke -> mask at the picture's resolution, by distance alone: no canvas, no anti-aliasing, only IEEE
 * additions, products and comparisons, so every browser paints the very same pixels.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 */
import { LATTICE, radiusAt } from "./geometry.js";

/**
 * Paint the part of a stroke from its point number `first` on into `mask`.
 * A pixel is painted when its centre lies within the segment's radius, which runs linearly between the two points.
 * @param {Uint8Array} mask  side x side, row-major; changed in place
 * @param {number} side  pixels
 * @param {Pick<Stroke, "points" | "size">} stroke
 * @param {number} [first]  index of a point (not of a number)
 */
export function paintInto(mask, side, stroke, first = 0) {
  const { points, size } = stroke;
  const last = points.length / 3 - 1;
  const scale = side / LATTICE;
  for (let i = Math.max(first, 0); i <= last; i++) {
    const from = Math.max(i - 1, 0) * 3;
    const to = i * 3;
    const [ax = 0, ay = 0, ap = 0] = points.slice(from, from + 3);
    const [bx = 0, by = 0, bp = 0] = points.slice(to, to + 3);
    capsule(
      mask,
      side,
      ax * scale,
      ay * scale,
      radiusAt(size, ap) * scale,
      bx * scale,
      by * scale,
      radiusAt(size, bp) * scale,
    );
  }
  if (first === 0 && last >= 0) touch(mask, side, (points[0] ?? 0) * scale, (points[1] ?? 0) * scale);
}

/** @param {Pick<Stroke, "points" | "size">} stroke @param {number} side @returns {Uint8Array} */
export function rasterise(stroke, side) {
  const mask = new Uint8Array(side * side);
  paintInto(mask, side, stroke);
  return mask;
}

/** The pixel under a point is always painted, however thin the brush.
 * @param {Uint8Array} mask @param {number} side @param {number} x @param {number} y  pixels */
function touch(mask, side, x, y) {
  const column = Math.min(side - 1, Math.floor(x));
  const row = Math.min(side - 1, Math.floor(y));
  mask[row * side + column] = 1;
}

/**
 * @param {Uint8Array} mask @param {number} side
 * @param {number} ax @param {number} ay @param {number} ar @param {number} bx @param {number} by @param {number} br
 */
function capsule(mask, side, ax, ay, ar, bx, by, br) {
  const reach = Math.max(ar, br);
  const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  const right = Math.min(side - 1, Math.ceil(Math.max(ax, bx) + reach));
  const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const bottom = Math.min(side - 1, Math.ceil(Math.max(ay, by) + reach));
  const dx = bx - ax;
  const dy = by - ay;
  const long = dx * dx + dy * dy;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - ax;
      const py = row + 0.5 - ay;
      const along = long > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / long)) : 0;
      const ex = px - along * dx;
      const ey = py - along * dy;
      const radius = ar + (br - ar) * along;
      if (ex * ex + ey * ey <= radius * radius) mask[row * side + column] = 1;
    }
  }
}
