"""Train the segmenter on painted scenes with exact labels, hardened against the artefacts of generators."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.models.segmenter import Segmenter
from dissect_core.training.augment import spoil
from dissect_core.training.config import SegmenterConfig
from dissect_core.training.dataset import PaintedScenes
from dissect_core.training.precision import faster_precision, half_precision
from dissect_core.training.state_file import load_state, save_state
from dissect_core.world.concepts import CATEGORIES

SAVE_EVERY_S = 120.0
SPARED = 2
"""Of so many pixels each way one is learnt from, another at every step: neighbours teach much the same."""


class SegmenterTraining:
    """The state of one run; resumable, deterministic given configuration and step."""

    def __init__(
        self,
        config: SegmenterConfig,
        worlds: Mapping[str, PaintedScenes],
        device: torch.device,
        dtype: torch.dtype | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.worlds, self.device = config, worlds, device
        self.segmenter = Segmenter(CATEGORIES, config.widths, config.size).to(device)
        self.optimiser = torch.optim.AdamW(self.segmenter.parameters(), lr=config.learning_rate, weight_decay=1e-4)
        self.step = 0
        self.dtype = faster_precision(self._piece, device) if dtype is None else dtype

    def _piece(self, dtype: torch.dtype) -> None:
        """A picture forwards and backwards, for measuring; the statistics of the normalisations stay as they are."""
        self.segmenter.eval()
        with half_precision(self.device, dtype):
            maps = self.segmenter.maps(torch.zeros(1, 3, self.config.size, self.config.size, device=self.device))
        maps.float().sum().backward()
        self.optimiser.zero_grad(set_to_none=True)

    def advance(self) -> float:
        """One step on a batch of every world's share; returns the loss."""
        config = self.config
        random = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        warm_up = min(1.0, (self.step + 1) / 100)
        rate = warm_up * 0.5 * (1 + math.cos(math.pi * self.step / config.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
        pictures, labels = [], []
        for world, share in config.worlds.items():
            scenes = self.worlds[world]
            indices = torch.randint(len(scenes), (share,), generator=random)
            pictures.append(scenes.pictures(indices))
            labels.append(scenes.label_maps(indices))
        images = torch.cat(pictures).to(self.device).float().div_(127.5).sub_(1)
        targets = torch.cat(labels).to(self.device).long()
        mirrored = (torch.rand(len(images), generator=random) < 0.5).to(self.device)
        images = torch.where(mirrored.view(-1, 1, 1, 1), images.flip(3), images)
        targets = torch.where(mirrored.view(-1, 1, 1, 1), targets.flip(3), targets)
        top, left = torch.randint(SPARED, (2,), generator=random).tolist()
        self.segmenter.train()
        with half_precision(self.device, self.dtype):
            maps = self.segmenter.maps(spoil(images, random))
            features = maps[:, :, top::SPARED, left::SPARED].permute(0, 2, 3, 1).flatten(0, 2)
        losses = []
        for name, wanted in zip(CATEGORIES, targets[:, :, top::SPARED, left::SPARED].unbind(1), strict=True):
            weight, bias = self.segmenter.heads[name].parameters()
            with half_precision(self.device, self.dtype):
                logits = F.linear(features, weight.flatten(1), bias)
            losses.append(F.cross_entropy(logits.float(), wanted.flatten()))
        loss = torch.stack(losses).sum()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.segmenter.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        return float(loss.detach())


def train_segmenter(
    config: SegmenterConfig,
    worlds: Mapping[str, PaintedScenes],
    run_folder: Path,
    device: torch.device,
    on_step: Callable[[int, float], None] = lambda step, loss: None,
) -> Segmenter:
    """Train to the end, resuming from `run_folder/state.pt`; the network comes back in evaluation mode on the CPU."""
    training = SegmenterTraining(config, worlds, device)
    state_file = run_folder / "state.pt"
    if state_file.exists():
        state = load_state(state_file, config.as_dict(), config.worlds)
        training.segmenter.load_state_dict(state["segmenter"])
        training.optimiser.load_state_dict(state["optimiser"])
        training.step = int(state["step"])
    saved = time.monotonic()
    while training.step < config.steps:
        on_step(training.step, training.advance())
        if time.monotonic() - saved > SAVE_EVERY_S or training.step == config.steps:
            state = {
                "segmenter": training.segmenter.state_dict(),
                "optimiser": training.optimiser.state_dict(),
                "step": training.step,
            }
            save_state(state_file, state, config.as_dict(), config.worlds)
            saved = time.monotonic()
    return training.segmenter.cpu().eval()


def held_out_quality(segmenter: Segmenter, worlds: Mapping[str, PaintedScenes], batch: int = 32) -> dict[str, object]:
    """IoU of every concept over held-out scenes of all worlds, mean IoU per category and pixel accuracy.

    A concept's IoU is its intersection over its union, summed over all pictures; the mean is over the concepts that
    occur at all, "none" left out.  "worlds" holds the same for the scenes of each world alone.
    """
    counted = {name: _counts(segmenter, scenes, batch) for name, scenes in worlds.items()}
    together = {name: torch.stack([counts[name] for counts in counted.values()]).sum(0) for name in CATEGORIES}
    return {**_report(together), "worlds": {name: _report(counts) for name, counts in counted.items()}}


def _counts(segmenter: Segmenter, scenes: PaintedScenes, batch: int) -> dict[str, Tensor]:
    """Per category int64 (3, K): pixels where a concept was seen rightly, where it was seen, where it is."""
    counts = {name: torch.zeros(3, len(concepts), dtype=torch.int64) for name, concepts in CATEGORIES.items()}
    for indices in torch.arange(len(scenes)).split(batch):
        labels = segmenter.label(scenes.pictures(indices).float().div_(127.5).sub_(1))
        truth = scenes.label_maps(indices)
        for index, (name, concepts) in enumerate(CATEGORIES.items()):
            found, wanted = labels[name].flatten().long(), truth[:, index].flatten().long()
            for row, values in enumerate((found[found == wanted], found, wanted)):
                counts[name][row] += torch.bincount(values, minlength=len(concepts))
    return counts


def _report(counts: Mapping[str, Tensor]) -> dict[str, object]:
    quality: dict[str, object] = {}
    for name, concepts in CATEGORIES.items():
        hits, predicted, actual = counts[name]
        iou = hits / (predicted + actual - hits).clamp(min=1)
        rows = {c: round(float(iou[i]), 4) for i, c in enumerate(concepts) if i > 0 and actual[i] > 0}
        quality[name] = {
            "mean_iou": round(sum(rows.values()) / len(rows), 4),
            "pixel_accuracy": round(float(hits.sum() / actual.sum()), 4),
            "iou": rows,
        }
    return quality
