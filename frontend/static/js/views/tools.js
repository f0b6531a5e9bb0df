/** Draw or erase, size, strength, number of units, layer; and the two worlds. */
import { unitsIn } from "../lib/custom.js";
import { bag, h, icon, listen, need } from "../lib/dom.js";
import { lightCells } from "../lib/slider.js";
import { wallLink } from "../lib/wall.js";
import { plural, worldName } from "../lib/words.js";
import { brushesOf, brushOf, layerFor, modelOf, openPage, setTool } from "../state.js";

/** @typedef {import("../state.js").Store} Store */

/** @type {Record<"size" | "strength" | "count", (value: number) => string>} */
const WORDS = {
  size: (value) => `${Math.round(value / 10)}%`,
  strength: (value) => `${value}%`,
  count: (value) => plural(value, "unit"),
};

/** @param {Store} store */
export function mountModes(store) {
  const into = bag();
  const modes = need(document, "#modes", HTMLElement);
  listen(into, modes, "change", (event) => {
    const mode = /** @type {HTMLInputElement} */ (event.target).value === "erase" ? "erase" : "draw";
    store.update((s) => setTool(s, { mode }));
  });
  into.add(
    store.subscribe(
      (s) => s.tool.mode,
      (mode) => {
        for (const input of modes.querySelectorAll("input")) input.checked = input.value === mode;
        document.body.classList.toggle("erasing", mode === "erase");
      },
    ),
  );
  return into.dispose;
}

/** @param {Store} store @param {"size" | "strength" | "count"} name */
export function mountSlider(store, name) {
  const into = bag();
  const input = need(document, `#${name}`, HTMLInputElement);
  const output = need(document, `#${name}-value`, HTMLOutputElement);
  listen(into, input, "input", () => store.update((s) => setTool(s, { [name]: Number(input.value) })));
  into.add(
    store.subscribe(
      (s) => s.tool[name],
      (value) => {
        input.value = String(value);
        output.value = WORDS[name](value);
        input.setAttribute("aria-valuetext", WORDS[name](value));
        lightCells(input);
      },
    ),
  );
  return into.dispose;
}

/** @param {Store} store */
export function mountLayer(store) {
  const into = bag();
  const layer = need(document, "#layer", HTMLSelectElement);
  const note = need(document, "#layer-note", HTMLElement);
  const count = /** @type {HTMLElement} */ (need(document, "#count", HTMLInputElement).parentElement);
  const which = need(document, "#which", HTMLAnchorElement);

  function layers() {
    const { state } = store;
    const model = modelOf(state);
    const brush = brushOf(state);
    const fixed = brush !== undefined && unitsIn(brush.id) !== null;
    const own = h("option", { value: "" }, brush ? `The brush’s own (${brush.layer})` : "The brush’s own");
    const others = model.paint_layers.map((name) => {
      const grid = model.layers.find((one) => one.name === name)?.grid ?? 0;
      return h("option", { value: name }, `${name}, ${grid} × ${grid} cells`);
    });
    layer.replaceChildren(own, ...others);
    layer.value = layerFor(state, brush) ?? "";
    layer.disabled = fixed;
    count.hidden = fixed;
    note.textContent = fixed
      ? "You chose these units, so their number and layer are fixed."
      : state.tool.layer
        ? "The units of this layer that match the brush’s concept best."
        : "The layer where this brush was measured to work best.";
  }
  listen(into, layer, "change", () => store.update((s) => setTool(s, { layer: layer.value || null })));
  into.add(store.subscribe(brushesOf, layers));
  into.add(store.subscribe((s) => `${s.model} ${s.tool.layer} ${brushOf(s)?.id}`, layers));
  into.add(store.subscribe(whichUnits, (link) => (which.href = link)));
  return into.dispose;
}

/** Where the units of the brush in the hand are shown: themselves, or in another layer than the brush's own those of
 * its concept. @param {import("../lib/types.js").State} s */
function whichUnits(s) {
  const brush = brushOf(s);
  const layer = layerFor(s, brush);
  if (!brush || (layer && layer !== brush.layer)) {
    return wallLink({ model: s.model, ...(layer && { layer }), ...(brush && { concept: brush.concept }) });
  }
  const units = brush.units?.slice(0, unitsIn(brush.id) ? undefined : s.tool.count) ?? [];
  return wallLink({ model: s.model, layer: brush.layer, units, ...(!unitsIn(brush.id) && { brush: brush.concept }) });
}

/** @param {import("../state.js").Store} store @param {(model: string) => number} startOf  the page a world opens at */
export function mountWorlds(store, startOf) {
  const into = bag();
  const worlds = need(document, "#worlds", HTMLElement);
  const { models } = store.state;
  worlds.append(
    ...models.map((model) => {
      const drawn = ["church", "kitchen"].includes(model.domain);
      const face = h("span", {}, ...(drawn ? [icon(model.domain)] : []), worldName(model, models));
      return h("label", { class: "world" }, h("input", { type: "radio", name: "world", value: model.id }), face);
    }),
  );
  listen(into, worlds, "change", (event) => {
    const model = /** @type {HTMLInputElement} */ (event.target).value;
    store.update((s) => openPage({ ...s, tool: { ...s.tool, layer: null } }, model, startOf(model)));
  });
  into.add(
    store.subscribe(
      (s) => s.model,
      (model) => {
        for (const input of worlds.querySelectorAll("input")) input.checked = input.value === model;
        worlds.querySelector(":checked")?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
      },
    ),
  );
  return into.dispose;
}
