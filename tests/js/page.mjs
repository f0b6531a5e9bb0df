// As much of a browser as the modules under test touch. One class stands for every kind of element, and every element
// that is asked for is there.

class Element extends EventTarget {
  dataset = {};
  style = {};
  hidden = false;
  attributes = new Map();
  children = [];
  #classes = new Set();
  classList = {
    contains: (name) => this.#classes.has(name),
    toggle: (name, on) => void (on ? this.#classes.add(name) : this.#classes.delete(name)),
  };
  texts = []; // all that it ever said: a screen reader says an alert at every change
  set textContent(text) {
    this.texts.push(text);
    this.children = [text];
  }
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  append(...children) {
    this.children.push(...children);
  }
  matches() {
    return true;
  }
  focus() {}
  setPointerCapture() {}
  getBoundingClientRect() {
    return { left: 0, top: 0, width: 100, height: 100 };
  }
  click() {
    this.dispatchEvent(new Event("click"));
  }
}

const KINDS = [
  "HTMLElement",
  "HTMLButtonElement",
  "HTMLCanvasElement",
  "HTMLDetailsElement",
  "HTMLDialogElement",
  "HTMLInputElement",
  "HTMLSelectElement",
  "HTMLTextAreaElement",
];

/** A fresh window and document, and no socket yet; returns where elements are found. */
export function openPage(address = "http://unitbrush.test/paint") {
  const elements = new Map();
  const find = (selector) => {
    if (!elements.has(selector)) elements.set(selector, new Element());
    return elements.get(selector);
  };
  for (const kind of KINDS) globalThis[kind] = Element;
  globalThis.location = new URL(address);
  globalThis.history = { replaceState: () => {} };
  globalThis.window = new EventTarget();
  window.setTimeout = (...rest) => setTimeout(...rest);
  globalThis.document = new EventTarget();
  document.querySelector = find;
  document.createElement = () => new Element();
  globalThis.WebSocket = FakeSocket;
  FakeSocket.all = [];
  return find;
}

/** Press a key. @returns {boolean} whether somebody took it */
export function press(target, key, more = {}) {
  const event = new Event("keydown", { cancelable: true });
  Object.assign(event, {
    key,
    repeat: false,
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    getModifierState: () => false,
    ...more,
  });
  return !target.dispatchEvent(event);
}

/** A socket that the test plays the server of; `all` are those opened on this page. */
export class FakeSocket {
  static OPEN = 1;
  static all = [];
  static get last() {
    return FakeSocket.all.at(-1);
  }
  readyState = 0;
  sent = [];
  constructor(address) {
    this.address = address;
    FakeSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  accept() {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }
  say(answer) {
    this.onmessage({ data: JSON.stringify(answer) });
  }
  /** The picture that answers a message. */
  picture(id) {
    this.say({ id, type: "image" });
    const file = new DataView(new ArrayBuffer(5));
    file.setUint32(0, id);
    this.onmessage({ data: file.buffer });
  }
  drop() {
    this.readyState = 3;
    this.onclose();
  }
}
