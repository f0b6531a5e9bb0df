// What the shown picture holds, and which ink lies over it until it does.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FakeSocket, openPage } from "./page.mjs";

const js = "../../frontend/static/js";
const { createStore } = await import(`${js}/lib/store.js`);
const { fadingInk } = await import(`${js}/lib/fading-ink.js`);
const { openSession } = await import(`${js}/session.js`);
const { bringBrushes, finishStroke, growStroke, initialState, startStroke, strokesOf, toggleStroke, undoStroke } =
  await import(`${js}/state.js`);

const LAYER = { name: "layer4", units: 8, grid: 8 };
const MODEL = {
  id: "church",
  domain: "church",
  title: "Church",
  resolution: 16,
  sha256: "0".repeat(64),
  layers: [LAYER],
  paint_layers: ["layer4"],
};
const TREE = { id: "tree", concept: "tree", layer: "layer4", default_count: 3 };
const turn = (ms = 0) => new Promise((done) => setTimeout(done, ms));

let answers;
let session;
beforeEach(() => {
  openPage();
  answers = true;
  globalThis.fetch = async () => {
    if (!answers) throw new TypeError("no server");
    return new Response(new Uint8Array(1));
  };
  globalThis.createImageBitmap = async () => ({ width: 1, close: () => {} });
  globalThis.OffscreenCanvas = class {
    getContext = () => ({ drawImage: () => {}, getImageData: () => ({ data: new Uint8ClampedArray(4) }) });
  };
});

afterEach(() => session?.dispose());

/** A page whose picture is there and whose line stands. */
async function opened() {
  const limits = { strokes: 9, seed: 99, level: 4, mask_side_px: 512 };
  const store = createStore(bringBrushes(initialState([MODEL], limits), "church", [TREE]));
  session = openSession(store);
  FakeSocket.last.accept();
  await turn();
  assert.equal(store.state.picture, "settled");
  const paint = (x) => {
    store.update((s) => startStroke(s, [x, 100, 255]));
    store.update(finishStroke);
    return strokesOf(store.state).at(-1);
  };
  return { store, paint };
}

test("a picture holds the strokes that were asked for, however the list changes meanwhile", async () => {
  const { store, paint } = await opened();
  const first = paint(100);
  await turn(40);
  const asked = FakeSocket.last.sent.at(-1);
  assert.equal(asked.strokes.length, 1);
  const second = paint(900);
  FakeSocket.last.picture(asked.id);
  await turn();
  assert.deepEqual([...session.inks], [first.points]);
  assert.ok(!session.inks.has(second.points));
  store.update((s) => toggleStroke(toggleStroke(s, first.id), first.id));
  assert.ok(session.inks.has(strokesOf(store.state)[0].points), "off and on again it is the same stroke");
});

test("a stroke that grew after it was asked for is not held", async () => {
  const { store } = await opened();
  store.update((s) => startStroke(s, [100, 100, 255]));
  await turn(40);
  const asked = FakeSocket.last.sent.at(-1);
  store.update((s) => growStroke(s, [...s.draft.points, 900, 100, 255]));
  store.update(finishStroke);
  FakeSocket.last.picture(asked.id);
  await turn();
  assert.ok(!session.inks.has(strokesOf(store.state)[0].points));
});

test("without a server nothing new is held, and trouble stays until there is a picture", async () => {
  const { store, paint } = await opened();
  answers = false;
  FakeSocket.last.drop();
  paint(100);
  paint(900);
  await turn(5);
  assert.equal(store.state.picture, "failed");
  assert.equal(session.inks.size, 0);
  answers = true;
  store.update(undoStroke);
  assert.deepEqual([store.state.picture, store.state.trouble], ["rendering", "the server does not answer"]);
  await turn(5);
  assert.deepEqual([store.state.picture, store.state.trouble, session.inks.size], ["settled", "", 1]);
});

test("why the line is refused is said once, not at every try", async () => {
  const { store } = await opened();
  const refusal = { id: null, type: "error", error: { code: "too_many_connections", message: "too many" } };
  FakeSocket.last.say(refusal);
  assert.deepEqual(store.state.notice, { text: "No live preview: too many.", tone: "error" });
  store.update((s) => ({ ...s, notice: null }));
  FakeSocket.last.say(refusal);
  assert.equal(store.state.notice, null);
});

const BUSY = { code: "overloaded", message: "too many paintings are waiting", retry_after_s: 1 };

