/** The wiring of /look. */
import { fetchLayers } from "../api.js";
import { bag, listen, need } from "../lib/dom.js";
import { layerIn } from "../lib/layers.js";
import { isStep, queryLink, readQuery } from "../lib/look-query.js";
import { createStore } from "../lib/store.js";
import { uploadedPicture } from "../lib/uploaded-picture.js";
import { classifierOf, lookAt, lookAway, openLooking, sees, turn } from "../looking.js";
import { mountModels, showLayers } from "../views/choose.js";
import { showEmpty } from "../views/empty.js";
import { mountFile } from "../views/file.js";
import { mountAnswers, mountLookPicture } from "../views/look-picture.js";
import { mountPlacePicker } from "../views/place-picker.js";
import { mountTheme } from "../views/theme.js";

/** @typedef {import("../looking.js").State} State */
/** @typedef {import("../lib/types.js").LookQuery} LookQuery */

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
  const known = (/** @type {LookQuery} */ query) =>
    models.some(({ id }) => id === query.model) ? query : { ...query, model: otherwise };
  const wanted = readQuery(location.search);
  const queryNow = known(wanted);
  const missing = wanted.model === queryNow.model ? "" : wanted.model;
  const picture = sees(models, queryNow.model) ? uploadedPicture() : null; // one comes back to it, or reloads
  const store = createStore(/** @type {State} */ ({ models, query: queryNow, missing, layers: null, picture }));
  const looking = openLooking(store);
  /** @param {Partial<LookQuery>} change */
  const go = (change) => store.update((s) => ({ ...s, query: { ...s.query, ...change } }));
  /** @param {LookQuery} query */
  const turnTo = (query) => store.update((s) => turn(s, query, uploadedPicture()));

  const file = mountFile(
    (picture) => {
      const classifier = classifierOf(store.state);
      if (classifier) store.update((s) => lookAt(s, classifier.id, picture));
      else file.complain("There is no classifier on this server to look at your picture; generators make their own.");
    },
    () => store.update(lookAway),
  );
  looking.complain = file.complain;
  const chooser = mountModels(models, store.state.query.model, (model) =>
    turnTo(readQuery(`?${new URLSearchParams({ model })}`)),
  );
  const picker = mountPlacePicker({
    place: () => (looking.hasPicture() ? store.state.query.at : []),
    grid: () => store.state.layers?.layers.find(({ layer }) => layer === store.state.query.layer)?.grid ?? 0,
    look: (at) => looking.hasPicture() && go({ at }),
    speak: (text) => (element("spoken").textContent = text),
  });
  store.subscribe(
    (s) => s.query.model,
    (model) => {
      chooser.show(model);
      void looking.ask("layers", async (signal) => {
        const layers = await fetchLayers(model, signal);
        store.update((s) => ({ ...s, layers, query: { ...s.query, layer: layerIn(layers, s.query.layer) } }));
        showEmpty(
          layers.layers.length ? "" : "This network has not been dissected yet. To find out what its units do, run:",
          {
            command: `unitbrush dissect ${model}`,
          },
        );
      });
    },
  );
  mountLookPicture(store, looking);
  mountAnswers(store, looking);
  store.subscribe(
    (s) => `${s.query.model} ${s.query.layer} ${s.layers !== null}`,
    () => {
      const { layers, query: now } = store.state;
      picker.redraw(); // another grid
      if (layers) showLayers(layers.layers, now.layer, (layer) => queryLink({ ...now, layer, unit: null }));
    },
  );
  store.subscribe(
    (s) => s.query,
    (now) => {
      picker.redraw();
      const link = queryLink(now);
      const step = isStep(readQuery(location.search), now);
      if (link !== location.pathname + location.search) history[step ? "pushState" : "replaceState"](null, "", link);
    },
  );

  window.addEventListener("popstate", () => {
    const now = known(readQuery(location.search));
    const { layers } = store.state;
    turnTo(layers?.model === now.model ? { ...now, layer: layerIn(layers, now.layer) } : now);
  });
  listen(into, element("layers"), "click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turnTo(readQuery(link.search));
  });
  listen(into, element("random"), "click", () => go({ seed: Math.floor(Math.random() * RANDOM_BELOW) }));
  mountSeed(go, file.complain);
}

/** The number of the scene. @param {(change: Partial<LookQuery>) => void} go @param {(problem: string) => void} complain */
function mountSeed(go, complain) {
  const input = need(document, "#seed", HTMLInputElement);
  const read = () => {
    const wanted = input.value.trim();
    const good = /^\d+$/.test(wanted) && Number(wanted) <= bootstrap.limits.seed;
    complain(good ? "" : `Enter a whole number from 0 to ${bootstrap.limits.seed.toLocaleString("en")}.`);
    if (good) go({ seed: Number(wanted) });
  };
  listen(into, input, "change", read);
  listen(into, element("seed-form"), "submit", (event) => {
    event.preventDefault();
    read();
  });
}
