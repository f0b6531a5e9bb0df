/**
 * A small zlib packer (RFC 1950, 1951) that answers at once, which the browser's own streams do not: masks are packed
 * while the pointer moves. One block of fixed codes; it looks for repetitions only where a mask has them: in the byte
 * before and in the row above. A mask of 128 x 128 pixels takes a few hundred bytes.
 */
import { adler32, join } from "./bytes.js";

const LONGEST = 258;

/** Code, first value and extra bits of lengths 3..257 and of distances: both double their steps every few codes.
 * @param {number} value  from 0 @param {number} straight  log2 of the codes per step size
 * @returns {{code: number, extra: number, rest: number}} */
function bucket(value, straight) {
  const per = 1 << straight;
  if (value < 2 * per) return { code: value, extra: 0, rest: 0 };
  const extra = Math.floor(Math.log2(value)) - straight;
  return { code: (extra << straight) + (value >> extra), extra, rest: value & ((1 << extra) - 1) };
}

/**
 * @param {Uint8Array} raw @param {number} stride  bytes of a row
 * @returns {Uint8Array<ArrayBuffer>} a zlib stream
 */
export function squeeze(raw, stride) {
  /** @type {number[]} */
  const out = [];
  let held = 0;
  let bits = 0;

  /** Lowest bit first. @param {number} value @param {number} count */
  function put(value, count) {
    for (let i = 0; i < count; i++) {
      held |= ((value >> i) & 1) << bits;
      if (++bits === 8) {
        out.push(held);
        held = bits = 0;
      }
    }
  }

  /** Huffman codes go highest bit first. @param {number} code @param {number} count */
  function putCode(code, count) {
    for (let i = count - 1; i >= 0; i--) put(code >> i, 1);
  }

  /** @param {number} symbol  0..287 */
  function putSymbol(symbol) {
    if (symbol < 144) putCode(0x30 + symbol, 8);
    else if (symbol < 256) putCode(0x190 + symbol - 144, 9);
    else if (symbol < 280) putCode(symbol - 256, 7);
    else putCode(0xc0 + symbol - 280, 8);
  }

  /** @param {number} at @param {number} distance */
  function match(at, distance) {
    if (distance > at) return 0;
    let length = 0;
    while (length < LONGEST && at + length < raw.length && raw[at + length] === raw[at + length - distance]) length++;
    return length;
  }

  put(1, 1); // the last block
  put(1, 2); // fixed codes
  for (let at = 0; at < raw.length; ) {
    const left = match(at, 1);
    const above = match(at, stride);
    const length = Math.max(left, above);
    if (length < 3) {
      putSymbol(raw[at++] ?? 0);
      continue;
    }
    const run = length === LONGEST ? { code: 28, extra: 0, rest: 0 } : bucket(length - 3, 2);
    const back = bucket((left >= above ? 1 : stride) - 1, 1);
    putSymbol(257 + run.code);
    put(run.rest, run.extra);
    putCode(back.code, 5);
    put(back.rest, back.extra);
    at += length;
  }
  putSymbol(256);
  if (bits) put(0, 8 - bits);
  const check = new Uint8Array(4);
  new DataView(check.buffer).setUint32(0, adler32(raw));
  return join([Uint8Array.of(0x78, 0x01), Uint8Array.from(out), check]);
}
