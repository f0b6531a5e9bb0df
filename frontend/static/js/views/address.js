/** The scene that is open, in the address: a link to it, a step of its own for the back button. */
import { readChosen } from "../lib/custom.js";
import { openPage } from "../state.js";

/** @param {import("../state.js").Store} store */
export function mountAddress(store) {
  const link = () => {
    const { model, seed } = store.state;
    return `${location.pathname}?${new URLSearchParams({ model, seed: String(seed) })}`;
  };
  history.replaceState(null, "", link() + location.hash);
  const stop = store.subscribe(
    (s) => `${s.model} ${s.seed}`,
    () => {
      if (link() !== location.pathname + location.search) history.pushState(null, "", link());
    },
  );
  function back() {
    const { model, seed } = readChosen(location.search, store.state.models) ?? {};
    if (model && seed != null) store.update((s) => openPage(s, model, seed));
  }
  window.addEventListener("popstate", back);
  return () => {
    stop();
    window.removeEventListener("popstate", back);
  };
}
