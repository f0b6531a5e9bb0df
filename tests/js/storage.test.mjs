// What outlives a reload, with a storage and a window of our own.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** localStorage: methods on the prototype, entries as own keys; `room` in characters. */
class Storage {
  static room = Infinity;
  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }
  setItem(name, text) {
    const others = Object.keys(this).filter((key) => key !== name && key.startsWith("unitbrush.page."));
    const used = others.reduce((sum, key) => sum + this[key].length, 0);
    if (name.startsWith("unitbrush.page.") && used + text.length > Storage.room) throw new Error("quota");
    this[name] = text;
  }
  removeItem(name) {
    delete this[name];
  }
}
let reloads = 0;
globalThis.location = { reload: () => reloads++ };

const js = "../../frontend/static/js";
const { LIMITS, pageKey } = await import(`${js}/lib/document.js`);
const { createStore } = await import(`${js}/lib/store.js`);
const state = await import(`${js}/state.js`);
const { autosave, restored } = await import(`${js}/storage.js`);
const { initialState, openPage, openPainting, strokesOf, undoStroke } = state;

const MODELS = ["church", "kitchen"].map((id) => ({
  id,
  title: id,
  domain: id,
  resolution: 64,
  sha256: "0123abcd",
  layers: [],
  paint_layers: [],
}));
const LIMIT = { strokes: 500, seed: 999_999, level: 4 };
const BRUSH = { id: "tree", concept: "tree", layer: "layer4", default_count: 20 };
const POINTS = [100, 100, 255, 400, 400, 255];
const PAGE = "unitbrush.page.church:1";

beforeEach(() => {
  Storage.room = Infinity;
  globalThis.localStorage = new Storage();
  globalThis.window = Object.assign(new EventTarget(), { setTimeout: () => 0 });
});

/** A tab: what is saved is opened; `leave` saves and closes it. */
function open(limits = LIMIT) {
  const found = restored({ ...initialState(MODELS, limits), brushes: { church: [BRUSH], kitchen: [BRUSH] } });
  const store = createStore(openPage(found, found.model, found.last[found.model] ?? 1));
  const leave = autosave(store);
  const paint = (points = POINTS) => {
    store.update((s) => state.startStroke(s, points));
    store.update(state.finishStroke);
  };
  const save = () => window.dispatchEvent(new Event("pagehide"));
  const count = () => strokesOf(store.state).length;
  return { store, leave, paint, save, count };
}

const painting = (...sizes) => ({
  model: "church",
  seed: 1,
  strokes: sizes.map((size) => ({
    id: `${size}`,
    brush: "tree",
    mode: "draw",
    size,
    strength: 100,
    count: 20,
    layer: null,
    points: POINTS,
    on: true,
  })),
});

test("a link over one's own strokes says so, and they are one undo away even after a reload", () => {
  const first = open();
  first.paint();
  first.store.update((s) => openPainting(s, painting(50, 60)));
  assert.equal(first.store.state.notice.text, "Your own strokes are one Undo away.");
  first.store.update((s) => openPainting(s, painting(70, 80, 90), "Opened tree.png."));
  assert.equal(first.store.state.notice.text, "Opened tree.png. Your own strokes are one Undo away.");
  first.leave();

  const second = open();
  assert.equal(second.count(), 3);
  second.store.update(undoStroke);
  assert.equal(second.count(), 2);
  second.store.update(undoStroke);
  assert.equal(second.count(), 1);
  second.leave();

  const third = open();
  assert.equal(third.count(), 1);
});

test("a link over nothing, or to what is there already, replaces nothing", () => {
  const { store } = open();
  store.update((s) => openPainting(s, painting(50)));
  store.update((s) => openPainting(s, painting(50)));
  assert.equal(store.state.notice, null);
  assert.deepEqual(state.timelineOf(store.state).kept, []);
});

test("two tabs on one scene follow each other, one undo apart, and never answer each other", () => {
  const one = open();
  one.paint();
  one.save();
  const saved = localStorage.getItem(PAGE);
  localStorage.removeItem(PAGE);
  const other = open();
  const tell = (newValue) => window.dispatchEvent(Object.assign(new Event("storage"), { key: PAGE, newValue }));
  tell(saved);
  assert.equal(other.count(), 1);
  other.save();
  assert.equal(localStorage.getItem(PAGE), null, "what another tab saved is not saved again");
  other.store.update(undoStroke);
  assert.equal(other.count(), 0);
  other.paint();
  other.paint();
  tell(saved);
  assert.equal(other.count(), 2, "strokes that are not saved yet are newer");
  other.save();
  tell(null);
  assert.equal(other.count(), 2, "an entry that made room elsewhere stays in sight here");
});

test("a tab hears that another one cleared the scene", () => {
  const heard = [];
  const set = Storage.prototype.setItem;
  localStorage.setItem = function record(name, text) {
    if (name === PAGE) heard.push(JSON.parse(text).strokes.length);
    set.call(this, name, text);
  };
  const { store, paint, save } = open();
  paint();
  save();
  store.update(state.clearStrokes);
  save();
  assert.deepEqual(heard, [1, 0]);
});

