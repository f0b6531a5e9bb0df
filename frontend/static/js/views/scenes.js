/** The strip of scenes, the number of the one that is open, and a random one. */
import { imageUrl } from "../api.js";
import { bag, h, listen, need } from "../lib/dom.js";
import { patientImage } from "../lib/image.js";
import { stripOrder } from "../lib/strip.js";
import { brushesOf, modelOf, openPage, paintedScenes } from "../state.js";
import { hasWork } from "../storage.js";

/** @typedef {import("../lib/types.js").State} State */

const THUMB_PX = 96;
const RANDOM_BELOW = 10_000; // a short number is easier to tell somebody, and every network knows these

/** @param {State} s @returns {State} */
export function randomScene(s) {
  return openPage(s, s.model, Math.floor(Math.random() * Math.min(RANDOM_BELOW, s.limits.seed + 1)));
}

/** @param {import("../state.js").Store} store */
export function mountScenes(store) {
  const into = bag();
  const strip = need(document, "#strip", HTMLElement);
  const form = need(document, "#seed-form", HTMLFormElement);
  const input = need(document, "#seed", HTMLInputElement);
  const error = need(document, "#seed-error", HTMLElement);
  /** @type {Map<string, number[]>} the order of the strip, kept while the page is open so that nothing jumps */
  const orders = new Map();

  function order() {
    const { state } = store;
    const brushes = brushesOf(state);
    const next = stripOrder({
      before: (brushes && orders.get(state.model)) ?? [],
      open: state.seed,
      visited: state.visited[state.model] ?? [],
      painted: paintedScenes(state),
      good: (brushes ?? []).flatMap((brush) => brush.example_seed ?? []),
    });
    if (brushes) orders.set(state.model, next);
    return next;
  }

  function build() {
    const { state } = store;
    strip.replaceChildren(
      ...order().map((seed) => {
        const name = `Scene ${seed}`;
        const button = h("button", { type: "button", class: "scene", "data-seed": seed, title: name });
        const src = imageUrl(state.model, seed, Math.min(THUMB_PX, modelOf(state).resolution));
        button.append(patientImage({ src, alt: name, loading: "lazy", width: 96, height: 96, draggable: "false" }));
        return h("li", {}, button);
      }),
    );
    mark();
  }

  function mark() {
    const { state } = store;
    for (const button of strip.querySelectorAll("button")) {
      const seed = Number(button.dataset["seed"]);
      const worked = hasWork(state, state.model, seed);
      button.setAttribute("aria-current", String(seed === state.seed));
      button.classList.toggle("worked", worked);
      button.title = worked ? `Scene ${seed}, painted` : `Scene ${seed}`;
    }
  }

  /** @param {string} problem */
  function complain(problem) {
    error.textContent = problem;
    error.hidden = !problem;
    input.setAttribute("aria-invalid", String(Boolean(problem)));
  }

  function go() {
    const { limits, model } = store.state;
    const seed = Number(input.value);
    if (!/^\d+$/.test(input.value.trim()) || seed > limits.seed) {
      complain(`Enter a whole number from 0 to ${limits.seed.toLocaleString("en")}.`);
      return;
    }
    complain("");
    store.update((s) => openPage(s, model, seed));
  }

  listen(into, form, "submit", (event) => {
    event.preventDefault();
    go();
  });
  listen(into, input, "change", go);
  listen(into, strip, "click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const seed = Number(button?.dataset["seed"]);
    if (button) store.update((s) => openPage(s, s.model, seed));
  });
  listen(into, need(document, "#random", HTMLButtonElement), "click", () => store.update(randomScene));
  into.add(
    store.subscribe(
      (s) => s.seed,
      (seed) => {
        input.value = String(seed);
        complain("");
      },
    ),
  );
  into.add(store.subscribe((s) => (brushesOf(s) ? s.model : ""), build));
  into.add(
    store.subscribe(
      (s) => `${s.model} ${s.seed}`,
      () => {
        if (!orders.get(store.state.model)?.includes(store.state.seed)) build();
        else mark();
      },
    ),
  );
  into.add(store.subscribe((s) => s.pages, mark));
  return into.dispose;
}
