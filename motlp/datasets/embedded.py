"""Data sets that need no files: scikit-learn's digits, and random points in the plane."""

from fractions import Fraction
from importlib.metadata import version
from itertools import product

import numpy as np

from motlp.datasets.cache import LabeledImages, keep, recall
from motlp.datasets.selection import Selection
from motlp.errors import InvalidMeasure, arg, shorten
from motlp.problem.measure import LabeledMeasure

MOST_DRAWN = 10_000_000  # points a class; more may not fit in memory


def digits(selection: Selection) -> LabeledMeasure:
    """scikit-learn's handwritten digits: 1,797 images of 8 × 8 pixels of 0 … 16."""
    selection.refuse_split("digits")
    key, source = ("digits",), (version("scikit-learn"),)
    data = recall(key, source)  # importing scikit-learn takes most of a second
    if data is None:
        from sklearn.datasets import load_digits

        read = load_digits()
        data = LabeledImages(read.images.astype(np.uint8), read.target)
        keep(key, source, data)
    return selection.apply(LabeledMeasure.from_arrays(data.images, data.labels, unit=Fraction(1, 16), name="digits"))


def gaussians(selection: Selection) -> LabeledMeasure:
    """Six unit Gaussians in the plane, centred on {-2, 2, 6} × {-2, 2}; 100 points each, seed 0 by default.

    Every class has a random stream of its own, so that the first points do not depend on how many are drawn.
    """
    selection.refuse_split("gaussians")
    count = 100 if selection.per_class is None else selection.per_class
    seed = 0 if selection.seed is None else selection.seed
    if count > MOST_DRAWN:
        raise InvalidMeasure(
            f"{arg('per_class')} is {shorten(count)}; of gaussians, {MOST_DRAWN} points a class are drawn at most."
        )
    centres = np.array(list(product([-2.0, 2.0, 6.0], [-2.0, 2.0])))
    noise = [np.random.default_rng([seed, k]).standard_normal((count, 2)) for k in range(len(centres))]
    points = np.concatenate([centre + z for centre, z in zip(centres, noise, strict=True)])
    labels = np.repeat(np.arange(len(centres)), count)
    return LabeledMeasure.from_arrays(points, labels, name="gaussians").select(selection.classes)
