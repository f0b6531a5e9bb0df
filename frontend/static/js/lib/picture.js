/** A picture of one's own, made ready for a network here: its square middle, no larger than needed. */
import { short } from "./chart.js";

const SIDE = 512;

/** @param {Blob} file @returns {Promise<Blob>} a square PNG; throws an Error for what is no picture */
export async function squarePicture(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error("the browser cannot read this picture; try a PNG, JPEG or WebP file");
  });
  const cut = Math.min(bitmap.width, bitmap.height);
  const side = Math.min(cut, SIDE);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (bitmap.width - cut) / 2, (bitmap.height - cut) / 2, cut, cut, 0, 0, side, side);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/png" });
}

/**
 * How dark a place is: clear where the unit is above t_u, darker the more ordinary its activation is.
 * @param {number} grey  0..255, how rare the activation is @param {number} threshold  the grey of t_u
 * @returns {number} 0..255
 */
export function shade(grey, threshold) {
  const share = Math.min(1, grey / threshold);
  return Math.round(205 * (1 - share ** 3));
}

/** How active a unit gets in a picture, in words.
 * @param {number} highest @param {number} limit  t_u; NaN = not known */
export function howActive(highest, limit) {
  if (Number.isNaN(highest) || Number.isNaN(limit)) return "";
  const where = highest > limit ? "where the picture is lit" : "nowhere in this picture";
  return `Highest activation ${short(highest)}; active from ${short(limit)} on: ${where}.`;
}
