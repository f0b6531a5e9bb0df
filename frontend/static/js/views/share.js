/** Taking a painting away and bringing it back: saved pictures that hold their document, and links. */
import { postRender } from "../api.js";
import { fromLink, linkIn, readPainting, toJson, toLink } from "../lib/document.js";
import { bag, listen, need } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { takeDropped } from "../lib/drop.js";
import { readText, withText } from "../lib/png.js";
import { requestOf } from "../session.js";
import { modelOf, openPainting, paintingOf, say } from "../state.js";

const KEYWORD = "unitbrush";
const LARGE_PX = 1024;
const MAX_FILE_BYTES = 30_000_000;

/** @param {import("../state.js").Store} store */
export function mountShare(store) {
  const into = bag();
  const menu = need(document, "#save-menu", HTMLDetailsElement);
  const file = need(document, "#file", HTMLInputElement);
  const drop = need(document, "#drop", HTMLElement);
  const dialog = need(document, "#link-dialog", HTMLDialogElement);
  const field = need(document, "#link-field", HTMLInputElement);
  /** @param {string} text @param {"info" | "error"} [tone] */
  const tell = (text, tone) => store.update((s) => say(s, text, tone));

  /** The file is the server's own, with the painting written into it: what a browser reads back from its canvas may be
   * changed, against fingerprinting. @param {boolean} large */
  async function save(large) {
    menu.open = false;
    const painting = paintingOf(store.state);
    const { domain, resolution } = modelOf(store.state);
    const scale = large ? Math.max(1, Math.round(LARGE_PX / resolution)) : 1;
    try {
      const png = await postRender({ ...requestOf(store.state), format: "png", scale });
      const out = withText(withText(png, "Software", "Unitbrush"), KEYWORD, JSON.stringify(toJson(painting)));
      download(out, "image/png", `unitbrush-${domain || "picture"}-${painting.seed}.png`);
      tell("Saved. The strokes are inside the file: open it here again to go on painting.");
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      tell(`Could not save the picture: ${why}. “Copy link” keeps your strokes without the server.`, "error");
    }
  }

  async function copy() {
    const packed = await toLink(paintingOf(store.state)).catch(() => null);
    if (packed === null) {
      tell("This painting is too large for a link. Save the picture instead: it holds the whole painting.", "error");
      return;
    }
    const link = `${location.origin}${location.pathname}#p=${packed}`;
    try {
      await navigator.clipboard.writeText(link);
      tell("Link copied. It opens this very painting.");
    } catch {
      field.value = link; // over plain HTTP a page has no clipboard
      dialog.showModal();
      field.select();
    }
  }

  /** @param {File} chosen */
  async function open(chosen) {
    try {
      if (chosen.size > MAX_FILE_BYTES) throw new Error("the file is too large");
      const text = await readText(new Uint8Array(await chosen.arrayBuffer()), KEYWORD);
      if (text === null) throw new Error("it holds no painting");
      show(readPainting(JSON.parse(text), store.state.limits.strokes), `Opened ${chosen.name}.`);
    } catch (error) {
      tell(`${chosen.name} cannot be opened: ${error instanceof Error ? error.message : error}.`, "error");
    }
  }

  /** @param {import("../lib/types.js").Painting} painting @param {string} [news] */
  function show(painting, news) {
    const model = store.state.models.find(({ id }) => id === painting.model);
    if (!model) throw new Error(`the network ${painting.model} is not here`);
    const other =
      painting.network && !model.sha256.startsWith(painting.network)
        ? "This was painted with another version of the network, so the picture may look different."
        : news;
    store.update((s) => openPainting(s, painting, other));
  }

  /** The painting in the address, if there is one. The address names only its scene afterwards: a reload keeps newer
   * work. */
  async function fromAddress() {
    const link = linkIn(location.hash);
    if (link === undefined) return;
    history.replaceState(null, "", location.pathname + location.search);
    const painting = await fromLink(link, store.state.limits.strokes).catch(() => null);
    try {
      if (painting) show(painting);
      else tell("This link is damaged or cut off, so its painting cannot be opened. Ask for the whole link.", "error");
    } catch (error) {
      tell(`This link cannot be opened: ${error instanceof Error ? error.message : error}.`, "error");
    }
  }

  const click = (/** @type {string} */ id, /** @type {() => void} */ work) =>
    listen(into, need(document, id, HTMLButtonElement), "click", work);
  click("#link", () => void copy());
  click("#link-select", () => {
    field.select();
    if (document.execCommand("copy")) tell("Link copied. It opens this very painting.");
    else field.focus();
  });
  click("#link-close", () => dialog.close());
  click("#save-large", () => void save(true));
  click("#save-exact", () => void save(false));
  click("#open", () => {
    menu.open = false;
    file.click();
  });
  listen(into, file, "change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) void open(chosen);
    file.value = "";
  });
  listen(into, document, "pointerdown", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  listen(into, menu, "keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });

  takeDropped(into, drop, (dropped) => void open(dropped));
  const onHash = () => void fromAddress();
  window.addEventListener("hashchange", onHash);
  into.add(() => window.removeEventListener("hashchange", onHash));
  return { save: () => void save(true), copy: () => void copy(), fromAddress, dispose: into.dispose };
}
