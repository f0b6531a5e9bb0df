"""Train a Progressive GAN on painted scenes: the networks see nothing but pictures, no labels.

Karras et al. 2018 (progressive growing, fade-in, equalized learning rate, running average) with the non-saturating
logistic loss (Goodfellow et al. 2014) and a lazy R1 penalty (Mescheder et al. 2018; Karras et al. 2020, lazily), of
whole pictures and, where the configuration asks for it, of places (`growing.Discriminator`).
Every step is a function of the state and the number of images shown, so an interrupted run resumes exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.training.balance import scene_weights
from dissect_core.training.config import GeneratorConfig
from dissect_core.training.dataset import PaintedScenes
from dissect_core.training.growing import Discriminator, GrowingGenerator


@dataclass(frozen=True)
class Moment:
    """Where in the schedule a run is: level, share of the newest level, batch size, factor on the learning rate."""

    level: int
    fade: float
    batch: int
    rate: float


def schedule(config: GeneratorConfig, shown: int) -> Moment:
    """The moment after `shown` images."""
    start = 0
    for level, stage in enumerate(config.stages):
        length = stage.fade_images + stage.images
        if shown < start + length or level == len(config.stages) - 1:
            inside = shown - start
            fade = 1.0 if level == 0 or not stage.fade_images else min(1.0, (inside + stage.batch) / stage.fade_images)
            rate = 1.0
            if level == len(config.stages) - 1:
                progress = (inside / length - (1 - config.decay_share)) / config.decay_share
                rate = 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, progress))))
            return Moment(level, fade, stage.batch, rate)
        start += length
    raise AssertionError("a configuration has at least one stage")


@dataclass(frozen=True)
class Step:
    """What one training step reports: images shown so far, its moment and the two losses."""

    shown: int
    moment: Moment
    critic_loss: float
    generator_loss: float


class GeneratorTraining:
    """The state of one run: two networks, their optimisers, the running average and the number of images shown."""

    def __init__(self, config: GeneratorConfig, scenes: PaintedScenes, device: torch.device) -> None:
        torch.manual_seed(config.seed)
        self.config, self.scenes, self.device = config, scenes, device
        layout = torch.channels_last
        self.generator = GrowingGenerator(config.sizes).to(device).to(memory_format=layout)
        self.average = GrowingGenerator(config.sizes).to(device).to(memory_format=layout)
        critic = Discriminator(config.critic_sizes, places=config.critic_places)
        self.critic = critic.to(device).to(memory_format=layout)
        self.average.load_state_dict(self.generator.state_dict())
        self.average.requires_grad_(False)
        self.optimisers = [
            torch.optim.Adam(net.parameters(), lr=config.learning_rate, betas=(0.0, 0.99), eps=1e-8, fused=True)
            for net in (self.generator, self.critic)
        ]
        self.weights = scene_weights(scenes, config.balance) if config.balance else None
        self.dtype = torch.bfloat16
        self.shown = 0
        self.steps = 0

    def run(self, until: int | None = None) -> Iterator[Step]:
        """Train up to `until` images (default: the whole schedule), yielding after every step."""
        end = self.config.total_images if until is None else until
        while self.shown < end:
            yield self._step()

    def _step(self) -> Step:
        moment = schedule(self.config, self.shown)
        random = torch.Generator().manual_seed(self.config.seed * 1_000_003 + self.steps)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.config.learning_rate * moment.rate
        real = self._real(random, moment)
        z = torch.randn(moment.batch, self.config.sizes[0], generator=random).to(self.device)
        fake = self.generator(z, moment.level, moment.fade, self.dtype)

        real_logits = self.critic(real, moment.level, moment.fade, self.dtype)
        fake_logits = self.critic(fake.detach(), moment.level, moment.fade, self.dtype)
        critic_loss = surprise(real_logits, real=True) + surprise(fake_logits, real=False)
        critic_loss.backward()
        if self.steps % self.config.r1_every == 0:
            self._penalise(real, moment)
        self._update(self.critic, self.optimisers[1])

        self.critic.requires_grad_(False)
        generator_loss = surprise(self.critic(fake, moment.level, moment.fade, self.dtype), real=True)
        generator_loss.backward()
        self.critic.requires_grad_(True)
        self._update(self.generator, self.optimisers[0])
        self._follow(moment.batch)

        self.shown += moment.batch
        self.steps += 1
        return Step(self.shown, moment, float(critic_loss.detach()), float(generator_loss.detach()))

    def _real(self, random: torch.Generator, moment: Moment) -> Tensor:
        """A batch of real pictures in [-1, 1] at the current resolution, half of them mirrored, faded as the fakes."""
        if self.weights is None:
            indices = torch.randint(len(self.scenes), (moment.batch,), generator=random)
        else:
            indices = torch.multinomial(self.weights, moment.batch, replacement=True, generator=random)
        mirrored = torch.rand(moment.batch, generator=random) < 0.5
        pictures = self.scenes.pictures(indices).to(self.device).float().div_(127.5).sub_(1)
        pictures = torch.where(mirrored.view(-1, 1, 1, 1).to(self.device), pictures.flip(3), pictures)
        factor = pictures.shape[-1] // (4 * 2**moment.level)
        pictures = F.avg_pool2d(pictures, factor) if factor > 1 else pictures
        if moment.fade < 1:
            coarse = F.interpolate(F.avg_pool2d(pictures, 2), scale_factor=2, mode="nearest")
            pictures = torch.lerp(coarse, pictures, moment.fade)
        return pictures

    def _penalise(self, real: Tensor, moment: Moment) -> None:
        """Add the gradient of R1, gamma / 2 |dD/dx|^2, for all the steps until the next time.

        A grid of G x G places counts as sum / G: as far as places see different pixels, that is the mean of their own
        penalties.
        """
        real = real.requires_grad_(True)
        logits = self.critic(real, moment.level, moment.fade, self.dtype)
        total = torch.stack([logit.sum() / math.sqrt(logit[0].numel()) for logit in logits]).sum()
        (slope,) = torch.autograd.grad(total, real, create_graph=True)
        penalty = slope.square().sum(dim=(1, 2, 3)).mean() * (self.config.r1_weight / 2 * self.config.r1_every)
        penalty.backward()

    @staticmethod
    def _update(network: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    @torch.no_grad()
    def _follow(self, batch: int) -> None:
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
            "critic": self.critic.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "shown": self.shown,
            "steps": self.steps,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over a state made by `state`."""
        self.generator.load_state_dict(state["generator"])
        self.average.load_state_dict(state["average"])
        self.critic.load_state_dict(state["critic"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.shown, self.steps = int(state["shown"]), int(state["steps"])


def surprise(logits: Sequence[Tensor], real: bool) -> Tensor:
    """-log of the probability that a critic's logits give to all being real, or all generated: means, added up."""
    sign = -1 if real else 1
    return torch.stack([F.softplus(sign * logit).mean() for logit in logits]).sum()


def cost_per_image(config: GeneratorConfig, level: int) -> float:
    """Relative arithmetic of one training image at a level, for the time-left estimate."""
    cost = 0.0
    for index in range(level + 1):
        cells = (4 * 2**index) ** 2
        for sizes in (config.sizes[1:], config.critic_sizes):
            before = sizes[max(0, index - 1)]
            cost += cells * (9 * sizes[index] ** 2 + 4 * sizes[index] * before)
    return cost


def remaining_cost(config: GeneratorConfig, shown: int) -> float:
    """Cost of the images that are still to be shown after `shown`."""
    total, start = 0.0, 0
    for level, stage in enumerate(config.stages):
        length = stage.fade_images + stage.images
        left = min(length, max(0, start + length - shown))
        total += left * cost_per_image(config, level)
        start += length
    return total
