/**
 * Coordinate frames of the picture.
 *
 * - client px: what pointer events carry; converted with the box measured at event time
 * - lattice: integers 0..LATTICE over the picture's side; what strokes store
 * - pixel: 0..side-1, centre at +0.5
 * - cell: 0..grid-1 of a feature grid
 */

export const LATTICE = 4096;

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Client pixels -> lattice, kept inside the picture.
 * @param {{clientX: number, clientY: number}} event
 * @param {{left: number, top: number, width: number, height: number}} box  CSS px
 */
export function toLattice(event, box) {
  return {
    x: clamp(Math.round(((event.clientX - box.left) / box.width) * LATTICE), 0, LATTICE),
    y: clamp(Math.round(((event.clientY - box.top) / box.height) * LATTICE), 0, LATTICE),
  };
}

/**
 * Radius of a stroke at one of its points, in lattice units. A pen at no pressure draws 30% of the full width.
 * @param {number} size  thousandths of the side @param {number} pressure  0..255
 */
export function radiusAt(size, pressure) {
  return ((size * LATTICE) / 2000) * (0.3 + (0.7 * pressure) / 255);
}

/**
 * Which cells of a feature grid a mask touches: adaptive max pooling, the same rule as the server's.
 * @param {Uint8Array} mask  side x side, row-major, 0 or 1
 * @param {number} side @param {number} grid
 * @returns {Uint8Array} grid x grid, row-major
 */
export function touchedCells(mask, side, grid) {
  const cells = new Uint8Array(grid * grid);
  for (let row = 0; row < grid; row++) {
    const top = Math.floor((row * side) / grid);
    const bottom = Math.ceil(((row + 1) * side) / grid);
    for (let column = 0; column < grid; column++) {
      const left = Math.floor((column * side) / grid);
      const right = Math.ceil(((column + 1) * side) / grid);
      let hit = 0;
      for (let y = top; y < bottom && !hit; y++) {
        for (let x = left; x < right && !hit; x++) hit = mask[y * side + x] ?? 0;
      }
      cells[row * grid + column] = hit;
    }
  }
  return cells;
}
