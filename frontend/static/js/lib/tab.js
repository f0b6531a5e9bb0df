/** What is kept while a tab is open; without storage, or without room in it, nothing is. */

/** @param {string} key @param {string} text */
export function remember(key, text) {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // not kept
  }
}

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key */
export function forget(key) {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // nothing is kept
  }
}
