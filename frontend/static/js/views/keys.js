/** Painting with the keyboard: a cursor on the picture. */
import { bag, listen, need } from "../lib/dom.js";
import { clamp, LATTICE } from "../lib/geometry.js";
import { withPoint } from "../lib/pen.js";
import { brushOf, dropStroke, finishStroke, gridOf, growStroke, startStroke, strokesOf } from "../state.js";

/** @type {Record<string, readonly [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {import("../state.js").Store} store @param {import("../session.js").Session} session
 * @param {(text: string) => void} speak
 */
export function mountKeys(store, session, speak) {
  const into = bag();
  const canvas = need(document, "#ink", HTMLCanvasElement);
  const centre = { x: LATTICE / 2, y: LATTICE / 2 };
  let down = false;

  listen(into, canvas, "focus", () => {
    if (canvas.matches(":focus-visible") && !store.state.cursor) store.update((s) => ({ ...s, cursor: centre }));
  });
  into.add(store.subscribe((s) => s.cursor !== null, (keyed) => canvas.classList.toggle("keyed", keyed)));
  listen(into, canvas, "blur", () => {
    if (down) finish();
  });
  listen(into, canvas, "keydown", (event) => {
    const arrow = ARROWS[event.key];
    const cursor = store.state.cursor ?? centre;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow) move(cursor, arrow, event.shiftKey ? LATTICE / 8 : LATTICE / 32);
    else if (event.key === " ") down ? finish() : start(cursor);
    else if (event.key === "Enter") dab(cursor);
    else if (event.key === "Escape" && store.state.draft) drop();
    else return;
    event.preventDefault();
  });

  /** @param {{x: number, y: number}} from @param {readonly [number, number]} way @param {number} step */
  function move(from, [dx, dy], step) {
    const cursor = { x: clamp(from.x + dx * step, 0, LATTICE), y: clamp(from.y + dy * step, 0, LATTICE) };
    session.pointAt = performance.now();
    store.update((s) => {
      const moved = { ...s, cursor };
      return down && s.draft ? growStroke(moved, withPoint(s.draft.points, cursor.x, cursor.y, 255)) : moved;
    });
    const cells = gridOf(store.state, null);
    const cell = (/** @type {number} */ value) => Math.min(cells, Math.floor((value / LATTICE) * cells) + 1);
    speak(`Column ${cell(cursor.x)}, row ${cell(cursor.y)} of ${cells}`);
  }

  /** @param {{x: number, y: number}} at */
  function start(at) {
    session.pointAt = performance.now();
    store.update((s) => startStroke({ ...s, cursor: at }, [at.x, at.y, 255]));
    down = store.state.draft !== null;
    if (down) speak("Brush down");
  }

  function finish() {
    down = false;
    store.update(finishStroke);
    const { mode } = store.state.tool;
    const name = brushOf(store.state)?.concept ?? "";
    speak(`${name} ${mode === "draw" ? "drawn" : "erased"}, stroke ${strokesOf(store.state).length}`);
  }

  /** @param {{x: number, y: number}} at */
  function dab(at) {
    if (!down) start(at);
    if (down) finish();
  }

  function drop() {
    down = false;
    store.update(dropStroke);
    speak("Stroke dropped");
  }
  return into.dispose;
}
