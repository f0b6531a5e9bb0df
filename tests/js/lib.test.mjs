// Pure modules of the page, by Node's own runner: node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";

const lib = "../../frontend/static/js/lib";
const { adler32, crc32, fromBase64, fromVarints, toBase64, toBase64Url, toVarints } = await import(`${lib}/bytes.js`);
const { difference } = await import(`${lib}/difference.js`);
const { LATTICE, radiusAt, toLattice, touchedCells } = await import(`${lib}/geometry.js`);
const { EMPTY, record, redo, undo } = await import(`${lib}/history.js`);
const { paintInto, rasterise } = await import(`${lib}/mask.js`);
const { mayPaint, pressureOf, withPoint } = await import(`${lib}/pen.js`);
const { actionFor, SHEET } = await import(`${lib}/shortcuts.js`);
const { stripOrder } = await import(`${lib}/strip.js`);
const { article, worldName } = await import(`${lib}/words.js`);

const bytes = (text) => new TextEncoder().encode(text);
const sum = (values) => values.reduce((total, value) => total + value, 0);

test("base64 is the standard one, for every remainder", () => {
  for (const text of ["", "f", "fo", "foo", "foob", "fooba", "foobar"]) {
    assert.equal(toBase64(bytes(text)), Buffer.from(text).toString("base64"));
    assert.deepEqual([...fromBase64(toBase64(bytes(text)))], [...bytes(text)]);
  }
  assert.equal(toBase64Url(Uint8Array.of(251, 255, 254)), "-__-");
  assert.deepEqual([...fromBase64("-__-")], [251, 255, 254]);
  assert.throws(() => fromBase64("a*b"));
});

test("varints keep signed integers of any size", () => {
  const values = [0, -1, 1, 63, -64, 64, -4096, 4096, 2 ** 31, -(2 ** 33)];
  assert.deepEqual(fromVarints(toVarints(values)), values);
  assert.throws(() => fromVarints(new Uint8Array(20).fill(255)), /too long/);
});

test("check sums are those of the specifications", () => {
  assert.equal(crc32(bytes("IEND")), 0xae426082);
  assert.equal(adler32(bytes("Wikipedia")), 0x11e60398);
});

test("client pixels become lattice integers inside the picture", () => {
  const box = { left: 100, top: 50, width: 200, height: 400 };
  assert.deepEqual(toLattice({ clientX: 200, clientY: 250 }, box), { x: LATTICE / 2, y: LATTICE / 2 });
  assert.deepEqual(toLattice({ clientX: 0, clientY: 900 }, box), { x: 0, y: LATTICE });
});

test("a pen at no pressure draws thinner, never nothing", () => {
  assert.equal(radiusAt(500, 255), LATTICE / 4);
  assert.ok(Math.abs(radiusAt(500, 0) - (0.3 * LATTICE) / 4) < 1e-9);
});

test("a dot paints exactly the pixels whose centres lie within it", () => {
  const mask = rasterise({ points: [LATTICE / 2, LATTICE / 2, 255], size: 250 }, 8); // radius 1 pixel at (4, 4)
  const painted = [];
  mask.forEach((hit, i) => {
    if (hit) painted.push([i % 8, Math.floor(i / 8)]);
  });
  assert.deepEqual(painted, [
    [3, 3],
    [4, 3],
    [3, 4],
    [4, 4],
  ]);
});

test("a fast drag leaves no gap", () => {
  const mask = rasterise({ points: [0, LATTICE / 2, 255, LATTICE, LATTICE / 2, 255], size: 100 }, 128);
  for (let x = 0; x < 128; x++) assert.equal(mask[64 * 128 + x], 1, `column ${x}`);
});

test("the thinnest brush paints at least the pixel it touches", () => {
  assert.equal(sum(rasterise({ points: [LATTICE, LATTICE, 0], size: 10 }, 32)), 1);
});

test("painting a stroke piece by piece gives the mask of the whole", () => {
  const stroke = { points: [400, 400, 255, 900, 1200, 40, 3000, 1300, 200, 3600, 3900, 90], size: 120 };
  const pieces = new Uint8Array(64 * 64);
  for (let n = 1; n <= 4; n++) paintInto(pieces, 64, { ...stroke, points: stroke.points.slice(0, n * 3) }, n - 1);
  assert.deepEqual(pieces, rasterise(stroke, 64));
});

test("touched cells follow adaptive max pooling, also where the grid does not divide the picture", () => {
  const mask = new Uint8Array(9 * 9);
  mask[4 * 9 + 4] = 1; // the middle pixel of 9 belongs to both halves
  assert.deepEqual([...touchedCells(mask, 9, 2)], [1, 1, 1, 1]);
  assert.deepEqual([...touchedCells(mask, 9, 3)], [0, 0, 0, 0, 1, 0, 0, 0, 0]);
});

test("undo and redo walk the timeline, a new step forgets the undone ones", () => {
  const [a, b] = [[{ id: "a" }], [{ id: "a" }, { id: "b" }]];
  const two = record(record(EMPTY, a), b);
  assert.equal(undo(two).present, a);
  assert.equal(redo(undo(two)).present, b);
  assert.equal(undo(undo(undo(two))).present, EMPTY.present);
  assert.deepEqual(record(undo(two), []).future, []);
  assert.equal(redo(two), two);
});

