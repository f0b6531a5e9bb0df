/** The theme button: light, dark, and the system's choice where it is the same. */
import { bag, listen, need } from "../lib/dom.js";

export function mountTheme() {
  const into = bag();
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  listen(into, need(document, "#theme", HTMLButtonElement), "click", () => {
    const now = root.dataset["theme"] ?? (dark.matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    const system = (next === "dark") === dark.matches;
    if (system) delete root.dataset["theme"];
    else root.dataset["theme"] = next;
    try {
      if (system) localStorage.removeItem("unitbrush.theme");
      else localStorage.setItem("unitbrush.theme", next);
    } catch {
      // it holds for this visit
    }
  });
  return into.dispose;
}
