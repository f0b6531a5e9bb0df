/** The wiring of /units. */
import { fetchLayers, fetchUnits } from "../api.js";
import { labelsCsv } from "../lib/csv.js";
import { bag, listen, need } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { layerIn } from "../lib/layers.js";
import { ROOT } from "../lib/root.js";
import { lightCells } from "../lib/slider.js";
import { createStore } from "../lib/store.js";
import { barsOf, isLabelled, isStep, readWall, SORTS, shown, wallLink } from "../lib/wall.js";
import { title as named, plural } from "../lib/words.js";
import { initialState } from "../state.js";
import { restored } from "../storage.js";
import { showBars } from "../views/bars.js";
import { mountModels, showLayers } from "../views/choose.js";
import { mountElsewhere } from "../views/elsewhere.js";
import { showEmpty } from "../views/empty.js";
import { mountScrolled } from "../views/scrolled.js";
import { mountTheme } from "../views/theme.js";
import { mountWall } from "../views/wall.js";
import { mountWallKeys } from "../views/wall-keys.js";

/** @typedef {import("../lib/types.js").Unit} Unit */
/** @typedef {import("../lib/types.js").Wall} Wall */
/** @typedef {import("../lib/types.js").Layers} Layers */

/**
 * @typedef {object} State
 * @property {Wall} wall  what the address says
 * @property {Layers | null} layers  of wall.model; null: on their way
 * @property {readonly Unit[] | null} units  of wall.layer; null: on their way
 * @property {string} trouble
 */

const bootstrap = JSON.parse(need(document, "#bootstrap", HTMLScriptElement).textContent ?? "{}");
/** @type {readonly import("../lib/types.js").Model[]} */
const models = bootstrap.models.filter((/** @type {{kind: string}} */ model) => model.kind !== "segmenter");

const first = models[0];
const into = bag();
/** @type {State} */
const initial = { wall: readWall(location.search), layers: bootstrap.layers, units: null, trouble: "" };
const store = createStore(initial);
const show = mountWall(into);
const showElsewhere = mountElsewhere(into);
const scrolled = mountScrolled(into);
const list = need(document, "#wall", HTMLElement);
const headline = need(document, "#headline", HTMLElement);
const subline = need(document, "#subline", HTMLElement);
const minimum = need(document, "#minimum", HTMLInputElement);
const search = need(document, "#q", HTMLInputElement);
const sort = need(document, "#sort", HTMLSelectElement);

/** @param {Partial<Wall>} change */
const go = (change) => store.update((s) => ({ ...s, wall: { ...s.wall, ...change } }));

/** @param {Wall} wall  another network or layer brings other data */
function turn(wall) {
  store.update((s) => {
    const layers = wall.model === s.wall.model ? s.layers : null;
    return { ...s, wall, layers, units: layers && wall.layer === s.wall.layer ? s.units : null, trouble: "" };
  });
}

const asked = store.state.wall.model;
if (!first) {
  showEmpty("There is no network on this server yet.");
} else if (asked && !models.some(({ id }) => id === asked)) {
  headline.textContent = "Nothing to show";
  list.replaceChildren();
  mountModels(models, "", (model) => location.assign(wallLink({ model })));
  showEmpty(`There is no network “${asked}” on this server.`, {
    link: { href: `${ROOT}/units`, text: "Show the first one" },
  });
} else {
  go(withFirst(store.state.wall));
  start();
}
mountTheme();
mountWallKeys(into, () => restored(initialState([], bootstrap.limits)).keys);

function start() {
  const chooser = mountModels(models, store.state.wall.model, (model) => {
    scrolled.keep();
    turn({ ...readWall(""), model, sort: store.state.wall.sort });
  });

  store.subscribe(
    (s) => s.wall.model,
    (model) => {
      chooser.show(model);
      if (store.state.layers?.model !== model) void load(model);
    },
  );
  store.subscribe(
    (s) => s.layers && s.wall.layer,
    (layer) => layer && void loadUnits(store.state.wall.model, layer),
  );
  store.subscribe(
    (s) => `${s.layers !== null} ${wallLink(s.wall)}`,
    () => {
      const { layers, wall } = store.state;
      if (layers) showLayers(layers.layers, wall.layer, (layer) => wallLink({ ...wall, layer, units: [], brush: "" }));
    },
  );
  store.subscribe((s) => s, draw);
  let last = store.state.wall;
  store.subscribe(
    (s) => s.wall,
    (wall) => {
      const link = wallLink(wall);
      const step = isStep(last, wall) ? "pushState" : "replaceState";
      if (link !== location.pathname + location.search) history[step](null, "", link);
      last = wall;
    },
  );
  window.addEventListener("popstate", () => {
    scrolled.back();
    turn(withFirst(readWall(location.search)));
  });
  listen(into, document, "click", follow);
  listen(into, need(document, "#csv", HTMLButtonElement), "click", () => {
    const { units, wall } = store.state;
    const table = labelsCsv(wall.model, wall.layer, shown(units ?? [], wall));
    download(table, "text/csv", `${wall.model}-${wall.layer}.csv`);
  });
  listen(into, search, "input", () => go({ q: search.value }));
  listen(into, sort, "change", () => go({ sort: SORTS.find((one) => one === sort.value) ?? "iou" }));
  listen(into, minimum, "input", () => go({ minimum: Number(minimum.value) / 100 }));
}

