// Saving a painting and copying its link, on a page of fake elements.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage } from "./page.mjs";

const js = "../../frontend/static/js";
const { readText } = await import(`${js}/lib/png.js`);
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
function told(button) {
  store.update((s) => ({ ...s, notice: null }));
  find(button).click();
  return new Promise((done) =>
    store.subscribe(
      (s) => s.notice,
      (notice) => notice && done(notice),
    ),
  );
}

test("without a server the last picture is saved with all strokes inside, and that it lags behind is said", async (t) => {
  const files = [];
  t.mock.method(URL, "createObjectURL", (file) => `blob:${files.push(file)}`);
  t.mock.method(globalThis, "setTimeout", () => 0); // after which the address is given back
  const frame = { rgba: new Uint8ClampedArray(4), side: 1 };
  const session = { original: frame, current: frame };
  mountShare(store, session);
  paint([1, 1, 255]);
  store.update((s) => ({ ...s, picture: "rendering" }));
  assert.match((await told("#save-exact")).text, /still on its way/);
  for (const picture of ["failed", "rendering"]) {
    // it is tried again and again
    store.update((s) => ({ ...s, picture, trouble: "the server does not answer" }));
    assert.match((await told("#save-exact")).text, /^Saved. The picture lags behind your strokes/, picture);
  }
  const text = await readText(new Uint8Array(await files[1].arrayBuffer()), "unitbrush");
  assert.equal(JSON.parse(text).strokes.length, 1);
  session.original = null;
  assert.match((await told("#save-exact")).text, /still on its way/, "it is the picture of another scene");
  assert.equal(files.length, 2);
});

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
