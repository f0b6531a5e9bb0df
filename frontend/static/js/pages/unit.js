/** The wiring of /units/{model}/{layer}/{unit}. */
import { concept, iouBeside, iouText } from "../lib/concept.js";
import { bag, h, listen, need } from "../lib/dom.js";
import { clamp } from "../lib/geometry.js";
import { ROOT } from "../lib/root.js";
import { unitLink, wallLink } from "../lib/wall.js";
import { title } from "../lib/words.js";
import { initialState } from "../state.js";
import { restored } from "../storage.js";
import { mountEvidence } from "../views/evidence.js";
import { mountGallery } from "../views/gallery.js";
import { mountOwn } from "../views/own.js";
import { showPlaces } from "../views/page-menu.js";
import { mountTheme } from "../views/theme.js";
import { mountTry } from "../views/try.js";
import { unitCard } from "../views/wall.js";

const bootstrap = JSON.parse(need(document, "#bootstrap", HTMLScriptElement).textContent ?? "{}");
/** @type {import("../lib/types.js").UnitDetail} */
const unit = bootstrap.unit;
/** @type {import("../lib/types.js").Model & {kind: string}} */
const model = bootstrap.models.find((/** @type {{id: string}} */ { id }) => id === unit.model);
const isGenerator = model.kind === "generator";
const label = unit.labelled && unit.label && unit.category ? { name: unit.label, category: unit.category } : null;
const into = bag();

lead();
mountGallery(into, unit, isGenerator, () => restored(initialState([], bootstrap.limits)).keys);
mountEvidence(into, unit);
same();
turn();
mountTheme();
if (isGenerator) mountTry(unit, model, bootstrap.limits);
else mountOwn(unit);

function lead() {
  const headline = need(document, "#headline", HTMLElement);
  const subline = need(document, "#subline", HTMLElement);
  const where = `${model.title}, ${unit.grid} × ${unit.grid} cells`;
  if (label) {
    headline.replaceChildren(concept(label.name, label.category));
    subline.textContent =
      `Unit ${unit.unit} of ${unit.layer}. The region where it is active overlaps ${label.name} ` +
      `with an IoU of ${iouText(unit.iou)}. ${where}.`;
  } else {
    subline.textContent =
      "No concept overlaps enough to be a label. The best, " +
      `${unit.label ?? "none"}, has an IoU of ${iouBeside(unit.iou, unit.minimum_iou)}, ` +
      `but a label needs at least ${unit.minimum_iou}. ${where}.`;
  }
  const deeds = need(document, "#deeds", HTMLElement);
  const here = { model: unit.model, layer: unit.layer };
  if (isGenerator) {
    const query = new URLSearchParams({ ...here, units: String(unit.unit), ...(label && { label: label.name }) });
    deeds.append(h("a", { class: "button primary", href: `${ROOT}/paint?${query}` }, "Paint with it"));
  }
  if (label) {
    const count = unit.neighbours.same.length + 1;
    const words = count > 1 ? `All ${count} units for ${label.name}` : `The only unit for ${label.name}`;
    const href = wallLink({ ...here, concept: label.name, category: label.category });
    deeds.append(h("a", { class: "button", href }, words));
  }
}

/** Other units of the layer with the same label. */
function same() {
  const { same: others } = unit.neighbours;
  if (!others.length || !label) return;
  need(document, "#same", HTMLElement).hidden = false;
  need(document, "#same-title", HTMLElement).textContent = `${title(label.name)} too`;
  const of = { model: unit.model, layer: unit.layer, minimum: null, best: Math.max(unit.iou, others[0]?.iou ?? 0) };
  need(document, "#wall", HTMLElement).replaceChildren(...others.map((other) => unitCard(other, of)));
}

/** The units before and after this one, as links and with the arrow keys. */
function turn() {
  const wall = wallLink({ model: unit.model, layer: unit.layer });
  need(document, "#up", HTMLAnchorElement).href = wall;
  showPlaces(wall);
  /** @type {Record<string, HTMLAnchorElement>} */
  const ways = {};
  for (const [id, key] of /** @type {const} */ ([
    ["previous", "ArrowLeft"],
    ["next", "ArrowRight"],
  ])) {
    const link = need(document, `#${id}`, HTMLAnchorElement);
    const number = unit.neighbours[id];
    if (number === null) continue;
    link.hidden = false;
    link.href = unitLink(unit.model, unit.layer, number);
    listen(into, link, "click", () => (link.search = location.search)); // whole or lit, and the scene, stay
    need(link, "span", HTMLElement).textContent = `Unit ${number}`;
    ways[key] = link;
  }
  let steps = 0;
  listen(into, document, "keydown", (event) => {
    const writes = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.defaultPrevented || writes || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const link = ways[event.key];
    if (!link) return;
    steps += event.key === "ArrowLeft" ? -1 : 1; // pressed fast, several before the next page is there
    const most = (model.layers.find(({ name }) => name === unit.layer)?.units ?? 1) - 1;
    link.href = unitLink(unit.model, unit.layer, clamp(unit.unit + steps, 0, most));
    link.click();
  });
}
