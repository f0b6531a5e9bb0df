/** Pointing at a place of the picture, with mouse, finger, pen or keyboard; and showing the place. */
import { bag, listen, need, onFrame } from "../lib/dom.js";
import { clamp, LATTICE, radiusAt, toLattice } from "../lib/geometry.js";
import { BRUSH, cellAt, withPlace } from "../lib/look-query.js";
import { mayPaint } from "../lib/pen.js";

/** @type {Record<string, readonly [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SMALLEST = 18; // CSS px; the frame of a smaller cell would hide what is in it
const MARKS = /** @type {const} */ ([
  [5, "rgba(10, 20, 16, .65)"],
  [2.5, "#f5b92e"],
]);

/** @param {{place: () => readonly number[], grid: () => number, look: (at: readonly number[]) => void,
 *   speak: (text: string) => void}} on
 *   place: what is shown while nobody points; grid: cells per side, 0 = not known */
export function mountPlacePicker({ place, grid, look, speak }) {
  const into = bag();
  const canvas = need(document, "#ink", HTMLCanvasElement);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  /** The line under the pointer. @type {readonly number[] | null} */
  let line = null;
  /** The place under the keyboard. @type {{x: number, y: number} | null} */
  let cursor = null;
  let active = -1;

  const redraw = onFrame(into, () => {
    const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    if (canvas.width !== side) canvas.width = canvas.height = side;
    context.clearRect(0, 0, side, side);
    const at = line ?? place();
    if (at.length) draw(at, side / LATTICE);
    if (cursor && document.activeElement === canvas) cross(cursor, side / LATTICE);
  });

  /** @param {readonly number[]} at @param {number} scale */
  function draw(at, scale) {
    const path = new Path2D();
    for (let i = 0; i < at.length; i += 2) path.lineTo((at[i] ?? 0) * scale, (at[i + 1] ?? 0) * scale);
    context.lineJoin = context.lineCap = "round";
    if (at.length > 2) {
      context.lineWidth = 2 * radiusAt(BRUSH, 255) * scale;
      context.strokeStyle = "rgba(245, 185, 46, .45)";
      context.stroke(path);
      return;
    }
    const [x = 0, y = 0] = at;
    const cell = grid() ? cellAt(x, y, grid()) : { x, y, side: 0 };
    if (cell.side * scale >= SMALLEST * devicePixelRatio) {
      frame(cell.x * scale, cell.y * scale, cell.side * scale);
      context.fillStyle = MARKS[1][1];
      context.fillRect(
        x * scale - 2 * devicePixelRatio,
        y * scale - 2 * devicePixelRatio,
        4 * devicePixelRatio,
        4 * devicePixelRatio,
      );
    } else {
      const side = SMALLEST * devicePixelRatio;
      frame(x * scale - side / 2, y * scale - side / 2, side);
    }
  }

  /** @param {number} x @param {number} y @param {number} side  device px */
  function frame(x, y, side) {
    for (const [width, colour] of MARKS) {
      context.lineWidth = width * devicePixelRatio;
      context.strokeStyle = colour;
      context.strokeRect(x, y, side, side);
    }
  }

  /** @param {{x: number, y: number}} at @param {number} scale */
  function cross({ x, y }, scale) {
    const arm = 12 * devicePixelRatio;
    const path = new Path2D();
    path.moveTo(x * scale - arm, y * scale);
    path.lineTo(x * scale + arm, y * scale);
    path.moveTo(x * scale, y * scale - arm);
    path.lineTo(x * scale, y * scale + arm);
    for (const [width, colour] of MARKS) {
      context.lineWidth = width * devicePixelRatio;
      context.strokeStyle = colour;
      context.stroke(path);
    }
  }

  /** @param {PointerEvent} event */
  const where = (event) => toLattice(event, canvas.getBoundingClientRect());

  listen(into, canvas, "pointerdown", (event) => {
    if (!mayPaint(event, Infinity)) return;
    if (active >= 0) finish(); // its end got lost
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    active = event.pointerId;
    cursor = null;
    line = withPlace([], where(event));
    redraw();
  });
  listen(into, canvas, "pointermove", (event) => {
    if (event.pointerId !== active || !line) return;
    line = withPlace(line, where(event));
    redraw();
  });
  function finish() {
    const at = line;
    active = -1;
    line = null;
    if (at) look(at);
    redraw();
  }
  for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    listen(into, canvas, type, (event) => event.pointerId === active && finish());
  }
  listen(into, canvas, "focus", () => {
    if (canvas.matches(":focus-visible")) cursor ??= { x: place()[0] ?? LATTICE / 2, y: place()[1] ?? LATTICE / 2 };
    canvas.classList.toggle("keyed", cursor !== null);
    redraw();
  });
  listen(into, canvas, "blur", redraw);
  listen(into, canvas, "keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = cursor ?? { x: LATTICE / 2, y: LATTICE / 2 };
    const step = event.shiftKey ? LATTICE / 8 : LATTICE / 32;
    if (arrow) {
      cursor = { x: clamp(from.x + arrow[0] * step, 0, LATTICE), y: clamp(from.y + arrow[1] * step, 0, LATTICE) };
      const [x, y] = [cursor.x, cursor.y].map((value) => Math.round((100 * value) / LATTICE));
      speak(`${x}% from the left, ${y}% from the top`);
    } else if (event.key === "Enter" || event.key === " ") look([Math.round(from.x), Math.round(from.y)]);
    else return;
    event.preventDefault();
    redraw();
  });
  const resized = new ResizeObserver(redraw);
  resized.observe(canvas);
  into.add(() => resized.disconnect());
  return { redraw, dispose: into.dispose };
}