test("the strip shows every painted scene, the newest first, and fills up with good ones", () => {
  const strip = { before: [], open: 7, visited: [7], painted: [], good: [30, 31] };
  assert.deepEqual(stripOrder(strip), [7, 30, 31, 1, 2, 3, 4, 5, 6, 8, 9, 10]);
  const many = Array.from({ length: 15 }, (_, i) => 115 - i);
  assert.deepEqual(stripOrder({ ...strip, painted: many }), [7, ...many]);
  const before = stripOrder(strip);
  assert.deepEqual(stripOrder({ ...strip, before, open: 31, visited: [31, 7] }), before, "nothing jumps");
  const next = stripOrder({ ...strip, before, open: 99, visited: [99, 7], painted: [10] });
  assert.deepEqual(next, [99, 7, 30, 31, 1, 2, 3, 4, 5, 6, 8, 10], "the painted one stays, an unpainted one goes");
});

test("the difference of a picture with itself is nothing", () => {
  const one = Uint8ClampedArray.from({ length: 64 }, (_, i) => (i % 4 === 3 ? 255 : i));
  assert.equal(difference(one, one).share, 0);
  const other = Uint8ClampedArray.from(one);
  other[0] = 200;
  const { rgba, share } = difference(one, other);
  assert.equal(share, 1 / 16);
  assert.ok(rgba[0] > rgba[4], "the changed pixel glows");
});

test("palms, second fingers and the right button do not paint", () => {
  const touch = { pointerType: "touch", button: 0, isPrimary: true, width: 20, height: 20 };
  assert.equal(mayPaint(touch, Infinity), true);
  assert.equal(mayPaint(touch, 100), false, "a pen was here just now");
  assert.equal(mayPaint({ ...touch, width: 90 }, Infinity), false, "a palm");
  assert.equal(mayPaint({ ...touch, isPrimary: false }, Infinity), false, "a second finger");
  assert.equal(mayPaint({ ...touch, pointerType: "mouse", button: 2 }, Infinity), false);
  assert.equal(mayPaint({ ...touch, pointerType: "pen", button: 5 }, 0), true, "the eraser end");
});

test("only a pen's pressure counts, and points that add nothing are dropped", () => {
  assert.equal(pressureOf({ pointerType: "mouse", pressure: 0.5 }), 255);
  assert.equal(pressureOf({ pointerType: "pen", pressure: 0.5 }), 128);
  const points = withPoint([], 100, 100, 255);
  assert.equal(withPoint(points, 104, 104, 255), points);
  assert.deepEqual(withPoint([0, 0, 9, 100, 100, 26], 104, 104, 229), [0, 0, 9, 100, 100, 229], "a dab pressed harder");
  const dab = [100, 100, 200];
  assert.equal(withPoint(dab, 104, 104, 30), dab, "letting go takes nothing back");
  assert.equal(withPoint(points, 140, 100, 255).length, 6);
});

test("every shortcut of the sheet does what the sheet says, and no key does two things", () => {
  const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, getModifierState: () => false };
  const seen = new Set();
  for (const { action, keys } of SHEET.flatMap(({ items }) => items)) {
    for (const name of keys) {
      assert.ok(!seen.has(name), name);
      seen.add(name);
      const parts = name.split("+");
      const event = { ...plain, key: parts.at(-1), shiftKey: parts.includes("Shift"), ctrlKey: parts.includes("Mod") };
      assert.equal(actionFor(event, true), action, name);
    }
  }
  assert.equal(actionFor({ ...plain, key: "z" }, false), null, "single letters can be switched off");
  assert.equal(actionFor({ ...plain, key: "z", ctrlKey: true }, false), "undo");
  assert.equal(actionFor({ ...plain, key: "Z", metaKey: true, shiftKey: true }, false), "redo");
  assert.equal(actionFor({ ...plain, key: "c", ctrlKey: true }, true), null, "copying is left alone");
  const third = { ...plain, ctrlKey: true, altKey: true, getModifierState: (name) => name === "AltGraph" };
  assert.equal(actionFor({ ...third, key: "[" }, true), "smaller", "AltGr 8 on a German keyboard under Windows");
  assert.equal(actionFor({ ...plain, key: "z", ctrlKey: true, altKey: true }, true), null);
});

test("two worlds of one kind are told by their titles", () => {
  const [one, other, kitchen] = [
    ["church", "Storybook church"],
    ["church", "LSUN church"],
    ["kitchen", "A kitchen"],
  ].map(([domain, title]) => ({ domain, title }));
  const names = (...models) => models.map((model) => worldName(model, models));
  assert.deepEqual(names(one, kitchen), ["Church", "Kitchen"]);
  assert.deepEqual(names(one, other, kitchen), ["Storybook church", "LSUN church", "Kitchen"]);
  assert.deepEqual(names({ domain: "cars", title: "some cars" }), ["Some cars"]);
});

test("words", () => {
  assert.equal(article("oven"), "an oven");
  assert.equal(article("tree"), "a tree");
});
