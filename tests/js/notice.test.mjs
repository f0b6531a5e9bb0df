// How long notices stay, with a document of our own.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

class Element extends EventTarget {
  hidden = true;
  textContent = "";
  classList = { toggle() {} };
}
const elements = {};
globalThis.window = globalThis;
globalThis.HTMLElement = globalThis.HTMLButtonElement = Element;
globalThis.document = { querySelector: (selector) => (elements[selector] ??= new Element()) };
const js = "../../frontend/static/js";
const { createStore } = await import(`${js}/lib/store.js`);
const { initialState, say, setTool } = await import(`${js}/state.js`);
const { mountNotice } = await import(`${js}/views/notice.js`);

mock.timers.enable({ apis: ["setTimeout"] });
const open = (notice = null) => {
  const store = createStore({ ...initialState([], {}), notice });
  mountNotice(store);
  return { store, box: elements["#notice"], spoken: elements["#spoken"] };
};

test("news goes by itself and is spoken by a region that is always there", () => {
  const { store, box, spoken } = open();
  store.update((s) => say(s, "Link copied."));
  assert.deepEqual([box.hidden, spoken.textContent], [false, "Link copied."]);
  mock.timers.tick(5000);
  assert.equal(box.hidden, true);
});

test("what went wrong stays until the next action", () => {
  const { store, box } = open({ text: "This link is damaged.", tone: "error" });
  mock.timers.tick(60_000);
  assert.equal(box.hidden, false);
  store.update((s) => ({ ...s, frame: s.frame + 1 }));
  assert.equal(box.hidden, false, "a picture that comes is no action");
  store.update((s) => setTool(s, { size: 20 }));
  assert.equal(box.hidden, true);
});

test("what an action itself has to say is shown", () => {
  const { store, box } = open({ text: "This link is damaged.", tone: "error" });
  store.update((s) => say(setTool(s, { size: 20 }), "No brush.", "error"));
  assert.deepEqual([box.hidden, elements["#notice-text"].textContent], [false, "No brush."]);
  elements["#notice-close"].dispatchEvent(new Event("click"));
  assert.equal(box.hidden, true);
});
