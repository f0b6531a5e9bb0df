/**
 * Store -> server -> pictures. Whenever the painting changes, its newest state is asked for, at most once a frame; the
 * server renders the newest it has and answers the others "superseded", so what is shown is at most one render old. An
 * answer older than the one shown is dropped. Over the live connection where it holds, by POST where not. What a busy
 * server refuses is asked for again until it is painted, except drafts: the next one is on its way.
 *
 * @typedef {import("./state.js").Store} Store
 * @typedef {import("./lib/types.js").State} State
 * @typedef {import("./lib/types.js").Stroke} Stroke
 * @typedef {{file: Uint8Array, rgba: Uint8ClampedArray<ArrayBuffer>, side: number}} Frame
 * @typedef {readonly number[]} Points  of a stroke: they tell it, also when it was switched off and on
 * @typedef {{id: number, key: string, inks: readonly Points[], draftId: string, points: number, at: number}} Asked  draftId "": no stroke was under the pointer
 */
import { ApiError, EXACT, fetchImage, postRender } from "./api.js";
import { chosenLevel } from "./lib/custom.js";
import { pageKey } from "./lib/document.js";
import { growingMask, wireStrokes } from "./lib/request.js";
import { openLive } from "./live.js";
import { maskSide, say, strokesOf } from "./state.js";

const MOST_UNDER_WAY = 4; // rendering, waiting, and two on the way
const FRAME_MS = 15;
const RETRY_S = 2.5;
const DRAFT_PAUSE_MS = 500; // between drafts, while the server is too busy for them
const ORIGINALS_KEPT = 24;

/** A picture file -> its pixels. @param {Uint8Array} file @returns {Promise<Frame>} */
export async function decode(file) {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(file)]), { colorSpaceConversion: "none" });
  const side = bitmap.width;
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser cannot draw");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { file, rgba: context.getImageData(0, 0, side, side).data, side };
}

/** In how many seconds it may go well; 0 = it will not by itself. @param {unknown} error */
function hopeIn(error) {
  if (!(error instanceof ApiError)) return 0;
  return error.retryAfterS || (["offline", "timeout"].includes(error.code) ? RETRY_S : 0);
}

/** What the server is asked to paint.
 * @param {State} state @param {{stroke: Stroke, mask: Uint8Array} | null} [draft]
 * @param {Set<number> | null} [carried]  masks that need not be sent again; null = all are sent */
export function requestOf(state, draft = null, carried = null) {
  const { model, seed, limits } = state;
  const strokes = strokesOf(state).filter(({ on }) => on);
  return { model, seed, strokes: wireStrokes(strokes, draft, maskSide(state), carried, chosenLevel(limits.level)) };
}

