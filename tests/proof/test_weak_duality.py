"""What multipliers prove of an optimum is never false, whatever they are; and with good ones it is sharp."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import inf, nan

import highspy
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.bounds import FLOATS
from support.programs import FAR, holds, optimum, programs

from motlp.problem.linear_form import LinearForm
from motlp.proof.weak_duality import bound_optimum


def solve(form: LinearForm) -> tuple[bool, np.ndarray]:
    """Whether HiGHS finds an optimum, and its multipliers."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = form.matrix.shape
    sign = 1.0 if form.sense == "min" else -1.0
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = sign * form.cost, form.column_lower, form.column_upper
    lp.row_lower_, lp.row_upper_ = form.row_lower, form.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = form.matrix.indptr, form.matrix.indices
    lp.a_matrix_.value_ = form.matrix.data
    highs.passModel(lp)
    highs.run()
    found = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return found, sign * np.array(highs.getSolution().row_dual)


@settings(max_examples=150)
@given(programs(), st.data())
def test_no_multipliers_prove_what_is_false(form, data):
    for elements in (FLOATS, st.floats(-3, 3), st.sampled_from([0.0, 1.0, -1.0, 3.0, 1e17, -1e-320])):
        y = data.draw(npst.arrays(np.float64, len(form.multipliers), elements=elements))
        assert holds(form, bound_optimum(replace(form, multipliers=y)))


@settings(max_examples=150)
@given(programs(), st.floats(0, 1e-3), st.integers(0, 1000))
def test_good_multipliers_prove_the_optimum(form, noise, seed):
    """Where the variables have bounds; of the other programs, the bound holds."""
    found, y = solve(form)
    bounded = bool(np.isfinite(form.column_lower).all() and np.isfinite(form.column_upper).all())
    rng = np.random.default_rng(seed)
    for scale in (0.0, noise):
        moved = y * (1 + scale * rng.normal(size=len(y)))
        bound = bound_optimum(replace(form, multipliers=moved))
        other = bound_optimum(replace(form, multipliers=-moved))
        assert holds(form, bound)
        assert holds(form, other)
        value = optimum(form)
        # HiGHS takes coefficients below 1e-9 for 0, and feasible means within 1e-7.
        large = np.abs(form.matrix.data[form.matrix.data != 0]).min(initial=1) > 1e-8
        if found and bounded and large and value is not None and abs(value) < FAR:
            assert bound == other
            assert abs(Fraction(bound) - value) <= 1e-5 + 1e4 * scale * (1 + abs(value))


def one(cost, coefficient, upper=inf, side=1.0, y=0.0, lower=0.0, sense="max"):
    """A program of one column and one row, coefficient × x ≤ side."""
    return LinearForm(
        sense=sense,
        cost=np.array([cost]),
        constant=0.0,
        matrix=sp.csc_array([[coefficient]]),
        row_lower=np.array([-inf]),
        row_upper=np.array([side]),
        column_lower=np.array([lower]),
        column_upper=np.array([upper]),
        multipliers=np.array([y]),
    )


def two(cost, matrix, side, y, upper=1.0):
    """A program of two columns between 0 and `upper`, and of rows matrix × x ≤ side."""
    return LinearForm(
        sense="max",
        cost=np.array(cost),
        constant=0.0,
        matrix=sp.csc_array(matrix),
        row_lower=np.full(len(side), -inf),
        row_upper=np.array(side),
        column_lower=np.zeros(2),
        column_upper=np.full(2, upper),
        multipliers=np.array(y),
    )


def test_a_rounded_reduced_cost_of_zero_is_not_zero():
    """0.1 × 3 = 0.30000000000000004 in floats, but the numbers differ by 2.8e-17, and x may be 1e17."""
    form = two([0.1 * 3, -3.0], [[0.1, -1.0]], [0.0], [3.0], upper=1e17)
    assert 0.1 * 3 - 0.1 * 3.0 == 0
    value = (Fraction(0.1 * 3) - 3 * Fraction(0.1)) * 10**17
    assert Fraction(bound_optimum(form)) >= value > 2
    assert bound_optimum(form) < 1000


