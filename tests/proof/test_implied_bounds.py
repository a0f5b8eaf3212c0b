"""Implied bounds of columns: no feasible point is lost, and all that follow are found."""

from fractions import Fraction
from math import inf

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motlp.proof.decimals import float_above, float_below
from motlp.proof.implied_bounds import tighten_columns

ANY = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 0.1, 1 / 3, -1.0, 1e-300, 5e-324, 1e154, -1e200, 1e308])


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_no_feasible_point_is_lost(data, rows, columns):
    """The rows are as tight as floats can be around a point that is drawn first."""
    draw = data.draw
    x = draw(npst.arrays(np.float64, columns, elements=ANY))
    matrix = draw(npst.arrays(np.float64, (rows, columns), elements=ANY | st.just(0.0)))
    exact = [sum(Fraction(a) * Fraction(b) for a, b in zip(row, x.tolist(), strict=True)) for row in matrix.tolist()]
    within = np.array([abs(value) < 10**307 for value in exact])
    row_upper = np.array([float_above(v) if inside else inf for v, inside in zip(exact, within, strict=True)])
    row_lower = np.array([float_below(v) if inside else -inf for v, inside in zip(exact, within, strict=True)])
    row_upper[draw(npst.arrays(np.bool_, rows))] = inf
    row_lower[draw(npst.arrays(np.bool_, rows))] = -inf
    lower = np.where(draw(npst.arrays(np.bool_, columns)), x, -inf)
    upper = np.where(draw(npst.arrays(np.bool_, columns)), x, inf)
    matrix = sp.csc_array(matrix)
    tight = tighten_columns(matrix, row_lower, row_upper, lower, upper)
    assert (tight[0] <= x).all()
    assert (x <= tight[1]).all()
    assert (lower <= tight[0]).all()
    assert (tight[1] <= upper).all()


def test_bounds_follow_one_from_another():
    """g ≥ 0 and g_0 + g_1 ≤ 1 bound the g; then t ≤ g_0 + g_1 bounds t above, and s − t = 1 bounds s."""
    matrix = sp.csc_array([[1.0, 1, 0, 0], [-1, -1, 1, 0], [0, 0, -1, 1]])
    row_lower, row_upper = np.array([-inf, -inf, 1.0]), np.array([1.0, 0, 1])
    lower, upper = np.array([0.0, 0, -inf, -inf]), np.full(4, inf)
    low, high = tighten_columns(matrix, row_lower, row_upper, lower, upper)
    assert np.array_equal(low, [0, 0, -inf, -inf])
    assert np.allclose(high, [1, 1, 2, 3], rtol=1e-14)
    assert (high >= [1, 1, 2, 3]).all()
    assert np.isinf(upper).all()


def test_a_matrix_without_entries_implies_nothing():
    sides = np.zeros(2)
    low, high = tighten_columns(sp.csc_array((2, 3)), sides, sides, np.full(3, -inf), np.full(3, inf))
    assert np.isinf(low).all()
    assert np.isinf(high).all()


def test_a_row_that_is_at_least_a_number_bounds_from_below():
    low, _ = tighten_columns(
        sp.csc_array([[1.0, 1.0]]), np.array([1.0]), np.array([inf]), np.array([-inf, -inf]), np.array([0.25, inf])
    )
    assert np.isneginf(low[0])
    assert 0.75 - 1e-14 <= low[1] <= 0.75


def test_sums_that_round_are_rounded_outwards():
    """Of n numbers that are at least 0.1 each, with the sum 4 at most, the last is at most 4 − (n − 1) × 0.1."""
    for n in range(2, 40):
        _, high = tighten_columns(
            sp.csc_array(np.ones((1, n))), np.array([-inf]), np.array([4.0]), np.full(n, 0.1), np.full(n, inf)
        )
        exact = 4 - (n - 1) * Fraction(0.1)
        assert exact <= Fraction(high[-1]) <= exact + Fraction(1, 10**13)
