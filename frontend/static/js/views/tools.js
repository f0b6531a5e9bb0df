/** Draw or erase, size, strength, number of units, layer; and the two worlds. */
import { bag, h, icon, listen, need } from "../lib/dom.js";
import { plural, title } from "../lib/words.js";
import { brushesOf, brushOf, modelOf, openPage, setTool } from "../state.js";

/** @param {import("../state.js").Store} store */
export function mountTools(store) {
  const into = bag();
  const modes = need(document, "#modes", HTMLElement);
  const layer = need(document, "#layer", HTMLSelectElement);
  const note = need(document, "#layer-note", HTMLElement);

  listen(into, modes, "change", (event) => {
    const mode = /** @type {HTMLInputElement} */ (event.target).value === "erase" ? "erase" : "draw";
    store.update((s) => setTool(s, { mode }));
  });
  into.add(store.subscribe((s) => s.tool.mode, (mode) => {
    for (const input of modes.querySelectorAll("input")) input.checked = input.value === mode;
    document.body.classList.toggle("erasing", mode === "erase");
  }));

  /** @type {Record<"size" | "strength" | "count", (value: number) => string>} */
  const words = {
    size: (value) => `${Math.round(value / 10)}%`,
    strength: (value) => `${value}%`,
    count: (value) => plural(value, "unit"),
  };
  for (const name of /** @type {const} */ (["size", "strength", "count"])) {
    const input = need(document, `#${name}`, HTMLInputElement);
    const output = need(document, `#${name}-value`, HTMLOutputElement);
    const cells = input.parentElement?.dataset["cells"] ?? "16";
    input.style.setProperty("--cell", `calc((100% + 2px) / ${cells})`);
    listen(into, input, "input", () => store.update((s) => setTool(s, { [name]: Number(input.value) })));
    into.add(store.subscribe((s) => s.tool[name], (value) => {
      input.value = String(value);
      output.value = words[name](value);
      input.setAttribute("aria-valuetext", words[name](value));
      const share = (value - Number(input.min)) / (Number(input.max) - Number(input.min));
      input.style.setProperty("--fill", `${share * 100}%`);
    }));
  }

  function layers() {
    const model = modelOf(store.state);
    const brush = brushOf(store.state);
    const own = h("option", { value: "" }, brush ? `The brush’s own (${brush.layer})` : "The brush’s own");
    const others = model.paint_layers.map((name) => {
      const grid = model.layers.find((one) => one.name === name)?.grid ?? 0;
      return h("option", { value: name }, `${name}, ${grid} × ${grid} cells`);
    });
    layer.replaceChildren(own, ...others);
    layer.value = store.state.tool.layer ?? "";
    note.textContent = store.state.tool.layer
      ? "The units of this layer that answer best to the brush’s concept."
      : "The layer where this brush was measured to work best.";
  }
  listen(into, layer, "change", () => store.update((s) => setTool(s, { layer: layer.value || null })));
  into.add(store.subscribe(brushesOf, layers));
  into.add(store.subscribe((s) => `${s.model} ${s.tool.layer} ${brushOf(s)?.id}`, layers));
  return into.dispose;
}

/** @param {import("../state.js").Store} store @param {(model: string) => number} startOf  the page a world opens at */
export function mountWorlds(store, startOf) {
  const into = bag();
  const worlds = need(document, "#worlds", HTMLElement);
  const { models } = store.state;
  worlds.append(...models.map((model) => {
    const known = ["church", "kitchen"].includes(model.domain);
    const face = h("span", {}, ...(known ? [icon(model.domain)] : []), title(known ? model.domain : model.title));
    return h("label", { class: "world" }, h("input", { type: "radio", name: "world", value: model.id }), face);
  }));
  listen(into, worlds, "change", (event) => {
    const model = /** @type {HTMLInputElement} */ (event.target).value;
    store.update((s) => openPage({ ...s, tool: { ...s.tool, layer: null } }, model, startOf(model)));
  });
  into.add(store.subscribe((s) => s.model, (model) => {
    for (const input of worlds.querySelectorAll("input")) input.checked = input.value === model;
  }));
  return into.dispose;
}
