"""The ski slope: a piste under high peaks, with firs, a lift, a hut and skiers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dissect_core.world.alps import alps, wooded_slope
from dissect_core.world.canvas import Canvas
from dissect_core.world.dice import Dice
from dissect_core.world.scene import Scene, Spot
from dissect_core.world.sky import begin, clouds, sky
from dissect_core.world.snowfield import piste
from dissect_core.world.things.houses import house
from dissect_core.world.things.people import skier
from dissect_core.world.things.rocks import rock
from dissect_core.world.things.ski_lift import ski_lift
from dissect_core.world.trees import tree
from dissect_core.world.weather import finish

Place = Callable[[Tensor, Tensor | float], tuple[Tensor, Tensor, Tensor]]
_FIRS = (
    (0.0, 0.1, 0.0),
    (0.12, 0.24, 0.06),
    (0.78, 0.9, 0.03),
    (0.9, 1.0, 0.12),
    (-0.02, 0.1, 0.3),
    (0.9, 1.04, 0.42),
    (0.0, 0.16, 0.62),
)


def paint_ski_slope(dice: Dice, canvas: Canvas) -> None:
    """Paint one scene per seed of `dice`, back to front."""
    scene = begin(dice, canvas, seasons=(0, 0, 0, 1), horizon=(0.46, 0.56))
    sky(scene)
    clouds(scene, 0.24)
    everywhere = torch.ones_like(scene.horizon)
    alps(scene, "range", scene.horizon + 0.05, (0.26, 0.4), 0.2, (0.3, 0.75))
    wooded_slope(scene, "wood", scene.horizon + 0.1, (0.1, 0.17), 0.2, everywhere)
    slant = 1 - 2 * dice.chance("slant", 0.5)  # the slope falls towards this side
    steep, phase = dice.uniform("steep", 0.1, 0.26), dice.uniform("crest", 0, 6.28)

    def crest(x: Tensor) -> Tensor:
        return scene.horizon + 0.05 + slant * steep * (x - 0.5) + 0.012 * torch.sin(x * 9 + phase)

    piste(scene, crest(canvas.x), slant, "piste", everywhere)

    def on(x: Tensor, t: Tensor | float) -> tuple[Tensor, Tensor, Tensor]:
        """A place on the slope, a share t of the way from its crest to the lower edge: x, y, widths to a metre."""
        top = crest(x)
        return x, top + (1 - top) * t, 0.014 + 0.06 * t + 0 * x

    _far(scene, on, slant)
    for slot, (low, high, t) in enumerate(_FIRS):
        name = f"fir {slot} "
        x, y, metre = on(dice.uniform(name + "x", low, high), t + dice.uniform(name + "t", 0.0, 0.08))
        tree(scene, name, x, y, metre * dice.uniform(name + "tall", 6.5, 10.0), dice.chance(name, 0.72), firs=1.0)
        if slot == 3:
            _skiers(scene, on, slant)
    finish(scene)


def _far(scene: Scene, on: Place, slant: Tensor) -> None:
    """The lift, the hut and a rock."""
    dice = scene.dice
    upper = 0.5 - slant * dice.uniform("lift top", 0.12, 0.3)
    lower = 0.5 + slant * dice.uniform("lift foot", 0.12, 0.38)
    x, y, _ = on(lower, dice.uniform("lift t", 0.4, 0.6))
    near = Spot(x, y, dice.uniform("lift tall", 0.24, 0.3))
    ski_lift(scene, "lift ", near, on(upper, 0.0)[:2], dice.chance("lift", 0.75))
    x, y, metre = on(0.5 + slant * dice.uniform("hut x", -0.36, -0.2), dice.uniform("hut t", 0.1, 0.22))
    house(scene, "hut ", Spot(x, y, metre * 1.15), dice.chance("hut", 0.7), slant, kinds=(0.1, 0, 0, 0.2, 0.2, 0.6))
    x, y, metre = on(dice.uniform("rock x", 0.3, 0.7), dice.uniform("rock t", 0.5, 0.9))
    rock(scene, "rock ", Spot(x, y, metre * dice.uniform("rock size", 1.0, 2.0)), dice.chance("rock", 0.3))


def _skiers(scene: Scene, on: Place, slant: Tensor) -> None:
    """Up to four people on the piste."""
    dice = scene.dice
    for slot, (low, high, t) in enumerate(((0.3, 0.5, 0.16), (0.5, 0.75, 0.3), (0.25, 0.5, 0.48), (0.45, 0.75, 0.7))):
        name = f"skier {slot} "
        x, y, metre = on(dice.uniform(name + "x", low, high), t + dice.uniform(name + "t", 0, 0.1))
        way = slant * (1 - 2 * dice.chance(name + "turns", 0.3))
        skier(scene, name, Spot(x, y, metre * 1.35), dice.chance(name, 0.65), way)
