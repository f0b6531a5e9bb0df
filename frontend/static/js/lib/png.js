/** PNG files (W3C PNG, third edition): masks, and a document kept in an iTXt chunk. */
import { adler32, crc32, inflate, join } from "./bytes.js";

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const MAX_TEXT_BYTES = 4_000_000;
const STORED_BLOCK = 65_535;

/** @param {string} text */
const utf8 = (text) => new TextEncoder().encode(text);

/** @param {string} type  four letters @param {Uint8Array} data @returns {Uint8Array<ArrayBuffer>} */
function chunk(type, data) {
  const typed = join([utf8(type), data]);
  const out = new Uint8Array(typed.length + 8);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(typed, 4);
  view.setUint32(out.length - 4, crc32(typed));
  return out;
}

/** A one-bit palette picture. @param {number} side */
function header(side) {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, side);
  view.setUint32(4, side);
  data.set([1, 3, 0, 0, 0], 8);
  return chunk("IHDR", data);
}

/** Bytes as a zlib stream that is not packed (RFC 1950, 1951): made at once, while the pointer moves; the browser packs
 * what it sends. @param {Uint8Array} raw */
function stored(raw) {
  /** @type {Uint8Array[]} */
  const parts = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < raw.length; at += STORED_BLOCK) {
    const block = raw.subarray(at, at + STORED_BLOCK);
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, Number(at + STORED_BLOCK >= raw.length)); // 1: the last block
    head.setUint16(1, block.length, true);
    head.setUint16(3, ~block.length, true);
    parts.push(new Uint8Array(head.buffer), block);
  }
  const sum = new DataView(new ArrayBuffer(4));
  sum.setUint32(0, adler32(raw));
  return join([...parts, new Uint8Array(sum.buffer)]);
}

/**
 * A mask as a one-bit palette PNG: entry 0 is transparent, entry 1 opaque; painted where alpha > 0.
 * @param {Uint8Array} mask  side x side of 0 and 1, row-major @param {number} side
 */
export function maskPng(mask, side) {
  const stride = Math.ceil(side / 8) + 1;
  const raw = new Uint8Array(side * stride);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * stride + 1 + (x >> 3);
      if (mask[y * side + x]) raw[at] = (raw[at] ?? 0) | (128 >> (x & 7));
    }
  }
  return join([
    SIGNATURE,
    header(side),
    chunk("PLTE", Uint8Array.of(255, 255, 255, 0, 0, 0)),
    chunk("tRNS", Uint8Array.of(0, 255)),
    chunk("IDAT", stored(raw)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/**
 * @param {Uint8Array} file
 * @returns {{type: string, start: number, data: Uint8Array}[]} start: first byte of the chunk
 */
export function chunks(file) {
  if (SIGNATURE.some((byte, i) => file[i] !== byte)) throw new Error("not a PNG file that Unitbrush saved");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const size = view.getUint32(at);
    if (at + 12 + size > file.length) throw new Error("the PNG file is cut off");
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    found.push({ type, start: at, data: file.subarray(at + 8, at + 8 + size) });
    at += 12 + size;
  }
  return found;
}

/**
 * Write `text` under `keyword` into an uncompressed iTXt chunk before IEND, replacing one of the same keyword.
 * @param {Uint8Array} file @param {string} keyword  1..79 Latin letters @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function withText(file, keyword, text) {
  const data = join([utf8(keyword), Uint8Array.of(0, 0, 0, 0, 0), utf8(text)]);
  const kept = chunks(file).filter(({ type, data: old }) => !(type === "iTXt" && keywordOf(old) === keyword));
  const parts = kept.map(({ type, start, data: old }) =>
    type === "IEND" ? join([chunk("iTXt", data), chunk("IEND", old)]) : file.subarray(start, start + 12 + old.length),
  );
  return join([SIGNATURE, ...parts]);
}

/** @param {Uint8Array} data */
const keywordOf = (data) => new TextDecoder("latin1").decode(data.subarray(0, Math.max(0, data.indexOf(0))));

/**
 * The text under `keyword`, from an iTXt or tEXt chunk, or null.
 * @param {Uint8Array} file @param {string} keyword @returns {Promise<string | null>}
 */
export async function readText(file, keyword) {
  for (const { type, data } of chunks(file)) {
    if ((type !== "iTXt" && type !== "tEXt") || keywordOf(data) !== keyword) continue;
    const after = data.indexOf(0) + 1;
    if (type === "tEXt") return new TextDecoder("latin1").decode(data.subarray(after));
    const language = data.indexOf(0, after + 2);
    const body = data.subarray(data.indexOf(0, language + 1) + 1);
    return new TextDecoder().decode(data[after] ? await inflate(body, "deflate", MAX_TEXT_BYTES) : body);
  }
  return null;
}
