/** Short notices: news goes by itself, what went wrong stays until the next action or until it is closed. */
import { bag, listen, need } from "../lib/dom.js";

const NEWS_MS = 5000;

/** @param {import("../state.js").Store} store */
export function mountNotice(store) {
  const into = bag();
  const box = need(document, "#notice", HTMLElement);
  const words = need(document, "#notice-text", HTMLElement);
  const spoken = need(document, "#spoken", HTMLElement);
  /** @type {import("../lib/types.js").Notice | null} */
  let shown = null;
  let leave = 0;

  const close = () => store.update((s) => ({ ...s, notice: null }));
  /** An action: what it has to say itself is newer than what is shown. */
  const acted = () => shown?.tone === "error" && store.state.notice === shown && close();

  for (const action of /** @type {const} */ (["draft", "pages", "model", "seed", "tool", "chosen"])) {
    into.add(store.subscribe((s) => s[action], acted));
  }
  into.add(
    store.subscribe(
      (s) => s.notice,
      (now) => {
        clearTimeout(leave);
        shown = now;
        box.hidden = !now;
        box.classList.toggle("error", now?.tone === "error");
        words.textContent = now?.text ?? "";
        if (now) spoken.textContent = now.text; // this region is always there; one that appears is not always read
        if (now?.tone === "info") leave = window.setTimeout(close, NEWS_MS);
      },
    ),
  );
  listen(into, need(document, "#notice-close", HTMLButtonElement), "click", close);
  into.add(() => clearTimeout(leave));
  return into.dispose;
}
