"""Distances against closed forms, manifolds worked out by hand."""

import math

import pytest
import torch

from dissect_core.concepts.columns import Columns
from dissect_core.evaluation.quality import as_shown, failing_objects, frechet, precision_recall, share_table


def gaussian(mean: list[float], root: list[list[float]], count: int = 4000) -> torch.Tensor:
    """Points whose sample mean and covariance are exactly `mean` and root @ root.T, float64."""
    x = torch.randn(count, len(mean), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = x - x.mean(0)
    x = x @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(x.T))).T
    return x @ torch.tensor(root, dtype=torch.float64).T + torch.tensor(mean, dtype=torch.float64)


def test_frechet_of_commuting_gaussians_is_the_closed_form() -> None:
    # diagonal covariances: |mu - nu|^2 + sum (sigma - tau)^2 = 9 + 16 + (2 - 1)^2 + (5 - 3)^2
    a, b = gaussian([0, 0], [[2, 0], [0, 5]]), gaussian([3, 4], [[1, 0], [0, 3]])
    assert frechet(a, b) == pytest.approx(30, abs=1e-6)
    assert frechet(b, a) == pytest.approx(30, abs=1e-6)


def test_frechet_of_gaussians_that_do_not_commute() -> None:
    # A = diag(4, 1), B = [[2, 1], [1, 2]]: tr sqrt(AB) = sqrt(tr AB + 2 sqrt(det AB)) = sqrt(10 + 2 sqrt(12))
    root = [[math.sqrt(2), 0], [1 / math.sqrt(2), math.sqrt(1.5)]]
    distance = frechet(gaussian([0, 0], [[2, 0], [0, 1]]), gaussian([0, 0], root))
    assert distance == pytest.approx(5 + 4 - 2 * math.sqrt(10 + 2 * math.sqrt(12)), abs=1e-6)


def test_frechet_of_a_set_with_itself_is_zero_even_when_features_are_constant() -> None:
    x = torch.cat([torch.randn(50, 3), torch.ones(50, 2)], 1)
    assert frechet(x, x) == pytest.approx(0, abs=1e-9)


def test_precision_and_recall_by_hand() -> None:
    # real: 0 1 2 3 with k = 1 -> balls of radius 1, the interval [-1, 4]; fake: 2.5, 3, 9, 9.5 -> balls of radius 0.5
    real = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    fake = torch.tensor([[2.5], [3.0], [9.0], [9.5]])
    assert precision_recall(real, fake, neighbours=1) == (0.5, 0.5)  # inside [2, 3.5]: the real 2 and 3


def test_shares_and_the_verdict_on_them() -> None:
    columns = Columns({"object": ("none", "sky", "tree", "cat", "ghost"), "part": ("none", "crown")})
    world, drawn = torch.tensor([500, 100, 5, 0, 70]), torch.tensor([625, 74, 50, 0, 70])
    rows = share_table(columns, {"generated": drawn, "world": world}, 1000)
    assert [(row["name"], row["ratio"], row["within"]) for row in rows] == [
        ("sky", 1.25, True),
        ("tree", 0.74, False),
        ("cat", 10.0, None),  # half a percent of the world or less is not judged
    ]
    assert failing_objects(rows) == ["tree"]


def test_pictures_are_judged_as_they_are_shown() -> None:
    shown = as_shown(torch.tensor([-3.0, -1.0, 0.0, 1.0, 3.0]))
    assert shown.tolist() == pytest.approx([-1, -1, 128 / 127.5 - 1, 1, 1], abs=1e-6)
