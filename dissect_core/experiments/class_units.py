"""The units that matter to a class (Bau et al. 2020, Fig. 2A-D), and what importance has to do with meaning (2E).

A unit's importance to a class is what the class's balanced accuracy loses when the unit alone is removed, on training
scenes (`sweep`).  Sets are then removed together and measured on held-out scenes: the most important units of a class,
or all but these.  Balanced accuracy comes from the argmax over all classes, as in the original.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from dissect_core.errors import BadShape, UnitbrushError
from dissect_core.experiments.sweep import ClassEffects, split_at

TOP = 4
"""Among so many most important units of a class a unit counts as important to it (Fig. 2E)."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What is predicted of labelled images, counted for every class (all (K,) int64, or (..., K)).

    images: of the class.  claimed: taken for the class.  hits: both.
    """

    images: Tensor
    claimed: Tensor
    hits: Tensor

    @property
    def balanced_accuracy(self) -> Tensor:
        """(..., K) float64; 0.5 is chance, not a number for a class without images."""
        others = self.images.sum() - self.images
        return ((self.hits / self.images + 1 - (self.claimed - self.hits) / others) / 2).double()

    @property
    def accuracy(self) -> Tensor:
        """(...) float64: the mean over the classes of the share of their images that is recognised."""
        return (self.hits / self.images).double().mean(dim=-1)


@dataclass(frozen=True, eq=False)
class ClassCurves:
    """What is left of every class when units are removed together.

    removed: the numbers n of units.  most, least: (K, len(removed)) float64, balanced accuracy of the class without its
    n most important units, and without its n least important ones; all_most, all_least: the accuracy over all classes
    in the same cases.  baseline: (K,) with all units; all_baseline: over all classes.
    """

    removed: tuple[int, ...]
    baseline: Tensor
    most: Tensor
    least: Tensor
    all_baseline: float
    all_most: Tensor
    all_least: Tensor


def ranking(effects: ClassEffects) -> Tensor:
    """(K, U) int64: the units, by place in `effects.units`, most important to each class first.

    Ties in balanced accuracy, of which a classifier that is always right has many, are broken by what the
    log-probability of the class loses in its own images.
    """
    lost, doubt = effects.lost, effects.doubt
    order = doubt.argsort(dim=0, descending=True, stable=True)
    by_lost = lost.gather(0, order).argsort(dim=0, descending=True, stable=True)
    return order.gather(0, by_lost).T.contiguous()


def curves(
    classifier: nn.Module,
    layer: str,
    batches: Iterable[tuple[Tensor, Tensor]],
    order: Tensor,
    removed: Sequence[int],
    progress: Callable[[int], None] = lambda _images: None,
) -> ClassCurves:
    """Remove the first n and the last n of `order` (K, U) for every class and every n in `removed`.

    batches: images and labels (N,) int64.  layer: as `sweep` takes it.  Raises BadShape for an n that is no number of
    units, or for no images.
    """
    classes, units = order.shape
    if bad := [count for count in removed if not 0 <= count <= units]:
        raise BadShape(f"cannot remove {bad[0]} units", field="removed", value=bad[0], allowed=f"0 to {units}")
    keeps = _masks(order, removed)  # (2 * K * n, U)
    total: Predictions | None = None
    images = 0
    for pictures, labels in batches:
        found = _predicted(classifier, layer, pictures, labels, keeps, classes)
        total = found if total is None else Predictions(*(getattr(total, f) + getattr(found, f) for f in FIELDS))
        images += len(labels)
        progress(images)
    if total is None:
        raise BadShape("no images to test classes on", field="batches", value=0, allowed="one or more")
    balanced, everything = total.balanced_accuracy, total.accuracy
    own = balanced[1:].view(2, classes, len(removed), classes)[:, torch.arange(classes), :, torch.arange(classes)]
    most, least = own.transpose(0, 1)  # indexing put the class first: (K, 2, n) -> (2, K, n)
    all_most, all_least = everything[1:].view(2, classes, len(removed))
    return ClassCurves(tuple(removed), balanced[0], most, least, float(everything[0]), all_most, all_least)


FIELDS = ("images", "claimed", "hits")


def _masks(order: Tensor, removed: Sequence[int]) -> Tensor:
    """Which units stay, bool (2 * K * n, U): without the most important ones, then without the least important."""
    classes, units = order.shape
    masks = torch.ones(2, classes, len(removed), units, dtype=torch.bool)
    for number, count in enumerate(removed):
        for row in range(classes):
            masks[0, row, number, order[row, :count]] = False
            masks[1, row, number, order[row, units - count :]] = False
    return masks.view(-1, units)


@torch.inference_mode()
def _predicted(
    classifier: nn.Module, layer: str, pictures: Tensor, labels: Tensor, keeps: Tensor, classes: int
) -> Predictions:
    """Rows: with all units, then with those of each mask."""
    before, after = split_at(classifier, layer)
    maps, labels = before(pictures), labels.cpu()
    logits = after(maps)
    if logits.shape[1] != classes:
        raise BadShape("a ranking of other classes", field="order", value=classes, allowed=f"{logits.shape[1]} classes")
    rows = [logits.argmax(1).cpu()]
    for keep in keeps.to(maps.device):
        rows.append(after(maps * keep.view(1, -1, *(1,) * (maps.dim() - 2))).argmax(1).cpu())
    predicted = torch.stack(rows)  # (1 + M, N)
    places = torch.arange(len(rows)).unsqueeze(1) * classes + predicted

    def counted(chosen: Tensor) -> Tensor:
        return torch.bincount(chosen, minlength=len(rows) * classes).view(len(rows), classes)

    right = predicted == labels
    return Predictions(torch.bincount(labels, minlength=classes), counted(places.flatten()), counted(places[right]))


@dataclass(frozen=True)
class ImportanceGroup:
    """The units that are among the TOP of so many classes.

    mean_iou: the mean of their best IoU; error: its standard error, 0 for a single unit.
    """

    classes: int
    units: int
    mean_iou: float
    error: float


def importance(order: Tensor) -> Tensor:
    """(U,) int64: among the TOP most important units of how many classes each unit is.  order: (K, U)."""
    return torch.bincount(order[:, :TOP].reshape(-1), minlength=order.shape[1])


def importance_groups(order: Tensor, best_iou: Tensor, most: int) -> list[ImportanceGroup]:
    """Units by importance 0, 1, …, and `most` or more: their mean best IoU (U,) with its standard error (Fig. 2E).

    Raises BadShape if the IoU is of another number of units.
    """
    if len(best_iou) != order.shape[1]:
        raise BadShape("IoU of other units", field="best_iou", value=len(best_iou), allowed=f"{order.shape[1]}")
    values = importance(order).clamp(max=most)
    groups = []
    for classes in range(most + 1):
        chosen = best_iou[values == classes].double()
        if len(chosen):
            error = float(chosen.std() / len(chosen) ** 0.5) if len(chosen) > 1 else 0.0
            groups.append(ImportanceGroup(classes, len(chosen), float(chosen.mean()), error))
    return groups


def correlations(peaks: Tensor, probabilities: Tensor) -> Tensor:
    """(U, K) float64: Pearson's correlation of each unit's peak with each class's probability over the same pictures.

    peaks: (N, U).  probabilities: (N, K).  0 for a unit or a class that never changes.  Raises UnitbrushError for fewer
    than two pictures.
    """
    if len(peaks) != len(probabilities) or len(peaks) < 2:
        found = f"{len(peaks)} and {len(probabilities)} pictures"
        raise UnitbrushError(
            "nothing to correlate", field="peaks", value=found, allowed="the same two or more pictures"
        )
    a, b = (x.double() - x.double().mean(0) for x in (peaks, probabilities))
    norm = a.norm(dim=0).unsqueeze(1) * b.norm(dim=0)
    return torch.where(norm > 0, (a.T @ b) / norm.clamp(min=1e-300), torch.zeros_like(norm))
