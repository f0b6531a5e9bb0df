"""What every class loses when a single unit is removed: all units of a late layer of a classifier in about one pass.

Bau et al. 2020, "Role of individual units in a classifier": a unit is removed by setting its map to zero, and what the
network then predicts is compared with what it did.  Done plainly, that is one forward pass for every unit.  But

- everything up to the layer is the same for all of them,
- activations and poolings after it work on each unit's map by itself, so only that unit's map changes, and
- the next convolution or linear layer is a sum over units, so removing one takes that unit's share from the sum: the
  shares of all units together cost as much as the sum itself.

Only what follows is computed anew for each unit.  For conv5_3 of VGG-16 these are the last two linear layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.errors import BadShape, UnitbrushError, UnknownLayer

CHUNK_BYTES = 128 * 2**20
"""Memory for the first activations that differ from unit to unit; more units are done one part after the other."""
UNIT_BY_UNIT = (
    nn.ReLU,
    nn.LeakyReLU,
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
    nn.BatchNorm2d,
    nn.Dropout,
    nn.Flatten,
    nn.Identity,
)
"""Modules that treat every unit's map by itself (in evaluation)."""

Network = Callable[[Tensor], Tensor]
Step = tuple[str, nn.Module]
"""A module and its name in the network."""


SAME = 1e-2
"""Largest difference of logits that rounding can explain, relative to the largest."""
FIRST = "standardised"
VGG_FORMS = (["features", "avgpool", "classifier"], ["features", "classifier"])
"""The children of a network of VGG's form; before the last, maps are flattened."""


@dataclass(frozen=True, eq=False)
class Removal:
    """Logits of N images over K classes: with all units (N, K), and with each of the units removed (N, U, K)."""

    units: tuple[int, ...]
    kept: Tensor
    removed: Tensor


@dataclass(frozen=True, eq=False)
class ClassEffects:
    """How the predictions of K classes change when units are removed, counted over labelled images (all int64).

    images: (K,) of each class.  claimed: (1 + U, K) images that are taken for the class, row 0 with all units and row
    1 + n without units[n].  hits: of these, the images that are of the class.  surprise: (1 + U, K) float64, over the
    images of each class the sum of -log p(class).
    """

    units: tuple[int, ...]
    images: Tensor
    claimed: Tensor
    hits: Tensor
    surprise: Tensor

    def __add__(self, more: ClassEffects) -> ClassEffects:
        """The same over both sets of images."""
        return ClassEffects(
            self.units,
            self.images + more.images,
            self.claimed + more.claimed,
            self.hits + more.hits,
            self.surprise + more.surprise,
        )

    @property
    def balanced_accuracy(self) -> Tensor:
        """(1 + U, K) float64: the mean of the shares of the class and of all others that are told apart.

        0.5 is chance.  Not a number for a class without images.
        """
        others = self.images.sum() - self.images
        return (self.hits / self.images + 1 - (self.claimed - self.hits) / others).double() / 2

    @property
    def lost(self) -> Tensor:
        """(U, K): how much balanced accuracy each class loses without each unit; negative where it gains."""
        accuracy = self.balanced_accuracy
        return accuracy[:1] - accuracy[1:]

    @property
    def doubt(self) -> Tensor:
        """(U, K): how much log-probability each class loses in its own images without each unit, on average."""
        mean = self.surprise / self.images.clamp(min=1)
        return mean[1:] - mean[:1]


def sweep(
    classifier: nn.Module, layer: str, batches: Iterable[tuple[Tensor, Tensor]], units: Sequence[int] | None = None
) -> ClassEffects:
    """The effect of every unit of a layer on every class, over batches of images and labels (N,) int64.

    See `remove_each` for the rest.  Raises BadShape if there are no batches.
    """
    total: ClassEffects | None = None
    for images, labels in batches:
        effects = count_effects(remove_each(classifier, layer, images, units), labels)
        total = effects if total is None else total + effects
    if total is None:
        raise BadShape("no images to remove units from", field="batches", value=0, allowed="one or more")
    return total


def count_effects(removal: Removal, labels: Tensor) -> ClassEffects:
    """What a removal does to predictions: the class of the largest logit, against the images' labels (N,)."""
    classes = removal.kept.shape[1]
    logits = torch.cat([removal.kept.unsqueeze(1), removal.removed], dim=1).cpu()  # (N, 1 + U, K)
    labels = labels.cpu()
    predicted = logits.argmax(dim=2)
    own = -logits.double().log_softmax(dim=2).gather(2, labels.view(-1, 1, 1).expand(-1, logits.shape[1], 1))[:, :, 0]
    surprise = own.new_zeros(logits.shape[1], classes).index_add_(1, labels, own.T.contiguous())
    rows = predicted.shape[1]
    place = torch.arange(rows) * classes + predicted  # of each prediction in the (1 + U, K) table

    def counted(places: Tensor) -> Tensor:
        return torch.bincount(places, minlength=rows * classes).view(rows, classes)

    right = predicted == labels[:, None]
    images = torch.bincount(labels, minlength=classes)
    return ClassEffects(removal.units, images, counted(place.flatten()), counted(place[right]), surprise)


def split_at(classifier: nn.Module, layer: str) -> tuple[Network, Network]:
    """The network up to a layer, and what comes after it: after(before(images)) are the logits.

    Raises as `remove_each`.
    """
    before, alone, mixing, rest = _parts(list(steps(classifier)), layer)
    after = [*alone, ("mixing", mixing), *rest]
    return (lambda images: _run(before, images)), (lambda outputs: _run(after, outputs))


