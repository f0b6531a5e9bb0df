// Mouse, finger and pen: how a stroke ends, however the browser tells it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage } from "./page.mjs";

const js = "../../frontend/static/js";
const { createStore } = await import(`${js}/lib/store.js`);
const { bringBrushes, initialState, strokesOf } = await import(`${js}/state.js`);
const { mountPointer } = await import(`${js}/views/pointer.js`);

const MODEL = { id: "church", resolution: 16, sha256: "", layers: [{ name: "layer4", units: 8, grid: 8 }] };
const TREE = { id: "tree", concept: "tree", layer: "layer4", default_count: 3 };

let canvas, store;
beforeEach(() => {
  const find = openPage();
  const limits = { strokes: 9, seed: 99, level: 4, mask_side_px: 512 };
  store = createStore(bringBrushes(initialState([MODEL], limits), "church", [TREE]));
  canvas = find("#ink");
  mountPointer(store, {}, { ring: null }, () => {});
});

function point(type, pointerId, pointerType, x) {
  const event = new Event(type, { cancelable: true });
  Object.assign(event, { pointerId, pointerType, isPrimary: true, button: type === "pointermove" ? -1 : 0 });
  Object.assign(event, { clientX: x, clientY: x, width: 9, height: 9, pressure: 0.5 });
  canvas.dispatchEvent(event);
}
const painted = () => strokesOf(store.state).map(({ points }) => points.length / 3);

for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
  test(`a stroke is finished by ${end}, once`, () => {
    point("pointerdown", 7, "pen", 20);
    point("pointermove", 7, "pen", 60);
    point(end, 7, "pen", 60);
    point("lostpointercapture", 7, "pen", 60);
    assert.deepEqual(painted(), [2]);
    assert.equal(store.state.draft, null);
  });
}

test("when the end of a stroke got lost, the next contact finishes it and paints", () => {
  for (const [kind, first, second] of [
    ["pen", 7, 8],
    ["mouse", 1, 1],
  ]) {
    point("pointerdown", first, kind, 20);
    point("pointermove", first, kind, 60);
    point("pointerdown", second, kind, 30);
    point("pointermove", second, kind, 50);
    point("pointerup", second, kind, 50);
  }
  assert.deepEqual(painted(), [2, 2, 2, 2]);
});

test("a palm beside the pen changes nothing", () => {
  point("pointerdown", 7, "pen", 20);
  point("pointerdown", 8, "touch", 80);
  point("pointerup", 8, "touch", 80);
  assert.ok(store.state.draft);
  point("pointerup", 7, "pen", 20);
});

test("a second finger drops the stroke of the first", () => {
  point("pointerdown", 1, "touch", 20);
  point("pointerdown", 2, "touch", 80);
  point("pointerup", 1, "touch", 20);
  assert.deepEqual([painted(), store.state.draft], [[], null]);
});
