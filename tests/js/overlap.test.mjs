// Strokes that lie over each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const { mostBrushes } = await import("../../frontend/static/js/views/overlap.js");

const stroke = (brush, x, over = {}) => ({
  id: brush,
  brush,
  mode: "draw",
  size: 100,
  points: [x, 2000, 255],
  on: true,
  ...over,
});

test("brushes that draw in one cell are counted once each, not what is erased, off or elsewhere", () => {
  assert.equal(mostBrushes([], 64), 0);
  const strokes = [stroke("tree", 1000), stroke("tree", 1010), stroke("door", 1000), stroke("cloud", 3500)];
  assert.equal(mostBrushes(strokes, 64), 2);
  assert.equal(
    mostBrushes([...strokes, stroke("bush", 1000, { on: false }), stroke("path", 1000, { mode: "erase" })], 64),
    2,
  );
  assert.equal(mostBrushes([...strokes, stroke("bush", 1000)], 64), 3);
});
