// Saving a painting and copying its link, on a page of fake elements.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage } from "./page.mjs";

const js = "../../frontend/static/js";
const { createStore } = await import(`${js}/lib/store.js`);
const { bringBrushes, finishStroke, initialState, startStroke } = await import(`${js}/state.js`);
const { mountShare } = await import(`${js}/views/share.js`);

const MODEL = { id: "church", domain: "church", resolution: 16, sha256: "0".repeat(64), layers: [] };
const TREE = { id: "tree", concept: "tree", layer: "layer4", default_count: 3 };

let find, store;
beforeEach(() => {
  find = openPage();
  const limits = { strokes: 99, seed: 99, level: 4, mask_side_px: 512 };
  store = createStore(bringBrushes(initialState([MODEL], limits), "church", [TREE]));
});

/** @param {readonly number[]} points */
function paint(points) {
  store.update((s) => startStroke(s, points));
  store.update(finishStroke);
}

/** What is said after a click on a button. */
async function told(button) {
  store.update((s) => ({ ...s, notice: null }));
  find(button).click();
  for (let i = 0; i < 100 && !store.state.notice; i++) await new Promise((done) => setTimeout(done, 10));
  return store.state.notice;
}

test("a painting that is too large for a link is not copied, and what to do instead is said", async () => {
  const copied = [];
  const clipboard = { writeText: async (link) => void copied.push(link) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { clipboard } });
  mountShare(store, {});
  paint([1, 1, 255]);
  assert.equal((await told("#link")).text, "Link copied. It opens this very painting.");
  const points = Array.from({ length: 60_000 }, (_, i) => (i % 3 === 2 ? 255 : (i * 1999) % 4096));
  for (let i = 0; i < 20; i++) paint(points);
  const { text, tone } = await told("#link");
  assert.match(text, /too large for a link. Save the picture/);
  assert.deepEqual([tone, copied.length], ["error", 1]);
});
