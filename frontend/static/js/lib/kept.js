/** One's own picture, for the time that the tab is open: from unit to unit it need not be chosen again. */
import { fromBase64, toBase64 } from "./bytes.js";

const KEY = "unitbrush.own";

/** @param {Blob} picture @returns {Promise<void>} */
export async function keepPicture(picture) {
  try {
    sessionStorage.setItem(KEY, toBase64(new Uint8Array(await picture.arrayBuffer())));
  } catch {
    // no storage, or no room in it: it must be chosen again
  }
}

/** @returns {Blob | null} */
export function keptPicture() {
  try {
    const text = sessionStorage.getItem(KEY);
    return text ? new Blob([fromBase64(text)], { type: "image/png" }) : null;
  } catch {
    return null;
  }
}
