/**
 * How far down a page was. The browser brings it back by itself only where the page has its height at once; a wall is
 * built by script, and in parts.
 */
import { listen } from "../lib/dom.js";
import { recall, remember } from "../lib/tab.js";

const KEY = "unitbrush.scrolled ";
const OWN_WAY = /** @type {const} */ (["wheel", "touchstart", "pointerdown", "keydown"]);

/** @param {import("../lib/dom.js").Bag} into */
export function mountScrolled(into) {
  const key = () => KEY + location.pathname + location.search;
  const [came] = performance.getEntriesByType("navigation");
  const again = came instanceof PerformanceNavigationTiming && ["back_forward", "reload"].includes(came.type);
  let wanted = again ? read(key()) : 0;

  /** Before the page shows something else. */
  const keep = () => remember(key(), String(Math.round(scrollY)));
  window.addEventListener("pagehide", keep);
  for (const type of OWN_WAY) listen(into, window, type, () => (wanted = 0), { passive: true, capture: true });

  return {
    keep,
    /** The address was gone back to: scroll as soon as there is enough of the page. */
    back() {
      wanted = read(key());
    },
    /** Whenever the page has grown. */
    grown() {
      if (!wanted || document.documentElement.scrollHeight < wanted + innerHeight) return;
      scrollTo(0, wanted);
      wanted = 0;
    },
  };
}

/** @param {string} key */
const read = (key) => Number(recall(key)) || 0;
