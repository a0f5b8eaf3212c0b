"""Distances: exact ones, what the kernels work on, and what does not fit them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.errors import InvalidMeasure
from motlp.geometry.distance import comparable, exact_distance, floats, integers

NORMS = ["l2", "linf", "l1"]
DTYPES = [np.uint8, np.int32, np.int64, np.float32, np.float64]
VALUES = st.integers(0, 255) | st.integers(0, 3)


@given(st.sampled_from(DTYPES).flatmap(lambda dtype: arrays(dtype, (2, 5), elements=VALUES)), st.sampled_from(NORMS))
def test_a_distance_is_that_of_the_definition(points, norm):
    gaps = [abs(Fraction(a) - Fraction(b)) for a, b in zip(*points.tolist(), strict=True)]
    defined = {"l2": sum(gap**2 for gap in gaps), "l1": sum(gaps), "linf": max(gaps)}[norm]
    assert exact_distance(points, 0, 1, norm) == defined
    assert exact_distance(comparable(points, norm), 0, 1, norm) == defined


@given(arrays(np.float64, (3, 2), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_floats_are_exact_integers_times_a_step(points):
    whole, step = integers(points)
    assert (whole * step == [[Fraction(x) for x in row] for row in points.tolist()]).all()


def test_integers_become_floats_coordinate_by_coordinate():
    time = 1_700_000_000_000_000_001
    points = np.array([[time, 3], [time + 1, -5]])
    assert floats(points).tolist() == [[0.0, 8.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("points", "norm"),
    [
        (np.array([[0.0], [np.nan]]), "l2"),
        (np.array([[0.0], [np.inf]]), "l1"),
        (np.array([[-1e200], [1e200]]), "l2"),
        (np.array([[-(2**62)], [2**62]]), "l1"),
        (np.array([[0], [2**63]], np.uint64), "linf"),
        (np.array([[1j], [2j]]), "l2"),
    ],
)
def test_distances_that_do_not_fit_are_refused(points, norm):
    with pytest.raises(InvalidMeasure, match="64 bits"):
        comparable(points, norm)
