"""The page in Chromium: how long after a movement of the pointer its pixels are there, and how large the page is."""

from __future__ import annotations

import shutil
import time

from playwright import sync_api as playwright

from tests.benchmarks.networks import PRECOMPUTED, shipped
from tests.benchmarks.servers import unitbrush_server
from tests.benchmarks.turns import Row, figure, slowest
from tests.e2e.conftest import ARGUMENTS, BROWSERS, DESKTOP
from tests.e2e.painter import Painter

MEASURES = "performance.getEntriesByName('stroke-to-pixels').map(entry => entry.duration)"
LOADED = """[performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')]
  .map(entry => [entry.name, entry.transferSize])"""


def rows(seconds: float) -> list[Row]:
    """The table's rows for every shipped network; none without a browser."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        return []
    found = []
    with unitbrush_server(PRECOMPUTED) as (port, _), playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for model in shipped():
            page = chromium.new_context(viewport=DESKTOP).new_page()
            page.goto(f"http://127.0.0.1:{port}/paint?model={model}&seed=3")
            painter = Painter(page)
            painter.settle()
            loaded = page.evaluate(LOADED)
            found += of_strokes(model, drag(painter, seconds))
            sizes = {"page": loaded, "scripts and styles": [one for one in loaded if "/static/" in one[0]]}
            for what, files in sizes.items():
                found.append(figure(f"{model}: {what}", "KiB", [sum(size for _, size in files) / 1024]))
        chromium.close()
    return found


def drag(painter: Painter, seconds: float) -> list[float]:
    """Paint strokes across the picture for so long; milliseconds from each movement to its pixels."""
    until = time.perf_counter() + seconds
    row = 0
    while time.perf_counter() < until:
        y = 0.2 + 0.07 * (row % 9)
        painter.stroke((0.2, y), (0.5, y + 0.05), (0.8, y))
        row += 1
    found: list[float] = painter.page.evaluate(MEASURES)
    return found


def of_strokes(model: str, waits: list[float]) -> list[Row]:
    """Median and 95th percentile."""
    name = f"{model}: pointer to pixels in Chromium"
    return [figure(name, "ms", waits), slowest(name, waits, "< 100")]
