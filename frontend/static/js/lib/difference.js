/** Where two pictures differ, as a picture: the grey original, and the change in a warm light over it. */

/** Mean absolute difference of the three channels, 0..255. @param {Uint8ClampedArray} a @param {Uint8ClampedArray} b
 * @param {number} at  index of the red byte */
function distance(a, b, at) {
  let sum = 0;
  for (let c = 0; c < 3; c++) sum += Math.abs((a[at + c] ?? 0) - (b[at + c] ?? 0));
  return sum / 3;
}

/**
 * @param {Uint8ClampedArray} before  side x side x 4 RGBA @param {Uint8ClampedArray} after  same
 * @returns {{rgba: Uint8ClampedArray<ArrayBuffer>, share: number}} share: pixels that moved by more than 8 of 255
 */
export function difference(before, after) {
  const rgba = new Uint8ClampedArray(before.length);
  let moved = 0;
  for (let at = 0; at < before.length; at += 4) {
    const change = distance(before, after, at);
    if (change > 8) moved++;
    const grey = 0.3 * (before[at] ?? 0) + 0.59 * (before[at + 1] ?? 0) + 0.11 * (before[at + 2] ?? 0);
    const base = 24 + grey * 0.34;
    const heat = Math.min(1, change / 72);
    rgba[at] = base + (255 - base) * heat;
    rgba[at + 1] = base + (186 - base) * heat;
    rgba[at + 2] = base * (1 - heat) + 28 * heat;
    rgba[at + 3] = 255;
  }
  return { rgba, share: before.length ? moved / (before.length / 4) : 0 };
}
