"""Smallest enclosing balls in floating point against rational arithmetic."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.points import SQUARE, TETRAHEDRON, point_sets, root, squared_distances

from motlp.geometry import exact
from motlp.geometry.distance import exact_distance
from motlp.geometry.enclosing import IN, OUT, UNSURE, centre_weights, radii
from motlp.geometry.exact import exact_radius_squared, radius_squared


@given(point_sets(1, 7))
@example(TETRAHEDRON)
@example(SQUARE)
@example(np.zeros((5, 2)))
def test_weights_prove_the_exact_radius(points):
    """For any weights the two bounds enclose r²; for those of the solver they meet."""
    D = squared_distances(points)
    weights = [Fraction(w) for w in centre_weights(np.array(D, dtype=np.float64)).tolist()]
    assert min(weights) >= 0
    weights = [w / sum(weights) for w in weights]
    reach = [sum(w * d for w, d in zip(weights, row, strict=True)) for row in D]
    half = sum(w * g for w, g in zip(weights, reach, strict=True)) / 2
    square = exact_radius_squared(D)
    assert half <= square <= max(reach) - half
    assert float(max(reach) - half) == pytest.approx(float(half), rel=1e-12, abs=1e-300)


@given(point_sets(3, 6), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from([1, 1, 1, 1 + 1e-6, 1 - 1e-6, 1.5]))
@example(TETRAHEDRON, "l2", 1)
@example(TETRAHEDRON, "l1", 1)
@example(SQUARE, "l2", 1)
def test_verdicts_are_true_and_births_accurate(points, norm, factor):
    square, k = radius_squared(points, norm), len(points)
    radius = root(square) * Fraction(factor)
    pairs = [exact_distance(points, u, v, norm) for u, v in combinations(range(k), 2)]
    if max(pairs) > (4 * radius**2 if norm == "l2" else 2 * radius):
        return  # some pair does not fit
    everyone, distances = np.arange(k, dtype=np.int32)[None], np.array([pairs], dtype=np.float64)
    births, verdicts = radii(points, norm, radius, everyone, distances)
    assert verdicts[0] in (IN if square <= radius**2 else OUT, UNSURE)
    if verdicts[0] == IN:
        assert births[0] == pytest.approx(exact.root(square), rel=1e-9, abs=1e-140)
    if factor != 1 and square > 1e-200:
        assert verdicts[0] != UNSURE


@pytest.mark.parametrize("height", [1e-3, 1e-8, 1e-12, 1e-40, 1e-170])
def test_thin_triangles(height):
    """A short side hardly matters, whether the angle at its end is a little obtuse, right or a little acute."""
    for shift in (-height, 0.0, height / 2):
        points = np.array([[0.0, 0.0], [shift, height], [1.0, 0.0]])
        D = squared_distances(points)
        distances = np.array([[float(D[0][1]), float(D[0][2]), float(D[1][2])]])
        births, _ = radii(points, "l2", Fraction(1), np.array([[0, 1, 2]], np.int32), distances)
        assert births[0] == pytest.approx(exact.root(exact_radius_squared(D)), rel=1e-14)
