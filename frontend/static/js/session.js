/**
 * Store -> server -> pictures. Whenever the painting changes, its newest state is asked for, at most once a frame; the
 * server renders the newest it has and answers the others "superseded", so what is shown is at most one render old. An
 * answer older than the one shown is dropped. Over the live line where it holds, by POST where not.
 *
 * @typedef {import("./state.js").Store} Store
 * @typedef {import("./lib/types.js").State} State
 * @typedef {import("./lib/types.js").Stroke} Stroke
 * @typedef {{file: Uint8Array, rgba: Uint8ClampedArray<ArrayBuffer>, side: number}} Frame
 * @typedef {readonly number[]} Points  of a stroke: they tell it, also when it was switched off and on
 * @typedef {{id: number, key: string, inks: readonly Points[], draftId: string, points: number, at: number}} Asked
 */
import { ApiError, EXACT, fetchImage, postRender } from "./api.js";
import { chosenLevel } from "./lib/custom.js";
import { pageKey } from "./lib/document.js";
import { growingMask, wireStrokes } from "./lib/request.js";
import { openLive } from "./live.js";
import { maskSide, say, strokesOf } from "./state.js";

const MOST_UNDER_WAY = 4; // rendering, waiting, and two on the way
const FRAME_MS = 15;
const RETRY_MS = 2500;
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

/** @param {Store} store */
export function openSession(store) {
  /** @type {Map<string, Promise<Frame>>} */
  const originals = new Map();
  /** @type {Map<number, Asked>} */
  const underWay = new Map();
  /** @type {Set<string>} */
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
      store.update((s) => (s.live === state ? s : { ...s, live: state }));
      if (state === "lost" && strokesOf(store.state).length) wanted = store.state.picture !== "settled";
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
      if (error.code === "unknown_mask") {
        known.clear();
        wanted = true;
      } else if (asked && isCurrent(asked)) fail(error);
      if (error.code === "overloaded") again(want);
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
    const trouble = (error instanceof Error && error.message) || String(error);
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
        if (error instanceof ApiError && error.code === "offline") again(load);
      },
    );
  }

  /** @param {() => void} work */
  function again(work) {
    clearTimeout(retry);
    retry = window.setTimeout(work, RETRY_MS);
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
    if (live.ready) {
      const pause = FRAME_MS - (performance.now() - sent);
      if (pause > 0) {
        later ||= window.setTimeout(pumpLater, pause);
        return;
      }
      sent = performance.now();
      wanted = false;
      const { asked, request } = compose(known);
      underWay.set(asked.id, asked);
      live.send({ id: asked.id, ...request });
    } else if (store.state.live === "lost" && !posting) void post();
  }

  function pumpLater() {
    later = 0;
    pump();
  }

  /** The way round a broken line. */
  async function post() {
    posting = true;
    wanted = false;
    const { asked, request } = compose(null);
    try {
      const file = await postRender(request);
      await show(asked, file);
    } catch (error) {
      const offline = error instanceof ApiError && ["offline", "overloaded"].includes(error.code);
      if (isCurrent(asked)) fail(error);
      if (offline) again(want);
    }
    posting = false;
    pump();
  }

  /** @param {Set<string> | null} hashes */
  function compose(hashes) {
    const { state } = store;
    const side = maskSide(state);
    const strokes = strokesOf(state).filter(({ on }) => on);
    const draft = state.draft && { stroke: state.draft, mask: draftMask(state.draft, side) };
    const asked = {
      id: ++serial,
      key: pageKey(state.model, state.seed),
      inks: [...strokes, ...(state.draft ? [state.draft] : [])].map(({ points }) => points),
      draftId: state.draft?.id ?? "",
      points: (state.draft?.points.length ?? 0) / 3,
      at: session.pointAt,
    };
    const wire = wireStrokes(strokes, draft, side, hashes, chosenLevel(state.limits.level));
    return { asked, request: { model: state.model, seed: state.seed, format: EXACT, strokes: wire } };
  }

  const stops = [
    store.subscribe((s) => pageKey(s.model, s.seed), load),
    store.subscribe((s) => s.draft ?? strokesOf(s), want),
  ];
  return session;
}

/** @typedef {ReturnType<typeof openSession>} Session */
