/** The images in which a unit is most active, whole or with the active region lit; holding one shows the other. */
import { short } from "../lib/chart.js";
import { h, listen, need } from "../lib/dom.js";
import { patientImage } from "../lib/image.js";
import { ROOT } from "../lib/root.js";

/** @typedef {import("../lib/types.js").UnitDetail} UnitDetail */

/** @param {import("../lib/dom.js").Bag} into @param {UnitDetail} unit @param {boolean} isGenerator
 * @param {() => boolean} single  whether shortcuts of one letter are on */
export function mountGallery(into, unit, isGenerator, single) {
  const list = need(document, "#gallery", HTMLElement);
  const toggle = need(document, "#mask", HTMLButtonElement);
  list.replaceChildren(...unit.top.map((top) => figure(unit, top, isGenerator)));

  /** @param {boolean} lit */
  function light(lit) {
    toggle.setAttribute("aria-pressed", String(lit));
    list.classList.toggle("whole", !lit);
    const address = new URL(location.href);
    if (lit) address.searchParams.delete("mask");
    else address.searchParams.set("mask", "false");
    history.replaceState(null, "", address);
  }
  light(new URLSearchParams(location.search).get("mask") !== "false");
  const turn = () => light(list.classList.contains("whole"));
  listen(into, toggle, "click", turn);
  listen(into, document, "keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !(event.target instanceof HTMLInputElement);
    if (plain && event.key.toLowerCase() === "m" && single()) turn();
  });
  listen(into, list, "contextmenu", (event) => event.preventDefault());
}

/** @param {UnitDetail} unit @param {UnitDetail["top"][number]} top @param {boolean} isGenerator */
function figure(unit, { image, score, rank, url, masked_url: masked }, isGenerator) {
  const what = isGenerator ? `Scene ${image}` : `Image ${image}`;
  const sides = { loading: "lazy", decoding: "async", width: 128, height: 128, draggable: "false" };
  const picture = h(
    "button",
    { type: "button", class: "hold", title: "Hold to see it the other way" },
    patientImage({ ...sides, class: "plain", src: ROOT + url, alt: "" }),
    patientImage({ ...sides, class: "masked", src: ROOT + masked, alt: `${what}, number ${rank + 1}` }),
  );
  const { model, layer, unit: number } = unit;
  const query = new URLSearchParams({ model, layer, seed: String(image), unit: String(number) });
  const name = isGenerator ? h("a", { href: `${ROOT}/look?${query}`, title: "Look at this scene" }, what) : what;
  return h(
    "li",
    {},
    picture,
    h("span", { class: "top-line" }, name, h("small", { title: "Highest activation" }, short(score))),
  );
}
