/** Every stroke of the page, newest first: pointing at one shows it, a click switches it off or on, each can go. */
import { unitsIn } from "../lib/custom.js";
import { bag, h, icon, listen, need } from "../lib/dom.js";
import { rasterise } from "../lib/mask.js";
import { plural, title } from "../lib/words.js";
import { clearStrokes, nameOf, removeStroke, strokesOf, toggleStroke } from "../state.js";

/** @typedef {import("../lib/types.js").Stroke} Stroke */
/** @typedef {import("../session.js").Session} Session */
/**
 * @typedef {object} Row
 * @property {HTMLLIElement} item
 * @property {HTMLButtonElement} face
 * @property {HTMLElement} name
 * @property {HTMLElement} said  of the button that deletes
 * @property {HTMLCanvasElement} thumb
 * @property {Session["original"] | undefined} below  what the thumbnail shows under the stroke; undefined: not drawn
 */

const THUMB = 96; // pixels

/** @param {import("../state.js").Store} store @param {Session} session */
export function mountHistory(store, session) {
  const into = bag();
  const list = need(document, "#history", HTMLElement);
  const empty = need(document, "#no-strokes", HTMLElement);
  const clear = need(document, "#clear", HTMLButtonElement);
  const picture = need(document, "#ink", HTMLElement);
  const thumbnail = thumbnails();
  /** @type {Map<string, Row>} by the stroke's id */
  const rows = new Map();

  function update() {
    const strokes = [...strokesOf(store.state)].reverse();
    const focus = heir(new Set(strokes.map(({ id }) => id)));
    empty.hidden = strokes.length > 0;
    clear.hidden = strokes.length < 2;
    const before = new Map(rows);
    rows.clear();
    for (const stroke of strokes) rows.set(stroke.id, before.get(stroke.id) ?? row(stroke));
    for (const [id, { item }] of before) if (!rows.has(id)) item.remove();
    strokes.forEach((stroke, index) => {
      const own = /** @type {Row} */ (rows.get(stroke.id));
      if (list.children[index] !== own.item) list.insertBefore(own.item, list.children[index] ?? null);
      show(own, stroke);
    });
    focus?.focus();
  }

  /** Who gets the focus when its row goes: the same button of the next older row, or else of the next newer one.
   * @param {ReadonlySet<string>} staying  ids @returns {HTMLElement | null} null: the focus is not lost */
  function heir(staying) {
    const focused = document.activeElement;
    const item = focused instanceof HTMLElement && list.contains(focused) ? focused.closest("li") : null;
    if (!item || staying.has(item.dataset["id"] ?? "")) return null;
    const all = [...list.children];
    const at = all.indexOf(item);
    const next = [...all.slice(at + 1), ...all.slice(0, at).reverse()].find(
      (one) => one instanceof HTMLElement && staying.has(one.dataset["id"] ?? ""),
    );
    return next?.querySelector(`[data-action="${/** @type {HTMLElement} */ (focused).dataset["action"]}"]`) ?? picture;
  }

  /** What of a row never changes. @param {Stroke} stroke @returns {Row} */
  function row(stroke) {
    const verb = stroke.mode === "draw" ? "drawn" : "erased";
    const count = unitsIn(stroke.brush)?.units.length ?? stroke.count;
    const details = [
      verb,
      plural(count, "unit"),
      ...(stroke.strength < 100 ? [`${stroke.strength}%`] : []),
      ...(stroke.layer ? [stroke.layer] : []),
    ].join(", ");
    const thumb = h("canvas", { width: THUMB, height: THUMB, "aria-hidden": "true" });
    const name = h("b");
    const said = h("span", { class: "unseen" });
    const face = h(
      "button",
      { type: "button", class: "stroke-face", "data-action": "toggle" },
      thumb,
      h("span", {}, name, h("small", {}, details)),
    );
    const remove = h(
      "button",
      { type: "button", class: "quiet", "data-action": "remove", title: "Delete" },
      icon("close"),
      said,
    );
    return {
      item: h("li", { class: "stroke", "data-id": stroke.id }, face, remove),
      face,
      name,
      said,
      thumb,
      below: undefined,
    };
  }

  /** What may change. @param {Row} own @param {Stroke} stroke */
  function show(own, stroke) {
    const name = title(nameOf(store.state, stroke.brush));
    own.name.textContent = name;
    own.said.textContent = `Delete ${name}, ${stroke.mode === "draw" ? "drawn" : "erased"}`;
    own.face.setAttribute("aria-pressed", String(stroke.on));
    own.face.title = stroke.on ? "Switch off" : "Switch on";
    const { original } = session;
    if (own.below === original || (own.below && !original)) return;
    own.below = original;
    thumbnail(own.thumb, stroke, original);
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
  into.add(store.subscribe(strokesOf, update));
  into.add(store.subscribe((s) => s.brushes, update));
  let below = session.original;
  into.add(
    store.subscribe(
      (s) => s.frame,
      () => {
        if (session.original && session.original !== below) update();
        below = session.original;
      },
    ),
  );
  return into.dispose;
}

/** Draws thumbnails: the original, dimmed, under the stroke's own pixels; the dimmed original is made once. */
function thumbnails() {
  /** @type {Session["original"] | undefined} */
  let of;
  const ground = new OffscreenCanvas(THUMB, THUMB);
  const ink = new OffscreenCanvas(THUMB, THUMB);

  /** @param {NonNullable<Session["original"]> | null} original */
  function prepare(original) {
    if (of === original) return;
    of = original;
    const context = ground.getContext("2d");
    if (!context) return;
    context.fillStyle = "rgb(72, 72, 72)";
    context.fillRect(0, 0, THUMB, THUMB);
    if (!original) return;
    const { rgba, side } = original;
    const whole = new OffscreenCanvas(side, side);
    whole.getContext("2d")?.putImageData(new ImageData(rgba, side, side), 0, 0);
    context.drawImage(whole, 0, 0, THUMB, THUMB);
    context.fillStyle = "rgba(0, 0, 0, .4)";
    context.fillRect(0, 0, THUMB, THUMB);
  }

  /** @param {HTMLCanvasElement} canvas @param {Stroke} stroke @param {Session["original"]} original */
  return (canvas, stroke, original) => {
    prepare(original);
    const image = new ImageData(THUMB, THUMB);
    const colour = stroke.mode === "draw" ? [245, 185, 46, 209] : [196, 84, 176, 209];
    rasterise(stroke, THUMB).forEach((hit, i) => {
      if (hit) image.data.set(colour, 4 * i);
    });
    ink.getContext("2d")?.putImageData(image, 0, 0);
    const context = canvas.getContext("2d");
    context?.drawImage(ground, 0, 0);
    context?.drawImage(ink, 0, 0);
  };
}
