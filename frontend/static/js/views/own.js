/** Where one unit is active in a picture of one's own. */
import { fetchActivation } from "../api.js";
import { bag, listen, need } from "../lib/dom.js";
import { howActive } from "../lib/picture.js";
import { keepPlace, takePlace, uploadedPicture } from "../lib/uploaded-picture.js";
import { mountFile } from "./file.js";
import { showLight } from "./light.js";

/** @param {import("../lib/types.js").UnitDetail} unit */
export function mountOwn(unit) {
  const into = bag();
  const own = need(document, "#own", HTMLElement);
  const figure = need(document, "#picture", HTMLElement);
  const image = need(document, "#pixels", HTMLImageElement);
  const light = need(document, "#light", HTMLCanvasElement);
  const waiting = need(document, "#waiting", HTMLElement);
  const words = need(document, "#own-words", HTMLElement);
  const remove = need(document, "#remove", HTMLButtonElement);
  let serial = 0;

  const file = mountFile(
    (picture) => {
      void show(picture).then(() => words.scrollIntoView({ block: "nearest" }));
      figure.scrollIntoView({ block: "nearest" }); // a file can be dropped far from here
    },
    () => {
      serial++;
      figure.hidden = words.hidden = remove.hidden = true;
      need(document, "#open", HTMLElement).focus();
    },
  );
  const uploaded = uploadedPicture();
  const top = takePlace();
  if (uploaded) void show(uploaded);
  if (uploaded && top !== null) scrollBy(0, own.getBoundingClientRect().top - top);
  for (const id of ["previous", "next"]) listen(into, need(document, `#${id}`, HTMLElement), "click", stay);

  /** The picture stays where it is in the window when one goes to the next unit. @param {MouseEvent} event */
  function stay(event) {
    const box = own.getBoundingClientRect();
    const isInView = !figure.hidden && box.bottom > 0 && box.top < innerHeight;
    if (isInView && !event.ctrlKey && !event.metaKey && !event.shiftKey) keepPlace(box.top);
  }

  /** @param {Blob} picture */
  async function show(picture) {
    const mine = ++serial;
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(picture);
    figure.hidden = waiting.hidden = words.hidden = remove.hidden = false;
    words.textContent = "";
    try {
      const activation = await fetchActivation(unit.model, unit.layer, unit.unit, picture);
      if (mine !== serial) return;
      await showLight(light, activation);
      words.textContent = howActive(activation.highest, activation.limit);
    } catch (error) {
      if (mine !== serial) return;
      await showLight(light, null);
      file.complain(error instanceof Error ? `Could not load the activation: ${error.message}.` : String(error));
    }
    if (mine === serial) waiting.hidden = true;
  }
  return into.dispose;
}
