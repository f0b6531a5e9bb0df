/** Where a unit is active, as light on a picture: everything else is dimmed. */
import { shade } from "../lib/picture.js";

/** @param {HTMLCanvasElement} canvas  over the picture @param {import("../api.js").Activation | null} activation
 *   null: no dimming */
export async function showLight(canvas, activation) {
  canvas.hidden = !activation;
  if (!activation) return;
  const bitmap = await createImageBitmap(activation.map, { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  canvas.width = width;
  canvas.height = height;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const image = context.getImageData(0, 0, width, height);
  for (let i = 0; i < image.data.length; i += 4) {
    const dark = shade(image.data[i] ?? 0, activation.threshold);
    image.data.set([8, 14, 11, dark], i);
  }
  context.putImageData(image, 0, 0);
}
