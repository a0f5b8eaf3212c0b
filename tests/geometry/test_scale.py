"""Points at another scale: what is within reach is the same there, exactly."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.errors import InvalidMeasure
from motlp.geometry.distance import exact_distance
from motlp.geometry.scale import exponent_of, number_equal, scale, scale_costs

EXPONENTS = st.sampled_from([-1060, -1000, -540, -300, 0, 300, 540, 1000])
GRIDS = arrays(np.float64, (4, 2), elements=st.integers(-8, 8).map(float))


@given(GRIDS, EXPONENTS, st.fractions(Fraction(1, 4), 20), st.sampled_from(["l2", "linf", "l1"]))
def test_the_same_pairs_are_within_reach(points, exponent, reach, norm):
    points, reach, power = np.ldexp(points, exponent), reach * Fraction(2) ** exponent, 2 if norm == "l2" else 1
    made = scale(points, reach)
    assert np.abs(made.points).max() <= 2.0**381
    for i, j in combinations(range(4), 2):
        before = exact_distance(points, i, j, norm) <= reach**power
        assert before == (exact_distance(made.points, i, j, norm) <= made.length(reach) ** power)


def test_coordinates_out_of_reach_are_told_apart_and_no_more():
    tiny, huge = 2.0**-1000, 2.0**1000
    points = np.array([[0.0, huge], [tiny, huge], [0.0, np.nextafter(huge, 0)], [0.0, 0.0]])
    made = scale(points, Fraction(tiny))
    limit = made.length(Fraction(tiny))
    found = [exact_distance(made.points, i, j, "l1") <= limit for i, j in combinations(range(4), 2)]
    assert found == [True, False, False, False, False, False]
    assert exact_distance(made.points, 0, 1, "l1") == limit
    with pytest.raises(InvalidMeasure, match="too different in size"):
        scale(points, Fraction(huge))


def test_points_that_meet_only_where_they_are_equal_are_numbered():
    points = np.array([[0.0, 1.0], [-0.0, 1.0], [2.0, 1.0], [0.0, 1.0]])
    numbers = number_equal(points).ravel().tolist()
    assert numbers[0] == numbers[1] == numbers[3] != numbers[2]
    made = scale(points, Fraction(1, 10**400))
    assert made.alike
    assert made.length(Fraction(1, 10**400)) == 0
    assert made.price(Fraction(1), 3) == 6
    assert scale(np.array([[0], [1]]), Fraction(1, 2)).alike


def test_costs_beyond_all_floats_are_refused():
    assert scale_costs(np.array([[0], [1]]), Fraction(1, 10**290), 3).exponent == 0
    with pytest.raises(InvalidMeasure, match="scale tau or the points"):
        scale_costs(np.array([[0], [1]]), Fraction(1, 10**291), 3)


@given(st.fractions(Fraction(1, 10**40), 10**40) | EXPONENTS.map(lambda e: Fraction(2) ** e))
def test_an_exponent_is_that_of_the_leading_bit(number):
    assert Fraction(2) ** exponent_of(number) <= number < Fraction(2) ** (exponent_of(number) + 1)
