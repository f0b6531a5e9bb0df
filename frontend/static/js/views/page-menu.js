/** The menu of pages: its links lead to the network and layer that this page shows, not to the first of them. */
import { need } from "../lib/dom.js";

/** @param {string} here  an address of this site with the network, and the layer where there is one, in its query */
export function showPlaces(here) {
  const asked = new URL(here, location.href).searchParams;
  const known = [...asked].filter(([name, text]) => text && (name === "model" || name === "layer"));
  const query = new URLSearchParams(known).toString();
  for (const place of ["units", "layers", "look"]) {
    need(document, `.places [data-place="${place}"]`, HTMLAnchorElement).href = `/${place}${query && "?"}${query}`;
  }
}
