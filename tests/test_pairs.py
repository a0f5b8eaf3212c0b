"""Pairs within a radius: exactly the rational brute force, whoever runs the tiles."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.geometry import pairs as module
from motlp.geometry.pairs import Pairs, exact_distance, pairs_within

FLOATS = st.floats(-4, 4, width=32) | st.sampled_from([0.1, 0.2, 0.3, 1e-3, 1e-200, 1 / 3])
VALUES = {
    np.uint8: st.integers(0, 4) | st.integers(0, 255),
    np.int32: st.integers(-3, 3) | st.integers(-(2**31), 2**31 - 1),
    np.float64: FLOATS,
    np.float32: st.floats(-4, 4, width=32),
}


@st.composite
def problems(draw):
    dtype = draw(st.sampled_from(list(VALUES)))
    shape = draw(st.tuples(st.integers(0, 12), st.sampled_from([1, 2, 3, 17, 70])))
    points = draw(arrays(dtype, shape, elements=VALUES[dtype], fill=st.nothing() if shape[1] < 4 else None))
    if len(points) > 1 and draw(st.booleans()):
        points[-1] = points[0]
    labels = np.sort(draw(arrays(np.int32, len(points), elements=st.integers(0, 3))))
    norm = draw(st.sampled_from(["l2", "linf", "l1"]))
    if len(points) > 1 and draw(st.booleans()):
        i, j = draw(st.tuples(*[st.integers(0, len(points) - 1)] * 2))
        limit = Fraction(exact_distance(points, i, j, norm))  # a tie
    else:
        limit = draw(st.fractions(0, 50))
    return points, labels, limit, norm


def brute_force(points, labels, limit, norm):
    return [
        (i, j)
        for i in range(len(points))
        for j in range(i + 1, len(points))
        if labels[i] < labels[j] and exact_distance(points, i, j, norm) <= limit
    ]


def as_list(found: Pairs):
    rows = np.repeat(np.arange(len(found.indptr) - 1), np.diff(found.indptr))
    return list(zip(rows.tolist(), found.indices.tolist(), strict=True))


@settings(max_examples=200, deadline=None)
@given(problems())
def test_exactly_the_rational_brute_force(problem):
    points, labels, limit, norm = problem
    found = pairs_within(points, labels, limit, norm)
    assert as_list(found) == brute_force(points, labels, limit, norm)
    for (i, j), gap in zip(as_list(found), found.distance.tolist(), strict=True):
        exact = exact_distance(points, i, j, norm)
        if points.dtype.kind == "f":
            assert abs(Fraction(gap) - exact) <= exact * Fraction(points.shape[1] + 4, 2**53) + Fraction(
                1, 10**300
            )
        else:
            assert gap == exact
