/** A file that the page made, saved by the browser. */
import { h } from "./dom.js";

const KEPT_MS = 10_000; // until the browser has surely begun to read it

/** @param {BlobPart} content @param {string} type  MIME @param {string} name */
export function download(content, type, name) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}
