/**
 * What outlives a reload, in the browser's own storage: one entry per painted page, so that two tabs on two pages never
 * overwrite each other, and one for the choices. Where storage is refused, the page still works and says so once.
 *
 * @typedef {import("./state.js").Store} Store
 * @typedef {import("./lib/types.js").State} State
 */
import { pageKey, readPainting, toJson } from "./lib/document.js";
import { EMPTY } from "./lib/history.js";
import { say, strokesOf } from "./state.js";

const PAGE = "unitbrush.page.";
const CHOICES = "unitbrush.choices";
const PAGES_KEPT = 60;
const PAUSE_MS = 120;

/** @param {State} fresh @returns {State} with everything found in the storage */
export function restored(fresh) {
  let state = fresh;
  try {
    for (const name of names()) {
      try {
        const painting = readPainting(JSON.parse(localStorage.getItem(name) ?? ""));
        const key = pageKey(painting.model, painting.seed);
        state = { ...state, pages: { ...state.pages, [key]: { ...EMPTY, present: painting.strokes } } };
      } catch {
        localStorage.removeItem(name); // not ours, or of a version that is gone
      }
    }
    const choices = JSON.parse(localStorage.getItem(CHOICES) ?? "{}");
    state = { ...state, ...pick(choices, state) };
  } catch {
    // no storage here: start fresh
  }
  return state;
}

/** @param {Record<string, unknown>} choices @param {State} state @returns {Partial<State>} */
function pick(choices, state) {
  const known = state.models.some(({ id }) => id === choices["model"]);
  const tool = /** @type {State["tool"]} */ (choices["tool"] ?? {});
  const whole = (/** @type {unknown} */ value, /** @type {number} */ otherwise) =>
    Number.isInteger(value) ? /** @type {number} */ (value) : otherwise;
  return {
    ...(known && { model: /** @type {string} */ (choices["model"]), seed: whole(choices["seed"], state.seed) }),
    chosen: /** @type {State["chosen"]} */ (choices["chosen"] ?? {}),
    custom: /** @type {State["custom"]} */ (choices["custom"] ?? {}),
    keys: choices["keys"] !== false,
    taught: choices["taught"] === true,
    tool: {
      ...state.tool,
      size: whole(tool.size, state.tool.size),
      strength: whole(tool.strength, state.tool.strength),
      count: whole(tool.count, state.tool.count),
    },
  };
}

/** Page entries, oldest first. */
function names() {
  const found = Object.keys(localStorage).filter((name) => name.startsWith(PAGE));
  const time = (/** @type {string} */ name) => Number(/"saved":(\d+)/.exec(localStorage.getItem(name) ?? "")?.[1] ?? 0);
  return found.sort((a, b) => time(a) - time(b));
}

/** Keep saving. @param {Store} store @returns {() => void} */
export function autosave(store) {
  let timer = 0;
  let warned = false;
  /** @type {Set<string>} pages whose strokes are not saved yet */
  const dirty = new Set();

  function flush() {
    clearTimeout(timer);
    const s = store.state;
    try {
      for (const key of dirty) savePage(s, key);
      dirty.clear();
      const { model, seed, chosen, custom, keys, taught, tool } = s;
      localStorage.setItem(CHOICES, JSON.stringify({ model, seed, chosen, custom, keys, taught, tool }));
    } catch {
      const warning = "This browser does not keep your work. Save it or copy its link.";
      if (!warned) store.update((state) => say(state, warning));
      warned = true;
    }
  }
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(flush, PAUSE_MS);
  };
  let first = true;
  const stops = [
    store.subscribe((s) => s.pages, () => {
      if (!first) dirty.add(pageKey(store.state.model, store.state.seed));
      first = false;
      later();
    }),
    store.subscribe((s) => `${s.model} ${s.seed} ${s.keys} ${s.taught}`, later),
    store.subscribe((s) => s.tool, later),
    store.subscribe((s) => s.chosen, later),
  ];
  window.addEventListener("pagehide", flush);
  return () => {
    stops.forEach((stop) => stop());
    window.removeEventListener("pagehide", flush);
    flush();
  };
}

/** @param {State} s @param {string} key */
function savePage(s, key) {
  const at = key.lastIndexOf(":");
  const model = key.slice(0, at);
  const seed = Number(key.slice(at + 1));
  const strokes = s.pages[key]?.present ?? [];
  if (!strokes.length) {
    localStorage.removeItem(PAGE + key);
    return;
  }
  const entry = JSON.stringify({ ...toJson({ model, seed, strokes }), saved: Date.now() });
  const old = names().filter((name) => name !== PAGE + key);
  for (const name of old.slice(0, Math.max(0, old.length - PAGES_KEPT))) localStorage.removeItem(name);
  try {
    localStorage.setItem(PAGE + key, entry);
  } catch (full) {
    const [oldest] = names().filter((name) => name !== PAGE + key);
    if (!oldest) throw full;
    localStorage.removeItem(oldest);
    localStorage.setItem(PAGE + key, entry);
  }
}

/** Whether a page holds work, for the strip. @param {State} s @param {string} model @param {number} seed */
export const hasWork = (s, model, seed) =>
  (model === s.model && seed === s.seed ? strokesOf(s) : s.pages[pageKey(model, seed)]?.present ?? []).length > 0;
