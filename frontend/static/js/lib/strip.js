/** Which scenes the strip shows. */

const SHOWN = 12; // more only where more are painted

/**
 * @param {object} scenes  seeds
 * @param {readonly number[]} scenes.before  the strip as it is, kept so that nothing jumps
 * @param {number} scenes.open
 * @param {readonly number[]} scenes.visited  newest first
 * @param {readonly number[]} scenes.painted  newest first
 * @param {readonly number[]} scenes.good  to fill up with: those the brushes are shown on
 * @returns {number[]}
 */
export function stripOrder({ before, open, visited, painted, good }) {
  const fresh = [open, ...visited, ...painted].filter((seed) => !before.includes(seed));
  const numbers = Array.from({ length: SHOWN }, (_, i) => i + 1);
  const seeds = [...new Set([...fresh, ...before, ...good, ...numbers])];
  const needed = new Set([open, ...painted]);
  let room = Math.max(SHOWN, needed.size) - needed.size;
  return seeds.filter((seed) => needed.has(seed) || room-- > 0);
}
