/** Drawing with one unit on a scene: the painting page's picture, with a single brush. */
import { customBrush } from "../lib/custom.js";
import { difference } from "../lib/difference.js";
import { need } from "../lib/dom.js";
import { createStore } from "../lib/store.js";
import { openSession } from "../session.js";
import { initialState, openPage, strokesOf, takeUnits } from "../state.js";
import { mountKeys } from "./keys.js";
import { mountNotice } from "./notice.js";
import { mountOverlay } from "./overlay.js";
import { mountPicture } from "./picture.js";
import { mountPointer } from "./pointer.js";
import { mountScenes } from "./scenes.js";
import { mountStatus } from "./status.js";
import { mountModes, mountSlider } from "./tools.js";
import { mountViewbar } from "./viewbar.js";

const SIZE = 240; // one unit needs room to show what it does
const SEED = 1;

/**
 * @param {import("../lib/types.js").UnitDetail} unit @param {import("../lib/types.js").Model} model
 * @param {import("../lib/types.js").Limits} limits
 */
export function mountTry(unit, model, limits) {
  const brush = customBrush(unit.layer, [unit.unit]);
  const asked = new URLSearchParams(location.search).get("seed") ?? "";
  const seed = /^\d+$/.test(asked) && Number(asked) <= limits.seed ? Number(asked) : SEED;
  const fresh = initialState([model], limits);
  const state = takeUnits(
    { ...fresh, brushes: { [model.id]: [] }, tool: { ...fresh.tool, size: SIZE } },
    model.id,
    brush,
  );
  const store = createStore(openPage({ ...state, taught: true }, model.id, seed));
  const session = openSession(store);
  /** @type {{ring: {x: number, y: number} | null}} */
  const pointer = { ring: null };
  const overlay = mountOverlay(store, session, pointer);
  const spoken = need(document, "#spoken", HTMLElement);
  const stops = [
    mountPicture(store, session),
    overlay.dispose,
    mountPointer(store, session, pointer, overlay.redraw),
    mountKeys(store, session, (text) => (spoken.textContent = text)),
    mountModes(store),
    mountSlider(store, "size"),
    mountSlider(store, "strength"),
    mountViewbar(store),
    mountScenes(store),
    mountStatus(store, session),
    mountNotice(store),
  ];

  const effect = need(document, "#effect", HTMLElement);
  const say = () => {
    const { original, current } = session;
    const settled = store.state.picture === "settled" && original && current && strokesOf(store.state).length;
    effect.textContent = settled
      ? `${Math.round(100 * difference(original.rgba, current.rgba).share)}% of the pixels changed.`
      : "";
  };
  stops.push(store.subscribe((s) => `${s.picture} ${s.frame}`, say));
  stops.push(
    store.subscribe(
      (s) => s.seed,
      (now) => {
        const address = new URL(location.href);
        if (now === SEED) address.searchParams.delete("seed");
        else address.searchParams.set("seed", String(now));
        history.replaceState(null, "", address);
      },
    ),
  );
  window.addEventListener("pagehide", (event) => {
    if (!event.persisted) for (const stop of [session.dispose, ...stops]) stop();
  });
}
