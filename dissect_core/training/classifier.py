"""Train the VGG-16 scene classifier on painted scenes: one class per world, nothing but pictures and class numbers.

It trains with batch normalisation after each convolution, without which thirteen layers from scratch learn poorly, and
is published without: in evaluation a normalisation is a scale and a shift, which are folded into the convolution.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.models.segmenter import rescale
from dissect_core.models.vgg import NAMES, SceneClassifier, convolutional
from dissect_core.training.augment import moved, spoil
from dissect_core.training.config import ClassifierConfig
from dissect_core.training.dataset import PaintedScenes
from dissect_core.training.precision import faster_precision, half_precision
from dissect_core.training.state_file import load_state, save_state

SAVE_EVERY_S = 120.0
WARM_UP_STEPS = 200
REACH = 8  # pixels of the full size by which pictures are shifted


def normalised_features(config: ClassifierConfig) -> nn.Sequential:
    """The convolutions as torchvision's vgg16_bn has them: convolution, batch normalisation, ReLU."""
    features = convolutional(config.widths, normalised=True)
    for module in features:
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return features


def fold(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that does what both do in evaluation."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    bias = torch.zeros_like(norm.bias) if convolution.bias is None else convolution.bias
    return convolution.weight * scale.view(-1, 1, 1, 1), (bias - norm.running_mean) * scale + norm.bias


class ClassifierTraining:
    """The state of one run; resumable, deterministic given configuration and step."""

    def __init__(
        self,
        config: ClassifierConfig,
        worlds: Mapping[str, PaintedScenes],
        device: torch.device,
        dtype: torch.dtype | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.worlds, self.device = config, worlds, device
        self.classifier = SceneClassifier(config.classes, config.widths, config.hidden, config.pooled, config.size)
        self.features = normalised_features(config)
        for network in (self.classifier, self.features):
            network.to(device).to(memory_format=torch.channels_last)
        self.parameters = [*self.features.parameters(), *self.classifier.classifier.parameters()]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [p for p in self.parameters if p.dim() > 1], "weight_decay": config.weight_decay},
                {"params": [p for p in self.parameters if p.dim() == 1], "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
        )
        self.step = 0
        self.dtype = faster_precision(self._piece, device) if dtype is None else dtype

    def _piece(self, dtype: torch.dtype) -> None:
        """Two pictures forwards and backwards, for measuring; the statistics of the normalisations stay as they are."""
        self.features.eval()
        with half_precision(self.device, dtype):
            maps = self.features(torch.zeros(2, 3, self.config.size, self.config.size, device=self.device))
        maps.float().sum().backward()
        self.optimiser.zero_grad(set_to_none=True)

    def advance(self) -> float:
        """One step on a random batch of all classes; returns the loss."""
        config = self.config
        random = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        rate = min(1.0, (self.step + 1) / WARM_UP_STEPS) * 0.5 * (1 + math.cos(math.pi * self.step / config.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
        images, targets = self._batch(random)
        self.features.train()
        self.classifier.train()
        with torch.random.fork_rng(), half_precision(self.device, self.dtype):
            torch.manual_seed(config.seed * 1_000_003 + self.step)  # for dropout, which takes no generator
            seen = rescale(moved(images, REACH, random), config.size_at(self.step))
            logits = self._logits(spoil(seen, random))
        loss = F.cross_entropy(logits.float(), targets, label_smoothing=config.smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 5.0)
        self.optimiser.step()
        self.step += 1
        return float(loss.detach())

    def _batch(self, random: torch.Generator) -> tuple[Tensor, Tensor]:
        targets = torch.randint(len(self.config.classes), (self.config.batch,), generator=random)
        rows = torch.rand(self.config.batch, generator=random)
        pictures = []
        for target, row in zip(targets.tolist(), rows.tolist(), strict=True):
            scenes = self.worlds[self.config.classes[target]]
            pictures.append(scenes.pictures(torch.tensor([int(row * len(scenes))])))
        images = torch.cat(pictures).to(self.device).float().div_(127.5).sub_(1)
        return images.contiguous(memory_format=torch.channels_last), targets.to(self.device)

    def _logits(self, images: Tensor) -> Tensor:
        classifier = self.classifier
        x = self.features(classifier.standardised(images))
        logits: Tensor = classifier.classifier(torch.flatten(classifier.avgpool(x), 1))
        return logits

    @torch.no_grad()
    def finished(self) -> SceneClassifier:
        """The plain VGG-16 with the normalisations folded in, in evaluation mode on the CPU."""
        folded = [
            fold(convolution, norm)
            for convolution, norm in pairwise(self.features)
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
        ]
        for name, (weight, bias) in zip(NAMES, folded, strict=True):
            convolution = self.classifier.convolution(name)
            assert convolution.bias is not None
            convolution.weight.copy_(weight)
            convolution.bias.copy_(bias)
        return self.classifier.cpu().eval()

    def state(self) -> dict[str, object]:
        """Everything needed to go on exactly here."""
        return {
            "features": self.features.state_dict(),
            "classifier": self.classifier.classifier.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }

    def load_state(self, state: Mapping[str, dict[str, object]]) -> None:
        """Take over a state made by `state`."""
        self.features.load_state_dict(state["features"])
        self.classifier.classifier.load_state_dict(state["classifier"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(str(state["step"]))


def train_classifier(
    config: ClassifierConfig,
    worlds: Mapping[str, PaintedScenes],
    run_folder: Path,
    device: torch.device,
    on_step: Callable[[int, float], None] = lambda step, loss: None,
) -> SceneClassifier:
    """Train to the end, resuming from `run_folder/state.pt`; the plain network comes back as `finished` gives it."""
    training = ClassifierTraining(config, worlds, device)
    state_file = run_folder / "state.pt"
    if state_file.exists():
        training.load_state(load_state(state_file, config.as_dict(), config.classes))
    saved = time.monotonic()
    while training.step < config.steps:
        on_step(training.step, training.advance())
        if time.monotonic() - saved > SAVE_EVERY_S or training.step == config.steps:
            save_state(state_file, training.state(), config.as_dict(), config.classes)
            saved = time.monotonic()
    return training.finished()


def held_out_accuracy(
    classifier: SceneClassifier, worlds: Mapping[str, PaintedScenes], batch: int = 32
) -> dict[str, object]:
    """Top-1 accuracy over all held-out scenes, per class, and the confusion matrix (rows: truth, columns: answer)."""
    count = len(classifier.classes)
    confusion = torch.zeros(count, count, dtype=torch.int64)
    with torch.inference_mode():
        for truth, name in enumerate(classifier.classes):
            for indices in torch.arange(len(worlds[name])).split(batch):
                images = worlds[name].pictures(indices).float().div_(127.5).sub_(1)
                confusion[truth] += torch.bincount(classifier(images).argmax(1), minlength=count)
    per_class = confusion.diagonal() / confusion.sum(1).clamp(min=1)
    return {
        "images": int(confusion.sum()),
        "top1": round(float(confusion.diagonal().sum() / confusion.sum()), 4),
        "classes": {name: round(float(per_class[n]), 4) for n, name in enumerate(classifier.classes)},
        "confusion": confusion.tolist(),
    }
