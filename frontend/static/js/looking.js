/**
 * The state of /look, and how it asks the server: a newer question of a kind gives up an older one; what takes long is
 * shown on the picture, and what went wrong above the answers until it is asked again.
 *
 * @typedef {import("./lib/types.js").LookQuery} LookQuery
 * @typedef {import("./lib/types.js").Layers} Layers
 * @typedef {import("./lib/types.js").Model & {kind: string, origin: string}} Model
 *
 * @typedef {object} State
 * @property {readonly Model[]} models
 * @property {LookQuery} query  what the address says
 * @property {string} missing  a network that the address named and that is not here
 * @property {Layers | null} layers  of query.model; null: on their way
 * @property {Blob | null} picture  one's own, for a classifier
 *
 * @typedef {import("./lib/store.js").Store<State>} Store
 * @typedef {ReturnType<typeof openLooking>} Looking
 */
import { need } from "./lib/dom.js";
import { readQuery } from "./lib/look-query.js";

const PATIENCE_MS = 250; // shorter waits are not worth a sign

/** The classifier that a picture of one's own is shown to: the one that is open, or else the first. @param {State} s */
export function classifierOf({ models, query }) {
  const classifiers = models.filter(({ kind }) => kind === "classifier");
  return classifiers.find(({ id }) => id === query.model) ?? classifiers[0];
}

/** Whether a network looks at pictures of one's own. @param {readonly Model[]} models @param {string} model */
export const sees = (models, model) => models.some(({ id, kind }) => id === model && kind === "classifier");

/** A network at its own start: another one has other layers and another picture. @param {State} s @param {LookQuery} query
 * @param {Blob | null} [uploaded]  one's own picture, for a network that sees @returns {State} */
export const turn = (s, query, uploaded = null) =>
  query.model === s.query.model
    ? { ...s, query }
    : { ...s, query, layers: null, missing: "", picture: sees(s.models, query.model) ? uploaded : null };

/** Look at a picture of one's own, with a network that sees. @param {State} s @param {string} model
 * @param {Blob} picture @returns {State} */
export function lookAt(s, model, picture) {
  const turned = turn(s, model === s.query.model ? s.query : readQuery(`?${new URLSearchParams({ model })}`));
  return { ...turned, picture, query: { ...turned.query, at: [], unit: null } };
}

/** The picture of one's own is taken away, and with it the place in it. @param {State} s @returns {State} */
export const lookAway = (s) => ({ ...s, picture: null, query: { ...s.query, at: [], unit: null } });

/** Whether a network has never seen a photograph, only scenes that a program painted. @param {State["models"][number]} of */
export const knowsPaintingsOnly = ({ origin }) => /procedural|painted/.test(origin);

/** @param {Store} store */
export function openLooking(store) {
  /** @type {Map<string, AbortController>} */
  const asking = new Map();
  /** What went wrong, by kind. @type {Map<string, {problem: string, work: (signal: AbortSignal) => Promise<void>}>} */
  const failed = new Map();
  const waiting = need(document, "#waiting", HTMLElement);
  const retry = need(document, "#retry", HTMLButtonElement);

  function tell() {
    const [first] = failed.values();
    looking.complain(first?.problem ?? "");
    retry.hidden = !first;
  }
  retry.addEventListener("click", () => {
    for (const [kind, { work }] of [...failed]) void looking.ask(kind, work);
  });

  const looking = {
    /** Whether the network makes its own pictures. */
    generates: () => store.state.models.find(({ id }) => id === store.state.query.model)?.kind === "generator",
    hasPicture: () => looking.generates() || store.state.picture !== null,
    /** @param {string} _problem */
    complain(_problem) {},
    /** @param {string} kind */
    giveUp(kind) {
      asking.get(kind)?.abort();
      failed.delete(kind);
      tell();
    },
    /** @param {string} kind @param {(signal: AbortSignal) => Promise<void>} work
     * @returns {Promise<boolean>} false: it failed */
    async ask(kind, work) {
      looking.giveUp(kind);
      const mine = new AbortController();
      asking.set(kind, mine);
      const patience = setTimeout(() => (waiting.hidden = false), PATIENCE_MS);
      try {
        await work(mine.signal);
        return true;
      } catch (error) {
        if (mine.signal.aborted) return true;
        failed.set(kind, { problem: `No answer: ${error instanceof Error ? error.message : error}.`, work });
        tell();
        return false;
      } finally {
        clearTimeout(patience);
        if (asking.get(kind) === mine) asking.delete(kind);
        if (!asking.size) waiting.hidden = true;
      }
    },
  };
  return looking;
}
