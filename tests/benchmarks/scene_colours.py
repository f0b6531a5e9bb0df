"""How far colours alone tell the worlds apart: no classifier of scenes should get away with looking at them only.

    python tests/benchmarks/scene_colours.py [--train 60] [--test 30]

Prints JSON: the accuracy on unseen scenes of a logistic regression on mean colours (3 numbers) and on colour histograms
(4 x 4 x 4 bins), of nearest class means of the histograms, for all worlds, and per world for the histograms; and which
worlds are taken for which.  Chance is 1 / worlds.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from dissect_core.world.scenes import PAINTERS, paint

BINS = 4
FIRST_TEST = 500_000


def features(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (N, 3, H, W) -> mean colours (N, 3) and joint histograms (N, BINS ** 3), shares that sum to 1."""
    pixels = images.reshape(len(images), 3, -1).astype(np.int64)
    cells = (pixels * BINS // 256 * np.array([BINS * BINS, BINS, 1])[None, :, None]).sum(1)
    counts = np.stack([np.bincount(row, minlength=BINS**3) for row in cells])
    return pixels.mean(2) / 255, counts / counts.sum(1, keepdims=True)


def logistic_regression(
    x: np.ndarray, y: np.ndarray, classes: int, steps: int = 1500, decay: float = 1e-3
) -> np.ndarray:
    """Weights (F + 1, classes) of a softmax regression by gradient descent with momentum; x is standardised."""
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    wanted = np.eye(classes)[y]
    weights, velocity = np.zeros((x.shape[1], classes)), np.zeros((x.shape[1], classes))
    for _ in range(steps):
        scores = x @ weights
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        velocity = 0.9 * velocity - 0.1 * (x.T @ (shares - wanted) / len(x) + decay * weights)
        weights += velocity
    return weights


def regression_guesses(train: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """The classes that a logistic regression on standardised features gives the test rows."""
    mean, spread = train.mean(0), train.std(0) + 1e-3
    weights = logistic_regression((train - mean) / spread, y, classes)
    rows = np.concatenate([(test - mean) / spread, np.ones((len(test), 1))], axis=1)
    return (rows @ weights).argmax(1)


def centroid_guesses(train: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """The class of the nearest mean."""
    centroids = np.stack([train[y == k].mean(0) for k in range(classes)])
    return ((test[:, None] - centroids[None]) ** 2).sum(2).argmin(1)


def measure(train: int, test: int, size: int = 64) -> dict[str, object]:
    """The figures of the module's docstring for so many scenes per world."""
    worlds = list(PAINTERS)
    rows: dict[str, list[np.ndarray]] = {"mean": [], "histogram": [], "unseen mean": [], "unseen histogram": []}
    for world in worlds:
        for prefix, seeds in (("", range(train)), ("unseen ", range(FIRST_TEST, FIRST_TEST + test))):
            mean, histogram = features(paint(world, seeds, size).images.numpy())
            rows[f"{prefix}mean"].append(mean)
            rows[f"{prefix}histogram"].append(np.sqrt(histogram))
    x = {name: np.concatenate(parts) for name, parts in rows.items()}
    y, truth = np.repeat(np.arange(len(worlds)), train), np.repeat(np.arange(len(worlds)), test)
    by_mean = regression_guesses(x["mean"], y, x["unseen mean"], len(worlds))
    by_histogram = regression_guesses(x["histogram"], y, x["unseen histogram"], len(worlds))
    by_centroid = centroid_guesses(x["histogram"], y, x["unseen histogram"], len(worlds))
    confused = {}
    for index, world in enumerate(worlds):
        taken = np.bincount(by_histogram[truth == index], minlength=len(worlds))
        confused[world] = {worlds[other]: int(taken[other]) for other in taken.argsort()[::-1][:4] if taken[other]}
    return {
        "worlds": len(worlds),
        "chance": round(1 / len(worlds), 3),
        "mean_colour": round(float((by_mean == truth).mean()), 3),
        "histogram": round(float((by_histogram == truth).mean()), 3),
        "histogram_nearest_mean": round(float((by_centroid == truth).mean()), 3),
        "taken_for": confused,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=int, default=60, help="scenes per world to learn from")
    parser.add_argument("--test", type=int, default=30, help="unseen scenes per world")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.train, arguments.test), indent=2))


if __name__ == "__main__":
    main()
