"""Removing every unit at once predicts what removing them one by one predicts."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from dissect_core.errors import BadShape, UnitbrushError, UnknownLayer
from dissect_core.experiments import sweep as module
from dissect_core.experiments.sweep import ClassEffects, Removal, count_effects, remove_each, sweep
from dissect_core.models.hooks import edited
from dissect_core.models.vgg import NAMES, SceneClassifier


class SmallVgg(nn.Module):
    """VGG-16's structure with its names, its in-place ReLU and its forward, small."""

    def __init__(self, norm: bool = False) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((3, 6), (6, 8), (8, 10)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), *([nn.BatchNorm2d(outputs)] if norm else [])]
            layers += [nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((3, 3))
        self.classifier = nn.Sequential(
            nn.Linear(10 * 9, 24),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(24, 16),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(16, 5),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 5)."""
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def small_vgg(seed: int = 0, norm: bool = False) -> SmallVgg:
    torch.manual_seed(seed)
    network = SmallVgg(norm).eval().requires_grad_(False)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean = torch.randn(layer.num_features)
            layer.bias.data = torch.randn(layer.num_features)
    return network.double()


def images(count: int = 6) -> Tensor:
    return torch.randn(count, 3, 28, 28, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def removed_one_by_one(network: nn.Module, layer: str, x: Tensor, units: list[int]) -> Tensor:
    """The naive loop: one forward pass for every unit."""

    def without(unit: int) -> Tensor:
        def zero(maps: Tensor) -> Tensor:
            return maps.index_fill(1, torch.tensor([unit]), 0.0)

        with torch.inference_mode(), edited(network, {layer: zero}):
            return network(x)

    return torch.stack([without(unit) for unit in units], dim=1)


LAYERS = ("features.0", "features.3", "features.6", "features.7", "classifier.0", "classifier.3")


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("chunk", [1, 10_000, 2**26], ids=["one by one", "a few at once", "all at once"])
def test_every_layer_gives_the_logits_of_the_naive_loop(layer: str, chunk: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "CHUNK_BYTES", chunk)
    network, x = small_vgg(), images()
    removal = remove_each(network, layer, x)
    wanted = removed_one_by_one(network, layer, x, list(removal.units))
    torch.testing.assert_close(removal.removed, wanted, rtol=0, atol=1e-12)
    torch.testing.assert_close(removal.kept, network(x), rtol=0, atol=1e-12)
    assert (wanted != removal.kept.unsqueeze(1)).any(dim=(0, 2)).sum() > 3  # the units matter


def test_the_scene_classifier_is_swept_with_what_it_does_to_its_pictures_first():
    torch.manual_seed(0)
    network = SceneClassifier(("a", "b", "c"), (4,) * len(NAMES), (16, 12), 1, 32).eval().requires_grad_(False).double()
    x = torch.rand(3, 3, 32, 32, dtype=torch.float64) * 2 - 1
    removal = remove_each(network, "features.28", x)
    torch.testing.assert_close(removal.kept, network(x))
    torch.testing.assert_close(removal.removed, removed_one_by_one(network, "features.29", x, list(removal.units)))


def test_a_network_that_does_more_than_its_modules_is_refused():
    class Doubling(SmallVgg):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(2 * x)

    with pytest.raises(UnitbrushError, match="more than its modules"):
        remove_each(Doubling().eval().double(), "features.6", images())


def test_in_single_precision_the_predictions_are_the_same():
    network, x = small_vgg(seed=3).float(), images(20).float()
    removal = remove_each(network, "features.6", x)
    wanted = removed_one_by_one(network, "features.6", x, list(removal.units))
    torch.testing.assert_close(removal.removed, wanted, rtol=0, atol=1e-5)
    assert torch.equal(removal.removed.argmax(dim=2), wanted.argmax(dim=2))


def test_some_units_in_any_order():
    network, x = small_vgg(), images(2)
    for units in ([7, 2, 3], [4, 5], [9]):
        removal = remove_each(network, "features.6", x, units)
        wanted = removed_one_by_one(network, "features.6", x, units)
        torch.testing.assert_close(removal.removed, wanted, rtol=0, atol=1e-12)


def test_a_unit_that_is_zero_need_not_be_zero_after_a_normalisation():
    network, x = small_vgg(norm=True), images()
    removal = remove_each(network, "features.8", x)
    wanted = removed_one_by_one(network, "features.8", x, list(range(10)))
    torch.testing.assert_close(removal.removed, wanted, rtol=0, atol=1e-12)


def test_a_network_computed_by_hand():
    # maps a = x, b = -x + 4 of one pixel x = 3: (3, 1).  ReLU, then y = a + 10 b - 2, ReLU, logits (y, 12 - y)
    convolution, total, logits = nn.Conv2d(1, 2, 1), nn.Linear(2, 1), nn.Linear(1, 2)
    convolution.weight.data = torch.tensor([1.0, -1.0]).view(2, 1, 1, 1)
    convolution.bias.data = torch.tensor([0.0, 4.0])
    total.weight.data, total.bias.data = torch.tensor([[1.0, 10.0]]), torch.tensor([-2.0])
    logits.weight.data, logits.bias.data = torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 12.0])
    network = nn.Sequential(convolution, nn.ReLU(), nn.Flatten(), total, nn.ReLU(), logits).eval()
    removal = remove_each(network, "0", torch.full((1, 1, 1, 1), 3.0))
    assert removal.kept.tolist() == [[11.0, 1.0]]
    assert removal.removed.tolist() == [[[8.0, 4.0], [1.0, 11.0]]]


def test_effects_are_counted_per_class_and_unit():
    kept = torch.tensor([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 5.0, 0.0], [5.0, 0.0, 0.0]])  # predicts 0 1 1 0
    first = torch.tensor([[0.0, 1.0, 0.0]] * 4)  # without it everything is 1
    removal = Removal((8,), kept, first.unsqueeze(1))
    effects = count_effects(removal, torch.tensor([0, 1, 2, 0]))
    assert effects.images.tolist() == [2, 1, 1]
    assert effects.claimed.tolist() == [[2, 2, 0], [0, 4, 0]]
    assert effects.hits.tolist() == [[2, 1, 0], [0, 1, 0]]
    # class 0: both of its images and both others told apart -> 1; without the unit 0 of 2 and 2 of 2 -> 1/2
    # class 1: 1 of 1, and 2 of 3 others -> 5/6; without 1 of 1, and 0 of 3 -> 1/2.  class 2: 0 of 1, 3 of 3 -> 1/2
    torch.testing.assert_close(
        effects.balanced_accuracy, torch.tensor([[1, 5 / 6, 0.5], [0.5, 0.5, 0.5]], dtype=torch.float64)
    )
    torch.testing.assert_close(effects.lost, torch.tensor([[0.5, 1 / 3, 0.0]], dtype=torch.float64))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_any_batches_count_the_same(size: int):
    network, x, labels = small_vgg(), images(5), torch.tensor([0, 1, 4, 1, 3])
    batches = [(x[n : n + size], labels[n : n + size]) for n in range(0, 5, size)]
    effects, wanted = sweep(network, "features.6", batches), sweep(network, "features.6", [(x, labels)])
    assert isinstance(effects, ClassEffects)
    for name in ("images", "claimed", "hits"):
        assert torch.equal(getattr(effects, name), getattr(wanted, name))
    assert effects.claimed.sum(dim=1).tolist() == [5] * 11


@pytest.mark.parametrize(
    ("network", "layer", "error"),
    [
        (small_vgg(), "features.28", UnknownLayer),
        (small_vgg(), "classifier.6", UnitbrushError),
        (small_vgg().train(), "features.6", UnitbrushError),
        (nn.Sequential(nn.Conv2d(3, 4, 1), nn.Softmax(1), nn.Conv2d(4, 2, 1)).eval().double(), "0", UnitbrushError),
        (nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 2, 1, groups=2)).eval().double(), "0", UnitbrushError),
        (nn.ModuleDict({"a": nn.Conv2d(3, 4, 1)}).eval(), "a", UnitbrushError),
    ],
    ids=["no such layer", "the last layer", "training", "units that compete", "grouped", "no chain"],
)
def test_what_cannot_be_swept_is_an_error(network: nn.Module, layer: str, error: type[Exception]):
    with pytest.raises(error) as caught:
        remove_each(network, layer, images(1))
    assert isinstance(caught.value, UnitbrushError)
    assert caught.value.allowed


def test_a_unit_that_is_not_there_and_no_images_are_errors():
    with pytest.raises(BadShape):
        remove_each(small_vgg(), "features.6", images(1), [10])
    with pytest.raises(BadShape):
        sweep(small_vgg(), "features.6", [])


def test_the_images_and_the_network_are_left_as_they_were():
    network, x = small_vgg(), images(2)
    before, copy = network(x), x.clone()
    remove_each(network, "features.6", x)
    assert torch.equal(x, copy)
    assert torch.equal(network(x), before)
