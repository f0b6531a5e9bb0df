/**
 * The state of the painting page, and every change that can happen to it. Views read the state and call these.
 *
 * @typedef {import("./lib/types.js").State} State
 * @typedef {import("./lib/types.js").Stroke} Stroke
 * @typedef {import("./lib/types.js").Painting} Painting
 * @typedef {import("./lib/types.js").Timeline} Timeline
 * @typedef {import("./lib/types.js").Model} Model
 * @typedef {import("./lib/types.js").Brush} Brush
 * @typedef {import("./lib/store.js").Store<State>} Store
 */
import { customBrush, unitsIn } from "./lib/custom.js";
import { LIMITS, newId, pageKey, sameStrokes } from "./lib/document.js";
import { clamp } from "./lib/geometry.js";
import { EMPTY, record, redo, replace, undo } from "./lib/history.js";

const VISITED = 12;
const MASK_PX = 128;
const NETWORK_DIGITS = 8;
const CUSTOM_KEPT = 3;

/** @param {readonly Model[]} models @param {import("./lib/types.js").Limits} limits @returns {State} */
export function initialState(models, limits) {
  return {
    models,
    limits,
    model: models[0]?.id ?? "",
    seed: 0,
    pages: {},
    brushes: {},
    chosen: {},
    custom: {},
    names: {},
    visited: {},
    last: {},
    tool: { mode: "draw", size: 160, strength: 100, count: 20, layer: null },
    draft: null,
    hover: null,
    cursor: null,
    look: { original: false, compare: null, difference: false, grid: false },
    live: "connecting",
    picture: "loading",
    trouble: "",
    frame: 0,
    notice: null,
    keys: true,
    taught: false,
  };
}

// What the state says ------------------------------------------------------------------------------------------------

/** @param {State} s */
export const timelineOf = (s) => s.pages[pageKey(s.model, s.seed)] ?? EMPTY;
/** @param {State} s */
export const strokesOf = (s) => timelineOf(s).present;
/** @param {State} s @returns {Model} */
export const modelOf = (s) => /** @type {Model} */ (s.models.find(({ id }) => id === s.model));
/** @param {State} s */
export const brushesOf = (s) => s.brushes[s.model];
/** @param {State} s @returns {Brush | undefined} */
export const brushOf = (s) => brushesOf(s)?.find(({ id }) => id === s.chosen[s.model]) ?? brushesOf(s)?.[0];
/** @param {State} s @param {string} id */
const knownBrush = (s, id) => brushesOf(s)?.find((brush) => brush.id === id) ?? fromId(s, id);
/** What a brush paints, for people. @param {State} s @param {string} id */
export const nameOf = (s, id) => s.names[id] ?? knownBrush(s, id)?.concept ?? id;
/** A brush of chosen units. @param {State} s @param {string} id @returns {Brush | undefined} undefined: a brush of a
 *   concept */
function fromId(s, id) {
  const chosen = unitsIn(id);
  if (!chosen) return undefined;
  const brush = customBrush(chosen.layer, chosen.units);
  return { ...brush, concept: s.names[id] ?? brush.concept };
}
/** @param {State} s @returns {Painting} */
export const paintingOf = (s) => ({
  model: s.model,
  network: modelOf(s).sha256.slice(0, NETWORK_DIGITS),
  seed: s.seed,
  strokes: strokesOf(s),
});

/** The painted scenes of the network, newest first. @param {State} s */
export const paintedScenes = (s) =>
  Object.keys(s.pages)
    .filter((key) => key.startsWith(`${s.model}:`) && s.pages[key]?.present.length)
    .map((key) => Number(key.slice(s.model.length + 1)))
    .reverse();

/** The side of the masks that are sent: finer than any layer's cells, 2 KB. @param {State} s */
export const maskSide = (s) => Math.min(MASK_PX, modelOf(s).resolution, s.limits.mask_side_px);

/** Cells per side of the layer a stroke or the tool works on. @param {State} s @param {Stroke | null} stroke */
export function gridOf(s, stroke) {
  const brush = stroke ? knownBrush(s, stroke.brush) : brushOf(s);
  const name = (stroke ? stroke.layer : layerFor(s, brush)) ?? brush?.layer;
  return modelOf(s).layers.find((layer) => layer.name === name)?.grid ?? 8;
}

/** The layer that the tool asks for, null for the brush's own; chosen units are units of one layer only.
 * @param {State} s @param {Brush | undefined} brush */
export const layerFor = (s, brush) => (brush && unitsIn(brush.id) ? null : s.tool.layer);

// What can happen ----------------------------------------------------------------------------------------------------

/** @param {State} s @param {(timeline: Timeline) => Timeline} change @returns {State} */
function onPage(s, change) {
  const key = pageKey(s.model, s.seed);
  const timeline = change(timelineOf(s));
  return timeline === timelineOf(s) ? s : { ...s, pages: { ...s.pages, [key]: timeline } };
}

/** @param {State} s @param {readonly Stroke[]} strokes */
const strokesTo = (s, strokes) => onPage(s, (timeline) => record(timeline, strokes));

/** @param {State} s @param {string} model @param {number} seed @returns {State} */
export function openPage(s, model, seed) {
  const before = s.visited[model] ?? [];
  const visited = before.includes(seed) ? before : [seed, ...before].slice(0, VISITED);
  const turned =
    model === s.model && seed === s.seed
      ? {}
      : { draft: null, hover: null, picture: /** @type {const} */ ("loading"), trouble: "" };
  const last = { ...s.last, [model]: seed };
  return { ...s, ...turned, model, seed, last, visited: { ...s.visited, [model]: visited } };
}