test("a stroke that a busy server refuses is asked for again until it is painted", async () => {
  const { store, paint } = await opened();
  paint(100);
  for (const trouble of ["the server is busy", "the server is busy"]) {
    await turn(40);
    const { id, strokes, draft } = FakeSocket.last.sent.at(-1);
    assert.deepEqual([strokes.length, draft], [1, undefined]);
    FakeSocket.last.say({ id, type: "error", error: BUSY });
    assert.equal(store.state.trouble, trouble);
    await turn(1300); // a second, and up to a quarter more
  }
  const finished = FakeSocket.last.sent.filter(({ draft }) => !draft);
  assert.equal(finished.length, 3);
  FakeSocket.last.picture(FakeSocket.last.sent.at(-1).id);
  await turn();
  assert.deepEqual([store.state.picture, store.state.trouble], ["settled", ""]);
  assert.deepEqual(
    finished.map(({ strokes: [one] }) => "mask" in one),
    [true, false, false],
    "the mask of a message that was refused for overload is kept",
  );
});

test("a mask that the server has forgotten is sent again", async () => {
  const { store, paint } = await opened();
  paint(100);
  await turn(40);
  const { id, strokes } = FakeSocket.last.sent.at(-1);
  FakeSocket.last.say({ id, type: "error", error: { code: "unknown_mask", message: "this mask is not known here" } });
  await turn(40);
  const again = FakeSocket.last.sent.at(-1);
  assert.deepEqual([again.strokes[0].mask_id, again.strokes[0].mask], [strokes[0].mask_id, strokes[0].mask]);
  assert.equal(store.state.trouble, "");
});

test("a draft that is refused waits for the next one without a word, and the finished stroke does not wait", async () => {
  const { store } = await opened();
  store.update((s) => startStroke(s, [100, 100, 255]));
  await turn(40);
  const { id, draft } = FakeSocket.last.sent.at(-1);
  assert.equal(draft, true);
  FakeSocket.last.say({ id, type: "error", error: BUSY });
  store.update((s) => growStroke(s, [...s.draft.points, 900, 100, 255]));
  await turn(100);
  assert.deepEqual([FakeSocket.last.sent.length, store.state.trouble], [1, ""]);
  store.update(finishStroke);
  await turn(40);
  assert.deepEqual([FakeSocket.last.sent.length, FakeSocket.last.sent[1].draft], [2, undefined]);
});

test("a page whose live connection is refused says why and paints by POST", async () => {
  const { store, paint } = await opened();
  const error = { code: "bad_origin", message: "this page belongs to another site" };
  FakeSocket.last.say({ id: null, type: "error", error });
  FakeSocket.last.drop();
  assert.equal(store.state.live, "refused");
  assert.equal(store.state.notice.text, "No live preview: this page belongs to another site.");
  paint(100);
  await turn(20);
  assert.equal(store.state.picture, "settled");
});

test("a browser that throws at every live connection paints by POST", async () => {
  globalThis.WebSocket = class {
    static OPEN = 1;
    constructor() {
      throw new Error("The operation is insecure");
    }
  };
  const limits = { strokes: 9, seed: 99, level: 4, mask_side_px: 512 };
  const store = createStore(bringBrushes(initialState([MODEL], limits), "church", [TREE]));
  session = openSession(store);
  await turn();
  store.update((s) => finishStroke(startStroke(s, [100, 100, 255])));
  await turn(20);
  assert.deepEqual([store.state.picture, store.state.live], ["settled", "refused"]);
});

const [A, B] = ["a", "b"].map((id) => ({ id, points: [1, 1, 255], on: true }));
const ids = (lying) => lying.map(({ stroke, fresh }) => `${stroke.id} ${fresh}`);

test("every stroke that the picture lacks is fresh, and dries once it is held", () => {
  const inks = fadingInk(() => 200);
  assert.deepEqual(ids(inks([A, B], null, () => false, 0)), ["a 1", "b 1"]);
  assert.deepEqual(ids(inks([A, B], null, () => false, 9999)), ["a 1", "b 1"], "as long as it takes");
  const half = inks([A, B], null, ({ id }) => id === "a", 10_000);
  assert.deepEqual(
    half.map(({ drying }) => drying),
    [true, false],
  );
  assert.deepEqual(ids(inks([A, B], null, ({ id }) => id === "a", 10_050)), ["a 0.75", "b 1"]);
  assert.deepEqual(ids(inks([A], null, ({ id }) => id === "a", 10_060)), ["a 0.7"], "an undone stroke has no ink");
  assert.deepEqual(ids(inks([A], null, () => true, 10_200)), []);
  assert.deepEqual(ids(inks([A], null, () => true, 10_300)), []);
});

test("a stroke that was never fresh does not dry, one that was just let go does", () => {
  const inks = fadingInk(() => 200);
  assert.deepEqual(
    inks([A], B, () => true, 0),
    [],
  );
  assert.deepEqual(ids(inks([A, B], null, () => true, 10)), ["b 1"]);
});

test("where motion is to be reduced ink is gone at once", () => {
  const inks = fadingInk(() => 0);
  assert.deepEqual(ids(inks([A], null, () => false, 0)), ["a 1"]);
  assert.deepEqual(
    inks([A], null, () => true, 5),
    [],
  );
});