/** @param {Store} store */
export function openSession(store) {
  /** @type {Map<string, Promise<Frame>>} */
  const originals = new Map();
  /** @type {Map<number, Asked>} */
  const underWay = new Map();
  /** Numbers of the masks that this connection has carried. @type {Set<number>} */
  const known = new Set();
  const draftMask = growingMask();
  let serial = 0;
  let shown = 0;
  let wanted = false;
  let retry = 0;
  let sent = 0;
  let later = 0;
  let posting = false;
  let refusal = "";
  let noDraftsBefore = 0;
  /** The original that is on its way. @type {{key: string, abort: AbortController} | null} */
  let opening = null;

  const session = {
    /** @type {Frame | null} */
    original: null,
    /** @type {Frame | null} */
    current: null,
    /** How much of the stroke under the pointer the shown picture already holds. */
    answered: { id: "", points: 0 },
    /** The strokes that the shown picture holds. @type {ReadonlySet<Points>} */
    inks: new Set(),
    /** When the newest point of the draft was made; set by the pointer. */
    pointAt: 0,
    retry: () => {
      live.hurry();
      load();
    },
    dispose() {
      live.dispose();
      clearTimeout(retry);
      clearTimeout(later);
      for (const stop of stops) stop();
    },
  };

  const live = openLive({
    state(state) {
      underWay.clear();
      known.clear();
      if (state === "open" && store.state.picture !== "settled") wanted = true;
      // where painting goes on by POST, a connection that is still not there is no news
      const now = state === "lost" && store.state.live === "refused" ? "refused" : state;
      store.update((s) => (s.live === now ? s : { ...s, live: now }));
      if (state !== "open" && strokesOf(store.state).length) wanted = store.state.picture !== "settled";
      if (!session.original && !opening && state === "open") load();
      pump();
    },
    image(id, file) {
      refusal = "";
      const asked = underWay.get(id);
      underWay.delete(id);
      if (asked) void show(asked, file);
      pump();
    },
    error(id, error) {
      if (id === null) {
        refuse(error);
        return;
      }
      const asked = underWay.get(id);
      underWay.delete(id);
      if (error.code !== "overloaded") known.clear(); // the server may not have kept the masks of this message
      if (error.code === "unknown_mask") wanted = true;
      else if (asked) notPainted(asked, error);
      pump();
    },
    superseded(id) {
      underWay.delete(id);
      pump();
    },
  });

  /** Said once: we come back, and are refused again. @param {ApiError} error */
  function refuse({ message }) {
    if (message === refusal) return;
    refusal = message;
    store.update((s) => say(s, `No live preview: ${message}.`, "error"));
  }

  /** A painting that was not painted: a finished one is asked for again, a draft has a successor.
   * @param {Asked} asked @param {unknown} error */
  function notPainted(asked, error) {
    const seconds = hopeIn(error);
    if (asked.draftId && seconds) {
      noDraftsBefore = performance.now() + DRAFT_PAUSE_MS;
      wanted = true;
      return;
    }
    if (isCurrent(asked)) fail(error);
    if (seconds) again(want, seconds);
  }

  /** @param {Asked} asked */
  const isCurrent = (asked) => asked.id > shown && asked.key === pageKey(store.state.model, store.state.seed);

  /** @param {Asked} asked @param {Uint8Array} file */
  async function show(asked, file) {
    try {
      const frame = await decode(file);
      if (isCurrent(asked)) put(frame, asked);
    } catch (error) {
      fail(error);
    }
  }

  /** @param {Frame} frame @param {Asked} asked */
  function put(frame, asked) {
    shown = asked.id;
    session.current = frame;
    session.answered = { id: asked.draftId, points: asked.points };
    session.inks = new Set(asked.inks);
    const settled = !wanted && ![...underWay.keys()].some((id) => id > asked.id);
    store.update((s) => ({ ...s, frame: s.frame + 1, picture: settled ? "settled" : "rendering", trouble: "" }));
    if (serial % 1000 === 0) performance.clearMeasures("stroke-to-pixels");
    if (asked.draftId && asked.at) performance.measure("stroke-to-pixels", { start: asked.at, end: performance.now() });
  }

  /** @param {unknown} error */
  function fail(error) {
    const busy = error instanceof ApiError && error.code === "overloaded";
    const trouble = busy ? "the server is busy" : (error instanceof Error && error.message) || String(error);
    store.update((s) => ({ ...s, picture: "failed", trouble }));
  }

  /** The unpainted picture of the page that is open, then the strokes over it. */
  function load() {
    const { model, seed } = store.state;
    const key = pageKey(model, seed);
    if (opening) {
      originals.delete(opening.key);
      opening.abort.abort();
    }
    const abort = new AbortController();
    const mine = { key, abort };
    opening = mine;
    shown = ++serial;
    session.original = null;
    session.answered = { id: "", points: 0 };
    let frame = originals.get(key);
    if (!frame) {
      frame = fetchImage(model, seed, abort.signal).then(decode);
      originals.set(key, frame);
      frame.catch(() => originals.delete(key));
      for (const old of [...originals.keys()].slice(0, -ORIGINALS_KEPT)) originals.delete(old);
    }
    frame.then(
      (original) => {
        if (opening !== mine) return;
        opening = null;
        session.original = original;
        session.current = original;
        session.inks = new Set();
        store.update((s) => ({ ...s, frame: s.frame + 1 }));
        want();
      },
      (error) => {
        if (opening !== mine) return;
        opening = null;
        fail(error);
        const seconds = hopeIn(error);
        if (seconds) again(load, seconds);
      },
    );
  }

  /** Once more, a little later than the server said: not everybody at the same moment.
   * @param {() => void} work @param {number} seconds */
  function again(work, seconds) {
    clearTimeout(retry);
    retry = window.setTimeout(work, 1000 * seconds * (1 + Math.random() / 4));
  }

  function want() {
    if (!session.original) return;
    const { draft } = store.state;
    if (!draft && !strokesOf(store.state).some(({ on }) => on)) {
      wanted = false;
      put(session.original, { id: ++serial, key: "", inks: [], draftId: "", points: 0, at: 0 });
      store.update((s) => ({ ...s, picture: "settled", trouble: "" }));
      return;
    }
    wanted = true;
    store.update((s) => (s.picture === "rendering" ? s : { ...s, picture: "rendering" }));
    pump();
  }

  function pump() {
    if (!wanted || !session.original || underWay.size >= MOST_UNDER_WAY) return;
    const now = performance.now();
    const pause = Math.max(sent + FRAME_MS, store.state.draft ? noDraftsBefore : 0) - now;
    if (pause > 0) {
      clearTimeout(later);
      later = window.setTimeout(pump, pause);
      return;
    }
    if (live.ready) {
      sent = now;
      wanted = false;
      const { asked, request } = compose(known);
      underWay.set(asked.id, asked);
      live.send({ id: asked.id, ...request });
    } else if (["lost", "refused"].includes(store.state.live) && !posting) void post();
  }

  /** Where there is no live connection. */
  async function post() {
    posting = true;
    wanted = false;
    const { asked, request } = compose(null);
    try {
      const file = await postRender(request);
      store.update((s) => (s.live === "lost" ? { ...s, live: "refused" } : s)); // it answers, only not live
      await show(asked, file);
    } catch (error) {
      const offline = error instanceof ApiError && error.code === "offline";
      if (offline) store.update((s) => (s.live === "refused" ? { ...s, live: "lost" } : s));
      notPainted(asked, error);
    }
    posting = false;
    pump();
  }

  /** @param {Set<number> | null} carried  masks that need not be sent again */
  function compose(carried) {
    const { state } = store;
    const strokes = strokesOf(state).filter(({ on }) => on);
    const draft = state.draft && { stroke: state.draft, mask: draftMask(state.draft, maskSide(state)) };
    const asked = {
      id: ++serial,
      key: pageKey(state.model, state.seed),
      inks: [...strokes, ...(state.draft ? [state.draft] : [])].map(({ points }) => points),
      draftId: state.draft?.id ?? "",
      points: (state.draft?.points.length ?? 0) / 3,
      at: session.pointAt,
    };
    return { asked, request: { ...requestOf(state, draft, carried), format: EXACT, ...(draft && { draft: true }) } };
  }

  const stops = [
    store.subscribe((s) => pageKey(s.model, s.seed), load),
    store.subscribe((s) => s.draft ?? strokesOf(s), want),
  ];
  return session;
}

/** @typedef {ReturnType<typeof openSession>} Session */
