/** SHA-256 (FIPS 180-4), here because the browser's own is missing on plain http pages other than localhost. */

const PRIMES = firstPrimes(64);
const K = Uint32Array.from(PRIMES, (prime) => rootFraction(prime, 3n));
const H = PRIMES.slice(0, 8).map((prime) => rootFraction(prime, 2n));

/** @param {number} count */
function firstPrimes(count) {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return primes;
}

/** First 32 bits of the fraction of the root, in whole numbers. @param {number} prime @param {bigint} degree */
function rootFraction(prime, degree) {
  const target = BigInt(prime) << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 37n; bit; bit >>= 1n) if ((root + bit) ** degree <= target) root += bit;
  return Number(root & 0xffffffffn);
}

/** @param {number} x @param {number} n */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/** @param {Uint8Array} bytes @returns {string} 64 hexadecimal digits */
export function sha256(bytes) {
  const blocks = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  blocks.set(bytes);
  blocks[bytes.length] = 128;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(blocks.length - 4, (bytes.length * 8) % 2 ** 32);
  const hash = Uint32Array.from(H);
  const w = new Uint32Array(64);
  for (let at = 0; at < blocks.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] ?? 0;
      const y = w[i - 2] ?? 0;
      const small = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const large = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] ?? 0) + small + (w[i - 7] ?? 0) + large;
    }
    mix(hash, w);
  }
  return [...hash].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** @param {Uint32Array} hash  changed in place @param {Uint32Array} w */
function mix(hash, w) {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + (K[i] ?? 0) + (w[i] ?? 0)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    hash[i] = (hash[i] ?? 0) + word;
  });
}