@torch.inference_mode()
def remove_each(classifier: nn.Module, layer: str, images: Tensor, units: Sequence[int] | None = None) -> Removal:
    """Remove units of a layer one at a time (None: each of them) and give the logits of every image.

    classifier: in evaluation mode; a chain of modules, or `features`, `avgpool` and `classifier` as VGG has them.
    layer: by its name ("features.28").  images: (N, C, H, W) as the classifier takes them, on its device.
    Raises UnknownLayer, BadShape for a unit that is not there, UnitbrushError for a network of another form.
    """
    if classifier.training:
        raise UnitbrushError("the classifier is training", field="classifier", value="training", allowed="eval()")
    before, alone, mixing, rest = _parts(list(steps(classifier)), layer)
    outputs = _run(before, images)  # (N, U, ...)
    known = outputs.shape[1]
    units = tuple(range(known)) if units is None else tuple(units)
    if bad := [unit for unit in units if not 0 <= unit < known]:
        raise BadShape(f"{layer} has no unit {bad[0]}", field="units", value=bad[0], allowed=f"0 to {known - 1}")
    nothing = _run(alone, torch.zeros_like(outputs[:1]))
    there = _run(alone, outputs)  # (N, U, h, w), or flattened (N, U * f)
    total = mixing(there)
    size = total[0].nbytes * len(images)
    part = max(1, CHUNK_BYTES // max(1, size))
    removed = []
    for start in range(0, len(units), part):
        chosen = units[start : start + part]
        without = total.unsqueeze(1) + _shares(mixing, nothing - there, known, chosen)  # (N, part, D, ...)
        logits = _run(rest, without.flatten(0, 1))
        removed.append(logits.view(len(images), len(chosen), -1))
    kept = _run(rest, total)
    _check_same(kept[:1], classifier(images[:1]))
    return Removal(units, kept, torch.cat(removed, dim=1))


def steps(module: nn.Module, name: str = "") -> Iterator[Step]:
    """The modules without children of a network, in the order in which they run.

    A network of VGG's form may have a module `standardised` that its pictures pass first.
    Raises UnitbrushError for a network that is no chain of modules and not of VGG's form.
    """
    children = dict(module.named_children())
    inside = f"{name}." if name else ""
    if not children:
        yield name, module
    elif isinstance(module, nn.Sequential):
        for child, part in children.items():
            yield from steps(part, inside + child)
    elif not name and [child for child in children if child != FIRST] in VGG_FORMS:
        for child, part in sorted(children.items(), key=lambda item: item[0] != FIRST):
            if child == "classifier":
                yield "flatten", nn.Flatten()
            yield from steps(part, child)
    else:
        raise UnitbrushError(
            f"cannot follow {name or 'the network'}",
            field="classifier",
            value=type(module).__name__,
            allowed="a chain of modules, or features, avgpool and classifier",
        )


def _parts(chain: list[Step], layer: str) -> tuple[list[Step], list[Step], nn.Module, list[Step]]:
    """What runs up to a layer, what treats its units one by one, what adds them up, and the rest."""
    names = [name for name, _ in chain]
    if layer not in names:
        raise UnknownLayer.among(layer, names)
    after = chain[names.index(layer) + 1 :]
    count = next((n for n, (_, module) in enumerate(after) if not isinstance(module, UNIT_BY_UNIT)), len(after))
    mixing = after[count][1] if count < len(after) else None
    plain = isinstance(mixing, nn.Conv2d) and mixing.groups == 1 and mixing.padding_mode == "zeros"
    if mixing is None or not (plain or isinstance(mixing, nn.Linear)):
        raise UnitbrushError(
            f"nothing adds up the units of {layer}",
            field="layer",
            value=type(mixing).__name__ if mixing is not None else "the last layer",
            allowed="a layer before a linear layer or an ungrouped convolution with zero padding",
        )
    return chain[: -len(after)], after[:count], mixing, after[count + 1 :]


def _check_same(found: Tensor, expected: Tensor) -> None:
    """Raise UnitbrushError for a network that does more than its modules one after the other."""
    difference = float((found - expected).abs().max() / expected.abs().max().clamp(min=1e-6))
    if difference > SAME:
        raise UnitbrushError(
            "the network does more than its modules one after the other",
            field="classifier",
            value=f"logits differ by {difference:.2g} of the largest",
            allowed="a network without functions in between",
        )


def _run(chain: Iterable[Step], x: Tensor) -> Tensor:
    for _, module in chain:
        x = module(x)
    return x


def _shares(mixing: nn.Module, change: Tensor, known: int, chosen: Sequence[int]) -> Tensor:
    """What the change of each chosen unit alone changes in the sum: (N, part, D, ...)."""
    neighbours = list(chosen) == list(range(chosen[0], chosen[0] + len(chosen)))
    rows = slice(chosen[0], chosen[0] + len(chosen)) if neighbours else list(chosen)  # a view of the weights, or a copy
    if isinstance(mixing, nn.Linear):
        maps = change.view(len(change), known, -1)[:, rows].transpose(0, 1)  # (part, N, f)
        weights = mixing.weight.view(mixing.out_features, known, -1)[:, rows].permute(1, 2, 0)  # (part, f, D)
        return torch.bmm(maps, weights).transpose(0, 1)
    assert isinstance(mixing, nn.Conv2d)
    alone = change[:, rows]
    weights = mixing.weight[:, rows].transpose(0, 1).flatten(0, 1).unsqueeze(1)  # (part * D, 1, kh, kw)
    stride, padding, dilation = mixing.stride, mixing.padding, mixing.dilation
    shares = F.conv2d(alone, weights, None, stride, padding, dilation, groups=len(chosen))
    return shares.view(len(change), len(chosen), mixing.out_channels, *shares.shape[2:])
