/** The keyboard of the wall: `/` goes to the search, arrow keys go from card to card. */
import { listen, need } from "../lib/dom.js";

/** @param {import("../lib/dom.js").Bag} into @param {() => boolean} single  whether shortcuts of one key are on */
export function mountWallKeys(into, single) {
  const list = need(document, "#wall", HTMLElement);
  const search = need(document, "#q", HTMLInputElement);

  listen(into, document, "keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
    const writes = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (!plain || writes) return;
    if (event.key === "/" && single()) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (step(event.key)) event.preventDefault();
  });

  /** @param {string} key @returns {boolean} whether the focus moved */
  function step(key) {
    const cards = [...list.querySelectorAll("a")];
    const at = cards.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    const first = cards[0];
    if (at < 0 || !first) return false;
    const below = cards.findIndex((card) => card.getBoundingClientRect().top > first.getBoundingClientRect().top);
    const columns = below < 0 ? cards.length : below;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const next = cards[at + (steps[/** @type {keyof typeof steps} */ (key)] ?? Number.NaN)];
    next?.focus();
    return next !== undefined;
  }
}
