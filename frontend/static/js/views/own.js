/** Where one unit is active in a picture of one's own. */
import { fetchActivation } from "../api.js";
import { need } from "../lib/dom.js";
import { keptPicture } from "../lib/kept.js";
import { mountFile } from "./file.js";
import { showLight } from "./light.js";

/** @param {import("../lib/types.js").UnitDetail} unit */
export function mountOwn(unit) {
  const figure = need(document, "#picture", HTMLElement);
  const image = need(document, "#pixels", HTMLImageElement);
  const light = need(document, "#light", HTMLCanvasElement);
  const waiting = need(document, "#waiting", HTMLElement);
  let serial = 0;

  const file = mountFile((picture) => void show(picture));
  const kept = keptPicture();
  if (kept) void show(kept);

  /** @param {Blob} picture */
  async function show(picture) {
    const mine = ++serial;
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(picture);
    figure.hidden = waiting.hidden = false;
    try {
      const activation = await fetchActivation(unit.model, unit.layer, unit.unit, picture);
      if (mine === serial) await showLight(light, activation);
    } catch (error) {
      if (mine !== serial) return;
      await showLight(light, null);
      file.complain(error instanceof Error ? `The activation did not come: ${error.message}.` : String(error));
    }
    if (mine === serial) waiting.hidden = true;
  }
}
