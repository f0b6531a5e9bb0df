/** Charts as plain geometry, in a box of 100 by 100. */
import { clamp } from "./geometry.js";

/**
 * The bars of a histogram. Most activations are near zero, so heights are logarithmic: log(1 + n).
 * @param {readonly number[]} edges  one more than counts, rising @param {readonly number[]} counts
 * @param {number} threshold  t_u: what is right of it is lit
 * @returns {readonly {x: number, width: number, height: number, dark: number, count: number}[]} per cent; dark: how
 *   much of the bar is left of the threshold
 */
export function histogramBars(edges, counts, threshold) {
  const low = edges[0] ?? 0;
  const span = (edges.at(-1) ?? 1) - low || 1;
  const most = Math.log1p(Math.max(1, ...counts));
  return counts.map((count, i) => {
    const from = edges[i] ?? 0;
    const to = edges[i + 1] ?? from;
    const height = (100 * Math.log1p(count)) / most;
    return {
      x: (100 * (from - low)) / span,
      width: (100 * (to - from)) / span,
      height,
      dark: 100 * clamp((threshold - from) / (to - from || 1), 0, 1),
      count,
    };
  });
}

/** Where a value stands between the first and the last edge, per cent. @param {readonly number[]} edges
 * @param {number} value */
export function placeOf(edges, value) {
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  return clamp((100 * (value - low)) / (high - low || 1), 0, 100);
}

/** An activation as people read it: three digits that matter. @param {number} value */
export const short = (value) => (value === 0 ? "0" : Number(value.toPrecision(3)).toString().replace("-", "−"));
