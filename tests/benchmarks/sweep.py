"""How much faster all units of conv5_3 of VGG-16 are removed together than one by one, in the same run.

The naive loop is one forward pass for every unit; a few of its passes are timed, in turns with the sweep, and their
median counts for each of the 512.
"""

from __future__ import annotations

import sys

import torch
from torch import Tensor, nn

from dissect_core.experiments.sweep import remove_each
from dissect_core.models.hooks import edited
from tests.benchmarks.turns import Row, compared, in_turns

CONV5_3 = "features.28"
UNITS = 512
CLASSES = 365
IMAGES = 4
MOST_DIFFERENT = 1e-2


class Vgg16(nn.Module):
    """VGG-16 with random weights, its modules named as in torchvision."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for outputs, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
                inputs = outputs
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(UNITS * 49, 4096),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(4096, CLASSES),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight)  # as loud in the last layer as in the first

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, 224, 224) -> (N, 365)."""
        logits: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
        return logits


def rows(repeats: int) -> list[Row]:
    """The table's row."""
    torch.manual_seed(1)
    network = Vgg16().eval().requires_grad_(False)
    images = torch.randn(IMAGES, 3, 224, 224)

    def one_unit() -> Tensor:
        zero = edited(network, {CONV5_3: lambda maps: maps.index_fill(1, torch.tensor([7]), 0.0)})
        with torch.inference_mode(), zero:
            logits: Tensor = network(images)
            return logits

    removed = remove_each(network, CONV5_3, images, [7]).removed[:, 0]
    difference = float((removed - one_unit()).abs().max())
    if difference > MOST_DIFFERENT:
        sys.exit(f"the sweep and the naive loop differ by {difference} in a logit")
    times = in_turns({"naive": one_unit, "sweep": lambda: remove_each(network, CONV5_3, images)}, repeats)
    what = f"ablation sweep of {UNITS} units of conv5_3, each unit of {IMAGES} images"
    return [compared(what, times["sweep"], times["naive"], each=UNITS, goal="at least 50 times")]
