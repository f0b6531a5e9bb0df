/** The wiring of /look. */
import { fetchLayers } from "../api.js";
import { bag, listen, need } from "../lib/dom.js";
import { keptPicture } from "../lib/kept.js";
import { layerIn } from "../lib/layers.js";
import { isStep, readSpot, spotLink } from "../lib/spot.js";
import { createStore } from "../lib/store.js";
import { classifierOf, lookAt, lookAway, openLooking, sees, turn } from "../looking.js";
import { mountModels, showLayers } from "../views/choose.js";
import { showEmpty } from "../views/empty.js";
import { mountFile } from "../views/file.js";
import { mountAnswers, mountSeen } from "../views/seen.js";
import { mountSpot } from "../views/spot.js";
import { mountTheme } from "../views/theme.js";

/** @typedef {import("../looking.js").State} State */
/** @typedef {import("../lib/types.js").Spot} Spot */

const RANDOM_BELOW = 10_000; // as on the painting page

const bootstrap = JSON.parse(need(document, "#bootstrap", HTMLScriptElement).textContent ?? "{}");
/** @type {readonly import("../looking.js").Model[]} */
const models = bootstrap.models;
const into = bag();
const element = (/** @type {string} */ id) => need(document, `#${id}`, HTMLElement);

mountTheme();
const first = models[0];
if (first) start(first.id);
else showEmpty("There is no network on this server yet.");

/** @param {string} otherwise  the network of an address that names none */
function start(otherwise) {
  const known = (/** @type {Spot} */ spot) =>
    (models.some(({ id }) => id === spot.model) ? spot : { ...spot, model: otherwise });
  const spotNow = known(readSpot(location.search));
  const picture = sees(models, spotNow.model) ? keptPicture() : null; // one comes back to it, or reloads
  const store = createStore(/** @type {State} */ ({ models, spot: spotNow, layers: null, picture }));
  const looking = openLooking(store);
  /** @param {Partial<Spot>} change */
  const go = (change) => store.update((s) => ({ ...s, spot: { ...s.spot, ...change } }));
  /** @param {Spot} spot */
  const turnTo = (spot) => store.update((s) => turn(s, spot, keptPicture()));

  const file = mountFile((picture) => {
    const classifier = classifierOf(store.state);
    if (classifier) store.update((s) => lookAt(s, classifier.id, picture));
    else file.complain("Generators make their own pictures; there is no classifier on this server to look at yours.");
  }, () => store.update(lookAway));
  looking.complain = file.complain;
  const chooser = mountModels(models, store.state.spot.model, (model) =>
    turnTo(readSpot(`?${new URLSearchParams({ model })}`)));
  const spot = mountSpot({ place: () => (looking.hasPicture() ? store.state.spot.at : []),
    grid: () => store.state.layers?.layers.find(({ layer }) => layer === store.state.spot.layer)?.grid ?? 0,
    look: (at) => looking.hasPicture() && go({ at }), speak: (text) => (element("spoken").textContent = text) });
  store.subscribe((s) => s.spot.model, (model) => {
    chooser.show(model);
    void looking.ask("layers", async (signal) => {
      const layers = await fetchLayers(model, signal);
      store.update((s) => ({ ...s, layers, spot: { ...s.spot, layer: layerIn(layers, s.spot.layer) } }));
      showEmpty(layers.layers.length ? "" : "This network is not dissected yet. This finds out what its units do:",
        { command: `unitbrush dissect ${model}` });
    });
  });
  mountSeen(store, looking);
  mountAnswers(store, looking);
  store.subscribe((s) => `${s.spot.model} ${s.spot.layer} ${s.layers !== null}`, () => {
    const { layers, spot: now } = store.state;
    spot.redraw(); // another grid
    if (layers) showLayers(layers.layers, now.layer, (layer) => spotLink({ ...now, layer, unit: null }));
  });
  store.subscribe((s) => s.spot, (now) => {
    spot.redraw();
    const link = spotLink(now);
    const step = isStep(readSpot(location.search), now);
    if (link !== location.pathname + location.search) history[step ? "pushState" : "replaceState"](null, "", link);
  });

  window.addEventListener("popstate", () => {
    const now = known(readSpot(location.search));
    const { layers } = store.state;
    turnTo(layers?.model === now.model ? { ...now, layer: layerIn(layers, now.layer) } : now);
  });
  listen(into, element("layers"), "click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turnTo(readSpot(link.search));
  });
  listen(into, element("random"), "click", () => go({ seed: Math.floor(Math.random() * RANDOM_BELOW) }));
  mountSeed(go, file.complain);
}

/** The number of the scene. @param {(change: Partial<Spot>) => void} go @param {(problem: string) => void} complain */
function mountSeed(go, complain) {
  const input = need(document, "#seed", HTMLInputElement);
  const read = () => {
    const wanted = input.value.trim();
    const good = /^\d+$/.test(wanted) && Number(wanted) <= bootstrap.limits.seed;
    complain(good ? "" : `A whole number from 0 to ${bootstrap.limits.seed.toLocaleString("en")}.`);
    if (good) go({ seed: Number(wanted) });
  };
  listen(into, input, "change", read);
  listen(into, element("seed-form"), "submit", (event) => {
    event.preventDefault();
    read();
  });
}
