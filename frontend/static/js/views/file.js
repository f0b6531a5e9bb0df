/** A picture of one's own: chosen, dropped anywhere on the page, or pasted. */
import { bag, listen, need } from "../lib/dom.js";
import { takeDropped } from "../lib/drop.js";
import { squarePicture } from "../lib/picture.js";
import { forgetPicture, rememberPicture } from "../lib/uploaded-picture.js";

/** @param {(picture: Blob) => void} take  gets the square picture
 * @param {() => void} remove  it is not wanted any more */
export function mountFile(take, remove) {
  const into = bag();
  const input = need(document, "#file", HTMLInputElement);
  const drop = need(document, "#drop", HTMLElement);
  const error = need(document, "#own-error", HTMLElement);

  /** @param {string} problem */
  function complain(problem) {
    const isNews = problem !== error.textContent;
    error.textContent = problem;
    error.hidden = !problem;
    if (problem && isNews) error.scrollIntoView({ block: "nearest" });
  }

  /** @param {File | null | undefined} file */
  async function read(file) {
    if (!file) return;
    complain("");
    try {
      const picture = await squarePicture(file);
      void rememberPicture(picture);
      take(picture);
    } catch (problem) {
      complain(`${file.name}: ${problem instanceof Error ? problem.message : problem}.`);
    }
  }

  listen(into, need(document, "#open", HTMLButtonElement), "click", () => input.click());
  listen(into, need(document, "#remove", HTMLButtonElement), "click", () => {
    forgetPicture();
    complain("");
    remove();
  });
  listen(into, input, "change", () => {
    void read(input.files?.[0]);
    input.value = "";
  });
  takeDropped(into, drop, (file) => void read(file));
  listen(into, document, "paste", (event) => void read(event.clipboardData?.files[0]));
  return { complain, dispose: into.dispose };
}
