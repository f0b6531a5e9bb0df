/** Labels of units as a table that spreadsheets open (RFC 4180). */

/** @typedef {import("./types.js").Unit} Unit */

/** A value that a spreadsheet takes for what it is: quoted where it must be, and never a formula.
 * @param {string | number} value */
function cell(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {string} model @param {string} layer @param {readonly Unit[]} units */
export function labelsCsv(model, layer, units) {
  const rows = units.map(({ unit, label, category, iou, labelled }) => [
    model,
    layer,
    unit,
    label ?? "",
    category ?? "",
    iou,
    labelled ? "yes" : "no",
  ]);
  const head = ["model", "layer", "unit", "best concept", "category", "iou", "counts as label"];
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
