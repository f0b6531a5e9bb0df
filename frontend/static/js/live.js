/**
 * The live connection to the server: one WebSocket that comes back by itself, later and later, until it brings a picture.
 *
 * Protocol of /api/paint: we send JSON `{id, ...}`; a JSON frame `{id, type}` answers, and when the type is "image" one
 * binary frame follows it: the id as a big-endian uint32, then the file. An error without an id is about the
 * connection itself: the server refuses it and closes.
 */
import { ApiError, toError } from "./api.js";
import { ROOT } from "./lib/root.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8000;
const CONNECT_MS = 5000; // some proxies swallow the request for a socket
const SILENCE_MS = 15_000; // a connection that owes an answer and says nothing for so long is dead

/**
 * @typedef {object} LiveEvents
 * @property {(state: "connecting" | "open" | "lost" | "refused") => void} state
 * @property {(id: number, file: Uint8Array) => void} image
 * @property {(id: number | null, error: ApiError) => void} error
 * @property {(id: number) => void} superseded
 */

/** @param {LiveEvents} events */
export function openLive(events) {
  /** @type {WebSocket | null} */
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let silence = 0;
  let closed = false;
  let refused = false;
  /** @type {Set<number>} */
  const unanswered = new Set();

  function connect() {
    clearTimeout(timer);
    if (closed || socket) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    /** @type {WebSocket} */
    let mine;
    try {
      mine = new WebSocket(`${scheme}//${location.host}${ROOT}/api/paint`);
    } catch {
      queueMicrotask(() => {
        refuse(new ApiError("no_socket", "this browser does not allow a live connection"));
        lose();
      });
      return;
    }
    mine.binaryType = "arraybuffer";
    socket = mine;
    silence = window.setTimeout(lose, CONNECT_MS);
    mine.onopen = () => {
      clearTimeout(silence);
      events.state("open");
    };
    mine.onmessage = (event) => {
      receive(event.data);
      expectWord();
    };
    mine.onclose = () => {
      if (socket === mine) lose();
    };
  }

  /** @param {ApiError} error */
  function refuse(error) {
    refused = true;
    events.error(null, error);
  }

  function lose() {
    clearTimeout(silence);
    unanswered.clear();
    const old = socket;
    socket = null;
    old?.close();
    if (closed) return;
    events.state(refused ? "refused" : "lost");
    refused = false;
    timer = window.setTimeout(connect, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  /** Whoever is owed an answer waits for the next word, but not for ever. */
  function expectWord() {
    clearTimeout(silence);
    if (unanswered.size) silence = window.setTimeout(lose, SILENCE_MS);
  }

  /** @param {string | ArrayBuffer} data */
  function receive(data) {
    if (typeof data !== "string") {
      const id = new DataView(data).getUint32(0);
      unanswered.delete(id);
      wait = FIRST_WAIT_MS; // not before: a server that refuses us accepts us first
      events.image(id, new Uint8Array(data, 4));
      return;
    }
    const answer = JSON.parse(data);
    if (answer.type !== "image") unanswered.delete(answer.id);
    if (answer.type === "error") {
      const error = toError(answer, "the server could not paint this");
      if (answer.id === null) refuse(error);
      else events.error(answer.id, error);
    }
    if (answer.type === "superseded") events.superseded(answer.id);
  }

  /** Try at once, when there is reason to hope. */
  function hurry() {
    if (socket || closed) return;
    wait = FIRST_WAIT_MS;
    connect();
  }

  connect();
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  return {
    get ready() {
      return socket?.readyState === WebSocket.OPEN;
    },
    /** @param {{id: number}} message */
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) throw new ApiError("offline", "the connection is down");
      socket.send(JSON.stringify(message));
      unanswered.add(message.id);
      if (unanswered.size === 1) expectWord();
    },
    hurry,
    dispose() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(silence);
      socket?.close();
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
    },
  };
}
