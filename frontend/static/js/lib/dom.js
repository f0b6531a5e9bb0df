/** The few things every view needs from the document. */

/** @typedef {{add: (undo: () => void) => void, dispose: () => void}} Bag */

/** Collects what must be undone when a view goes away. @returns {Bag} */
export function bag() {
  /** @type {(() => void)[]} */
  let undos = [];
  return {
    add: (undo) => void undos.push(undo),
    dispose: () => {
      const all = undos.reverse();
      undos = [];
      for (const undo of all) undo();
    },
  };
}

/**
 * @template {keyof GlobalEventHandlersEventMap} K
 * @param {Bag} into @param {EventTarget} target @param {K} type
 * @param {(event: GlobalEventHandlersEventMap[K]) => void} listener @param {AddEventListenerOptions} [options]
 */
export function listen(into, target, type, listener, options) {
  const call = /** @type {EventListener} */ (listener);
  target.addEventListener(type, call, options);
  into.add(() => target.removeEventListener(type, call, options));
}

/**
 * The one element that matches, of the class asked for.
 * @template {Element} E
 * @param {ParentNode} root @param {string} selector @param {new () => E} kind @returns {E}
 */
export function need(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} at ${selector}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, string | boolean | number>} [attributes] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "style")
      element.style.cssText = String(value); // the page's security policy forbids the attribute
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Put other children in place of the old ones, under the keyboard: what has the same `data-key` keeps the focus.
 * @param {HTMLElement} parent @param {readonly (Node | string)[]} children */
export function replaceUnder(parent, children) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset["key"] : undefined;
  parent.replaceChildren(...children);
  const again = key === undefined ? null : parent.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** A drawing from the sprite. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset["icons"] ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/** Run `work` once in the next frame, however often it is asked for. @param {Bag} into @param {() => void} work */
export function onFrame(into, work) {
  let asked = 0;
  into.add(() => cancelAnimationFrame(asked));
  return () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      work();
    });
  };
}
