/** Loading, errors and the lost connection, each shown where it happens. */

import { bag, h, listen, need } from "../lib/dom.js";
import { askAgain } from "../lib/image.js";

const PATIENCE_MS = 350; // shorter waits are not worth a sign

/** What is said of the live connection: with and without room, and under the pointer.
 * @type {Partial<Record<import("../lib/types.js").State["live"], readonly string[]>>} */
const SIGNS = {
  lost: ["Connection lost, trying again", "Offline", "Your strokes are kept here until the server answers."],
  refused: ["No live preview", "Not live", "Each stroke is painted when it is finished."],
};

/** @param {import("../state.js").Store} store @param {import("../session.js").Session} session */
export function mountStatus(store, session) {
  const into = bag();
  const figure = need(document, "#picture", HTMLElement);
  const waiting = need(document, "#waiting", HTMLElement);
  const trouble = need(document, "#trouble", HTMLElement);
  const words = need(document, "#trouble-text", HTMLElement);
  const sign = need(document, "#live", HTMLElement);
  const coming = need(document, "#coming", HTMLElement);
  let patience = 0;

  into.add(
    store.subscribe(
      (s) => s.picture,
      (picture) => {
        const busy = picture === "loading" || picture === "rendering";
        figure.setAttribute("aria-busy", String(busy));
        clearTimeout(patience);
        if (busy) patience = window.setTimeout(() => (waiting.hidden = false), PATIENCE_MS);
        else waiting.hidden = true;
      },
    ),
  );
  into.add(
    store.subscribe(
      (s) => `${s.picture} ${s.frame}`,
      () => {
        const { state } = store;
        figure.dataset["state"] = state.picture;
        figure.dataset["empty"] = String(!session.original);
        coming.textContent = state.picture === "failed" ? "" : `Loading scene ${state.seed}…`;
      },
    ),
  );
  // It stays while the next try is under way: what goes and comes again is announced again and takes the focus away.
  into.add(
    store.subscribe(
      (s) => s.trouble,
      (why) => {
        trouble.hidden = !why;
        words.textContent = why ? `No new picture yet: ${why}. Your strokes are kept.` : "";
      },
    ),
  );
  into.add(
    store.subscribe(
      (s) => s.live,
      (state) => {
        const [wide = "", narrow = "", more = ""] = SIGNS[state] ?? [];
        const words = wide && [h("span", { class: "wide" }, wide), h("span", { class: "narrow" }, narrow)];
        sign.replaceChildren(...(words || []));
        sign.title = more;
        if (state === "open") askAgain();
      },
    ),
  );
  listen(into, need(document, "#retry", HTMLButtonElement), "click", session.retry);
  into.add(() => clearTimeout(patience));
  return into.dispose;
}
