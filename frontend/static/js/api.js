/**
 * The only module that talks to the server over HTTP.
 *
 * @typedef {import("./lib/types.js").Brush} Brush
 * @typedef {import("./lib/types.js").Layers} Layers
 * @typedef {import("./lib/types.js").Strong} Strong
 * @typedef {import("./lib/types.js").Unit} Unit
 */
import { ROOT } from "./lib/root.js";

/** What the server says when it says no; `code` "offline" when it says nothing at all. */
export class ApiError extends Error {
  /** @param {string} code @param {string} message @param {string} [field] @param {string} [allowed]
   * @param {number} [retryAfterS]  in how many seconds it may go well; 0 = it will not */
  constructor(code, message, field = "", allowed = "", retryAfterS = 0) {
    super(message);
    this.code = code;
    this.field = field;
    this.allowed = allowed;
    this.retryAfterS = retryAfterS;
  }
}

/** The server's error shape -> ApiError. @param {unknown} body @param {string} otherwise */
export function toError(body, otherwise) {
  const shape = /** @type {{error?: Record<string, unknown>} | null} */ (body);
  const error = shape?.error;
  if (!error) return new ApiError("unknown", otherwise);
  const word = (/** @type {string} */ key) => (error[key] == null ? "" : String(error[key]));
  return new ApiError(
    word("code"),
    word("message"),
    word("field"),
    word("allowed"),
    Number(error["retry_after_s"]) || 0,
  );
}

/** @param {string} path @param {RequestInit} options @returns {Promise<Response>} */
async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("offline", "the server does not answer");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw toError(body, `the server answered ${response.status}`);
}

/** The format of full pictures: as exact as PNG, encoded several times faster. */
export const EXACT = "webp-lossless";

/** @param {readonly (string | number)[]} parts  of a path below all networks */
const under = (...parts) => `${ROOT}/api/models/${parts.map(encodeURIComponent).join("/")}`;

/** @param {string} model @param {number} seed @param {number} [size]  thumbnail side, px */
export function imageUrl(model, seed, size) {
  return under(model, "images", seed) + (size ? `?size=${size}&format=webp` : `?format=${EXACT}`);
}

/** @param {string} model @param {string} brush */
export const exampleUrl = (model, brush) => under(model, "brushes", brush, "example.webp");

/** Five top images of a unit side by side, the active region lit. @param {string} model @param {string} layer
 * @param {number} unit */
export const stripUrl = (model, layer, unit) => under(model, "layers", layer, "units", unit, "strip");

/** @param {string} model @param {AbortSignal} [signal] @returns {Promise<readonly Brush[]>} */
export async function fetchBrushes(model, signal) {
  const response = await ask(under(model, "brushes"), signal ? { signal } : {});
  const body = await response.json();
  return Array.isArray(body) ? body : body.brushes;
}

/** The unpainted picture, as a file. @param {string} model @param {number} seed @param {AbortSignal} [signal] */
export async function fetchImage(model, seed, signal) {
  const response = await ask(imageUrl(model, seed), signal ? { signal } : {});
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {object} request  model, seed, strokes, format @param {AbortSignal} [signal] */
export async function postRender(request, signal) {
  const response = await ask(`${ROOT}/api/render`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    ...(signal && { signal }),
  });
  return new Uint8Array(await response.arrayBuffer());
}

/** The dissected layers. @param {string} model @param {AbortSignal} [signal] @returns {Promise<Layers>} */
export async function fetchLayers(model, signal) {
  return (await ask(under(model, "layers"), signal ? { signal } : {})).json();
}

/** All units of a layer, by number. @param {string} model @param {string} layer @returns {Promise<readonly Unit[]>} */
export async function fetchUnits(model, layer) {
  return (await (await ask(under(model, "layers", layer, "units"), {})).json()).units;
}

/** @typedef {{map: Blob, threshold: number, highest: number, limit: number}} Activation  a grey picture of how rare it
 *   is; the grey of t_u; the highest activation in it, and t_u */

/**
 * Where a unit is active in a scene or a picture.
 * @param {string} model @param {string} layer @param {number} unit @param {number | Blob} of  seed or picture file
 * @param {AbortSignal} [signal] @returns {Promise<Activation>}
 */
export async function fetchActivation(model, layer, unit, of, signal) {
  const path = under(model, "layers", layer, "units", unit, "activation");
  const options = { ...(of instanceof Blob && { method: "POST", body: of }), ...(signal && { signal }) };
  const response = await ask(of instanceof Blob ? path : `${path}?seed=${of}`, options);
  const number = (/** @type {string} */ name) => Number(response.headers.get(`X-Unitbrush-${name}`) ?? NaN);
  return {
    map: await response.blob(),
    threshold: number("Threshold-Grey") || 170,
    highest: number("Maximum"),
    limit: number("Threshold"),
  };
}

/**
 * The units that are most active at a place.
 * @param {string} model @param {string} layer @param {object} question  of what: seed or picture; where: point or mask
 * @param {AbortSignal} [signal] @returns {Promise<readonly Strong[]>}
 */
export async function fetchStrongest(model, layer, question, signal) {
  const response = await ask(under(model, "layers", layer, "strongest"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
    ...(signal && { signal }),
  });
  return (await response.json()).units;
}

/** What a classifier sees in a picture, best first.
 * @param {string} model @param {Blob} picture @param {AbortSignal} signal
 * @returns {Promise<readonly {name: string, probability: number}[]>}
 */
export async function fetchClasses(model, picture, signal) {
  return (await (await ask(under(model, "classify"), { method: "POST", body: picture, signal })).json()).classes;
}
