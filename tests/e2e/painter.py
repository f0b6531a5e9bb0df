"""What a person does on the page, in words, for the browser tests."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

Point = tuple[float, float]
SETTLED = "#picture[data-state=settled]"
WAIT_MS = 30_000

READ_PIXELS = """() => {
  const canvas = document.querySelector('#pixels');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let text = '';
  for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
  return [canvas.width, btoa(text)];
}"""

READ_FILE = """async (address) => {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob(), { colorSpaceConversion: "none" });
  const { width } = document.querySelector('#pixels');
  const context = new OffscreenCanvas(width, width).getContext('2d');
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, width, width);
  const data = context.getImageData(0, 0, width, width).data;
  let text = '';
  for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
  return btoa(text);
}"""


class Painter:
    """A page and the hand in front of it. Places are shares of the picture, 0..1."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def settle(self) -> None:
        """Wait until the picture shown is the answer to everything painted."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
        self.page.wait_for_selector(SETTLED, timeout=WAIT_MS, state="attached")

    def at(self, x: float, y: float) -> Point:
        """A place on the picture in page pixels."""
        box = self.page.locator("#ink").bounding_box()
        assert box is not None
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def press_at(self, places: Sequence[Point]) -> None:
        """Press the button at the first place and drag over the others, without letting go."""
        for number, place in enumerate(places):
            self.page.mouse.move(*self.at(*place), steps=1 if number == 0 else 12)
            if number == 0:
                self.page.mouse.down()

    def stroke(self, *places: Point) -> None:
        """Paint over the places and wait for the picture."""
        self.press_at(places)
        self.page.mouse.up()
        self.settle()

    def key(self, *names: str) -> None:
        """Press keys one after the other and wait for the picture."""
        for name in names:
            self.page.keyboard.press(name)
        self.settle()

    @property
    def digest(self) -> str:
        """SHA-256 of the picture that is shown."""
        return hashlib.sha256(self.pixels()[1]).hexdigest()

    @property
    def original_digest(self) -> str:
        """The same of the unpainted picture, fetched from the server."""
        model = self.page.locator("[name=world]:checked").input_value()
        address = f"/api/models/{model}/images/{self.seed}?format=png"
        return hashlib.sha256(base64.b64decode(self.page.evaluate(READ_FILE, address))).hexdigest()

    def pixels(self) -> tuple[int, bytes]:
        """Side and RGB bytes of the picture as it is on the screen."""
        side, data = self.page.evaluate(READ_PIXELS)
        return side, base64.b64decode(data)

    def pixel(self, x: float, y: float) -> bytes:
        """Colour on the screen at a place."""
        side, data = self.pixels()
        start = 3 * (int(y * side) * side + int(x * side))
        return data[start : start + 3]

    @property
    def strokes(self) -> int:
        """How many strokes the history lists."""
        return int(self.page.locator(".stroke").count())

    @property
    def seed(self) -> str:
        """The number of the scene."""
        return str(self.page.locator("#seed").input_value())


def difference(before: tuple[int, bytes], after: tuple[int, bytes], box: tuple[float, float, float, float]) -> float:
    """Mean absolute difference, 0..255, of two screens within x0, y0, x1, y1."""
    side = before[0]
    assert side == after[0]
    x0, y0, x1, y1 = (int(value * side) for value in box)
    total = count = 0
    for row in range(y0, y1):
        start, end = 3 * (row * side + x0), 3 * (row * side + x1)
        total += sum(abs(a - b) for a, b in zip(before[1][start:end], after[1][start:end], strict=True))
        count += end - start
    return total / count
