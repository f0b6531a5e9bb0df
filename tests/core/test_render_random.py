"""Random paintings by random sessions in random company: in 64-bit numbers, the renderer's are the plain module's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dissect_core.models.latents import latents
from dissect_core.painting.edits import UnitStroke, compose
from dissect_core.render import Renderer, Request, choice
from dissect_core.render import renderer as renderer_module
from dissect_core.render.choice import BySize, Pays
from dissect_core.render.frames import Frames
from tests.reference import reference
from tests.toy import TINY_SIZES, tiny_progan

NET = tiny_progan().double()
Z = latents(range(3), TINY_SIZES[0])
EXACT = 1e-9
UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],  # looking for a smaller failure takes minutes
}
ALL = 99
LEVELS = (0.0, 1.0, 1.5, 2.0)
"""What a brush's value is multiplied with; 0 erases."""


@dataclass(frozen=True)
class Step:
    """Somebody goes on with a painting: of image `image` of Z, remembered under a name or not.

    Of the strokes so far the first `kept` stay (fewer after undoing), the last of them with values times `again`, and
    then come the new ones.
    """

    image: int
    session: int
    named: bool
    kept: int
    again: float
    new: tuple[UnitStroke, ...]

    def after(self, before: Sequence[UnitStroke]) -> list[UnitStroke]:
        """The strokes afterwards."""
        strokes = list(before[: self.kept])
        if strokes:
            last = strokes[-1]
            strokes[-1] = replace(last, values=tuple(self.again * value for value in last.values))
        return [*strokes, *self.new]


@st.composite
def strokes(draw: st.DrawFn) -> UnitStroke:
    """Some units of some layer, in a rectangle of hard or soft cells or in cells anywhere, or in none."""
    info = draw(st.sampled_from(list(NET.layers.values())))
    units = draw(st.lists(st.integers(0, info.units - 1), min_size=1, max_size=info.units, unique=True))
    level = draw(st.sampled_from(LEVELS))
    values = [level * draw(st.floats(-9, 9, width=32)) for _ in units]
    alpha, cell = torch.zeros(info.grid, info.grid), st.integers(0, info.grid - 1)
    strength = st.sampled_from([1.0, 0.4, 1e-3])
    if draw(st.integers(0, 3)):
        top, left, side = draw(cell), draw(cell), st.sampled_from([1, 1, 2, 3, info.grid])
        alpha[top : top + draw(side), left : left + draw(side)] = draw(strength)
    else:
        for row, column in draw(st.lists(st.tuples(cell, cell), max_size=4)):
            alpha[row, column] = draw(strength)
    return UnitStroke(info.name, tuple(units), tuple(values), alpha)


steps = st.builds(
    Step,
    image=st.sampled_from([0, 0, 0, 0, 1, 2]),
    session=st.sampled_from([0, 0, 1]),
    named=st.sampled_from([True, True, True, False]),
    kept=st.sampled_from([ALL, ALL, ALL, ALL, 2, 0]),
    again=st.sampled_from([1.0, 1.0, 1.0, -0.5, 0.0]),
    new=st.lists(strokes(), max_size=2).map(tuple),
)
days = st.lists(st.lists(steps, min_size=1, max_size=3), min_size=3, max_size=10)
"""Batches in the order in which they are rendered."""


def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute every block with fewer multiplications, but the smallest windows directly."""
    monkeypatch.setattr(choice, "fewer_types", lambda: {torch.float64})
    monkeypatch.setattr(choice, "WINOGRAD", Pays(units=1, products=300))
    monkeypatch.setattr(choice, "DIFFERENCES", Pays(units=1, products=300))


def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every block as it is."""


@pytest.mark.parametrize(
    ("cache_bytes", "kept_share"),
    [(2**24, 4), (2**24, 1), (200_000, 4)],
    ids=["remembered", "remembered with the finest layers", "mostly forgotten"],
)
@pytest.mark.parametrize("prepare", [directly, fewer])
def test_every_painting_is_the_plain_modules(
    prepare: Callable[[pytest.MonkeyPatch], None], cache_bytes: int, kept_share: int, monkeypatch: pytest.MonkeyPatch
):
    prepare(monkeypatch)
    monkeypatch.setattr(renderer_module, "KEPT_SHARE", kept_share)

    @settings(max_examples=40, **UNHURRIED)
    @given(days)
    def check(batches: list[list[Step]]) -> None:
        renderer = Renderer(NET, dtype=torch.float64, cache_bytes=cache_bytes)
        assert any(isinstance(stage, BySize) for stage in renderer._folded.stages) == (prepare is fewer)
        assert_exact(renderer, batches)

    check()


@settings(max_examples=25, **UNHURRIED)
@given(days)
def test_whole_pictures_as_a_gpu_renders_them_are_too(batches: list[list[Step]]):
    renderer = Renderer(NET, dtype=torch.float64, cache_bytes=2**24)
    renderer._frames = Frames(renderer._folded, renderer._kept)
    assert_exact(renderer, batches)


def assert_exact(renderer: Renderer, batches: list[list[Step]]) -> None:
    paintings: dict[tuple[int, int], list[UnitStroke]] = {}
    for batch in batches:
        requests = []
        for step in batch:
            whose = (step.image, step.session)
            paintings[whose] = step.after(paintings.get(whose, []))
            name = step.image if step.named else None
            requests.append(Request(Z[step.image], compose(paintings[whose]), name, step.session))
        wanted = reference(NET, torch.stack([one.latent for one in requests]), [one.edits for one in requests])
        torch.testing.assert_close(renderer.render(requests), wanted, rtol=0, atol=EXACT)
