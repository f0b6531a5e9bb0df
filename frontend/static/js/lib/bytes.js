/** Bytes: base64 and deflate by the platform, varints, check sums. Pure but for the streams. */

/** @param {Uint8Array} bytes @returns {string} */
export const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** The alphabet that is safe in an address, without padding. @param {Uint8Array} bytes */
export const toBase64Url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** @param {string} text  either alphabet @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** Signed integers -> zigzag varints. @param {readonly number[]} values @returns {Uint8Array} */
export function toVarints(values) {
  const out = [];
  for (const value of values) {
    let rest = value < 0 ? -value * 2 - 1 : value * 2;
    while (rest >= 128) {
      out.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    out.push(rest);
  }
  return Uint8Array.from(out);
}

/** @param {Uint8Array} bytes @returns {number[]} */
export function fromVarints(bytes) {
  const values = [];
  let value = 0;
  let place = 1;
  for (const byte of bytes) {
    value += (byte & 127) * place;
    if (byte & 128) {
      place *= 128;
      if (place > 2 ** 42) throw new Error("a number is too long");
      continue;
    }
    values.push(value % 2 ? -(value + 1) / 2 : value / 2);
    value = 0;
    place = 1;
  }
  return values;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = (CRC[(c ^ byte) & 255] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Adler-32, the checksum of zlib streams (RFC 1950). @param {Uint8Array} bytes */
export function adler32(bytes) {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** @param {readonly Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
export function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @typedef {"deflate" | "deflate-raw"} Wrapping */

/** @param {Uint8Array} bytes @param {Wrapping} wrapping @returns {Promise<Uint8Array<ArrayBuffer>>} */
export function deflate(bytes, wrapping) {
  return through(bytes, new CompressionStream(wrapping), Infinity);
}

/** @param {Uint8Array} bytes @param {Wrapping} wrapping @param {number} limit  bytes after which it gives up */
export function inflate(bytes, wrapping, limit) {
  return through(bytes, new DecompressionStream(wrapping), limit);
}

/**
 * @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} stream @param {number} limit
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function through(bytes, stream, limit) {
  const writer = stream.writable.getWriter();
  const written = Promise.all([writer.write(Uint8Array.from(bytes)), writer.close()]);
  written.catch(() => {}); // the reader below meets the same error
  const reader = stream.readable.getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new Error(`more than ${limit} bytes`);
    }
    parts.push(value);
  }
  await written;
  return join(parts);
}
