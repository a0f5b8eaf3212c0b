"""Random labelled measures, small enough for brute force."""

from dataclasses import fields

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic


@st.composite
def measures(draw, classes=(2, 5), points=(4, 12), dimensions=(1, 3), side=4, dtypes=("u1", "i8", "f8")):
    """Points on a grid 0 … side of unit 1, so that equal points and equal distances are common; masses w/Σw.

    `classes`, `points` and `dimensions` are inclusive ranges.
    """
    k = draw(st.integers(*classes))
    n = draw(st.integers(max(points[0], k), max(points[1], k)))
    shape = (n, draw(st.integers(*dimensions)))
    grid = draw(npst.arrays(np.int64, shape, elements=st.integers(0, side)))
    rest = draw(st.lists(st.integers(0, k - 1), min_size=n - k, max_size=n - k))
    labels = draw(st.permutations([*range(k), *rest]))
    weights = draw(st.lists(st.integers(1, 6), min_size=n, max_size=n))
    dtype = draw(st.sampled_from(dtypes))
    return LabeledMeasure.from_arrays(grid.astype(dtype), labels, weights, unit=1)


BUDGETS = ("0", "0.5", "0.71", "1", "1.3", "1.5", "2")  # √2/2 and ties of the grid among them, or nearly
PRICES = ("0.05", "0.3", "1")


@st.composite
def threats(draw, norms=("l2", "linf"), quadratic=True):
    """A transport cost that suits the grid, and its budget, or None."""
    if quadratic and draw(st.integers(0, 3)) == 0:
        return Quadratic(draw(st.sampled_from(PRICES))), None
    return Ball(draw(st.sampled_from(norms))), draw(st.sampled_from(BUDGETS))


def equal(one: LabeledMeasure, other: LabeledMeasure) -> bool:
    """Whether two measures are equal bit for bit, in all that they hold."""
    for field in fields(LabeledMeasure):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            if (a.dtype, a.shape, a.tobytes()) != (b.dtype, b.shape, b.tobytes()):
                return False
        elif a != b:
            return False
    return True
