/** The paper's chart (Fig. 1D, 3D): a bar for every concept, as many cells high as units stand for it. */
import { concept } from "../lib/concept.js";
import { h, need, replaceUnder } from "../lib/dom.js";
import { CATEGORIES, wallLink } from "../lib/wall.js";
import { plural, title } from "../lib/words.js";

/** @typedef {import("../lib/types.js").Bar} Bar */
/** @typedef {import("../lib/types.js").Wall} Wall */

/** @param {readonly Bar[]} bars @param {Wall} wall */
export function showBars(bars, wall) {
  const into = need(document, "#bars", HTMLElement);
  const { q: _q, units: _units, brush: _brush, ...rest } = wall; // a bar shows all units of its concept
  const most = Math.max(1, ...bars.map(({ count }) => count));
  need(document, "#chart", HTMLElement).hidden = !bars.length;
  into.style.setProperty("--most", String(most));
  replaceUnder(
    into,
    bars.map(({ concept: name, category, count }) => {
      const chosen = wall.concept === name && (!wall.category || wall.category === category);
      const link = wallLink({ ...rest, concept: chosen ? "" : name, category: chosen ? "" : category });
      const dim = !chosen && (wall.concept || (wall.category && wall.category !== category));
      return h(
        "a",
        {
          href: link,
          class: dim ? "bar-of dim" : "bar-of",
          "data-category": category,
          "data-key": `${category} ${name}`,
          title: `${title(name)}: ${plural(count, "unit")}`,
          ...(chosen && { "aria-current": "true" }),
          style: `--count: ${count}`,
        },
        h("b", {}, String(count)),
        h("i", {}),
        h("span", {}, name),
        h("span", { class: "unseen" }, ` ${count === 1 ? "unit" : "units"}, ${category}`),
      );
    }),
  );
  showLegend(bars, wall);
}

/** The categories: what the colours mean, how many concepts each has, and a filter. @param {readonly Bar[]} bars
 * @param {Wall} wall */
function showLegend(bars, wall) {
  const legend = need(document, "#legend", HTMLElement);
  const { q: _q, units: _units, brush: _brush, concept: _concept, ...rest } = wall;
  replaceUnder(
    legend,
    CATEGORIES.map((category) => {
      const own = bars.filter((bar) => bar.category === category);
      const chosen = wall.category === category && !wall.concept;
      const link = wallLink({ ...rest, category: chosen ? "" : category });
      const units = own.reduce((sum, { count }) => sum + count, 0);
      return h(
        "a",
        {
          href: link,
          "data-key": category,
          class: "category",
          title: `${plural(units, "unit")}`,
          ...(chosen && { "aria-current": "true" }),
        },
        concept(plural(own.length, category), category),
      );
    }),
  );
}
