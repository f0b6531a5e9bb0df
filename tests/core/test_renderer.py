"""Whatever is painted, in whatever order and company: the renderer's picture is the plain module's."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
import torch
from torch import Tensor

from dissect_core.errors import BadShape, BadStroke, UnknownLayer
from dissect_core.images.pixels import to_bytes
from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.models.registry import Registry
from dissect_core.painting.edits import LayerEdit, UnitStroke, compose
from dissect_core.render import Renderer, Request
from dissect_core.render.convolution import Convolution
from tests.reference import reference
from tests.source import ROOT
from tests.toy import CHURCH_SIZES, TINY_SIZES, tiny_progan

Edits = Mapping[str, LayerEdit]

EMBEDDED_SIZES = (256, 256, 256, 256, 96, 48, 32)
SHIPPED = Registry(ROOT / "precomputed")
Z = latents(range(5), TINY_SIZES[0])
EXACT = 1e-9
"""In double precision, so that rounding cannot hide a cell that was forgotten."""


def exact_pair(cache_bytes: int = 2**24) -> tuple[Generator, Renderer]:
    net = tiny_progan().double()
    return net, Renderer(net, dtype=torch.float64, cache_bytes=cache_bytes)


def stroke(generator: Generator, layer: str, cells: Sequence[tuple[int, int]], value: float = 9.0) -> UnitStroke:
    grid = generator.layers[layer].grid
    alpha = torch.zeros(grid, grid)
    for row, column in cells:
        alpha[row, column] = 1
    return UnitStroke(layer, (0, 2), (value, value), alpha)


def random_stroke(generator: Generator, draw: random.Random, layer: str | None = None) -> UnitStroke:
    """Some units of some layer, drawn or erased, hard or soft, on a rectangle that often lies at the border."""
    info = generator.layers[layer or draw.choice(list(generator.layers))]
    units = draw.sample(range(info.units), draw.randint(1, info.units))
    values = [0.0 if draw.random() < 0.3 else draw.uniform(-9, 9) for _ in units]
    alpha = torch.zeros(info.grid, info.grid)
    rows, columns = (slice(start := draw.randrange(info.grid), start + draw.randint(1, 4)) for _ in range(2))
    alpha[rows, columns] = draw.choice([1.0, 1.0, 0.4])
    return UnitStroke(info.name, tuple(units), tuple(values), alpha)


def one(renderer: Renderer, edits: Edits, latent: Tensor = Z[0], session: str = "") -> Tensor:
    """Image 0, painted in a session."""
    return renderer.render([Request(latent, edits, 0, session)])


def assert_same(images: Tensor, expected: Tensor, tolerance: float) -> None:
    torch.testing.assert_close(images.double(), expected.double(), rtol=0, atol=tolerance)


# --- exactness ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [f"layer{number}" for number in range(1, 9)])
def test_a_stroke_on_any_layer_is_the_plain_modules_picture(layer: str):
    net, renderer = exact_pair()
    one(renderer, {})
    for number in range(4):
        edits = compose([random_stroke(net, random.Random(number), layer)])
        assert_same(one(renderer, edits, session=f"{number}"), reference(net, Z[:1], [edits]), EXACT)


@pytest.mark.parametrize("corner", [(0, 0), (0, -1), (-1, 0), (-1, -1)])
@pytest.mark.parametrize("layer", ["layer3", "layer6", "layer8"])
def test_a_cell_at_the_border_too(layer: str, corner: tuple[int, int]):
    net, renderer = exact_pair()
    one(renderer, {})
    edits = compose([stroke(net, layer, [corner])])
    assert_same(one(renderer, edits), reference(net, Z[:1], [edits]), EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_a_session_of_strokes_undone_and_redone_never_drifts(seed: int):
    net, renderer = exact_pair()
    draw = random.Random(seed)
    original = one(renderer, {})
    strokes: list[UnitStroke] = []
    for _ in range(12):
        if strokes and draw.random() < 0.3:
            strokes.pop(draw.randrange(len(strokes)))
        else:
            strokes.append(random_stroke(net, draw))
        edits = compose(strokes)
        assert_same(one(renderer, edits), reference(net, Z[:1], [edits]), EXACT)
    assert torch.equal(one(renderer, {}), original)


def test_a_drag_over_the_picture_cell_by_cell_is_one_stroke():
    net, renderer = exact_pair()
    cells = [(row, (row * 3) % 8) for row in range(8)]
    for count in range(1, 9):
        edits = compose([stroke(net, "layer4", cells[:count])])
        images = one(renderer, edits)
    assert_same(images, reference(net, Z[:1], [edits]), EXACT)


def test_several_layers_at_once_and_strokes_over_strokes():
    net, renderer = exact_pair()
    one(renderer, {})
    strokes = [
        stroke(net, "layer2", [(0, 3)]),
        stroke(net, "layer5", [(9, 9), (10, 9)], value=-4.0),
        stroke(net, "layer5", [(10, 9)], value=0.0),
        stroke(net, "layer7", [(31, 0)]),
    ]
    for count in (2, 4, 3, 1):
        edits = compose(strokes[:count])
        assert_same(one(renderer, edits), reference(net, Z[:1], [edits]), EXACT)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_batch_mixes_pictures_paintings_layers_and_windows(size: int):
    net, renderer = exact_pair()
    draw = random.Random(7)
    paintings: list[Edits] = [{}, *(compose([random_stroke(net, draw) for _ in range(2)]) for _ in range(4))]
    names: list[int | None] = [0, 1, 2, None, 4]
    renderer.render([Request(Z[number], {}, number) for number in (0, 2)])  # the others start from nothing
    for _ in range(2):  # the second time from their own states
        requests = [Request(Z[n], paintings[n], names[n], "me") for n in range(5)]
        parts = [renderer.render(requests[start : start + size]) for start in range(0, 5, size)]
        assert_same(torch.cat(parts), reference(net, Z, paintings), EXACT)


@pytest.mark.parametrize("sizes", [EMBEDDED_SIZES, CHURCH_SIZES], ids=["embedded", "published"])
def test_in_single_precision_a_random_network_is_within_a_ten_thousandth(sizes: tuple[int, ...]):
    net = tiny_progan(sizes=sizes)
    renderer, z = Renderer(net, dtype=torch.float32), latents([3], sizes[0])
    wanted = reference(net, z, [{}])
    span = float(wanted.max() - wanted.min()) / 2  # random pictures are loud: scaled to the range of 2
    assert_same(one(renderer, {}, z[0]) / span, wanted / span, 1e-4)
    for layer, cells in (("layer4", [(7, 3)]), ("layer5", [(8, 8), (8, 9)])):
        edits = compose([stroke(net, layer, cells)])
        assert_same(one(renderer, edits, z[0]) / span, reference(net, z, [edits]) / span, 1e-4)


@pytest.mark.parametrize("model", [card.id for card in SHIPPED.cards.values() if card.kind == "generator"])
def test_in_single_precision_a_shipped_network_is_within_a_ten_thousandth(model: str):
    net = SHIPPED.generator(model)
    renderer, z = Renderer(net, dtype=torch.float32), latents([17], net.latent_size)
    assert_same(one(renderer, {}, z[0]), reference(net, z, [{}]), 1e-4)
    draw = random.Random(1)
    strokes: list[UnitStroke] = []
    for layer in ("layer4", "layer6", "layer3"):
        strokes.append(random_stroke(net, draw, layer))
        edits = compose(strokes)
        images, wanted = one(renderer, edits, z[0]), reference(net, z, [edits])
        assert_same(images, wanted, 1e-4)
        assert (to_bytes(images).int() - to_bytes(wanted).int()).abs().max() <= 1


def test_the_smallest_network_of_one_grid_paints_its_last_layer():
    net = tiny_progan(sizes=(8, 5)).double()
    renderer = Renderer(net, dtype=torch.float64)
    for edits in ({}, compose([stroke(net, "layer2", [(3, 0)])]), compose([stroke(net, "layer1", [(1, 1)])])):
        assert_same(one(renderer, edits), reference(net, Z[:1], [edits]), EXACT)


# --- only what changed ---------------------------------------------------------------------------------------------


@pytest.fixture
def counted() -> tuple[Generator, Renderer, list[int]]:
    """A renderer, and how many cells each call of its blocks has computed."""
    net, renderer = exact_pair()
    cells: list[int] = []

    def counting(stage: Convolution) -> Convolution:
        def counted(x: Tensor) -> Tensor:
            y = stage(x)
            cells.append(y.shape[0] * y.shape[2] * y.shape[3])
            return y

        return counted

    renderer._folded.stages[:] = map(counting, renderer._folded.stages)
    return net, renderer, cells


def computed(counted: tuple[Generator, Renderer, list[int]], edits: Edits, session: str = "") -> int:
    _, renderer, cells = counted
    cells.clear()
    one(renderer, edits, session=session)
    return sum(cells)


def test_only_the_window_of_a_stroke_is_computed(counted: tuple[Generator, Renderer, list[int]]):
    net = counted[0]
    assert computed(counted, {}) == 16 + 2 * (64 + 256 + 1024)
    assert computed(counted, {}) == 0
    corner = compose([stroke(net, "layer6", [(0, 0)])])
    # pixels 0 … 3 of layer8, which see 0 … 4 of layer7, on even cells 0 … 5; those see 0 … 3 of layer6, which see
    # 0 … 4 of layer5, on even cells 0 … 5; those see layer4, the last that is remembered
    assert computed(counted, corner) == 4 * 4 + 6 * 6 + 4 * 4 + 6 * 6
    assert computed(counted, corner) == 0


def test_a_stroke_starts_from_the_sessions_last_painting(counted: tuple[Generator, Renderer, list[int]]):
    net = counted[0]
    computed(counted, {})
    first, second = stroke(net, "layer6", [(0, 0)]), stroke(net, "layer6", [(15, 15)])
    alone = computed(counted, compose([first]), "me")
    assert computed(counted, compose([first, second]), "me") == alone
    assert computed(counted, compose([first, second]), "somebody else") == 2 * (256 + 1024)


def test_pictures_without_a_name_are_not_remembered(counted: tuple[Generator, Renderer, list[int]]):
    _, renderer, cells = counted
    for _ in range(2):
        cells.clear()
        renderer.render([Request(Z[0])])
        assert sum(cells) == 16 + 2 * (64 + 256 + 1024)
    assert len(renderer._states) == 0


# --- the same bytes ------------------------------------------------------------------------------------------------


def test_what_a_stroke_does_not_reach_keeps_its_bits():
    net = tiny_progan(sizes=(64, 64, 64, 64, 32))
    renderer, z = Renderer(net, dtype=torch.float32), latents([0], 64)[0]
    original = one(renderer, {}, z)
    painted = one(renderer, compose([stroke(net, "layer6", [(0, 0)])]), z)
    differs = (painted != original).any(dim=1)[0]
    assert differs.nonzero().amax(dim=0).tolist() == [3, 3]


@pytest.mark.parametrize("cache_bytes", [0, 2**24], ids=["forgotten", "remembered"])
def test_an_unedited_picture_has_the_same_bits_in_any_company(cache_bytes: int):
    net = tiny_progan(sizes=(64, 64, 64, 64, 32))
    renderer, z = Renderer(net, dtype=torch.float32, cache_bytes=cache_bytes), latents(range(3), 64)
    original = one(renderer, {}, z[0])
    edits = compose([stroke(net, "layer3", [(2, 2)])])
    requests = [Request(z[1], edits, 1), Request(z[0], {}, 0, "me"), Request(z[2]), Request(z[0], {}, 0)]
    images = renderer.render(requests)
    assert torch.equal(images[1:2], original)
    assert torch.equal(images[3:4], original)


def test_a_stroke_that_touches_no_cell_is_no_stroke():
    net, renderer = exact_pair()
    original = one(renderer, {})
    assert torch.equal(one(renderer, compose([stroke(net, "layer4", [])])), original)


def test_writing_into_a_picture_does_not_change_the_next_one():
    _, renderer = exact_pair()
    first = one(renderer, {})
    kept = first.clone()
    with torch.inference_mode():
        first.zero_()
    assert torch.equal(one(renderer, {}), kept)


def test_the_memory_stays_within_its_bound_and_pictures_right():
    net, renderer = exact_pair(cache_bytes=300_000)
    draw = random.Random(3)
    for number in range(30):
        edits = compose([random_stroke(net, draw)]) if number % 3 else {}
        image = number % 4
        images = renderer.render([Request(Z[image], edits, image, number % 5)])
        assert_same(images, reference(net, Z[image : image + 1], [edits]), EXACT)
        assert renderer._states.bytes <= 300_000
    assert len(renderer._states) > 1


def test_the_renderer_does_not_need_or_change_its_generator():
    net = tiny_progan()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    renderer = Renderer(net, dtype=torch.float32)
    wanted = reference(net, Z[:1], [{}])
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    for parameter in net.parameters():
        parameter.data.zero_()
    assert_same(one(renderer, {}), wanted, 1e-4)


# --- what does not fit ---------------------------------------------------------------------------------------------


def test_no_requests_are_no_pictures():
    assert exact_pair()[1].render([]).shape == (0, 3, 32, 32)


@pytest.mark.parametrize(
    ("layer", "units", "grid", "error"),
    [("layer9", 1, 8, UnknownLayer), ("layer4", 1, 4, BadShape), ("layer4", 7, 8, BadStroke)],
    ids=["no such layer", "wrong grid", "no such unit"],
)
def test_edits_that_do_not_fit_are_errors(layer: str, units: int, grid: int, error: type[Exception]):
    _, renderer = exact_pair()
    maps = torch.ones(1, grid, grid)
    with pytest.raises(error):
        renderer.render([Request(Z[0], {layer: LayerEdit((units - 1,), maps, maps)})])


def test_a_latent_of_another_size_is_an_error():
    with pytest.raises(BadShape):
        exact_pair()[1].render([Request(torch.zeros(9))])
