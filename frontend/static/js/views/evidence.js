/** What speaks for a unit's label: its overlap with every concept, and how its activation is distributed. */
import { histogramBars, placeOf, short } from "../lib/chart.js";
import { concept, iouBeside, iouText } from "../lib/concept.js";
import { h, listen, need } from "../lib/dom.js";

/** @typedef {import("../lib/types.js").UnitDetail} UnitDetail */

const FIRST = 10;

/** @param {import("../lib/dom.js").Bag} into @param {UnitDetail} unit */
export function mountEvidence(into, unit) {
  const table = need(document, "#concepts", HTMLTableElement);
  const more = need(document, "#more", HTMLButtonElement);
  const overlapping = unit.concepts.filter(({ iou }) => iou > 0);
  const best = Math.max(unit.minimum_iou * 2, overlapping[0]?.iou ?? 0);
  const rows = overlapping.map(({ concept: name, category, iou }) =>
    h(
      "tr",
      iou >= unit.minimum_iou ? {} : { class: "weak" },
      h("th", { scope: "row" }, concept(name, category)),
      h(
        "td",
        { class: "bar-cell" },
        h("i", {
          class: "fit",
          "data-category": category,
          style: `--share: ${iou / best}; --least: ${unit.minimum_iou / best}`,
        }),
      ),
      h("td", { class: "number" }, iouBeside(iou, unit.minimum_iou)),
    ),
  );
  const body = h("tbody");
  table.replaceChildren(
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Concept"),
        h("td", {}, h("span", { class: "unseen" }, "As a bar")),
        h("th", { scope: "col", class: "number" }, "IoU"),
      ),
    ),
    body,
  );
  more.hidden = rows.length <= FIRST;
  /** @param {boolean} all */
  function open(all) {
    body.replaceChildren(...(all ? rows : rows.slice(0, FIRST)));
    more.textContent = all ? "Fewer concepts" : `All ${rows.length} concepts`;
    more.setAttribute("aria-expanded", String(all));
  }
  open(false);
  listen(into, more, "click", () => {
    const close = more.getAttribute("aria-expanded") === "true";
    open(!close);
    if (close) more.scrollIntoView({ block: "nearest" }); // the rows above it are gone
  });
  showHistogram(unit);
}

/** @param {UnitDetail} unit */
function showHistogram(unit) {
  const { edges, counts } = unit.histogram;
  const place = placeOf(edges, unit.threshold);
  const bars = histogramBars(edges, counts, unit.threshold).map(({ x, width, height, dark, count }) =>
    h("i", {
      style: `left: ${x}%; width: ${width}%; height: ${height}%; --dark: ${dark}%`,
      title: `${count.toLocaleString("en")} positions`,
    }),
  );
  const mark = h(
    "b",
    { class: "mark-at", style: `left: ${place}%` },
    h("span", { class: place > 70 ? "before" : "" }, "t", h("sub", {}, "u"), ` = ${short(unit.threshold)}`),
  );
  const scale = h(
    "p",
    { class: "scale" },
    h("span", {}, short(edges[0] ?? 0)),
    h("span", {}, "Heights are logarithmic"),
    h("span", {}, short(edges.at(-1) ?? 0)),
  );
  const said =
    `Histogram of the activation from ${short(edges[0] ?? 0)} to ${short(edges.at(-1) ?? 0)}; ` +
    `the unit counts as active above ${short(unit.threshold)}. Heights are logarithmic.`;
  need(document, "#histogram", HTMLElement).replaceChildren(
    h("div", { class: "plot", role: "img", "aria-label": said }, ...bars, mark),
    scale,
  );
  const facts = [
    ["exceeded at 1% of positions", short(unit.threshold)],
    ["mean", short(unit.mean)],
    ["highest", short(unit.peak)],
    ["images looked at", unit.images.toLocaleString("en")],
  ];
  const rows = facts.flatMap(([name = "", value = ""]) => [h("dt", {}, name), h("dd", {}, value)]);
  need(document, "#facts", HTMLElement).replaceChildren(...rows);
  if (unit.iclr) {
    const { concept: name, category, iqr, iou, threshold } = unit.iclr;
    need(document, "#iclr", HTMLElement).replaceChildren(
      "By information quality ratio, as in the ICLR paper: ",
      concept(name, category),
      `, IQR ${iouText(iqr)}, IoU ${iouText(iou)} above ${short(threshold)}.`,
    );
  }
}
