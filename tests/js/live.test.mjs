// The live line, against a server that hangs, refuses and goes silent.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { FakeSocket, openPage } from "./page.mjs";

const { openLive } = await import("../../frontend/static/js/live.js");

let heard;
const open = () =>
  openLive({
    state: (state) => heard.push(state),
    image: (id) => heard.push(`image ${id}`),
    error: (id, error) => heard.push(`${id}: ${error.message}`),
    superseded: (id) => heard.push(`superseded ${id}`),
  });

beforeEach(() => {
  openPage();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(Math, "random", () => 0.5); // every wait is its middle
  heard = [];
});

/** Milliseconds until the next socket is opened. */
function untilNext() {
  const before = FakeSocket.all.length;
  for (let ms = 0; ms <= 20_000; ms += 100) {
    if (FakeSocket.all.length > before) return ms;
    mock.timers.tick(100);
  }
  return Infinity;
}

const REFUSAL = { id: null, type: "error", error: { code: "too_many_connections", message: "too many live previews" } };

test("a server that accepts and then refuses is asked later and later, and its reason is told", () => {
  open();
  const waits = [1, 2, 3].map(() => {
    FakeSocket.last.accept();
    FakeSocket.last.say(REFUSAL);
    FakeSocket.last.drop();
    return untilNext();
  });
  assert.deepEqual(waits, [400, 800, 1600]);
  assert.deepEqual(heard.slice(0, 3), ["open", "null: too many live previews", "refused"]);
});

test("after a picture the line comes back at once", () => {
  const live = open();
  for (const expected of [400, 800]) {
    FakeSocket.last.accept();
    FakeSocket.last.drop();
    assert.equal(untilNext(), expected);
  }
  FakeSocket.last.accept();
  live.send({ id: 1 });
  FakeSocket.last.picture(1);
  FakeSocket.last.drop();
  assert.equal(untilNext(), 400);
});

test("a socket that hangs while connecting is given up after five seconds", () => {
  open();
  mock.timers.tick(4999);
  assert.deepEqual(heard, []);
  mock.timers.tick(1);
  assert.deepEqual(heard, ["lost"]);
  assert.equal(FakeSocket.all[0].readyState, 3, "it is closed");
  assert.equal(untilNext(), 400);
  FakeSocket.last.accept();
  mock.timers.tick(60_000);
  assert.deepEqual(heard, ["lost", "open"], "a line that owes nothing may be silent");
});

test("an answer does not excuse the line from the others that it owes", () => {
  const live = open();
  FakeSocket.last.accept();
  live.send({ id: 1 });
  live.send({ id: 2 });
  mock.timers.tick(10_000);
  FakeSocket.last.say({ id: 1, type: "superseded" });
  mock.timers.tick(14_999);
  assert.equal(live.ready, true, "a word buys another 15 s");
  mock.timers.tick(1);
  assert.deepEqual(heard, ["open", "superseded 1", "lost"]);
});

test("a line that answered everything is not given up", () => {
  const live = open();
  FakeSocket.last.accept();
  live.send({ id: 1 });
  live.send({ id: 2 });
  FakeSocket.last.say({ id: 1, type: "error", error: { code: "overloaded", message: "busy" } });
  FakeSocket.last.picture(2);
  mock.timers.tick(60_000);
  assert.deepEqual(heard, ["open", "1: busy", "image 2"]);
});
