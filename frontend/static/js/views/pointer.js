/** Mouse, finger and pen on the picture. */
import { bag, listen, need } from "../lib/dom.js";
import { clamp, toLattice } from "../lib/geometry.js";
import { mayPaint, pressureOf, withPoint } from "../lib/pen.js";
import { dropStroke, finishStroke, growStroke, setLook, startStroke } from "../state.js";

/**
 * @param {import("../state.js").Store} store @param {import("../session.js").Session} session
 * @param {{ring: {x: number, y: number} | null}} pointer @param {() => void} redraw
 */
export function mountPointer(store, session, pointer, redraw) {
  const into = bag();
  const canvas = need(document, "#ink", HTMLCanvasElement);
  let active = -1;
  let activeType = "";
  let penAt = -Infinity;

  /** @param {PointerEvent} event */
  const place = (event) => toLattice(event, canvas.getBoundingClientRect());

  /** @param {PointerEvent} event */
  function slide(event) {
    const box = canvas.getBoundingClientRect();
    const compare = clamp((event.clientX - box.left) / box.width, 0, 1);
    store.update((s) => setLook(s, { compare }));
  }

  listen(into, canvas, "pointerdown", (event) => {
    if (event.pointerType === "pen") {
      penAt = event.timeStamp;
      if (active >= 0 && activeType === "touch") stop(true); // that was the palm
    }
    if (active >= 0) {
      const again = event.pointerType === activeType;
      // A second finger means something else than painting; a hand that rests beside pen or mouse means nothing.
      if (again && activeType === "touch" && event.pointerId !== active) {
        stop(true);
        return;
      }
      if (!again) return;
      stop(false); // there is one mouse, and one pen: that it was lifted was never told
    }
    if (!mayPaint(event, event.timeStamp - penAt)) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    active = event.pointerId;
    activeType = event.pointerType;
    if (store.state.look.compare !== null) {
      slide(event);
      return;
    }
    const { x, y } = place(event);
    session.pointAt = event.timeStamp;
    store.update((s) => ({ ...s, cursor: null }));
    store.update((s) => startStroke(s, [x, y, pressureOf(event)], event.button === 5 ? "erase" : s.tool.mode));
  });

  listen(into, canvas, "pointermove", (event) => {
    if (event.pointerType === "pen") penAt = event.timeStamp;
    pointer.ring = event.pointerType === "touch" ? null : place(event);
    if (event.pointerId !== active) {
      redraw();
      return;
    }
    if (store.state.look.compare !== null) {
      slide(event);
      return;
    }
    const { draft } = store.state;
    if (!draft) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    let points = draft.points;
    for (const part of coalesced.length ? coalesced : [event]) {
      const { x, y } = place(part);
      points = withPoint(points, x, y, pressureOf(part));
    }
    session.pointAt = event.timeStamp;
    store.update((s) => growStroke(s, points));
    redraw();
  });

  /** @param {boolean} drop */
  function stop(drop) {
    active = -1;
    store.update(drop ? dropStroke : finishStroke);
  }

  listen(into, canvas, "pointerup", (event) => {
    if (event.pointerId === active) stop(false);
  });
  // The system took the pointer away, or its end got lost: what was painted so far stays.
  for (const type of /** @type {const} */ (["pointercancel", "lostpointercapture"])) {
    listen(into, canvas, type, (event) => {
      if (event.pointerId === active) stop(false);
    });
  }
  listen(into, canvas, "pointerleave", () => {
    pointer.ring = null;
    redraw();
  });
  listen(into, canvas, "contextmenu", (event) => event.preventDefault());
  return into.dispose;
}
