/** One's own picture, for the time that the tab is open: from unit to unit it need not be chosen again. */
import { fromBase64, toBase64 } from "./bytes.js";

const KEY = "unitbrush.own";
const PLACE = "unitbrush.own.place";

/** @param {Blob} picture @returns {Promise<void>} */
export async function keepPicture(picture) {
  const text = toBase64(new Uint8Array(await picture.arrayBuffer()));
  forgetPicture(); // rather none than the one before
  try {
    sessionStorage.setItem(KEY, text);
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

export function forgetPicture() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // no storage: nothing is kept
  }
}

/** Where in the window the picture is, for the page of the next unit. @param {number} top  px */
export function keepPlace(top) {
  try {
    sessionStorage.setItem(PLACE, String(top));
  } catch {
    // the next page starts at its top
  }
}

/** Only once, so that pages opened later start at their top. @returns {number | null} px */
export function takePlace() {
  try {
    const text = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    return text === null ? null : Number(text);
  } catch {
    return null;
  }
}
