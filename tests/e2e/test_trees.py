"""With the trained networks: a tree drawn in the browser is a tree for the segmenter."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dissect_core.brushes.brush import read_brushes
from tests.e2e.conftest import REPOSITORY, Server
from tests.e2e.painter import Painter

PRECOMPUTED = REPOSITORY / "precomputed"
CARD = PRECOMPUTED / "models" / "storybook-church.json"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trained() -> Iterator[Server]:
    """A server with the networks that we ship."""
    one = Server(PRECOMPUTED)
    one.start()
    yield one
    one.stop()


def tree_pixels(png: bytes, box: tuple[float, float, float, float]) -> int:
    """Pixels that the segmenter calls tree within x0, y0, x1, y1."""
    import numpy as np
    import torch
    from PIL import Image

    from dissect_core.models.registry import Registry

    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    images = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    segmenter = Registry(PRECOMPUTED).segmenter("storybook-segmenter")
    labels = segmenter.label(images)["object"][0]
    side = labels.shape[0]
    x0, y0, x1, y1 = (int(value * side) for value in box)
    return int((labels[y0:y1, x0:x1] == segmenter.categories["object"].index("tree")).sum())


def saved(painter: Painter, path: Path) -> bytes:
    """The exact picture, through the page's own save."""
    painter.page.locator("#save-menu summary").click()
    with painter.page.expect_download() as download:
        painter.page.locator("#save-exact").click()
    download.value.save_as(path)
    return path.read_bytes()


def test_the_segmenter_finds_more_tree_where_a_tree_was_drawn(
    open_page: Callable[..., Painter], trained: Server, tmp_path: Path
) -> None:
    """On the scene and at the place that the brush itself gives as its example."""
    brush = next(b for b in read_brushes(PRECOMPUTED / "brushes" / f"{CARD.stem}.json").brushes if b.id == "tree")
    painter = open_page(url=trained.url)
    painter.page.locator("#seed").fill(str(brush.example_seed))
    painter.key("Enter")
    assert painter.seed == str(brush.example_seed)
    painter.page.locator("#brushes input[value=tree]").check()
    before = tree_pixels(saved(painter, tmp_path / "before.png"), brush.example_box)
    x0, y0, x1, y1 = brush.example_box
    middle = (y0 + y1) / 2
    painter.stroke((x0 + (x1 - x0) / 4, middle), (x1 - (x1 - x0) / 4, middle))
    after = tree_pixels(saved(painter, tmp_path / "after.png"), brush.example_box)
    assert after > before
    painter.key("z")
    assert painter.digest == painter.original_digest
