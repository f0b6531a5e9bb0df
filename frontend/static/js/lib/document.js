/**
 * A painting as a document: JSON inside saved pictures and in the browser's storage, packed bytes inside links.
 * Everything that comes from outside passes `readPainting`, which believes nothing.
 *
 * @typedef {import("./types.js").Stroke} Stroke
 * @typedef {import("./types.js").Painting} Painting
 */
import { deflate, fromBase64, fromVarints, inflate, join, toBase64Url, toVarints } from "./bytes.js";
import { LATTICE } from "./geometry.js";

export const VERSION = 1;
export const LIMITS = { points: 20_000, size: [10, 500], strength: [1, 100], count: [1, 64] };
const MAX_LINK_BYTES = 1_000_000;

let serial = 0;

/** A name for a new stroke, unlike any other in this visit. */
export const newId = () => `s${Date.now().toString(36)}-${(serial++).toString(36)}`;

/** @param {string} model @param {number} seed */
export const pageKey = (model, seed) => `${model}:${seed}`;

/** As documents have them. @param {readonly Stroke[]} strokes */
export const nameless = (strokes) => strokes.map(({ id: _id, ...rest }) => rest);

/** Whether they paint the same. @param {readonly Stroke[]} a @param {readonly Stroke[]} b */
export const sameStrokes = (a, b) =>
  a.length === b.length && JSON.stringify(nameless(a)) === JSON.stringify(nameless(b));

/** @param {Painting} painting  -> plain JSON value */
export function toJson({ model, network, seed, strokes }) {
  return { unitbrush: VERSION, model, network, seed, strokes: nameless(strokes) };
}

/**
 * Check a document of unknown origin; throws an Error that says what is wrong.
 * @param {unknown} value @param {number} most  strokes that the server paints @returns {Painting}
 */
export function readPainting(value, most) {
  const source = record(value, "document");
  if (source["unitbrush"] !== VERSION) throw new Error(`version ${String(source["unitbrush"])} is not known`);
  const strokes = list(source["strokes"], "strokes");
  if (strokes.length > most) throw new Error(`more than ${most} strokes`);
  return {
    model: text(source["model"], "model"),
    ...(source["network"] == null ? {} : { network: text(source["network"], "network") }),
    seed: whole(source["seed"], "seed", [0, Number.MAX_SAFE_INTEGER]),
    strokes: strokes.map(readStroke),
  };
}

/** @param {unknown} value @param {number} index @returns {Stroke} */
function readStroke(value, index) {
  const where = `strokes[${index}]`;
  const source = record(value, where);
  const mode = source["mode"];
  if (mode !== "draw" && mode !== "erase") throw new Error(`${where}.mode is neither draw nor erase`);
  const points = list(source["points"], `${where}.points`);
  if (!points.length || points.length % 3) throw new Error(`${where}.points is not a list of x, y, pressure`);
  if (points.length > LIMITS.points * 3) throw new Error(`${where} has more than ${LIMITS.points} points`);
  return {
    id: newId(),
    brush: text(source["brush"], `${where}.brush`),
    mode,
    size: whole(source["size"], `${where}.size`, LIMITS.size),
    strength: whole(source["strength"], `${where}.strength`, LIMITS.strength),
    count: whole(source["count"], `${where}.count`, LIMITS.count),
    layer: source["layer"] == null ? null : text(source["layer"], `${where}.layer`),
    points: points.map((point, i) => whole(point, `${where}.points`, [0, i % 3 === 2 ? 255 : LATTICE])),
    on: source["on"] !== false,
  };
}

/**
 * Painting -> text for the fragment of an address: a JSON head, then the points as differences, deflated. Throws an
 * Error where `fromLink` would refuse to read it.
 * @param {Painting} painting @returns {Promise<string>}
 */
export async function toLink(painting) {
  const head = painting.strokes.map((s) => [
    s.brush,
    (s.mode === "erase" ? 1 : 0) + (s.on ? 0 : 2),
    s.size,
    s.strength,
    s.count,
    s.layer,
    s.points.length,
  ]);
  const json = new TextEncoder().encode(
    JSON.stringify([VERSION, painting.model, painting.seed, head, painting.network]),
  );
  const body = painting.strokes.flatMap((s) => s.points.map((value, i) => value - (s.points[i - 3] ?? 0)));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, json.length);
  const bytes = join([size, json, toVarints(body)]);
  if (bytes.length > MAX_LINK_BYTES) throw new Error(`more than ${MAX_LINK_BYTES} bytes`);
  return toBase64Url(await deflate(bytes, "deflate-raw"));
}

/** The link that the fragment of an address holds, whole or damaged. @param {string} hash */
export const linkIn = (hash) => /^#p=(.*)$/.exec(hash)?.[1];

/** The reverse of `toLink`; throws an Error for anything else.
 * @param {string} link @param {number} most  strokes that the server paints @returns {Promise<Painting>} */
export async function fromLink(link, most) {
  const bytes = await inflate(fromBase64(link), "deflate-raw", MAX_LINK_BYTES);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const parsed = list(JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size))), "link");
  const [unitbrush, model, seed, head, network] = parsed;
  const numbers = fromVarints(bytes.subarray(4 + size));
  let at = 0;
  const strokes = list(head, "strokes").map((entry) => {
    const [brush, flags, width, strength, count, layer, length] = list(entry, "stroke");
    const flag = whole(flags, "flags", [0, 3]);
    const points = numbers.slice(at, at + whole(length, "points", [3, LIMITS.points * 3]));
    at += points.length;
    for (let i = 3; i < points.length; i++) points[i] = (points[i] ?? 0) + (points[i - 3] ?? 0);
    const mode = flag & 1 ? "erase" : "draw";
    return { brush, mode, size: width, strength, count, layer, points, on: flag < 2 };
  });
  return readPainting({ unitbrush, model, network, seed, strokes }, most);
}

/** @param {unknown} value @param {string} where @returns {Record<string, unknown>} */
function record(value, where) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${where} is not an object`);
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value @param {string} where @returns {unknown[]} */
function list(value, where) {
  if (!Array.isArray(value)) throw new Error(`${where} is not a list`);
  return value;
}

/** @param {unknown} value @param {string} where @returns {string} */
function text(value, where) {
  if (typeof value !== "string" || !/^[\w .-]{1,80}$/.test(value)) throw new Error(`${where} is not a name`);
  return value;
}

/** @param {unknown} value @param {string} where @param {readonly number[]} range @returns {number} */
function whole(value, where, [low = 0, high = 0]) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    throw new Error(`${where} is not a whole number from ${low} to ${high}`);
  }
  return value;
}
