/** The picture itself: the newest answer, or the original, a comparison of the two, or where they differ. */
import { difference } from "../lib/difference.js";
import { bag, need } from "../lib/dom.js";
import { strokesOf } from "../state.js";

/**
 * @param {import("../state.js").Store} store @param {import("../session.js").Session} session
 */
export function mountPicture(store, session) {
  const into = bag();
  const figure = need(document, "#picture", HTMLElement);
  const canvas = need(document, "#pixels", HTMLCanvasElement);
  const badge = need(document, "#badge", HTMLElement);
  const slider = need(document, "#compare", HTMLInputElement);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));

  /** The canvas holds whole multiples of the picture's pixels, enough for the screen's; the rest is a slight reduction,
   * so the picture may have any size and its pixels stay even and sharp. */
  function draw() {
    const { original, current } = session;
    if (!original || !current) return;
    const { look } = store.state;
    const side = current.side;
    const screen = figure.clientWidth * devicePixelRatio;
    const large = Math.max(1, Math.ceil(screen / side)) * side;
    if (canvas.width !== large) canvas.width = canvas.height = large;
    context.imageSmoothingEnabled = false;
    let note = "";
    if (look.original) {
      note = strokesOf(store.state).length ? "Original" : "Nothing painted yet";
      put(original.rgba, side, 0, large);
    } else if (look.difference) {
      const { rgba, share } = difference(original.rgba, current.rgba);
      note = `${Math.round(share * 100)}% of the pixels changed`;
      put(rgba, side, 0, large);
    } else {
      put(current.rgba, side, 0, large);
      if (look.compare !== null) put(original.rgba, side, 0, Math.round(look.compare * large));
      if (look.compare !== null) note = "Before | after";
    }
    badge.textContent = note;
    badge.hidden = !note;
  }

  const small = new OffscreenCanvas(1, 1);
  const smallContext = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));

  /** @param {Uint8ClampedArray<ArrayBuffer>} rgba @param {number} side
   * @param {number} from  column @param {number} to  column */
  function put(rgba, side, from, to) {
    if (to <= from) return;
    if (small.width !== side) small.width = small.height = side;
    smallContext.putImageData(new ImageData(rgba, side, side), 0, 0);
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, canvas.height);
    context.clip();
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    context.restore();
  }

  const resized = new ResizeObserver(draw);
  resized.observe(figure);
  into.add(() => resized.disconnect());
  into.add(store.subscribe((s) => s.frame, draw));
  into.add(
    store.subscribe(
      (s) => s.look,
      (look) => {
        slider.hidden = look.compare === null;
        if (look.compare !== null) slider.value = String(Math.round(look.compare * 100));
        draw();
      },
    ),
  );
  return into.dispose;
}
