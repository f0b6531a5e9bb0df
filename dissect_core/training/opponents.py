"""The critics of a generator's training: each a network, its optimiser and the rules by which it plays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from dissect_core.training.generator_config import GeneratorConfig, PixelCritic, Projection
from dissect_core.training.growing import Discriminator
from dissect_core.training.losses import LOSSES
from dissect_core.training.precision import half_precision
from dissect_core.training.projected import FeatureMaps, ProjectedCritic
from dissect_core.training.schedule import Moment

BETAS = (0.0, 0.99)
"""Adam's, of every network in the game."""


def adam(network: nn.Module, rate: float) -> torch.optim.Adam:
    """The optimiser of what learns in a network."""
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return torch.optim.Adam(learning, lr=rate, betas=BETAS, eps=1e-8, fused=True)


class Opponent(Protocol):
    """A critic in the game.

    `see` is what never learns and is done once for both networks' steps; `judge` gives the logits.
    """

    name: str
    network: nn.Module
    optimiser: torch.optim.Optimizer
    rate: float
    weight: float
    loss: str

    def see(self, images: Tensor) -> Any:
        """(N, 3, R, R) -> what `judge` takes."""

    def judge(self, seen: Any, moment: Moment, dtype: torch.dtype) -> Sequence[Tensor]:
        """What `see` gave -> float32 logits."""

    def penalise(self, real: Tensor, fake: Tensor, moment: Moment, dtype: torch.dtype, step: int) -> None:
        """Add the gradient of the penalties that are due at a step."""


class Pixels:
    """The critic of pixels, `growing.Discriminator`."""

    name, rate = "critic", 1.0

    def __init__(self, config: PixelCritic, learning_rate: float, device: torch.device) -> None:
        self.config, self.weight, self.loss = config, config.weight, config.loss
        network = Discriminator(config.sizes, places=config.places)
        self.network: nn.Module = network.to(device).to(memory_format=torch.channels_last)
        self.optimiser: torch.optim.Optimizer = adam(self.network, learning_rate)

    def see(self, images: Tensor) -> Tensor:
        """The pictures themselves."""
        return images

    def judge(self, seen: Tensor, moment: Moment, dtype: torch.dtype) -> Sequence[Tensor]:
        """Pictures -> logits of pictures and places."""
        logits: Sequence[Tensor] = self.network(seen, moment.level, moment.fade, dtype)
        return logits

    def penalise(self, real: Tensor, fake: Tensor, moment: Moment, dtype: torch.dtype, step: int) -> None:
        """R1 and R2, gamma / 2 |dD/dx|^2 on painted and generated pictures, for all steps until the next time."""
        if step % self.config.penalty_every == 0:
            for images, gamma in ((real, self.config.r1_weight), (fake.detach(), self.config.r2_weight)):
                if gamma > 0:
                    penalty = self._slope(images, moment, dtype) * (gamma / 2 * self.config.penalty_every)
                    penalty.backward()

    def _slope(self, images: Tensor, moment: Moment, dtype: torch.dtype) -> Tensor:
        """Mean squared gradient of what the critic says of a picture.

        A grid of G x G places counts as sum / G: as far as places see different pixels, that is the mean of their own
        penalties.
        """
        images = images.detach().requires_grad_(True)
        logits = self.judge(images, moment, dtype)
        total = torch.stack([logit.sum() / math.sqrt(logit[0].numel()) for logit in logits]).sum()
        (slope,) = torch.autograd.grad(total, images, create_graph=True)
        return slope.square().sum(dim=(1, 2, 3)).mean()


class Projected:
    """A critic that looks through a frozen network, `projected.ProjectedCritic`."""

    def __init__(
        self, config: Projection, features: FeatureMaps, learning_rate: float, seed: int, device: torch.device
    ) -> None:
        self.name, self.weight, self.loss, self.rate = config.features, config.weight, config.loss, config.rate
        network = ProjectedCritic(features, config.size, seed)
        self.network: nn.Module = network.to(device).to(memory_format=torch.channels_last)
        self.optimiser: torch.optim.Optimizer = adam(self.network, learning_rate * config.rate)

    def see(self, images: Tensor) -> Sequence[Tensor]:
        """Pictures -> mixed maps, in float32: cheaper backwards than in half precision, as its filters are thin."""
        network = self.network
        assert isinstance(network, ProjectedCritic)
        return network.look(images)

    def judge(self, seen: Sequence[Tensor], moment: Moment, dtype: torch.dtype) -> Sequence[Tensor]:
        """Mixed maps -> logits of every scale."""
        with half_precision(seen[0].device, dtype):
            logits: Sequence[Tensor] = self.network(seen)
        return logits

    def penalise(self, real: Tensor, fake: Tensor, moment: Moment, dtype: torch.dtype, step: int) -> None:
        """Its spectral norms are enough."""


def opponents(config: GeneratorConfig, features: Sequence[FeatureMaps], device: torch.device) -> list[Opponent]:
    """The critics of a configuration; features: the frozen networks of `config.projected`, in its order."""
    found: list[Opponent] = [Pixels(config.pixels, config.learning_rate, device)] if config.pixels.weight > 0 else []
    for number, (projection, network) in enumerate(zip(config.projected, features, strict=True)):
        found.append(Projected(projection, network, config.learning_rate, config.seed + number, device))
    return found


def detached(seen: Any) -> Any:
    """What `Opponent.see` gave, cut off from the generator."""
    return seen.detach() if isinstance(seen, Tensor) else [part.detach() for part in seen]


def critic_loss(opponent: Opponent, real: Any, fake: Any, moment: Moment, dtype: torch.dtype) -> Tensor:
    """What a critic makes small, of what it saw of painted and of generated pictures."""
    logits = (opponent.judge(seen, moment, dtype) for seen in (real, fake))
    return LOSSES[opponent.loss].critic(*logits)


def generator_loss(opponent: Opponent, real: Any, fake: Any, moment: Moment, dtype: torch.dtype) -> Tensor:
    """What the generator makes small because of a critic, weighted."""
    loss = LOSSES[opponent.loss]
    painted: Sequence[Tensor] = []
    if loss.paired:
        with torch.no_grad():
            painted = opponent.judge(real, moment, dtype)
    return loss.generator(painted, opponent.judge(fake, moment, dtype)) * opponent.weight
