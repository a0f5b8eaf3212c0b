"""Problems that several rooms are tested on."""

from functools import cache

import numpy as np

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball


@cache
def triangles() -> Hypergraph:
    """Three classes in the plane, 36 points, with triangles."""
    rng = np.random.default_rng(3)
    labels = np.repeat([0, 1, 2], 12)
    measure = LabeledMeasure.from_arrays(rng.normal(size=(36, 2)) + labels[:, None] * 0.7, labels, unit=1)
    return interactions(measure, Ball("l2"), "0.6", 3)


@cache
def pair() -> Hypergraph:
    """Two points of two classes in one place: the risk is one half."""
    return interactions(LabeledMeasure.from_arrays([[0.0], [0.0]], [0, 1]), Ball("l2"), 1, 2)
