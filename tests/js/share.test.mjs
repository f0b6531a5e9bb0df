// Saving a painting and copying its link, on a page of fake elements.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage } from "./page.mjs";

const js = "../../frontend/static/js";
const { chunks, maskPng, readText } = await import(`${js}/lib/png.js`);
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

test("what is saved is the server's own file, with all strokes inside", async (t) => {
  const files = [];
  t.mock.method(URL, "createObjectURL", (file) => `blob:${files.push(file)}`);
  t.mock.method(globalThis, "setTimeout", () => 0); // after which the address is given back
  const ours = maskPng(new Uint8Array(64), 8);
  const asked = [];
  t.mock.method(globalThis, "fetch", async (path, { body }) => {
    asked.push([path, JSON.parse(body)]);
    return new Response(ours);
  });
  mountShare(store);
  paint([1, 1, 255]);
  assert.match((await told("#save-exact")).text, /^Saved/);
  assert.match((await told("#save-large")).text, /^Saved/);
  assert.deepEqual(
    asked.map(([path, { format, scale, strokes }]) => [path, format, scale, strokes.length]),
    [
      ["/api/render", "png", 1, 1],
      ["/api/render", "png", 64, 1],
    ],
  );
  const saved = new Uint8Array(await files[0].arrayBuffer());
  assert.equal(JSON.parse(await readText(saved, "unitbrush")).strokes.length, 1);
  const data = (file) => chunks(file).find(({ type }) => type === "IDAT").data;
  assert.deepEqual(data(saved), data(ours));
});

test("without a server nothing is saved, and how to keep the strokes is said", async (t) => {
  t.mock.method(globalThis, "fetch", async () => {
    throw new TypeError("no server");
  });
  mountShare(store);
  paint([1, 1, 255]);
  assert.match((await told("#save-exact")).text, /the server does not answer. “Copy link” keeps your strokes/);
});

test("a painting that is too large for a link is not copied, and what to do instead is said", async () => {
  const copied = [];
  const clipboard = { writeText: async (link) => void copied.push(link) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { clipboard } });
  mountShare(store);
  paint([1, 1, 255]);
  assert.equal((await told("#link")).text, "Link copied. It opens this very painting.");
  const points = Array.from({ length: 60_000 }, (_, i) => (i % 3 === 2 ? 255 : (i * 1999) % 4096));
  for (let i = 0; i < 20; i++) paint(points);
  const { text, tone } = await told("#link");
  assert.match(text, /too large for a link. Save the picture/);
  assert.deepEqual([tone, copied.length], ["error", 1]);
});
