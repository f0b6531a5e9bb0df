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
