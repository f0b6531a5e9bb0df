/** What to say, and what to do, where there is nothing to show. */
import { h, need } from "../lib/dom.js";

/**
 * @param {string} words  "" = there is something to show
 * @param {{command?: string, link?: {href: string, text: string}}} [help]
 */
export function showEmpty(words, { command, link } = {}) {
  const box = need(document, "#empty", HTMLElement);
  box.hidden = !words;
  if (!words) return;
  box.replaceChildren(
    h("p", {}, words),
    ...(command ? [h("pre", { tabindex: "0" }, h("code", {}, command))] : []),
    ...(link ? [h("a", { class: "button", href: link.href }, link.text)] : []),
  );
}
