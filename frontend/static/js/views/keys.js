/** Painting with the keyboard: a cursor on the picture. While before and after are compared, the divider is moved. */
import { bag, listen, need } from "../lib/dom.js";
import { clamp, LATTICE } from "../lib/geometry.js";
import { withPoint } from "../lib/pen.js";
import { dropStroke, finishStroke, gridOf, growStroke, nameOf, setLook, startStroke, strokesOf } from "../state.js";

/** @type {Record<string, readonly [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 1 / 32; // of the side
const LARGE_STEP = 1 / 8;

/**
 * @param {import("../state.js").Store} store @param {import("../session.js").Session} session
 * @param {(text: string) => void} speak
 */
export function mountKeys(store, session, speak) {
  const into = bag();
  const canvas = need(document, "#ink", HTMLCanvasElement);

  /** The stroke that the keyboard holds; a pointer that paints takes the cursor away. */
  const held = () => (store.state.cursor ? store.state.draft : null);

  listen(into, canvas, "focus", () => {
    if (canvas.matches(":focus-visible") && !store.state.cursor) appear();
  });
  into.add(
    store.subscribe(
      (s) => s.cursor !== null,
      (keyed) => canvas.classList.toggle("keyed", keyed),
    ),
  );
  listen(into, canvas, "blur", finish);
  into.add(
    store.subscribe(
      (s) => s.look.compare !== null,
      (comparing) => comparing && finish(),
    ),
  );
  listen(into, canvas, "keydown", (event) => {
    const arrow = ARROWS[event.key];
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const {
      cursor,
      draft,
      look: { compare },
    } = store.state;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && draft) drop();
    else if (!arrow && event.key !== " " && event.key !== "Enter") return;
    else if (compare !== null)
      arrow && slide(compare, arrow, step); // no brush is shown that could paint
    else if (!cursor)
      draft || appear(); // first show where it would paint
    else if (arrow) move(cursor, arrow, step * LATTICE);
    else if (!event.repeat) press(cursor, event.key === "Enter");
    event.preventDefault();
  });

  function appear() {
    store.update((s) => ({ ...s, cursor: { x: LATTICE / 2, y: LATTICE / 2 } }));
  }

  /** @param {{x: number, y: number}} from @param {readonly [number, number]} way @param {number} step */
  function move(from, [dx, dy], step) {
    const cursor = { x: clamp(from.x + dx * step, 0, LATTICE), y: clamp(from.y + dy * step, 0, LATTICE) };
    session.pointAt = performance.now();
    store.update((s) => {
      const moved = { ...s, cursor };
      return s.draft ? growStroke(moved, withPoint(s.draft.points, cursor.x, cursor.y, 255)) : moved;
    });
    const cells = gridOf(store.state, null);
    const cell = (/** @type {number} */ value) => Math.min(cells, Math.floor((value / LATTICE) * cells) + 1);
    speak(`Column ${cell(cursor.x)}, row ${cell(cursor.y)} of ${cells}`);
  }

  /** The divider, as the arrows move any slider. @param {number} from @param {readonly [number, number]} way
   * @param {number} step */
  function slide(from, [dx, dy], step) {
    const compare = clamp(from + (dx - dy) * step, 0, 1);
    store.update((s) => setLook(s, { compare }));
    speak(`Before and after at ${Math.round(compare * 100)}%`);
  }

  /** @param {{x: number, y: number}} at @param {boolean} dab */
  function press(at, dab) {
    if (held()) {
      finish();
      return;
    }
    session.pointAt = performance.now();
    store.update((s) => startStroke(s, [at.x, at.y, 255]));
    if (!held()) return; // the painting is full
    if (dab) finish();
    else speak("Brush down");
  }

  function finish() {
    const draft = held();
    if (!draft) return;
    store.update(finishStroke);
    const name = nameOf(store.state, draft.brush);
    speak(`${name} ${draft.mode === "draw" ? "drawn" : "erased"}, stroke ${strokesOf(store.state).length}`);
  }

  function drop() {
    store.update(dropStroke);
    speak("Stroke dropped");
  }
  return into.dispose;
}
