/** The keyboard of the whole page and the sheet that lists it. */
import { bag, h, listen, need } from "../lib/dom.js";
import { actionFor, BRUSH_KEYS, CURSOR_KEYS, SHEET } from "../lib/shortcuts.js";
import { brushesOf, brushOf, chooseBrush, redoStroke, resize, setLook, setTool, undoStroke } from "../state.js";
import { randomScene } from "./scenes.js";
import { toggleCompare, toggleDifference, toggleGrid } from "./viewbar.js";

/**
 * @param {import("../state.js").Store} store @param {{save: () => void, copy: () => void}} share
 */
export function mountSheet(store, share) {
  const into = bag();
  const sheet = need(document, "#sheet", HTMLDialogElement);
  const keys = need(document, "#keys", HTMLInputElement);
  const open = () => sheet.showModal();

  const inHand = () => brushesOf(store.state)?.findIndex(({ id }) => id === brushOf(store.state)?.id) ?? 0;
  /** @param {number} index */
  function take(index) {
    const brush = brushesOf(store.state)?.[index];
    if (brush) store.update((s) => chooseBrush(s, brush.id));
  }

  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const actions = {
    brush: ({ key }) => take(BRUSH_KEYS.indexOf(key)),
    "brush-before": () => take(inHand() - 1),
    "brush-after": () => take(inHand() + 1),
    swap: () => store.update((s) => setTool(s, { mode: s.tool.mode === "draw" ? "erase" : "draw" })),
    smaller: () => store.update((s) => resize(s, -1)),
    larger: () => store.update((s) => resize(s, 1)),
    undo: () => store.update(undoStroke),
    redo: () => store.update(redoStroke),
    original: () => store.update((s) => setLook(s, { original: true })),
    compare: () => store.update(toggleCompare),
    difference: () => store.update(toggleDifference),
    grid: () => store.update(toggleGrid),
    random: () => store.update(randomScene),
    save: share.save,
    link: share.copy,
    help: open,
  };

  listen(into, document, "keydown", (event) => {
    if (sheet.open || event.defaultPrevented || writes(event.target)) return;
    const action = actionFor(event, store.state.keys);
    if (
      !action ||
      (event.repeat && !["undo", "redo", "smaller", "larger", "brush-before", "brush-after"].includes(action))
    )
      return;
    event.preventDefault();
    actions[action]?.(event);
  });
  const letGo = () => store.update((s) => (s.look.original ? setLook(s, { original: false }) : s));
  listen(into, document, "keyup", (event) => {
    if (event.key.toLowerCase() === "o") letGo();
  });
  listen(into, window, "blur", letGo); // the key's end will be another window's
  listen(into, need(document, "#help", HTMLButtonElement), "click", open);
  listen(into, need(document, "#sheet-close", HTMLButtonElement), "click", () => sheet.close());
  listen(into, sheet, "click", (event) => {
    if (event.target === sheet) sheet.close();
  });
  listen(into, keys, "change", () => store.update((s) => ({ ...s, keys: keys.checked })));
  into.add(
    store.subscribe(
      (s) => s.keys,
      (on) => (keys.checked = on),
    ),
  );

  const groups = [...SHEET, { title: "On the picture", items: CURSOR_KEYS }];
  need(document, "#sheet-body", HTMLElement).append(
    ...groups.map(({ title, items }) => {
      const rows = items.flatMap(({ shown, what }) => [h("dt", {}, h("kbd", {}, shown)), h("dd", {}, what)]);
      return h("section", {}, h("h3", {}, title), h("dl", {}, ...rows));
    }),
  );
  return into.dispose;
}

/** Whether letters belong to this element. @param {EventTarget | null} target */
function writes(target) {
  if (target instanceof HTMLInputElement) return !["radio", "range", "checkbox", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
