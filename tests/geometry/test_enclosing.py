"""Smallest enclosing balls: floating point against rational arithmetic, and both against a convex solver."""

from fractions import Fraction
from itertools import combinations
from math import isqrt

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motlp.geometry import scale
from motlp.geometry.enclosing import IN, OUT, UNSURE, centre_weights, exact_radius_squared, radii, radius_squared
from motlp.geometry.tile import exact_distance

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2]])


def point_sets(smallest: int, largest: int):
    """Sets of points on coarse grids, where degenerate ones abound, and of any small floats."""
    shapes = st.tuples(st.integers(smallest, largest), st.integers(1, 4))
    grids = shapes.flatmap(lambda shape: npst.arrays(np.int64, shape, elements=st.integers(0, 3)))
    floats = st.floats(-1, 1, allow_subnormal=False).map(lambda x: 0.0 if abs(x) < 1e-100 else x)
    return grids | shapes.flatmap(lambda shape: npst.arrays(np.float64, shape, elements=floats))


def root(square: Fraction) -> Fraction:
    """The square root where it is rational, so that a tie is a tie; else a little less."""
    fine = 10**120
    return Fraction(isqrt(square.numerator * square.denominator * fine**2), square.denominator * fine)


def squared_distances(points: np.ndarray) -> list[list[Fraction]]:
    exact = [[Fraction(x) for x in row] for row in points.tolist()]
    return [[sum(((a - b) ** 2 for a, b in zip(u, v, strict=True)), Fraction(0)) for v in exact] for u in exact]


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
        assert births[0] == pytest.approx(scale.root(square), rel=1e-9, abs=1e-140)
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
        assert births[0] == pytest.approx(scale.root(exact_radius_squared(D)), rel=1e-14)


@pytest.mark.parametrize("norm", ["l2", "linf", "l1"])
def test_a_convex_solver_agrees(norm):
    rng = np.random.default_rng(5)
    ball = {"l2": 2, "linf": "inf", "l1": 1}[norm]
    for k in (2, 3, 4, 4, 5, 5, 6, 7):
        points = rng.normal(size=(k, rng.integers(1, 6)))
        centre, radius = cp.Variable(points.shape[1]), cp.Variable()
        fits = [cp.norm(centre - x, ball) <= radius for x in points]
        cp.Problem(cp.Minimize(radius), fits).solve(solver="CLARABEL")
        assert float(radius_squared(points, norm)) == pytest.approx(float(radius.value) ** 2, rel=1e-6)


def test_four_points_can_meet_pairwise_but_not_all_in_l1():
    """The shortcut for three points ends there."""
    assert radius_squared(TETRAHEDRON[:3], "l1") == 4
    assert radius_squared(TETRAHEDRON, "l1") == 9