/** Show a painting from a link or a file; one's own strokes on that page are one undo away, and that is said.
 * @param {State} s @param {Painting} painting @param {string} [news]  said before it @returns {State} */
export function openPainting(s, painting, news = "") {
  const opened = openPage(s, painting.model, painting.seed);
  const own = strokesOf(opened);
  const same = sameStrokes(own, painting.strokes);
  const shown = same ? opened : onPage(opened, (timeline) => replace(timeline, painting.strokes));
  const text = [news, own.length && !same ? "Your own strokes are one Undo away." : ""].filter(Boolean).join(" ");
  return text ? say(shown, text) : shown;
}

/** The strokes that a page has got in another tab, as one step. @param {State} s @param {string} key  of the page
 * @param {Pick<Timeline, "present" | "kept">} other @returns {State} */
export function bringPage(s, key, { present, kept }) {
  const here = s.pages[key] ?? EMPTY;
  if (sameStrokes(here.present, present)) return s;
  return { ...s, pages: { ...s.pages, [key]: { ...record(here, present), kept } } };
}

/** @param {State} s @param {readonly number[]} points @param {Stroke["mode"]} [mode] @returns {State} */
export function startStroke(s, points, mode = s.tool.mode) {
  const brush = brushOf(s);
  if (!brush || strokesOf(s).length >= s.limits.strokes) {
    const full = `A painting holds at most ${s.limits.strokes} strokes.`;
    const text = brush ? full : "The brushes are still loading.";
    return { ...s, notice: { text, tone: "error" } };
  }
  const { size, strength, count } = s.tool;
  const layer = layerFor(s, brush);
  return { ...s, draft: { id: newId(), brush: brush.id, mode, size, strength, count, layer, points, on: true } };
}

/** @param {State} s @param {readonly number[]} points  no more are kept than a document may hold @returns {State} */
export function growStroke(s, points) {
  const full = 3 * LIMITS.points;
  if (!s.draft || points === s.draft.points || s.draft.points.length >= full) return s;
  return { ...s, draft: { ...s.draft, points: points.length > full ? points.slice(0, full) : points } };
}

/** @param {State} s @returns {State} */
export function finishStroke(s) {
  const { draft } = s;
  return draft ? { ...strokesTo(s, [...strokesOf(s), draft]), draft: null } : s;
}

/** @param {State} s @returns {State} */
export const dropStroke = (s) => (s.draft ? { ...s, draft: null } : s);

/** @param {State} s @param {string} id @returns {State} */
export function toggleStroke(s, id) {
  return strokesTo(
    s,
    strokesOf(s).map((stroke) => (stroke.id === id ? { ...stroke, on: !stroke.on } : stroke)),
  );
}

/** @param {State} s @param {string} id @returns {State} */
export function removeStroke(s, id) {
  const hover = s.hover === id ? null : s.hover;
  return {
    ...strokesTo(
      s,
      strokesOf(s).filter((stroke) => stroke.id !== id),
    ),
    hover,
  };
}

/** @param {State} s @returns {State} */
export const clearStrokes = (s) => (strokesOf(s).length ? { ...strokesTo(s, []), hover: null } : s);
/** @param {State} s @returns {State} */
export const undoStroke = (s) => (s.draft ? dropStroke(s) : onPage({ ...s, hover: null }, undo));
/** @param {State} s @returns {State} */
export const redoStroke = (s) => onPage(s, redo);

/** @param {State} s @param {Partial<State["tool"]>} change @returns {State} */
export const setTool = (s, change) => ({ ...s, tool: { ...s.tool, ...change } });
/** @param {State} s @param {Partial<State["look"]>} change @returns {State} */
export const setLook = (s, change) => ({ ...s, look: { ...s.look, ...change } });
/** @param {State} s @param {string} brush @returns {State} */
export const chooseBrush = (s, brush) => ({ ...s, chosen: { ...s.chosen, [s.model]: brush } });
/** The brushes of a world have come; brushes of chosen units stand after them, so that every brush keeps its key.
 * @param {State} s @param {string} model @param {readonly Brush[]} brushes @returns {State} */
export function bringBrushes(s, model, brushes) {
  const custom = (s.custom[model] ?? []).flatMap((id) => fromId(s, id) ?? []);
  return { ...s, brushes: { ...s.brushes, [model]: [...brushes.filter(({ id }) => !unitsIn(id)), ...custom] } };
}
/** Take a brush of chosen units in the hand. @param {State} s @param {string} model @param {Brush} brush
 * @returns {State} */
export function takeUnits(s, model, brush) {
  const others = (s.custom[model] ?? []).filter((id) => id !== brush.id);
  const custom = { ...s.custom, [model]: [brush.id, ...others].slice(0, CUSTOM_KEPT) };
  const names = { ...s.names, [brush.id]: brush.concept };
  const taken = { ...s, custom, names, chosen: { ...s.chosen, [model]: brush.id } };
  return s.brushes[model] ? bringBrushes(taken, model, s.brushes[model]) : taken;
}
/** @param {State} s @param {number} steps  a step is a fifth @returns {State} */
export const resize = (s, steps) => setTool(s, { size: clamp(Math.round(s.tool.size * 1.2 ** steps), 20, 500) });
/** @param {State} s @param {string} text @param {"info" | "error"} [tone] @returns {State} */
export const say = (s, text, tone = "info") => ({ ...s, notice: { text, tone } });