test("what was cleared or undone is one step away after a reload, and a step costs no second copy of a stroke", () => {
  const first = open();
  for (let i = 0; i < 30; i++) first.paint();
  first.store.update(state.clearStrokes);
  first.leave();
  assert.equal(JSON.parse(localStorage.getItem(PAGE)).others.length, 30);

  const second = open();
  assert.equal(second.count(), 0);
  second.store.update(undoStroke);
  assert.equal(second.count(), 30);
  for (let i = 0; i < 20; i++) second.store.update(undoStroke);
  assert.equal(second.count(), 23, "the last eight steps are kept");
  second.leave();

  const third = open();
  for (let i = 0; i < 7; i++) third.store.update(state.redoStroke);
  assert.equal(third.count(), 30);
  third.store.update(state.redoStroke);
  assert.equal(third.count(), 0);
});

test("a cleared scene makes way before any painting", () => {
  const { store, paint, save } = open();
  paint();
  save();
  store.update((s) => openPage(s, "church", 2));
  paint();
  paint();
  store.update(state.clearStrokes);
  save();
  store.update((s) => openPage(s, "church", 3));
  paint();
  Storage.room = localStorage.getItem(PAGE).length * 3;
  save();
  const left = Object.keys(localStorage).filter((name) => name.startsWith("unitbrush.page."));
  assert.deepEqual([left.sort(), store.state.notice], [[PAGE, "unitbrush.page.church:3"], null]);
});

test("a page that the back button brings back is loaded again", () => {
  open();
  const before = reloads;
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  assert.equal(reloads, before);
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assert.equal(reloads, before + 1);
});

test("what cannot be read is left alone, also when room is short", () => {
  const foreign = JSON.stringify({ unitbrush: 9, saved: 1 });
  localStorage.setItem("unitbrush.page.church:5", foreign);
  const { paint, save } = open();
  paint();
  save();
  Storage.room = 10;
  paint();
  save();
  assert.equal(localStorage.getItem("unitbrush.page.church:5"), foreign);
});

test("a stroke that never ends and a painting as long as the server allows are read again", () => {
  const long = open({ ...LIMIT, strokes: 501 });
  const points = Array.from({ length: LIMITS.points * 3 + 30 }, (_, i) => (i % 3 === 2 ? 255 : i % 4096));
  long.store.update((s) => state.startStroke(s, points.slice(0, 3)));
  long.store.update((s) => state.growStroke(s, points));
  assert.equal(long.store.state.draft.points.length, LIMITS.points * 3);
  const full = long.store.state;
  long.store.update((s) => state.growStroke(s, [...full.draft.points, 1, 1, 255]));
  assert.equal(long.store.state, full, "it stops growing");
  long.store.update(state.finishStroke);
  for (let i = 1; i < 501; i++) long.paint();
  long.leave();
  assert.equal(open({ ...LIMIT, strokes: 501 }).count(), 501);
});

test("many scenes are kept, and nothing goes for want of room before that was said", () => {
  const { store, paint, save } = open();
  const entries = () => Object.keys(localStorage).filter((name) => name.startsWith("unitbrush.page.")).length;
  let now = 1;
  const clock = Date.now;
  Date.now = () => now++;
  for (let seed = 1; seed <= 70; seed++) {
    store.update((s) => openPage(s, "church", seed));
    for (let strokes = seed === 1 ? 5 : 1; strokes; strokes--) paint();
    save();
  }
  Date.now = clock;
  assert.equal(entries(), 70);
  assert.equal(store.state.notice, null);
  Storage.room = Object.entries(localStorage).reduce(
    (sum, [name, text]) => sum + (name.startsWith("unitbrush.page.") ? text.length : 0),
    20,
  );
  paint();
  save();
  assert.match(store.state.notice.text, /scene 1 of church/);
  assert.equal(entries(), 70);
  paint();
  save();
  assert.equal(localStorage.getItem(PAGE), null);
  assert.equal(JSON.parse(localStorage.getItem("unitbrush.page.church:70")).strokes.length, 3);
});

test("of the painted scenes the newest comes first, also after a reload", () => {
  const { store, paint, save, leave } = open();
  const clock = Date.now;
  for (const [i, seed] of [20, 3, 100].entries()) {
    store.update((s) => openPage(s, "church", seed));
    paint();
    Date.now = () => clock() + i;
    save();
  }
  Date.now = clock;
  store.update((s) => openPage(s, "church", 7));
  assert.deepEqual(state.paintedScenes(store.state), [100, 3, 20]);
  leave();
  assert.deepEqual(state.paintedScenes(open().store.state), [100, 3, 20]);
});

test("a world opens where it was left, also after a reload", () => {
  const { store, leave } = open();
  for (const seed of [5, 9, 5]) store.update((s) => openPage(s, "church", seed));
  store.update((s) => openPage(s, "kitchen", 3));
  assert.equal(store.state.last.church, 5);
  leave();
  const { last, model, seed } = open().store.state;
  assert.deepEqual([last.church, last.kitchen, model, seed], [5, 3, "kitchen", 3]);
  localStorage.setItem("unitbrush.choices", JSON.stringify({ model: "church", last: { church: 1e99, kitchen: "x" } }));
  assert.deepEqual(restored(initialState(MODELS, LIMIT)).last, {});
});

test("painted pages are known by their key", () => assert.equal(`unitbrush.page.${pageKey("church", 1)}`, PAGE));
