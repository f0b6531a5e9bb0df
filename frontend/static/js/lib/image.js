/** A picture that the server draws when it is asked: when it is too busy, the picture is asked for again, a few times. */
import { h } from "./dom.js";

const AGAIN_AFTER_S = [1, 2, 4, 8];

/** @param {Record<string, string | boolean | number>} attributes  of the `img`, with `src` */
export function patientImage(attributes) {
  const element = h("img", attributes);
  let tries = 0;
  element.addEventListener("error", () => {
    const seconds = AGAIN_AFTER_S[tries];
    tries += 1;
    if (seconds !== undefined) setTimeout(() => { element.src = String(attributes["src"]); }, 1000 * seconds);
  });
  return element;
}
