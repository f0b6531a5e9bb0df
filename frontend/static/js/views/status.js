/** Loading, errors and the lost line, each shown where it happens. */

import { imageUrl } from "../api.js";
import { bag, h, listen, need } from "../lib/dom.js";
import { askAgain } from "../lib/image.js";
import { sha256 } from "../lib/sha256.js";

const PATIENCE_MS = 350; // shorter waits are not worth a sign

/** @param {import("../state.js").Store} store @param {import("../session.js").Session} session */
export function mountStatus(store, session) {
  const into = bag();
  const figure = need(document, "#picture", HTMLElement);
  const waiting = need(document, "#waiting", HTMLElement);
  const trouble = need(document, "#trouble", HTMLElement);
  const words = need(document, "#trouble-text", HTMLElement);
  const sign = need(document, "#live", HTMLElement);
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
        if (state.picture === "settled" && session.current) figure.dataset["digest"] = sha256(session.current.file);
        else delete figure.dataset["digest"];
      },
    ),
  );
  // It stays while the next try is under way: what goes and comes again is announced again and takes the focus away.
  into.add(
    store.subscribe(
      (s) => s.trouble,
      (why) => {
        trouble.hidden = !why;
        words.textContent = why ? `No new picture: ${why}. Your strokes are kept.` : "";
      },
    ),
  );
  into.add(
    store.subscribe(
      (s) => s.live,
      (state) => {
        sign.replaceChildren(
          ...(state !== "lost"
            ? []
            : [
                h("span", { class: "wide" }, "Connection lost, trying again"),
                h("span", { class: "narrow" }, "Offline"),
              ]),
        );
        sign.dataset["state"] = state;
        if (state === "open") askAgain();
        sign.title = state === "lost" ? "Strokes are kept here; the picture follows when the server answers." : "";
      },
    ),
  );
  listen(into, need(document, "#retry", HTMLButtonElement), "click", session.retry);

  const pixels = need(document, "#pixels", HTMLElement);
  into.add(
    store.subscribe(
      (s) => `${s.model} ${s.seed}`,
      () => {
        pixels.dataset["source"] = imageUrl(store.state.model, store.state.seed);
      },
    ),
  );
  into.add(() => clearTimeout(patience));
  return into.dispose;
}
