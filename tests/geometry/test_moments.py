"""Sums of squared distances against rational arithmetic."""

from fractions import Fraction
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.points import point_sets, squared_distances

from motlp.geometry.moments import below, costs, scaled_sums

FACTORS = st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(3**40, 3**40 + 1), Fraction(10) ** 20])


@given(point_sets(2, 6), FACTORS)
def test_a_cost_is_rounded_once(points, factor):
    members, D = np.arange(len(points), dtype=np.int32)[None], squared_distances(points)
    exact = sum((D[u][v] for u, v in combinations(range(len(points)), 2)), Fraction(0))
    sums = np.array([float(exact)])
    assert costs(points, members, sums, factor)[0] == float(factor * exact)
    assert scaled_sums(points, members, factor)[0] == float(factor * exact)


@given(point_sets(2, 6), st.sampled_from([0, 0, Fraction(1, 10**30), -Fraction(1, 10**30), 1]))
def test_who_is_below_a_bound_is_decided_even_at_ties(points, beyond):
    members, D = np.arange(len(points), dtype=np.int32)[None], squared_distances(points)
    exact = sum((D[u][v] for u, v in combinations(range(len(points)), 2)), Fraction(0))
    assert below(points, members, np.array([float(exact)]), exact + beyond)[0] == (beyond > 0)