def test_products_are_rounded_up():
    for cost, upper in product((0.1, 0.3, 1 / 3, 0.7, 1e-200), repeat=2):
        assert Fraction(bound_optimum(one(cost, 0.0, upper=upper))) >= Fraction(cost) * Fraction(upper)


@pytest.mark.parametrize("y", [[0.5, 0.0], [-0.5, 0.0], [0.5, -1.0], [0.5, nan]])
def test_multipliers_of_the_wrong_sign_count_for_nothing(y):
    form = two([1.0, 1.0], [[1.0, 2.0], [1.0, 1.0]], [2.0, 9.0], y)
    assert 1.5 <= bound_optimum(form) <= 1.5 + 1e-14
    assert optimum(form) == 1.5


def test_multipliers_whose_products_overflow_prove_nothing():
    """x = z, so that both may be 5; but ∞ − ∞ is no number."""
    form = two([1.0, 0.0], [[1e308, -1e308], [-1e308, 1e308]], [0.0, 0.0], [1e10, 1e10], upper=5.0)
    assert bound_optimum(form) >= 5.0


def test_multipliers_are_shrunk_until_columns_without_bounds_allow_them():
    """min 2x + y, x + y ≥ 1, x − y ≥ −3: nothing bounds x or y above, and 1.01 is too much for a multiplier."""
    form = LinearForm(
        sense="min",
        cost=np.array([2.0, 1.0]),
        constant=0.5,
        matrix=sp.csc_array([[1.0, 1], [1, -1]]),
        row_lower=np.array([1.0, -3]),
        row_upper=np.full(2, inf),
        column_lower=np.zeros(2),
        column_upper=np.full(2, inf),
        multipliers=np.array([1.01, 0.0]),
    )
    bound = bound_optimum(form)
    assert 1.5 - 1e-12 <= bound <= 1.5 == optimum(form)
    assert bound_optimum(replace(form, multipliers=np.array([0.5, 0.0]))) == pytest.approx(1.0)
    assert bound_optimum(replace(form, multipliers=np.array([nan, inf]))) == 0.5


def test_where_nothing_is_proved_there_is_none():
    assert bound_optimum(one(1.0, 1.0, y=1.0)) == pytest.approx(1.0)  # the row bounds the column
    assert bound_optimum(one(1.0, -1.0, y=1.0)) is None
    assert bound_optimum(one(1.0, 0.0)) is None
    assert bound_optimum(one(-1.0, 1.0, lower=-inf, y=1e300)) is None
    assert bound_optimum(one(0.0, 1.0, lower=-inf)) == 0.0
    assert bound_optimum(one(0.0, 1.0, lower=-inf, sense="min")) == 0.0


@pytest.mark.parametrize("bad", [nan, inf, -inf])
def test_a_coefficient_that_is_no_number_proves_nothing(bad):
    assert bound_optimum(one(bad, 1.0, upper=1.0)) is None
    assert bound_optimum(one(1.0, bad, upper=1.0)) is None
    assert bound_optimum(replace(one(1.0, 1.0, upper=1.0), constant=bad)) is None
    assert bound_optimum(one(1.0, 1.0, upper=1.0, side=bad)) >= 1.0  # such a side is none


@pytest.mark.parametrize("y", [1e308, -1e308, 5e-324, 1e200])
@pytest.mark.parametrize("coefficient", [1e308, 1e-308, 5e-324, 1.0])
def test_numbers_at_the_ends_of_the_floats(y, coefficient):
    form = one(1.0, coefficient, upper=2.0, y=y)
    exact = min(Fraction(2), 1 / Fraction(coefficient))
    assert Fraction(bound_optimum(form)) >= exact
    assert bound_optimum(form) <= 2.0 + 1e-15
