/** One's own picture, for the time that the tab is open: from unit to unit it need not be chosen again. */
import { fromBase64, toBase64 } from "./bytes.js";
import { forget, recall, remember } from "./tab.js";

const KEY = "unitbrush.own";
const PLACE = "unitbrush.own.place";

/** @param {Blob} picture @returns {Promise<void>} */
export async function rememberPicture(picture) {
  const text = toBase64(new Uint8Array(await picture.arrayBuffer()));
  forgetPicture(); // rather none than the one before
  remember(KEY, text);
}

/** @returns {Blob | null} */
export function uploadedPicture() {
  const text = recall(KEY);
  try {
    return text ? new Blob([fromBase64(text)], { type: "image/png" }) : null;
  } catch {
    return null; // not ours
  }
}

export const forgetPicture = () => forget(KEY);

/** Where in the window the picture is, for the page of the next unit. @param {number} top  px */
export const keepPlace = (top) => remember(PLACE, String(top));

/** Only once, so that pages opened later start at their top. @returns {number | null} px */
export function takePlace() {
  const text = recall(PLACE);
  forget(PLACE);
  return text === null ? null : Number(text);
}
