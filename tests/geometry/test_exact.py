"""Smallest enclosing balls, exactly: against a convex solver, and where floating point cannot decide."""

from fractions import Fraction

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.points import TETRAHEDRON, point_sets
from support.points import root as exact_root

from motlp.geometry.distance import exact_distance
from motlp.geometry.enclosing import BIRTH_ERROR
from motlp.geometry.exact import decide, equal, radius_squared, root, within


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


@given(point_sets(2, 5), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from([1, 1, 1 + 1e-6, 1 - 1e-6]))
def test_who_fits_is_decided_even_at_ties(points, norm, factor):
    square, everyone = radius_squared(points, norm), np.arange(len(points), dtype=np.int32)[None]
    radius = exact_root(square) * Fraction(factor)
    pairs = [exact_distance(points, u, v, norm) for u in range(len(points)) for v in range(u + 1, len(points))]
    if max(pairs) <= (4 * radius**2 if norm == "l2" else 2 * radius):
        births, fits = decide(points, norm, radius, everyone, np.array([pairs], dtype=np.float64))
        assert fits[0] == (square <= radius**2)
        if fits[0]:
            assert births[0] == pytest.approx(root(square), rel=BIRTH_ERROR, abs=2.0**-1073)
    births = np.array([root(square)])
    assert within(everyone, births, radius, points, norm)[0] == (square <= radius**2)


def test_points_coincide_only_where_they_are_equal():
    points = np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0 + 2.0**-52]])
    assert equal(points, np.array([[0, 1], [0, 2], [1, 2]])).tolist() == [True, False, False]


@given(st.fractions(0, 10**30) | st.integers(-2100, 2000).map(lambda e: Fraction(2) ** e * 3))
def test_a_root_is_rounded_well(square):
    found = Fraction(root(square))
    error = found * Fraction(1, 2**52) + Fraction(1, 2**1074)
    assert max(found - error, 0) ** 2 <= square <= (found + error) ** 2
