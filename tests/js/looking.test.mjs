// Asking the server on /look, with a document of our own.
import assert from "node:assert/strict";
import { test } from "node:test";

class Element extends EventTarget {
  hidden = true;
  click() {
    this.dispatchEvent(new Event("click"));
  }
}
const elements = {};
globalThis.HTMLElement = globalThis.HTMLButtonElement = Element;
globalThis.document = { querySelector: (selector) => (elements[selector] ??= new Element()) };
const { classifierOf, lookAt, lookAway, openLooking, turn } = await import("../../frontend/static/js/looking.js");

function open() {
  const looking = openLooking({ state: { models: [], query: {} } });
  const said = { now: "" };
  looking.complain = (text) => (said.now = text);
  return { looking, said, retry: elements["#retry"] };
}
const fail = async () => {
  throw new Error("the server is busy");
};

test("a question that failed is told until it is asked again and answered", async () => {
  const { looking, said, retry } = open();
  let works = false;
  let answers = 0;
  const work = async () => (works ? void answers++ : fail());
  assert.equal(await looking.ask("layers", work), false);
  assert.equal(said.now, "No answer: the server is busy.");
  assert.equal(retry.hidden, false);
  await looking.ask("look", async () => {});
  assert.equal(said.now, "No answer: the server is busy.", "another question has an answer, this one has none");
  works = true;
  retry.click();
  await new Promise(setImmediate);
  assert.deepEqual([answers, said.now, retry.hidden], [1, "", true]);
});

test("a question that is given up takes its complaint along", async () => {
  const { looking, said, retry } = open();
  await looking.ask("shine", fail);
  looking.giveUp("shine");
  assert.deepEqual([said.now, retry.hidden], ["", true]);
});

test("a newer question of a kind gives up the older one, silently", async () => {
  const { looking, said } = open();
  let older;
  const first = looking.ask("look", (signal) => {
    older = signal;
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  });
  assert.equal(await looking.ask("look", async () => {}), true);
  assert.equal(await first, true);
  assert.deepEqual([older.aborted, said.now], [true, ""]);
});

test("a picture of one's own is shown to the classifier that is open, or else to the first", () => {
  const [church, scenes, faces] = ["church", "scenes", "faces"].map((id) => ({
    id,
    kind: id === "church" ? "generator" : "classifier",
  }));
  const query = (model) => ({ model, layer: "layer4", seed: 7, at: [1, 2], unit: 3 });
  const picture = new Blob(["red"]);
  const on = (model, models) => ({ models, query: query(model), layers: { model, layers: [] }, picture: null });

  const painter = on("church", [church, scenes, faces]);
  const turned = lookAt(painter, classifierOf(painter).id, picture);
  assert.deepEqual([turned.query.model, turned.query.layer, turned.layers], ["scenes", "", null]);
  assert.deepEqual([turned.picture, turned.query.at, turned.query.unit], [picture, [], null]);

  const seer = on("faces", [church, scenes, faces]);
  const stayed = lookAt(seer, classifierOf(seer).id, picture);
  assert.deepEqual([stayed.query.model, stayed.query.layer, stayed.layers], ["faces", "layer4", seer.layers]);
  assert.equal(stayed.picture, picture);
  assert.equal(classifierOf(on("church", [church])), undefined);
});

test("one's own picture comes back with a network that sees, and goes with its place", () => {
  const models = [
    { id: "church", kind: "generator" },
    { id: "scenes", kind: "classifier" },
  ];
  const query = (model) => ({ model, layer: "layer4", seed: 7, at: [1, 2], unit: 3 });
  const kept = new Blob(["red"]);
  const painter = { models, query: query("church"), layers: null, picture: null };
  const seer = turn(painter, query("scenes"), kept);
  assert.deepEqual([seer.picture, seer.query.at], [kept, [1, 2]]);
  assert.equal(turn(seer, query("church"), kept).picture, null, "a generator looks at its own");
  const away = lookAway(seer);
  assert.deepEqual([away.picture, away.query.at, away.query.unit, away.query.model], [null, [], null, "scenes"]);
});
