/** How a concept is written everywhere: a square in the colour of its category, then its name. */
import { h } from "./dom.js";
import { title } from "./words.js";

/** @param {string} name  of a concept or of its category @param {string} category */
export function concept(name, category) {
  return h("span", { class: "concept" }, h("i", { class: "chip", "data-category": category }), title(name));
}

/** What stands there instead where no concept fits well enough. */
export const noLabel = () => h("span", { class: "concept none" }, "No label");

/** An IoU as it is printed. @param {number} iou */
export const iouText = (iou) => iou.toFixed(iou < 0.01 && iou > 0 ? 3 : 2);

/** The same with as many digits as it takes to see on which side of a limit it is: 0.037 is not 0.04.
 * @param {number} iou @param {number} limit */
export function iouBeside(iou, limit) {
  const below = iou < limit;
  let text = iouText(iou);
  for (let digits = 3; digits < 7 && Number(text) < limit !== below; digits++) text = iou.toFixed(digits);
  return text;
}
