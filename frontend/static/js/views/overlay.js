/** What lies over the picture: fresh ink, the brush, the stroke pointed at, the feature grid and the cells it touches. */
import { bag, need, onFrame } from "../lib/dom.js";
import { fadingInk } from "../lib/fading-ink.js";
import { LATTICE, radiusAt, touchedCells } from "../lib/geometry.js";
import { inkOf } from "../lib/request.js";
import { gridOf, maskSide, strokesOf } from "../state.js";

/** @typedef {import("../lib/types.js").Stroke} Stroke */

const DRAW = "245, 185, 46";
const ERASE = "196, 84, 176";
const DRY_MS = 260;

/** @param {Pick<Stroke, "mode">} stroke */
const rgbOf = (stroke) => (stroke.mode === "draw" ? DRAW : ERASE);

/**
 * @param {import("../state.js").Store} store @param {import("../session.js").Session} session
 * @param {{ring: {x: number, y: number} | null}} pointer  where the pointer hovers, lattice
 */
export function mountOverlay(store, session, pointer) {
  const into = bag();
  const canvas = need(document, "#ink", HTMLCanvasElement);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const inks = fadingInk(() => (still.matches ? 0 : DRY_MS));

  const redraw = onFrame(into, () => {
    const { state } = store;
    const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    if (canvas.width !== side) canvas.width = canvas.height = side;
    context.clearRect(0, 0, side, side);
    const { compare, difference, original } = state.look;
    if (compare !== null && !difference && !original) divider(side, compare);
    if (state.look.grid) grid(side);
    const hovered = strokesOf(state).find(({ id }) => id === state.hover);
    if (hovered) {
      cells(side, [hovered], 0.3);
      ink(side, hovered, 0, 0.55);
    }
    fresh(side);
    rings(side);
  });

  /** What the picture does not show yet. The stroke under way is bright where the network has not answered, a breath
   * where it has. @param {number} side */
  function fresh(side) {
    const { draft } = store.state;
    // Until its original has come, the picture of another page is still there.
    const strokes = session.original ? strokesOf(store.state).filter(({ on }) => on) : [];
    const lying = inks(strokes, draft, ({ points }) => session.inks.has(points), performance.now());
    for (const { stroke, fresh } of lying) ink(side, stroke, 0, 0.34 * fresh);
    if (lying.some(({ drying }) => drying)) redraw();
    if (!draft) return;
    const answered = session.answered.id === draft.id ? session.answered.points : 0;
    ink(side, draft, 0, 0.2);
    ink(side, draft, Math.max(0, answered - 1), 0.5);
  }

  /** @param {number} side @param {Stroke} stroke @param {number} from  index of a point @param {number} alpha */
  function ink(side, stroke, from, alpha) {
    const scale = side / LATTICE;
    const { points, size } = stroke;
    context.save();
    context.globalAlpha = alpha;
    context.fillStyle = `rgb(${rgbOf(stroke)})`;
    const path = new Path2D();
    for (let at = from * 3; at < points.length; at += 3) {
      const back = Math.max(from * 3, at - 3);
      capsule(
        path,
        (points[back] ?? 0) * scale,
        (points[back + 1] ?? 0) * scale,
        radiusAt(size, points[back + 2] ?? 0) * scale,
        (points[at] ?? 0) * scale,
        (points[at + 1] ?? 0) * scale,
        radiusAt(size, points[at + 2] ?? 0) * scale,
      );
    }
    context.fill(path, "nonzero");
    context.restore();
  }

  /** @param {number} side @param {readonly Stroke[]} strokes @param {number} alpha */
  function cells(side, strokes, alpha) {
    const resolution = maskSide(store.state);
    for (const stroke of strokes) {
      const count = gridOf(store.state, stroke);
      const step = side / count;
      context.fillStyle = `rgba(${rgbOf(stroke)}, ${alpha})`;
      touchedCells(inkOf(stroke, resolution).mask, resolution, count).forEach((hit, index) => {
        if (hit) context.fillRect((index % count) * step + 1, Math.floor(index / count) * step + 1, step - 2, step - 2);
      });
    }
  }

  /** @param {number} side */
  function grid(side) {
    const { state } = store;
    cells(
      side,
      strokesOf(state).filter(({ on }) => on),
      0.22,
    );
    if (state.draft) cells(side, [state.draft], 0.4);
    const count = gridOf(state, state.draft);
    const step = side / count;
    const path = new Path2D();
    for (let i = 1; i < count; i++) {
      path.moveTo(Math.round(i * step) + 0.5, 0);
      path.lineTo(Math.round(i * step) + 0.5, side);
      path.moveTo(0, Math.round(i * step) + 0.5);
      path.lineTo(side, Math.round(i * step) + 0.5);
    }
    context.lineWidth = devicePixelRatio * 2;
    context.strokeStyle = "rgba(10, 20, 16, .28)";
    context.stroke(path);
    context.lineWidth = devicePixelRatio;
    context.strokeStyle = "rgba(255, 255, 255, .75)";
    context.stroke(path);
  }

  /** @param {number} side @param {number} at */
  function divider(side, at) {
    const x = Math.round(at * side);
    context.fillStyle = "#17241f";
    context.fillRect(x - 2 * devicePixelRatio, 0, 4 * devicePixelRatio, side);
    context.fillStyle = "#fff";
    context.fillRect(x - devicePixelRatio, 0, 2 * devicePixelRatio, side);
  }

  /** The outline of the brush at the pointer or the keyboard cursor: dark and light, seen on everything.
   * @param {number} side */
  function rings(side) {
    const { state } = store;
    if (state.look.compare !== null) return;
    const focused = document.activeElement === canvas;
    const place = focused && state.cursor ? state.cursor : pointer.ring;
    if (!place) return;
    const scale = side / LATTICE;
    const [x, y] = [place.x * scale, place.y * scale];
    const keyboard = place === state.cursor;
    const radius = Math.max(4, radiusAt(state.tool.size, 255) * scale);
    const arm = Math.min(radius * 0.5, 8 * devicePixelRatio);
    const path = new Path2D();
    path.arc(x, y, radius, 0, 7);
    if (keyboard || state.tool.mode === "erase") {
      path.moveTo(x - arm, y);
      path.lineTo(x + arm, y);
    }
    if (keyboard) {
      path.moveTo(x, y - arm);
      path.lineTo(x, y + arm);
    }
    const light = state.tool.mode === "draw" ? "#fff" : "#f3b6e6";
    for (const [width, colour] of /** @type {const} */ ([
      [3, "rgba(10, 20, 16, .6)"],
      [1.5, light],
    ])) {
      context.lineWidth = width * devicePixelRatio * (keyboard ? 1.5 : 1);
      context.strokeStyle = colour;
      context.stroke(path);
    }
  }

  into.add(store.subscribe((s) => s, redraw));
  const resized = new ResizeObserver(redraw);
  resized.observe(canvas);
  into.add(() => resized.disconnect());
  return { redraw, dispose: into.dispose };
}

/**
 * Two discs and the band between them, all wound the same way so that they join without seams.
 * @param {Path2D} path @param {number} ax @param {number} ay @param {number} ar
 * @param {number} bx @param {number} by @param {number} br
 */
function capsule(path, ax, ay, ar, bx, by, br) {
  path.moveTo(bx + br, by);
  path.arc(bx, by, br, 0, 2 * Math.PI);
  const length = Math.hypot(bx - ax, by - ay);
  if (!length) return;
  const nx = -(by - ay) / length;
  const ny = (bx - ax) / length;
  path.moveTo(ax + nx * ar, ay + ny * ar);
  path.lineTo(ax - nx * ar, ay - ny * ar);
  path.lineTo(bx - nx * br, by - ny * br);
  path.lineTo(bx + nx * br, by + ny * br);
  path.closePath();
  path.moveTo(ax + ar, ay);
  path.arc(ax, ay, ar, 0, 2 * Math.PI);
}
