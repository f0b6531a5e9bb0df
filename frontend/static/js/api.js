/**
 * The only module that talks to the server over HTTP.
 *
 * @typedef {import("./lib/types.js").Brush} Brush
 */

/** What the server says when it says no; `code` "offline" when it says nothing at all. */
export class ApiError extends Error {
  /** @param {string} code @param {string} message @param {string} [field] @param {string} [allowed] */
  constructor(code, message, field = "", allowed = "") {
    super(message);
    this.code = code;
    this.field = field;
    this.allowed = allowed;
  }
}

/** The server's error shape -> ApiError. @param {unknown} body @param {string} otherwise */
export function toError(body, otherwise) {
  const shape = /** @type {{error?: Record<string, unknown>} | null} */ (body);
  const error = shape?.error;
  if (!error) return new ApiError("unknown", otherwise);
  const word = (/** @type {string} */ key) => (error[key] == null ? "" : String(error[key]));
  return new ApiError(word("code"), word("message"), word("field"), word("allowed"));
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

/** @param {string} model @param {number} seed @param {number} [size]  thumbnail side, px */
export function imageUrl(model, seed, size) {
  const query = size ? `?size=${size}&format=webp` : "";
  return `/api/models/${encodeURIComponent(model)}/images/${seed}${query}`;
}

/** @param {string} model @param {string} brush */
export const exampleUrl = (model, brush) =>
  `/api/models/${encodeURIComponent(model)}/brushes/${encodeURIComponent(brush)}/example.webp`;

/** @param {string} model @param {AbortSignal} [signal] @returns {Promise<readonly Brush[]>} */
export async function fetchBrushes(model, signal) {
  const response = await ask(`/api/models/${encodeURIComponent(model)}/brushes`, signal ? { signal } : {});
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
  const response = await ask("/api/render", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    ...(signal && { signal }),
  });
  return new Uint8Array(await response.arrayBuffer());
}
