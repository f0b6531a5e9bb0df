"""A lower precision is taken only where it is exact enough and faster."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
import torch

from dissect_core.images.pixels import to_bytes
from dissect_core.models.progan import Generator
from dissect_core.painting.edits import UnitStroke, compose
from dissect_core.render import Renderer, Request, choice, convolution, precision
from dissect_core.render.convolution import Packed, Plain
from dissect_core.render.folded import Folded
from dissect_core.render.precision import choose_precision
from tests.core.test_renderer import random_stroke
from tests.reference import reference
from tests.toy import tiny_progan

SIZES = (64, 64, 64, 32)


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch) -> list[torch.dtype]:
    """A processor with fast bfloat16, which wins every race; returns the precisions that raced."""
    raced: list[torch.dtype] = []

    def last(candidates: Sequence[Folded], deadline: float) -> Folded:
        raced.extend(candidate.dtype for candidate in candidates)
        return candidates[-1]

    monkeypatch.setattr(precision, "packed_types", lambda: {torch.float32, torch.bfloat16})
    monkeypatch.setattr(precision, "_fastest", last)
    return raced


def pale(net: Generator) -> Generator:
    """The same network with little contrast, which hides rounding."""
    output = net[-1]
    assert isinstance(output.conv, torch.nn.Conv2d)
    output.conv.weight.data *= 0.02
    return net


def test_a_precision_that_changes_pictures_is_refused(halves: list[torch.dtype]):
    assert choose_precision(tiny_progan(sizes=SIZES)).dtype == torch.float32
    assert halves == []


def test_a_precision_that_does_not_show_is_taken_where_it_is_faster(halves: list[torch.dtype]):
    assert Renderer(pale(tiny_progan(sizes=SIZES))).dtype == torch.bfloat16
    assert halves == [torch.float32, torch.bfloat16]


@pytest.mark.parametrize("seed", range(4))
def test_a_session_of_strokes_in_a_lower_precision_stays_within_a_level_of_the_plain_module(seed: int):
    net = pale(tiny_progan(sizes=SIZES))
    renderer, latent, draw = Renderer(net, dtype=torch.bfloat16), torch.ones(1, SIZES[0]), random.Random(seed)
    strokes: list[UnitStroke] = []
    for _ in range(8):
        edits = compose(strokes)
        picture = renderer.render([Request(latent[0], edits, "picture", "session")])
        levels = to_bytes(picture).int() - to_bytes(reference(net, latent, [edits])).int()
        assert int(levels.abs().max()) <= 1
        strokes.append(random_stroke(net, draw))


def test_what_cannot_be_known_in_time_is_not_taken(halves: list[torch.dtype], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(precision, "PROBE_SECONDS", -1)
    assert choose_precision(pale(tiny_progan(sizes=SIZES))).dtype == torch.float32


def test_pictures_that_are_no_numbers_are_refused(halves: list[torch.dtype]):
    net = pale(tiny_progan(sizes=SIZES))
    output = net[-1]
    assert isinstance(output.conv, torch.nn.Conv2d)
    output.conv.weight.data.fill_(float("nan"))
    assert choose_precision(net).dtype == torch.float32
    assert halves == []


def test_nothing_is_compared_where_there_is_no_other_precision(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(precision, "packed_types", lambda: {torch.float32})
    monkeypatch.setattr(precision, "_pictures", None)
    assert choose_precision(tiny_progan()).dtype == torch.float32


def test_only_x86_lays_weights_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(convolution.platform, "machine", lambda: "arm64")
    assert convolution.packed_types() == set()


def test_the_faster_one_wins(monkeypatch: pytest.MonkeyPatch):
    net = tiny_progan()
    slow, fast = (Folded(net, torch.float32) for _ in range(2))
    clock = iter([0.0, 9.0, 10.0, 12.0, 20.0, 27.0, 30.0, 33.0, 40.0, 48.0, 50.0, 54.0])
    monkeypatch.setattr(precision.time, "perf_counter", lambda: next(clock))
    assert precision._fastest([slow, fast], deadline=float("inf")) is fast


def test_without_laid_out_weights_the_plain_convolutions_give_the_same_picture(monkeypatch: pytest.MonkeyPatch):
    net = tiny_progan(sizes=SIZES)
    fast = precision._pictures(Folded(net, torch.float32), torch.ones(1, 64), {})
    monkeypatch.setattr(choice, "packed_types", set)
    plain = precision._pictures(Folded(net, torch.float32), torch.ones(1, 64), {})
    torch.testing.assert_close(plain, fast, rtol=0, atol=1e-4)


@pytest.mark.parametrize("side", [1, 2, 5, 16, 30])
@pytest.mark.parametrize("doubles", [False, True], ids=["same grid", "doubled grid"])
def test_laid_out_weights_of_an_odd_number_of_units_suit_windows_of_every_size(doubles: bool, side: int):
    draw = torch.Generator().manual_seed(side)
    weight, bias = torch.randn((64, 96, 4, 4) if doubles else (96, 64, 3, 3), generator=draw), torch.randn(96)
    x = torch.randn(2, 64, side + 2, side + 2, generator=draw).contiguous(memory_format=torch.channels_last)
    packed, plain = (kind(weight, bias, doubles) for kind in (Packed, Plain))
    for _ in range(2):
        torch.testing.assert_close(packed(x), plain(x), rtol=1e-4, atol=1e-3)
