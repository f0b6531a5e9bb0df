// Views on a page of fake elements: the keyboard and what is said when something is wrong.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage, press } from "./page.mjs";

const js = "../../frontend/static/js";
const { patientImage } = await import(`${js}/lib/image.js`);
const { createStore } = await import(`${js}/lib/store.js`);
const { bringBrushes, initialState, setLook, setTool, startStroke, strokesOf, undoStroke } = await import(
  `${js}/state.js`
);
const { mountGallery } = await import(`${js}/views/gallery.js`);
const { mountKeys } = await import(`${js}/views/keys.js`);
const { mountSheet } = await import(`${js}/views/sheet.js`);
const { mountStatus } = await import(`${js}/views/status.js`);

const MODEL = { id: "church", resolution: 16, sha256: "", layers: [{ name: "layer4", units: 8, grid: 8 }] };
const TREE = { id: "tree", concept: "tree", layer: "layer4", default_count: 3 };

let find, store, said;
beforeEach(() => {
  find = openPage();
  const limits = { strokes: 9, seed: 99, level: 4, mask_side_px: 512 };
  store = createStore(bringBrushes(initialState([MODEL], limits), "church", [TREE]));
  said = [];
});

/** The picture under the keyboard. */
function picture() {
  mountKeys(store, {}, (text) => said.push(text));
  const canvas = find("#ink");
  canvas.dispatchEvent(new Event("focus"));
  return canvas;
}
const count = () => strokesOf(store.state).length;

test("holding Space puts the brush down once, holding Enter makes one dab", () => {
  const canvas = picture();
  press(canvas, " ");
  for (let i = 0; i < 3; i++) assert.ok(press(canvas, " ", { repeat: true }), "the page must not scroll either");
  assert.ok(store.state.draft);
  press(canvas, " ");
  assert.equal(count(), 1);
  press(canvas, "Enter");
  for (let i = 0; i < 3; i++) press(canvas, "Enter", { repeat: true });
  assert.equal(count(), 2);
  press(canvas, "ArrowLeft", { repeat: true });
  assert.equal(store.state.cursor.x, 2048 - 128, "arrows go on");
});

test("a stroke that was undone in the hand is not announced as drawn", () => {
  const canvas = picture();
  press(canvas, " ");
  store.update(undoStroke);
  press(canvas, " ");
  assert.deepEqual(said, ["Brush down", "Brush down"]);
  store.update((s) => setTool(s, { mode: "erase" }));
  press(canvas, "Enter");
  assert.equal(said.at(-1), "tree drawn, stroke 1", "as it was begun");
  canvas.dispatchEvent(new Event("blur"));
  assert.equal(said.length, 3);
});

test("leaving the picture ends the keyboard's stroke", () => {
  const canvas = picture();
  press(canvas, " ");
  canvas.dispatchEvent(new Event("blur"));
  assert.deepEqual([count(), store.state.draft], [1, null]);
});

test("after painting with the mouse the first key only shows where the brush is", () => {
  const canvas = picture();
  for (const key of ["Enter", " ", "ArrowLeft"]) {
    store.update((s) => ({ ...s, cursor: null }));
    assert.ok(press(canvas, key));
    assert.deepEqual([count(), store.state.draft, store.state.cursor], [0, null, { x: 2048, y: 2048 }], key);
  }
  press(canvas, "Enter");
  assert.equal(count(), 1);
});

test("while the mouse paints the keyboard leaves its stroke alone, but Escape drops it", () => {
  const canvas = picture();
  store.update((s) => startStroke({ ...s, cursor: null }, [1, 1, 255]));
  const { draft } = store.state;
  for (const key of [" ", "Enter", "ArrowLeft"]) press(canvas, key);
  canvas.dispatchEvent(new Event("blur"));
  assert.equal(store.state.draft, draft);
  press(canvas, "Escape");
  assert.equal(store.state.draft, null);
});

test("while before and after are compared, arrows move the divider and no key paints", () => {
  const canvas = picture();
  press(canvas, " ");
  store.update((s) => setLook(s, { compare: 0.5 }));
  assert.deepEqual([count(), store.state.draft], [1, null], "the stroke in the hand is finished");
  for (const key of [" ", "Enter"]) assert.ok(press(canvas, key), "the page must not scroll either");
  assert.deepEqual([count(), store.state.draft], [1, null]);
  press(canvas, "ArrowRight", { shiftKey: true });
  assert.deepEqual([store.state.look.compare, store.state.cursor], [0.625, { x: 2048, y: 2048 }]);
  press(canvas, "ArrowDown");
  assert.deepEqual([store.state.look.compare, said.at(-1)], [0.59375, "Before and after at 59%"]);
  for (let i = 0; i < 9; i++) press(canvas, "ArrowLeft", { shiftKey: true });
  assert.equal(store.state.look.compare, 0);
  store.update((s) => setLook(s, { compare: null }));
  press(canvas, "Enter");
  assert.equal(count(), 2);
});

test("the original is let go with the window, whose next keys go elsewhere", () => {
  mountSheet(store, { save: () => {}, copy: () => {} });
  press(document, "o");
  assert.equal(store.state.look.original, true);
  window.dispatchEvent(new Event("blur"));
  assert.equal(store.state.look.original, false);
  store.update((s) => setLook(s, { original: true }));
  document.dispatchEvent(Object.assign(new Event("keyup"), { key: "O" }));
  assert.equal(store.state.look.original, false);
});

test("M lights the gallery only while single-letter shortcuts are on", () => {
  let on = false;
  mountGallery({ add: () => {} }, { top: [] }, true, () => on);
  const lit = () => find("#mask").attributes.get("aria-pressed");
  press(document, "m");
  assert.equal(lit(), "true");
  on = true;
  press(document, "m");
  assert.equal(lit(), "false");
});

test("trouble is said once and stays while the next try is under way", () => {
  mountStatus(store, { current: null, retry: () => {} });
  const [trouble, text] = [find("#trouble"), find("#trouble-text")];
  const said = text.texts.length;
  for (const picture of ["failed", "rendering", "failed"]) {
    store.update((s) => ({ ...s, picture, trouble: "the server does not answer" }));
    assert.equal(trouble.hidden, false, picture);
  }
  assert.deepEqual(text.texts.slice(said), ["No new picture yet: the server does not answer. Your strokes are kept."]);
  store.update((s) => ({ ...s, picture: "settled", trouble: "" }));
  assert.equal(trouble.hidden, true);
});

test("pictures that were given up are asked for again when the line is open again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const image = patientImage({ src: "/thumb" });
  let asked = 0;
  Object.defineProperty(image, "src", { get: () => "/thumb", set: () => void asked++ });
  document.querySelectorAll = () => ("missing" in image.dataset ? [image] : []);
  mountStatus(store, { current: null, retry: () => {} });
  const fail = () => {
    image.dispatchEvent(new Event("error"));
    t.mock.timers.tick(8000);
  };
  for (let i = 0; i < 5; i++) fail();
  assert.equal(asked, 4, "after four more tries it is given up");
  for (const live of ["lost", "open"]) store.update((s) => ({ ...s, live }));
  assert.equal(asked, 5);
  for (const live of ["lost", "open"]) store.update((s) => ({ ...s, live }));
  assert.equal(asked, 5, "it is on its way");
  for (let i = 0; i < 5; i++) fail();
  assert.equal(asked, 9, "and is as patient as before");
});
