// Documents, links, masks as files and pictures with a document inside.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";

const lib = "../../frontend/static/js/lib";
const { crc32, join, toBase64, toBase64Url } = await import(`${lib}/bytes.js`);
const { fromLink, linkIn, readPainting, toJson, toLink } = await import(`${lib}/document.js`);
const { rasterise } = await import(`${lib}/mask.js`);
const { chunks, maskPng, readText, withText } = await import(`${lib}/png.js`);
const { growingMask, wireStrokes } = await import(`${lib}/request.js`);
const { maskSide } = await import("../../frontend/static/js/state.js");

const stroke = (over = {}) => ({
  id: "x",
  brush: "tree",
  mode: "draw",
  size: 160,
  strength: 80,
  count: 20,
  layer: null,
  points: [100, 200, 255, 1400, 2000, 255, 4096, 0, 3],
  on: true,
  ...over,
});
const painting = {
  model: "storybook-church",
  network: "0123abcd",
  seed: 1234,
  strokes: [stroke(), stroke({ mode: "erase", layer: "layer5", on: false }), stroke({ brush: "front door", count: 1 })],
};
const bare = (one) => toJson(one);
const MOST = 500; // strokes

test("a painting from before networks were named is still read", async () => {
  const { network: _network, ...older } = painting;
  assert.equal((await fromLink(await toLink(older), MOST)).network, undefined);
  assert.equal(readPainting(JSON.parse(JSON.stringify(toJson(older))), MOST).network, undefined);
});

test("a link gives the same painting back, number for number", async () => {
  const link = await toLink(painting);
  assert.match(link, /^[\w-]+$/);
  assert.deepEqual(bare(await fromLink(link, MOST)), bare(painting));
});

test("a link of a long painting stays short", async () => {
  const points = Array.from({ length: 100 }, (_, i) => [i * 30, 2000 + Math.round(300 * Math.sin(i / 9)), 255]).flat();
  const link = await toLink({ ...painting, strokes: Array.from({ length: 10 }, () => stroke({ points })) });
  assert.ok(link.length < 2000, `${link.length} characters`);
});

test("a painting whose link would not be read again gets none", async () => {
  const points = Array.from({ length: 60_000 }, (_, i) => (i % 3 === 2 ? 255 : (i * 1999) % 4096));
  const large = (strokes) => ({ ...painting, strokes: Array(strokes).fill(stroke({ points })) });
  assert.equal((await fromLink(await toLink(large(8)), MOST)).strokes.length, 8);
  await assert.rejects(toLink(large(20)), /more than 1000000 bytes/);
});

test("damaged links are refused, not believed", async () => {
  const link = await toLink(painting);
  await assert.rejects(fromLink(link.slice(0, -8), MOST));
  await assert.rejects(fromLink("AAAA", MOST));
  const bomb = new Uint8Array(5_000_000);
  const { deflateRawSync } = await import("node:zlib");
  await assert.rejects(fromLink(toBase64Url(deflateRawSync(bomb)), MOST), /more than 1000000 bytes/);
  await assert.rejects(fromLink(linkIn(`#p=${link}.%20`), MOST), "a mail program hung something on");
  assert.equal(linkIn("#history"), undefined);
});

test("a painting may have as many strokes as the server paints", async () => {
  const large = { ...painting, strokes: Array(501).fill(stroke()) };
  assert.equal(readPainting(toJson(large), 1000).strokes.length, 501);
  assert.equal((await fromLink(await toLink(large), 1000)).strokes.length, 501);
});

test("a document keeps everything through JSON, and names what is wrong with a bad one", () => {
  assert.deepEqual(bare(readPainting(JSON.parse(JSON.stringify(toJson(painting))), MOST)), bare(painting));
  const broken = (change) => () => readPainting({ ...toJson(painting), ...change }, MOST);
  assert.throws(broken({ unitbrush: 2 }), /version 2/);
  assert.throws(broken({ seed: 1.5 }), /seed/);
  assert.throws(broken({ model: "../etc" }), /model/);
  assert.throws(broken({ strokes: [{ ...stroke(), points: [1, 2] }] }), /strokes\[0\]\.points/);
  assert.throws(broken({ strokes: [{ ...stroke(), points: [1, 2, 999] }] }), /strokes\[0\]\.points/);
  assert.throws(broken({ strokes: [{ ...stroke(), strength: NaN }] }), /strokes\[0\]\.strength/);
  assert.throws(broken({ strokes: Array(501).fill(stroke()) }), /more than 500/);
  assert.throws(() => readPainting(null, MOST), /not an object/);
});

/** An independent reader of one-bit palette files. */
function readMask(file, side) {
  const parts = chunks(file);
  for (const { type, start, data } of parts) {
    const body = file.subarray(start + 4, start + 8 + data.length);
    const crc = new DataView(file.buffer, file.byteOffset).getUint32(start + 8 + data.length);
    assert.equal(crc, crc32(body), type);
  }
  const raw = inflateSync(join(parts.filter(({ type }) => type === "IDAT").map(({ data }) => data)));
  const stride = Math.ceil(side / 8) + 1;
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const x = i % side;
    return (raw[Math.floor(i / side) * stride + 1 + (x >> 3)] >> (7 - (x & 7))) & 1;
  });
}

