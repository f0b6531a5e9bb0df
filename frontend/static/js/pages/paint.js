/** The wiring of /paint. */
import { ApiError, fetchBrushes } from "../api.js";
import { readChosen } from "../lib/custom.js";
import { need } from "../lib/dom.js";
import { createStore } from "../lib/store.js";
import { openSession } from "../session.js";
import { bringBrushes, initialState, openPage, say, takeUnits } from "../state.js";
import { autosave, restored } from "../storage.js";
import { mountAddress } from "../views/address.js";
import { mountBrushes } from "../views/brushes.js";
import { mountHint } from "../views/hint.js";
import { mountHistory } from "../views/history.js";
import { mountKeys } from "../views/keys.js";
import { mountNotice } from "../views/notice.js";
import { mountOverlap } from "../views/overlap.js";
import { mountOverlay } from "../views/overlay.js";
import { mountPicture } from "../views/picture.js";
import { mountPointer } from "../views/pointer.js";
import { mountScenes } from "../views/scenes.js";
import { mountShare } from "../views/share.js";
import { mountSheet } from "../views/sheet.js";
import { mountStatus } from "../views/status.js";
import { mountTheme } from "../views/theme.js";
import { mountLayer, mountModes, mountSlider, mountWorlds } from "../views/tools.js";
import { mountViewbar } from "../views/viewbar.js";

const RETRY_MS = 3000;
const FIRST_SEED = 1;
const SLIDERS = /** @type {const} */ (["size", "strength", "count"]);

const bootstrap = JSON.parse(need(document, "#bootstrap", HTMLScriptElement).textContent ?? "{}");
const painters = bootstrap.models.filter((/** @type {{kind: string}} */ model) => model.kind === "generator");
const { limits } = bootstrap;

if (!painters.length) {
  need(document, "#trouble", HTMLElement).hidden = false;
  need(document, "#trouble-text", HTMLElement).textContent = "There is no network to paint with on this server yet.";
} else {
  void start();
}

async function start() {
  let state = withChosen(restored({ ...initialState(painters, limits), seed: -1 }));
  if (state.seed < 0) state = await firstVisit(state);
  const store = createStore(openPage({ ...state, draft: null }, state.model, state.seed));

  const session = openSession(store);
  /** @type {{ring: {x: number, y: number} | null}} */
  const pointer = { ring: null };
  const spoken = need(document, "#spoken", HTMLElement);
  const overlay = mountOverlay(store, session, pointer);
  const share = mountShare(store);

  /** A world opens where it was left, or at the scene its first brush is shown on. @param {string} model */
  function startOf(model) {
    return store.state.last[model] ?? store.state.brushes[model]?.[0]?.example_seed ?? FIRST_SEED;
  }

  const stops = [
    mountPicture(store, session),
    overlay.dispose,
    mountPointer(store, session, pointer, overlay.redraw),
    mountKeys(store, session, (text) => (spoken.textContent = text)),
    mountBrushes(store),
    mountModes(store),
    ...SLIDERS.map((name) => mountSlider(store, name)),
    mountLayer(store),
    mountWorlds(store, startOf),
    mountViewbar(store),
    mountScenes(store),
    mountHistory(store, session),
    mountStatus(store, session),
    mountNotice(store),
    mountSheet(store, share),
    mountTheme(),
    mountHint(store),
    share.dispose,
    session.dispose,
    autosave(store),
    mountAddress(store),
    mountOverlap(store),
    store.subscribe(
      (s) => s.model,
      (model) => void loadBrushes(model).then(loadOthers),
    ),
  ];

  /** The other worlds are one click away; their brushes are small. */
  async function loadOthers() {
    for (const { id } of store.state.models) await loadBrushes(id);
  }

  /** @param {string} model */
  async function loadBrushes(model) {
    if (store.state.brushes[model]) return;
    try {
      const brushes = await fetchBrushes(model);
      store.update((s) => bringBrushes(s, model, brushes));
    } catch (error) {
      const offline = error instanceof ApiError && error.code === "offline";
      if (!offline)
        store.update((s) =>
          say(s, `Could not load the brushes: ${error instanceof Error ? error.message : error}.`, "error"),
        );
      setTimeout(() => void loadBrushes(model), RETRY_MS);
    }
  }

  await share.fromAddress();
  window.addEventListener("pagehide", (event) => {
    if (!event.persisted) for (const stop of stops) stop();
  });
}

/** A first visit opens where the first brush is known to work. @param {import("../lib/types.js").State} state */
async function firstVisit(state) {
  try {
    const brushes = await fetchBrushes(state.model);
    const seed = brushes[0]?.example_seed ?? FIRST_SEED;
    return { ...bringBrushes(state, state.model, brushes), seed };
  } catch {
    return { ...state, seed: FIRST_SEED }; // the page says what is wrong when it asks again
  }
}

/** The scene and the units that the address brings along.
 * @param {import("../lib/types.js").State} state */
function withChosen(state) {
  try {
    const chosen = readChosen(location.search, state.models);
    if (!chosen) return state;
    const { model, brush } = chosen;
    const seed = chosen.seed ?? state.last[model] ?? -1;
    const there = { ...state, model, seed: Math.min(seed, state.limits.seed) };
    return brush ? takeUnits(there, model, brush) : there;
  } catch (error) {
    return say(state, `This cannot be opened: ${error instanceof Error ? error.message : error}.`, "error");
  }
}
