/** A picture that the server draws when it is asked: when it does not come, it is asked for again, a few times. */
import { h } from "./dom.js";

const AGAIN_AFTER_S = [1, 2, 4, 8];

/** @param {Record<string, string | boolean | number>} attributes  of the `img`, with `src` */
export function patientImage(attributes) {
  const element = h("img", attributes);
  let tries = 0;
  element.addEventListener("error", () => {
    const seconds = AGAIN_AFTER_S[tries];
    tries = seconds === undefined ? 0 : tries + 1;
    if (seconds === undefined) element.dataset["missing"] = "";
    else
      setTimeout(() => {
        element.src = String(attributes["src"]);
      }, 1000 * seconds);
  });
  return element;
}

/** Ask anew for the pictures of the page that were given up. */
export function askAgain() {
  const missing = /** @type {NodeListOf<HTMLImageElement>} */ (document.querySelectorAll("img[data-missing]"));
  for (const element of missing) {
    delete element.dataset["missing"];
    // biome-ignore lint/correctness/noSelfAssign: it makes the browser ask again
    element.src = element.src;
  }
}
