/** What /look shows: the picture, the units that are strongest at the place, and where one of them is active. */
import { fetchActivation, fetchClasses, fetchImage, fetchStrongest } from "../api.js";
import { toBase64 } from "../lib/bytes.js";
import { need } from "../lib/dom.js";
import { question } from "../lib/look-query.js";
import { answer, byConcept } from "../lib/strongest.js";
import { title } from "../lib/words.js";
import { classifierOf, knowsPaintingsOnly } from "../looking.js";
import { showLight } from "./light.js";
import { mountStrongest } from "./strongest.js";

/** @typedef {import("../looking.js").Store} Store */
/** @typedef {import("../looking.js").Looking} Looking */

const COUNT = 24;
const CLASSES = 3;
const element = (/** @type {string} */ id) => need(document, `#${id}`, HTMLElement);

/** The picture and what the network says of it. @param {Store} store @param {Looking} looking */
export function mountLookPicture(store, looking) {
  const image = need(document, "#pixels", HTMLImageElement);
  const figure = element("picture");

  /** While a picture is on its way, nothing lies over the one before. */
  async function show() {
    const {
      picture,
      query: { model, seed },
    } = store.state;
    looking.giveUp("picture");
    figure.setAttribute("aria-busy", String(looking.hasPicture()));
    const good =
      looking.hasPicture() &&
      (await looking.ask("picture", async (signal) => {
        const file = picture ?? new Blob([await fetchImage(model, seed, signal)]);
        URL.revokeObjectURL(image.src);
        image.src = URL.createObjectURL(file);
        image.alt = picture ? "Your picture" : `Scene ${seed}`;
        await image.decode();
        if (signal.aborted) return;
        image.hidden = false;
        figure.setAttribute("aria-busy", "false");
      }));
    if (!good) image.hidden = true;
  }

  return store.subscribe(
    (s) => s.picture ?? `${s.query.model} ${s.query.seed}`,
    () => {
      const {
        picture,
        query: { model, seed },
      } = store.state;
      const generates = looking.generates();
      for (const id of ["seed-form", "random"]) element(id).hidden = !generates;
      element("open").hidden = element("own-note").hidden = !classifierOf(store.state);
      element("remove").hidden = element("classes").hidden = !picture;
      element("own-note").textContent = ownNote(store.state);
      const { title: name = "", origin = "" } = store.state.models.find(({ id }) => id === model) ?? {};
      const { missing } = store.state;
      const news = missing ? `There is no network “${missing}” on this server; this is another one. ` : "";
      element("origin").textContent = `${news}${name}: ${origin}.`;
      element("invite").hidden = looking.hasPicture();
      need(document, "#seed", HTMLInputElement).value = String(seed);
      void show();
      element("classes").textContent = "";
      looking.giveUp("classes");
      if (picture)
        void looking.ask("classes", async (signal) => {
          const classes = await fetchClasses(model, picture, signal);
          const words = classes
            .slice(0, CLASSES)
            .filter(({ probability }) => probability > 0.005)
            .map(({ name, probability }) => `${title(name)} ${Math.round(100 * probability)}%`);
          element("classes").textContent = words.length
            ? `${guesses(store.state) ? "Its guess" : "The network says"}: ${words.join(" · ")}`
            : "";
        });
    },
  );
}

/** Whether the open network is asked about something it cannot know. @param {import("../looking.js").State} s */
const guesses = (s) => s.models.some((model) => model.id === s.query.model && knowsPaintingsOnly(model));

/** Which network looks at a picture of one's own, how much of it, and what it cannot know.
 * @param {import("../looking.js").State} s */
function ownNote(s) {
  const classifier = classifierOf(s);
  if (!classifier) return "";
  const warning = knowsPaintingsOnly(classifier)
    ? " It has only ever seen painted scenes, never a photograph: what it says of one is a guess."
    : "";
  return `${classifier.title} looks at the middle square of your picture.${warning}`;
}

/** The strongest units and the light of one of them. @param {Store} store @param {Looking} looking */
export function mountAnswers(store, looking) {
  const subline = element("subline");
  const badge = element("badge");
  const light = need(document, "#light", HTMLCanvasElement);
  let lit = ""; // of what the light is
  const strongest = mountStrongest((unit) =>
    store.update((s) => ({ ...s, query: { ...s.query, unit: unit === s.query.unit ? null : unit } })),
  );
  /** What both depend on. @param {import("../looking.js").State} s */
  const what = ({ query: { model, layer, seed }, layers, picture }) =>
    [model, layers && layer, seed, picture?.size].join();

  async function look() {
    const {
      query: { model, layer, at, seed },
      layers,
      picture,
    } = store.state;
    const ready = layers?.layers.length && looking.hasPicture();
    looking.giveUp("look");
    strongest.show([], model, layer);
    if (!layers?.layers.length) subline.textContent = "";
    else if (!ready)
      subline.textContent =
        `${at.length ? "A picture of your own is not part of the link. " : ""}` +
        "Choose a picture, drop one or paste one; then click a place in it.";
    else subline.textContent = at.length ? "Looking…" : "Click a place in the picture, or brush over one.";
    if (!ready || !at.length) return;
    const good = await looking.ask("look", async (signal) => {
      const source = picture ? { picture: toBase64(new Uint8Array(await picture.arrayBuffer())) } : { seed };
      const units = await fetchStrongest(model, layer, { ...source, ...question(at), count: COUNT }, signal);
      const groups = byConcept(units);
      strongest.show(
        groups.flatMap((group) => group.units),
        model,
        layer,
      );
      strongest.mark(store.state.query.unit);
      subline.textContent = answer(groups, layer);
    });
    if (!good) subline.textContent = "";
  }

  async function shine() {
    const {
      query: { model, layer, unit, seed },
      layers,
      picture,
    } = store.state;
    const of = what(store.state);
    strongest.mark(unit);
    badge.hidden = true;
    looking.giveUp("shine");
    if (of !== lit) void showLight(light, null);
    lit = of;
    if (unit === null || !layers || !looking.hasPicture()) return showLight(light, null);
    await looking.ask("shine", async (signal) => {
      await showLight(light, await fetchActivation(model, layer, unit, picture ?? seed, signal));
      badge.textContent = `Lit: unit ${unit}`;
      badge.hidden = false;
    });
  }

  store.subscribe(
    (s) => `${what(s)} ${s.query.at}`,
    () => void look(),
  );
  store.subscribe(
    (s) => `${what(s)} ${s.query.unit}`,
    () => void shine(),
  );
}
