"""The optimal classifier on MNIST, beside scikit-learn's nearest neighbour.

    MOTLP_DATA=<folder of MNIST> python benchmarks/classifier.py [--eps 1,2,3] [--order full] [--per-class N] [--test N]

prints a Markdown table for each budget, and the ratio of the seconds of both. The columns:

* fit, predict: seconds, on all training images and for all test images, without loading and compiling.
* accuracy: of `predict` on the test images; probability: that of the true label, on average.
* robust on training, at least: the adversarial accuracy on the training measure that is proved; none is of the peer.
* robust on test, at most: what an attack leaves of the probability of the true label. It moves a test image by at most
  ε towards the nearest training image of each of a few other classes, in whole grey levels, and keeps the worst
  place. Other attacks may leave less: this is no more than an upper bound on robust accuracy.

The nearest neighbour gets float32, the quickest for it; its answers are probabilities of 0 and 1.
"""

import argparse
from collections.abc import Callable
from fractions import Fraction
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from motlp import LabeledMeasure, RobustClassifier, round_down, round_up
from motlp.datasets import load
from motlp.geometry.neighbours import find_nearest

T = TypeVar("T")
HEAD = (
    "| classifier | fit, s | predict, s | accuracy | probability | robust on training, at least "
    "| robust on test, at most |\n|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eps", default="1,2,3", help="budgets")
    parser.add_argument("--order", default="full", help="full, or a whole number")
    parser.add_argument("--per-class", type=int, help="training images of each digit")
    parser.add_argument("--test", type=int, help="test images, the first ones")
    parser.add_argument("--targets", type=int, default=3, help="classes that the attack moves towards")
    asked = parser.parse_args()
    train, test = load("mnist", per_class=asked.per_class), load("mnist", split="test")
    images, labels = test.points[: asked.test], test.labels[: asked.test]
    compile_kernels(train, images)
    ways = find_targets(train, images, labels, asked.targets)
    peer = KNeighborsClassifier(1, algorithm="brute")
    print(f"{train.size:,} training images, {len(images):,} test images, order {asked.order}\n")
    for eps in asked.eps.split(","):
        order = asked.order if asked.order == "full" else int(asked.order)
        moved = [move(images, target, float(eps) * 255) for target in ways]
        print(f"ε = {eps}\n\n{HEAD}", flush=True)
        ours = RobustClassifier(eps=eps, order=order)
        seconds = report("optimal", ours, lambda x: x, train, images, labels, moved)
        theirs = report("nearest neighbour", peer, lambda x: x.astype(np.float32), train, images, labels, moved)
        ratios = [there / here for here, there in zip(seconds, theirs, strict=True)]
        print(f"\nseconds of the nearest neighbour / ours: fit {ratios[0]:.4f}, predict {ratios[1]:.2f}")
        ends = round_down(ours.risk_lower_, 7), round_up(ours.risk_upper_, 7)
        print(f"risk of the optimal one on training: {float(ends[0]):.7f} to {float(ends[1]):.7f}\n", flush=True)


def compile_kernels(train: LabeledMeasure, images: np.ndarray) -> None:
    """Everything once, on a few images."""
    few = train.select(per_class=20)
    RobustClassifier(eps=4).fit(few.points, few.labels).predict(images[:100])
    find_nearest(images, train.points, "l2")


def report(
    name: str,
    model: Any,
    convert: Callable[[np.ndarray], np.ndarray],
    train: LabeledMeasure,
    images: np.ndarray,
    labels: np.ndarray,
    moved: list[np.ndarray],
) -> tuple[float, float]:
    """Prints the line of a classifier; returns the seconds of fit and predict."""
    X, queries = convert(train.points), convert(images)
    fitting, _ = clock(lambda: model.fit(X, train.labels))
    predicting, answers = clock(lambda: model.predict(queries))
    rows = np.arange(len(images))
    chances = [model.predict_proba(convert(place))[rows, labels] for place in (images, *moved)]
    proved = "unknown"
    if isinstance(model, RobustClassifier):
        proved = f"{float(round_down(1 - Fraction(model.risk_upper_), 5)):.5f}"
    left = round_up(np.min(chances, axis=0).mean(), 4)
    print(
        f"| {name} | {fitting:.2f} | {predicting:.2f} | {(answers == labels).mean():.4f} | {chances[0].mean():.4f} "
        f"| {proved} | {float(left):.4f} |",
        flush=True,
    )
    return fitting, predicting


def find_targets(train: LabeledMeasure, images: np.ndarray, labels: np.ndarray, targets: int) -> list[np.ndarray]:
    """For each image, the nearest training images of the nearest other classes, the nearest first."""
    nearest = []
    for label in range(train.classes):
        points = train.points[train.labels == label]
        nearest.append(points[find_nearest(images, points, "l2")])
    far = np.array([measure_steps(images, target) for target in nearest])
    far[labels, np.arange(len(images))] = np.inf
    ranked = far.argsort(axis=0)[:targets]
    return [np.array(nearest)[row, np.arange(len(images))] for row in ranked]


def move(images: np.ndarray, targets: np.ndarray, reach: float) -> np.ndarray:
    """The images moved towards their targets by at most the reach, rounded towards where they come from."""
    far = measure_steps(images, targets)
    share = np.minimum(1.0, reach / np.maximum(far, 1e-300)) * (1 - 1e-12)
    steps = targets.astype(np.float64) - images
    return (images + np.trunc(steps * share[:, None])).astype(np.uint8)


def measure_steps(images: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The distances, in grey levels."""
    return np.array([np.linalg.norm(b.astype(float) - a) for a, b in zip(images, targets, strict=True)])


def clock(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that the work takes, and its result."""
    began = perf_counter()
    result = work()
    return perf_counter() - began, result


if __name__ == "__main__":
    main()
