/**
 * The one way that pages keep what changes: a state that is replaced, never changed, and listeners to parts of it.
 */

/**
 * @template S
 * @typedef {object} Store
 * @property {S} state  replaced, never changed
 * @property {(change: (state: S) => S) => void} update
 * @property {<T>(selector: (state: S) => T, listener: (value: T) => void) => () => void} subscribe
 *   calls the listener now and whenever the selected value is another one
 */

/** @template S @param {S} initial @returns {Store<S>} */
export function createStore(initial) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {Store<S>} */
  const store = {
    state: initial,
    update(change) {
      const next = change(store.state);
      if (next === store.state) return;
      store.state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(selector, listener) {
      let value = selector(store.state);
      const check = () => {
        const next = selector(store.state);
        if (Object.is(next, value)) return;
        value = next;
        listener(value);
      };
      listeners.add(check);
      listener(value);
      return () => void listeners.delete(check);
    },
  };
  return store;
}
