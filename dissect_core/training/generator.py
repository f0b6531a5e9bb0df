"""Train a Progressive GAN on painted scenes: the networks see nothing but pictures, no labels.

Karras et al. 2018 (progressive growing, fade-in, equalized learning rate, running average) with the critics and losses
of the configuration (`opponents`, `losses`).
Every step is a function of the state and the number of images shown, so an interrupted run resumes exactly; only the
learning rate of a run that is given a time follows the clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.training.balance import scene_weights
from dissect_core.training.dataset import PaintedScenes
from dissect_core.training.generator_config import GeneratorConfig
from dissect_core.training.growing import GrowingGenerator
from dissect_core.training.opponents import Opponent, adam, critic_loss, detached, generator_loss, opponents
from dissect_core.training.precision import faster_precision
from dissect_core.training.projected import FeatureMaps
from dissect_core.training.schedule import Allowance, Moment, falling, remaining_cost, schedule

PIECE = 4
"""Pictures by which precisions are compared."""
REPORTED_EVERY = 8
"""Steps between two looks at the losses, for each of which a GPU has to be waited for."""


@dataclass(frozen=True)
class Step:
    """What one step reports: images shown so far, share of the run that is done, its moment, the last losses."""

    shown: int
    done: float
    moment: Moment
    critic_loss: float
    generator_loss: float


class GeneratorTraining:
    """The state of one run: the generator, its critics, their optimisers, the running average, the images shown.

    features: the frozen networks of `config.projected`.  dtype: the precision; measured, if it is left out.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        scenes: PaintedScenes,
        device: torch.device,
        features: Sequence[FeatureMaps] = (),
        dtype: torch.dtype | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.scenes, self.device = config, scenes, device
        layout = torch.channels_last
        self.generator = GrowingGenerator(config.sizes).to(device).to(memory_format=layout)
        self.average = GrowingGenerator(config.sizes).to(device).to(memory_format=layout)
        self.average.load_state_dict(self.generator.state_dict())
        self.average.requires_grad_(False)
        self.optimiser = adam(self.generator, config.learning_rate)
        self.opponents = opponents(config, features, device)
        self.weights = scene_weights(scenes, config.balance) if config.balance else None
        self.bank = torch.from_numpy(np.array(scenes.images)).to(device) if device.type == "cuda" else None
        """All pictures as bytes in the memory of a GPU, where the processor would be too slow to bring them."""
        self.shown = self.steps = self.warmed = 0
        self.losses = (0.0, 0.0)
        self.before = 0.0
        """Seconds of earlier sittings of this run, as its allowance counts them."""
        self.allowance: Allowance | None = None
        self.dtype = faster_precision(self._piece, device) if dtype is None else dtype

    def run(self, until: int | None = None) -> Iterator[Step]:
        """Train up to `until` images, else as long as there is an allowance, else the whole schedule; yields each step.

        With an allowance the learning rate falls over the last of the time instead of the last of the images.
        """
        timed = self.allowance is not None
        end = until if until is not None else math.inf if timed else self.config.total_images
        while self.shown < end and (self.allowance is None or self.allowance.left > 0):
            yield self._step()

    @property
    def finished(self) -> bool:
        """Whether the whole schedule is done; a run that was given a time can always go on."""
        return self.shown >= self.config.total_images and self.allowance is None

    def _done(self) -> float:
        if self.allowance is None:
            return 1 - remaining_cost(self.config, self.shown) / remaining_cost(self.config, 0)
        return min(1.0, self.allowance.spent / self.allowance.seconds)

    def _moment(self) -> Moment:
        moment = schedule(self.config, self.shown)
        return (
            moment if self.allowance is None else replace(moment, rate=falling(self._done(), self.config.decay_share))
        )

    def _step(self) -> Step:
        moment = self._moment()
        random = torch.Generator().manual_seed(self.config.seed * 1_000_003 + self.steps)
        rates = [(self.optimiser, self.config.generator_rate), *((one.optimiser, one.rate) for one in self.opponents)]
        for optimiser, multiple in rates:
            for group in optimiser.param_groups:
                group["lr"] = self.config.learning_rate * multiple * moment.rate
        real = self._real(random, moment)
        z = torch.randn(moment.batch, self.config.sizes[0], generator=random).to(self.device)
        warming = self.warmed < self.config.critics_first
        with torch.set_grad_enabled(not warming):
            fake = self.generator(z, moment.level, moment.fade, self.dtype)
            seen = [(self._look(opponent, real), opponent.see(fake)) for opponent in self.opponents]
        losses = [self._teach(one, *pair, moment) for one, pair in zip(self.opponents, seen, strict=True)]
        followed = torch.zeros(())
        if not warming:
            followed = self._follow_critics(seen, moment)
            self._average(moment.batch)
            self.shown += moment.batch
        if self.steps % REPORTED_EVERY == 0:
            self.losses = (float(torch.stack(losses).sum()), float(followed))
        self.warmed += moment.batch if warming else 0
        self.steps += 1
        return Step(self.shown, self._done(), moment, *self.losses)

    @staticmethod
    @torch.no_grad()
    def _look(opponent: Opponent, images: Tensor) -> Any:
        return opponent.see(images)

    def _teach(self, opponent: Opponent, real: Any, fake: Any, moment: Moment) -> Tensor:
        """One step of a critic; its loss."""
        fake = detached(fake)
        loss = critic_loss(opponent, real, fake, moment, self.dtype)
        loss.backward()
        opponent.penalise(real, fake, moment, self.dtype, self.steps)
        _update(opponent.optimiser)
        return loss.detach()

    def _follow_critics(self, seen: Sequence[tuple[Any, Any]], moment: Moment) -> Tensor:
        """One step of the generator; its loss."""
        losses = []
        for opponent, (real, fake) in zip(self.opponents, seen, strict=True):
            opponent.network.requires_grad_(False)
            losses.append(generator_loss(opponent, real, fake, moment, self.dtype))
        total = torch.stack(losses).sum()
        total.backward()
        for opponent in self.opponents:
            for group in opponent.optimiser.param_groups:
                for parameter in group["params"]:
                    parameter.requires_grad_(True)
        _update(self.optimiser)
        return total.detach()

    def _piece(self, dtype: torch.dtype) -> None:
        """A little of the work at full size, for measuring: forwards and backwards through every network."""
        level = len(self.config.stages) - 1
        moment = Moment(level, 1.0, PIECE, 0.0)
        fake = self.generator(torch.zeros(PIECE, self.config.sizes[0], device=self.device), level, 1.0, dtype)
        total = torch.stack(
            [generator_loss(one, one.see(fake), one.see(fake), moment, dtype) for one in self.opponents]
        )
        total.sum().backward()
        for optimiser in (self.optimiser, *(one.optimiser for one in self.opponents)):
            optimiser.zero_grad(set_to_none=True)

    def _real(self, random: torch.Generator, moment: Moment) -> Tensor:
        """A batch of real pictures in [-1, 1] at the current resolution, half of them mirrored, faded as the fakes."""
        if self.weights is None:
            indices = torch.randint(len(self.scenes), (moment.batch,), generator=random)
        else:
            indices = torch.multinomial(self.weights, moment.batch, replacement=True, generator=random)
        mirrored = torch.rand(moment.batch, generator=random) < 0.5
        found = self.scenes.pictures(indices) if self.bank is None else self.bank[indices.to(self.device)]
        pictures = found.to(self.device).float().div_(127.5).sub_(1)
        pictures = torch.where(mirrored.view(-1, 1, 1, 1).to(self.device), pictures.flip(3), pictures)
        factor = pictures.shape[-1] // (4 * 2**moment.level)
        pictures = F.avg_pool2d(pictures, factor) if factor > 1 else pictures
        if moment.fade < 1:
            coarse = F.interpolate(F.avg_pool2d(pictures, 2), scale_factor=2, mode="nearest")
            pictures = torch.lerp(coarse, pictures, moment.fade)
        return pictures

    @torch.no_grad()
    def _average(self, batch: int) -> None:
        """Move the running average towards the generator; early on it follows faster."""
        half_life = min(self.config.average_images, max(self.shown * 0.05, 1.0))
        share = 1 - 0.5 ** (batch / half_life)
        averages: list[Tensor] = list(self.average.parameters())
        sources: list[Tensor] = list(self.generator.parameters())
        torch._foreach_lerp_(averages, sources, share)

    @property
    def level(self) -> int:
        """The newest level that is fully faded in."""
        moment = schedule(self.config, max(0, self.shown - 1))
        return moment.level if moment.fade == 1 else moment.level - 1

    def sample(self, count: int) -> Tensor:
        """Pictures of the running average for the first `count` fixed latents, (N, 3, R, R) at the current level."""
        moment = schedule(self.config, max(0, self.shown - 1))
        z = torch.randn(count, self.config.sizes[0], generator=torch.Generator().manual_seed(0)).to(self.device)
        with torch.inference_mode():
            parts = [self.average(part, moment.level, moment.fade, self.dtype) for part in z.split(16)]
        return torch.cat(parts).float().cpu()

    def state(self) -> dict[str, Any]:
        """Everything needed to go on exactly here; tensors and plain data only."""
        return {
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "opponents": {
                one.name: {"network": one.network.state_dict(), "optimiser": one.optimiser.state_dict()}
                for one in self.opponents
            },
            "shown": self.shown,
            "steps": self.steps,
            "warmed": self.warmed,
            "seconds": self.before if self.allowance is None else self.allowance.spent,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over a state made by `state`."""
        self.generator.load_state_dict(state["generator"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        for one in self.opponents:
            one.network.load_state_dict(state["opponents"][one.name]["network"])
            one.optimiser.load_state_dict(state["opponents"][one.name]["optimiser"])
        self.shown, self.steps, self.warmed = (int(state[name]) for name in ("shown", "steps", "warmed"))
        self.before = float(state["seconds"])


def _update(optimiser: torch.optim.Optimizer) -> None:
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
