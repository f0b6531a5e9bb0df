/**
 * What outlives a reload, in the browser's own storage: one entry per painted page, so that two tabs on two pages never
 * overwrite each other, and one for the choices. Two tabs on one page follow each other. Where storage is refused, the
 * page still works and says so once.
 *
 * @typedef {import("./state.js").Store} Store
 * @typedef {import("./lib/types.js").State} State
 * @typedef {import("./lib/types.js").Timeline} Timeline
 */
import { pageKey } from "./lib/document.js";
import { readEntry, toEntry } from "./lib/entry.js";
import { EMPTY } from "./lib/history.js";
import { bringPage, say, strokesOf } from "./state.js";

const PAGE = "unitbrush.page.";
const CHOICES = "unitbrush.choices";
const PAUSE_MS = 120;

/** @param {State} fresh @returns {State} with everything found in the storage */
export function restored(fresh) {
  let state = fresh;
  try {
    const found = names().map((name) => readPage(localStorage.getItem(name), fresh.limits.strokes));
    state = { ...state, pages: Object.fromEntries(found.flatMap((page) => (page ? [[page.key, page.timeline]] : []))) };
    state = { ...state, ...pick(JSON.parse(localStorage.getItem(CHOICES) ?? "{}"), state) };
  } catch {
    // no storage here: start fresh
  }
  return state;
}

/** @param {string | null} entry @param {number} most  strokes that the server paints
 * @returns {{key: string, timeline: Timeline} | null} null: not ours, or of another version; it is left alone */
function readPage(entry, most) {
  try {
    const { model, seed, timeline } = readEntry(JSON.parse(entry ?? ""), most);
    return { key: pageKey(model, seed), timeline };
  } catch {
    return null;
  }
}

/** @param {Record<string, unknown>} choices @param {State} state @returns {Partial<State>} */
function pick(choices, state) {
  const model = state.models.find(({ id }) => id === choices["model"])?.id;
  const tool = /** @type {State["tool"]} */ (choices["tool"] ?? {});
  const whole = (/** @type {unknown} */ value, /** @type {number} */ otherwise) =>
    Number.isInteger(value) ? /** @type {number} */ (value) : otherwise;
  const last = Object.fromEntries(
    Object.entries(/** @type {State["last"]} */ (choices["last"] ?? {})).filter(
      ([, seed]) => Number.isInteger(seed) && seed >= 0 && seed <= state.limits.seed,
    ),
  );
  return {
    ...(model && { model, seed: last[model] ?? state.seed }),
    last,
    chosen: /** @type {State["chosen"]} */ (choices["chosen"] ?? {}),
    custom: /** @type {State["custom"]} */ (choices["custom"] ?? {}),
    names: /** @type {State["names"]} */ (choices["names"] ?? {}),
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

/** Keep saving, and follow what other tabs save. @param {Store} store @returns {() => void} */
export function autosave(store) {
  let timer = 0;
  let warned = false;
  let leaving = ""; // the entry that was said to make room next
  let saved = store.state.pages;
  /** @type {Set<string>} pages whose strokes are not saved yet */
  const dirty = new Set();

  function flush() {
    clearTimeout(timer);
    try {
      for (const key of dirty) if (savePage(key)) dirty.delete(key);
      const { model, last, chosen, custom, names, keys, taught, tool } = store.state;
      localStorage.setItem(CHOICES, JSON.stringify({ model, last, chosen, custom, names, keys, taught, tool }));
    } catch {
      const warning = "This browser does not keep your work. Save it or copy its link.";
      if (!warned) store.update((state) => say(state, warning));
      warned = true;
    }
  }

  /** @param {string} key @returns {boolean} false: there is no room before something goes */
  function savePage(key) {
    const timeline = store.state.pages[key] ?? EMPTY;
    const entry = JSON.stringify({ ...toEntry(pageOf(key), timeline), saved: Date.now() });
    const name = PAGE + key;
    for (;;) {
      try {
        localStorage.setItem(name, entry);
        return true;
      } catch (full) {
        if (!makeRoom(name, full)) return false;
      }
    }
  }

  /** A cleared page goes first, then the oldest painting, but never before that was said.
   * @param {string} name  for which there is no room
   * @param {unknown} full @returns {boolean} whether there is more room now */
  function makeRoom(name, full) {
    const { models, pages } = store.state;
    const others = names().filter((one) => one !== name && pages[one.slice(PAGE.length)]);
    const cleared = others.find((one) => !pages[one.slice(PAGE.length)]?.present.length);
    const oldest = cleared ?? others[0];
    if (!oldest) throw full;
    if (cleared || oldest === leaving) {
      localStorage.removeItem(oldest);
      return true;
    }
    leaving = oldest;
    const { model, seed } = pageOf(oldest.slice(PAGE.length));
    const world = models.find(({ id }) => id === model)?.title ?? model;
    const warning =
      "This browser has no room for more paintings. Your next stroke will replace the oldest one: " +
      `save scene ${seed} of ${world} as a picture if you want to keep it.`;
    store.update((s) => say(s, warning, "error"));
    return false;
  }

  /** @param {StorageEvent} event  of another tab; a removal alone only made room there */
  function follow({ key: name, newValue }) {
    const page = name?.startsWith(PAGE) ? readPage(newValue, store.state.limits.strokes) : null;
    if (!page || dirty.has(page.key)) return; // what is not saved yet is newer
    store.update((s) => bringPage(s, page.key, page.timeline));
    dirty.delete(page.key);
  }

  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(flush, PAUSE_MS);
  };
  const stops = [
    store.subscribe(
      (s) => s.pages,
      (pages) => {
        for (const key of Object.keys(pages)) if (pages[key] !== saved[key]) dirty.add(key);
        saved = pages;
        later();
      },
    ),
    store.subscribe((s) => `${s.model} ${s.seed} ${s.keys} ${s.taught}`, later),
    store.subscribe((s) => s.tool, later),
    store.subscribe((s) => s.chosen, later),
  ];
  /** A page that the back button brings back is as old as when it was left. @param {PageTransitionEvent} event */
  const shown = ({ persisted }) => persisted && location.reload();
  window.addEventListener("pagehide", flush);
  window.addEventListener("pageshow", shown);
  window.addEventListener("storage", follow);
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener("pagehide", flush);
    window.removeEventListener("pageshow", shown);
    window.removeEventListener("storage", follow);
    flush();
  };
}

/** The page of a key. @param {string} key */
function pageOf(key) {
  const at = key.lastIndexOf(":");
  return { model: key.slice(0, at), seed: Number(key.slice(at + 1)) };
}

/** Whether a page holds work, for the strip. @param {State} s @param {string} model @param {number} seed */
export const hasWork = (s, model, seed) =>
  (model === s.model && seed === s.seed ? strokesOf(s) : (s.pages[pageKey(model, seed)]?.present ?? [])).length > 0;