/** Links to other walls are followed without loading the page again. @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.pathname !== `${ROOT}/units` || link.hash || link.closest("header") || store.state.trouble) return;
  event.preventDefault();
  scrolled.keep();
  turn(withFirst(readWall(link.search)));
}

/** The network and layer that an address leaves open. @param {Wall} wall @returns {Wall} */
function withFirst(wall) {
  const model = wall.model || (first?.id ?? "");
  const { layers } = store.state;
  return { ...wall, model, layer: wall.layer || (layers?.model === model ? layerIn(layers) : "") };
}

/** @param {string} model */
async function load(model) {
  try {
    const layers = await fetchLayers(model);
    if (store.state.wall.model !== model) return;
    store.update((s) => ({ ...s, layers, wall: { ...s.wall, layer: s.wall.layer || layerIn(layers) } }));
  } catch (error) {
    if (store.state.wall.model === model) fail(error);
  }
}

/** @param {string} model @param {string} layer */
async function loadUnits(model, layer) {
  if (!store.state.layers?.layers.some((one) => one.layer === layer)) return;
  const wanted = () => store.state.wall.model === model && store.state.wall.layer === layer;
  try {
    const units = await fetchUnits(model, layer);
    if (wanted()) store.update((s) => ({ ...s, units }));
  } catch (error) {
    if (wanted()) fail(error);
  }
}

/** @param {unknown} error */
function fail(error) {
  store.update((s) => ({ ...s, trouble: error instanceof Error ? error.message : String(error) }));
}

/** Whatever changed: all of it is small, but for the wall itself, which builds itself in parts. Until the units of
 * another layer are there, the old ones stay, dimmed. @param {State} state */
function draw({ wall, layers, units, trouble }) {
  const title = models.find(({ id }) => id === wall.model)?.title ?? wall.model;
  const place = [title, wall.layer].filter(Boolean).join(", "); // no layer of a network that is not dissected
  const waiting = !units && !trouble && (!layers || layers.layers.some(({ layer }) => layer === wall.layer));
  list.setAttribute("aria-busy", String(waiting));
  if (waiting) {
    showEmpty("");
    headline.textContent = place;
    subline.textContent = "Loading the units…";
    return;
  }
  const counts = wall.minimum ?? layers?.minimum_iou ?? 0.04;
  if (search.value !== wall.q) search.value = wall.q;
  sort.value = wall.sort;
  sort.disabled = wall.units.length > 0;
  minimum.value = String(Math.round(100 * counts));
  lightCells(minimum);
  need(document, "#minimum-value", HTMLOutputElement).value = counts.toFixed(2);
  need(document, "#filters", HTMLElement).hidden = !units;
  need(document, "#painting", HTMLElement).hidden = !wall.units.length;
  const found = units ? shown(units, wall) : [];
  const bars = units ? barsOf(units, wall.minimum) : [];
  showBars(bars, wall);
  show(found, wall, scrolled.grown);
  showElsewhere(units ? layers : null, wall);
  explain(found.length);
  if (!units) {
    headline.textContent = trouble ? "Nothing to show" : place;
    subline.textContent = "";
    return;
  }
  const labelled = units.filter((unit) => isLabelled(unit, wall.minimum)).length;
  const { length } = wall.units;
  headline.textContent = length
    ? `The ${length > 1 ? plural(length, "unit") : "unit"} of ${brushName(wall)}`
    : `${labelled} of ${units.length} units stand for ${plural(bars.length, "concept")}`;
  const summary = layers?.layers.find(({ layer }) => layer === wall.layer);
  const grid = summary?.grid ?? 0;
  const chance = summary?.by_chance ?? null;
  const byChance =
    chance === null || wall.minimum !== null
      ? ""
      : ` With labels taken from other pictures, ${Math.round(chance)} would by chance.`;
  subline.textContent =
    `${place}: ${grid} × ${grid} cells.${byChance} Each card shows the five images in which ` +
    "a unit is most active; it is above its 0.99 quantile where they are lit.";
  need(document, "#found", HTMLElement).textContent =
    found.length === units.length
      ? ""
      : wall.units.length
        ? `${plural(found.length, "unit")} of the brush, best first`
        : `${plural(found.length, "unit")} of ${units.length}`;
  const all = need(document, "#all", HTMLAnchorElement);
  all.hidden = found.length === units.length;
  all.href = wallLink({ model: wall.model, layer: wall.layer, sort: wall.sort, minimum: wall.minimum });
}

/** @param {Wall} wall */
const brushName = ({ brush }) => (brush ? `the brush “${named(brush)}”` : "this brush");

/** Why the wall is empty, where it is. @param {number} count */
function explain(count) {
  const { wall, layers, units, trouble } = store.state;
  const { model, layer } = wall;
  const here = wallLink({ model, layer });
  const command = `unitbrush dissect ${model}`;
  if (trouble) showEmpty(`Could not load the units: ${trouble}.`, { link: { href: here, text: "Try again" } });
  else if (!layers) showEmpty("");
  else if (!layers.layers.length) {
    showEmpty("This network has not been dissected yet. To find out what its units do, run:", { command });
  } else if (!layers.layers.some((one) => one.layer === layer)) {
    const exists = models.find(({ id }) => id === model)?.layers.some(({ name }) => name === layer);
    const link = { href: wallLink({ model }), text: "Show its layers" };
    if (exists) showEmpty(`${layer} has not been dissected yet. To find out what its units do, run:`, { command });
    else showEmpty(`This network has no layer ${layer}.`, { link });
  } else if (!units || count) showEmpty("");
  else if (wall.q || wall.concept || wall.category || wall.units.length) {
    const what = wall.q ? `“${wall.q}”` : wall.concept || wall.category || "these numbers";
    showEmpty(`No unit of ${layer} stands for ${what}.`, { link: { href: here, text: "Show all units" } });
  }
}