test("a mask survives its file, also where a row is no whole number of bytes", () => {
  for (const side of [8, 33, 64, 128, 1024]) {
    const mask = rasterise(stroke(), side);
    assert.deepEqual(readMask(maskPng(mask, side), side), mask, `side ${side}`);
  }
});

test("a mask is a PNG that needs no packing, whatever its size", () => {
  for (const side of [8, 13, 64, 128, 900]) {
    const mask = rasterise(stroke(), side);
    const raw = inflateSync(chunks(maskPng(mask, side)).find(({ type }) => type === "IDAT").data);
    const stride = Math.ceil(side / 8) + 1;
    const bits = mask.map(
      (_, i) => (raw[Math.floor(i / side) * stride + 1 + ((i % side) >> 3)] >> (7 - ((i % side) & 7))) & 1,
    );
    assert.deepEqual(bits, mask, `${side}`);
  }
});

test("masks are as large as the network's pictures, but no larger than 128 pixels or what the server takes", () => {
  const side = (resolution, mask_side_px) =>
    maskSide({ model: "a", models: [{ id: "a", resolution }], limits: { mask_side_px } });
  assert.deepEqual([side(64, 512), side(1024, 512), side(128, 32)], [64, 128, 32]);
});

test("500 masks, sent again after a reconnection, fit into one message", () => {
  assert.ok(500 * (toBase64(maskPng(rasterise(stroke(), 128), 128)).length + 200) < 2 * 2 ** 20);
});

const picture = maskPng(new Uint8Array(16), 4);

test("a picture carries its document, once, in any language", async () => {
  const file = picture;
  assert.equal(await readText(file, "unitbrush"), null);
  const text = JSON.stringify({ ...toJson(painting), note: "Bäume ✓ 樹" });
  const written = withText(withText(file, "unitbrush", "old"), "unitbrush", text);
  assert.equal(await readText(written, "unitbrush"), text);
  assert.equal(chunks(written).filter(({ type }) => type === "iTXt").length, 1);
  assert.equal(chunks(written).at(-1).type, "IEND");
});

test("a document is found in tEXt and in packed iTXt too", async () => {
  const file = picture;
  const latin = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const splice = (type, data) => {
    const typed = join([latin(type), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(typed));
    const end = chunks(file).at(-1).start;
    return join([file.subarray(0, end), size, typed, crc, file.subarray(end)]);
  };
  assert.equal(await readText(splice("tEXt", latin("unitbrush\0{}")), "unitbrush"), "{}");
  const packed = join([latin("unitbrush\0\x01\0en\0\0"), deflateSync('{"a":1}')]);
  assert.equal(await readText(splice("iTXt", packed), "unitbrush"), '{"a":1}');
});

test("what is no picture is refused", async () => {
  await assert.rejects(readText(new TextEncoder().encode("GIF89a"), "unitbrush"), /not a PNG/);
  const file = picture;
  await assert.rejects(readText(file.subarray(0, file.length - 15), "unitbrush"), /cut off/);
});

test("a finished stroke's mask is sent once with a number, then the number names it", () => {
  const known = new Set();
  const [one, other] = [stroke(), stroke({ points: [9, 9, 255] })];
  const [first, second] = wireStrokes([one, other], null, 64, known, 1);
  assert.equal(first.mask, toBase64(maskPng(rasterise(one, 64), 64)));
  assert.notEqual(first.mask_id, second.mask_id);
  const [again] = wireStrokes([{ ...one, on: true }], null, 64, known, 1);
  assert.deepEqual(again, { concept: "tree", mode: "draw", strength: 0.8, count: 20, mask_id: first.mask_id });
  const [posted] = wireStrokes([one], null, 64, null, 1);
  assert.deepEqual([posted.mask, "mask_id" in posted], [first.mask, false], "by POST every mask is whole");
});

test("the mask of a growing stroke is at every moment the mask of the stroke so far", () => {
  const grow = growingMask();
  const whole = stroke({ id: "g" });
  for (let n = 3; n <= whole.points.length; n += 3) {
    const part = { ...whole, points: whole.points.slice(0, n) };
    assert.deepEqual(grow(part, 64), rasterise(part, 64));
  }
  const harder = { ...whole, points: [...whole.points.slice(0, -1), 250] };
  assert.notDeepEqual(rasterise(harder, 64), rasterise(whole, 64));
  assert.deepEqual(grow(harder, 64), rasterise(harder, 64), "the last point was pressed harder");
  const other = stroke({ id: "h", points: [10, 10, 255] });
  assert.deepEqual(grow(other, 64), rasterise(other, 64));
});
