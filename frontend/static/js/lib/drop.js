/** Files that are dropped anywhere on the page. */
import { listen } from "./dom.js";

/** @param {import("./dom.js").Bag} into @param {HTMLElement} sign  shown while a file is over the page
 * @param {(file: File) => void} take */
export function takeDropped(into, sign, take) {
  const holdsFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  listen(into, document, "dragover", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    sign.hidden = false;
  });
  listen(into, document, "dragleave", (event) => {
    if (!event.relatedTarget) sign.hidden = true;
  });
  listen(into, document, "drop", (event) => {
    sign.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}
