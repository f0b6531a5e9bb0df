/** Every stroke of the page, newest first: pointing at one shows it, a click switches it off or on, each can go. */
import { unitsIn } from "../lib/custom.js";
import { bag, h, icon, listen, need } from "../lib/dom.js";
import { inkOf } from "../lib/request.js";
import { plural, title } from "../lib/words.js";
import { clearStrokes, modelOf, nameOf, removeStroke, strokesOf, toggleStroke } from "../state.js";

/** @typedef {import("../lib/types.js").Stroke} Stroke */

const THUMB = 48;

/** @param {import("../state.js").Store} store @param {import("../session.js").Session} session */
export function mountHistory(store, session) {
  const into = bag();
  const list = need(document, "#history", HTMLElement);
  const empty = need(document, "#no-strokes", HTMLElement);
  const clear = need(document, "#clear", HTMLButtonElement);
  const picture = need(document, "#ink", HTMLElement);

  function build() {
    const strokes = strokesOf(store.state);
    const focused = document.activeElement;
    const kept = focused instanceof HTMLElement && list.contains(focused)
      ? { id: focused.closest("li")?.dataset["id"], action: focused.dataset["action"] } : null;
    empty.hidden = strokes.length > 0;
    clear.hidden = strokes.length < 2;
    list.replaceChildren(...[...strokes].reverse().map(row));
    if (kept) refocus(kept);
  }

  /** The list was rebuilt under the keyboard: go on where it was.
   * @param {{id?: string | undefined, action?: string | undefined}} kept */
  function refocus({ id, action }) {
    const same = list.querySelector(`[data-id="${id}"] [data-action="${action}"]`);
    const next = same ?? list.querySelector(`[data-action="${action}"]`) ?? picture;
    if (next instanceof HTMLElement) next.focus();
  }

  /** @param {Stroke} stroke */
  function row(stroke) {
    const name = title(nameOf(store.state, stroke.brush));
    const verb = stroke.mode === "draw" ? "drawn" : "erased";
    const count = unitsIn(stroke.brush)?.units.length ?? stroke.count;
    const details = [verb, plural(count, "unit"), ...(stroke.strength < 100 ? [`${stroke.strength}%`] : []),
      ...(stroke.layer ? [stroke.layer] : [])].join(", ");
    const thumb = h("canvas", { width: THUMB * 2, height: THUMB * 2, "aria-hidden": "true" });
    const face = h("button", { type: "button", class: "stroke-face", "data-action": "toggle",
      "aria-pressed": String(stroke.on), title: stroke.on ? "Switch off" : "Switch on" });
    face.append(thumb, h("span", {}, h("b", {}, name), h("small", {}, details)));
    const remove = h("button", { type: "button", class: "quiet", "data-action": "remove", title: "Delete" },
      icon("close"), h("span", { class: "unseen" }, `Delete ${name}, ${verb}`));
    paint(thumb, stroke);
    return h("li", { class: "stroke", "data-id": stroke.id }, face, remove);
  }

  /** The original, dimmed, under the stroke's own pixels. @param {HTMLCanvasElement} canvas @param {Stroke} stroke */
  function paint(canvas, stroke) {
    const context = canvas.getContext("2d");
    const side = modelOf(store.state).resolution;
    if (!context) return;
    const mask = inkOf(stroke, side).mask;
    const below = session.original?.side === side ? session.original.rgba : null;
    const [red, green, blue] = stroke.mode === "draw" ? [245, 185, 46] : [196, 84, 176];
    const image = new ImageData(side, side);
    for (let i = 0; i < mask.length; i++) {
      const weight = mask[i] ? 0.82 : 0;
      const dim = (/** @type {number} */ c) => (below?.[i * 4 + c] ?? 120) * 0.6;
      image.data[i * 4] = dim(0) * (1 - weight) + red * weight;
      image.data[i * 4 + 1] = dim(1) * (1 - weight) + green * weight;
      image.data[i * 4 + 2] = dim(2) * (1 - weight) + blue * weight;
      image.data[i * 4 + 3] = 255;
    }
    const small = new OffscreenCanvas(side, side);
    small.getContext("2d")?.putImageData(image, 0, 0);
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
  }

  /** @param {Event} event */
  const idAt = (event) =>
    (event.target instanceof Element ? event.target.closest("li")?.dataset["id"] : undefined) ?? null;
  /** @param {string | null} id */
  const hover = (id) => store.update((s) => (s.hover === id ? s : { ...s, hover: id }));

  listen(into, list, "click", (event) => {
    const id = idAt(event);
    const action = event.target instanceof Element ? event.target.closest("button")?.dataset["action"] : null;
    if (!id || !action) return;
    store.update((s) => (action === "remove" ? removeStroke(s, id) : toggleStroke(s, id)));
  });
  listen(into, list, "pointerover", (event) => hover(idAt(event)));
  listen(into, list, "pointerleave", () => hover(null));
  listen(into, list, "focusin", (event) => hover(idAt(event)));
  listen(into, list, "focusout", () => hover(null));
  listen(into, clear, "click", () => {
    store.update(clearStrokes);
    picture.focus();
  });
  into.add(store.subscribe(strokesOf, build));
  into.add(store.subscribe((s) => s.brushes, build));
  let hadOriginal = false;
  into.add(store.subscribe((s) => s.frame, () => {
    const has = session.original !== null;
    if (has && !hadOriginal) build();
    hadOriginal = has;
  }));
  into.add(store.subscribe((s) => s.picture, (picture) => {
    if (picture === "loading") hadOriginal = false;
  }));
  return into.dispose;
}
