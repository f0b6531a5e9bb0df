/** Undo, redo and the four ways to look at the picture. */
import { bag, listen, need } from "../lib/dom.js";
import { redoStroke, setLook, timelineOf, undoStroke } from "../state.js";

/** @param {import("../state.js").Store} store */
export function mountViewbar(store) {
  const into = bag();
  const button = (/** @type {string} */ id) => need(document, `#${id}`, HTMLButtonElement);
  const undo = button("undo");
  const redo = button("redo");
  const original = button("original");
  const compare = button("compare-toggle");
  const slider = need(document, "#compare", HTMLInputElement);

  listen(into, undo, "click", () => store.update(undoStroke));
  listen(into, redo, "click", () => store.update(redoStroke));
  into.add(
    store.subscribe(
      (s) => s.draft ?? timelineOf(s),
      () => {
        const { past, future } = timelineOf(store.state);
        undo.disabled = !past.length && !store.state.draft;
        redo.disabled = !future.length;
      },
    ),
  );

  /** @param {boolean} held */
  const hold = (held) => store.update((s) => (s.look.original === held ? s : setLook(s, { original: held })));
  listen(into, original, "pointerdown", (event) => {
    original.setPointerCapture(event.pointerId);
    hold(true);
  });
  for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture", "blur"])) {
    listen(into, original, type, () => hold(false));
  }
  listen(into, original, "keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    hold(true);
  });
  listen(into, original, "keyup", () => hold(false));
  listen(into, original, "contextmenu", (event) => event.preventDefault());

  listen(into, compare, "click", () => store.update(toggleCompare));
  listen(into, slider, "input", () => store.update((s) => setLook(s, { compare: Number(slider.value) / 100 })));
  listen(into, button("difference"), "click", () => store.update(toggleDifference));
  listen(into, button("grid"), "click", () => store.update(toggleGrid));
  into.add(
    store.subscribe(
      (s) => s.look,
      (look) => {
        original.setAttribute("aria-pressed", String(look.original));
        compare.setAttribute("aria-pressed", String(look.compare !== null));
        button("difference").setAttribute("aria-pressed", String(look.difference));
        button("grid").setAttribute("aria-pressed", String(look.grid));
      },
    ),
  );
  return into.dispose;
}

/** @typedef {import("../lib/types.js").State} State */
/** @param {State} s */
export const toggleCompare = (s) => setLook(s, { compare: s.look.compare === null ? 0.5 : null, difference: false });
/** @param {State} s */
export const toggleDifference = (s) => setLook(s, { difference: !s.look.difference, compare: null });
/** @param {State} s */
export const toggleGrid = (s) => setLook(s, { grid: !s.look.grid });
