/** The first visit: in the scene that a brush is shown on, a ghost stroke where it works well. It goes when followed, and
 * never comes back. */
import { bag, listen, need } from "../lib/dom.js";
import { article } from "../lib/words.js";
import { brushOf, strokesOf } from "../state.js";

const SVG = "http://www.w3.org/2000/svg";

/** @param {import("../state.js").Store} store */
export function mountHint(store) {
  const into = bag();
  const hint = need(document, "#hint", HTMLElement);
  const text = need(document, "#hint-text", HTMLElement);
  const figure = need(document, "#picture", HTMLElement);
  const ghost = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const trace = document.createElementNS(SVG, "path");
  ghost.setAttribute("class", "ghost-stroke");
  ghost.setAttribute("viewBox", "0 0 100 100");
  ghost.setAttribute("aria-hidden", "true");
  path.setAttribute("class", "ghost-band");
  trace.setAttribute("class", "ghost-trace");
  trace.setAttribute("pathLength", "1");
  ghost.append(path, trace);

  function place() {
    const { state } = store;
    const brush = brushOf(state);
    const show =
      !state.taught &&
      brush?.example_box !== undefined &&
      brush.example_seed === state.seed &&
      !strokesOf(state).length &&
      state.frame > 0 &&
      !state.draft &&
      state.tool.mode === "draw" &&
      state.picture !== "failed";
    hint.hidden = !show;
    if (!show || !brush) {
      ghost.remove();
      return;
    }
    const [x0 = 0, y0 = 0, x1 = 1, y1 = 1] = brush.example_box ?? [];
    const middle = (100 * (x0 + x1)) / 2;
    const width = Math.max(4, state.tool.size / 10);
    const tall = y1 - y0 > x1 - x0;
    const inset = Math.min(width / 2, 50 * (tall ? y1 - y0 : x1 - x0));
    const row = 50 * (y0 + y1);
    const d = tall
      ? `M${middle} ${100 * y0 + inset}L${middle} ${100 * y1 - inset + 0.01}`
      : `M${100 * x0 + inset} ${row}L${100 * x1 - inset + 0.01} ${row}`;
    for (const one of [path, trace]) one.setAttribute("d", d);
    path.setAttribute("stroke-width", String(width));
    text.textContent = `Paint ${article(brush.concept)} here`;
    const low = Math.min(88, 100 * y1 + (tall ? 2 : width / 2 - 50 * (y1 - y0) + 2));
    hint.style.left = `${Math.min(78, Math.max(22, middle))}%`;
    hint.style.top = `${Math.max(low, 4)}%`;
    if (!ghost.isConnected) figure.insertBefore(ghost, hint);
  }

  const done = () => store.update((s) => (s.taught ? s : { ...s, taught: true }));
  listen(into, need(document, "#hint-close", HTMLButtonElement), "click", done);
  into.add(store.subscribe((s) => s, place));
  into.add(
    store.subscribe(
      (s) => strokesOf(s).length > 0,
      (painted) => painted && done(),
    ),
  );
  into.add(() => ghost.remove());
  return into.dispose;
}
