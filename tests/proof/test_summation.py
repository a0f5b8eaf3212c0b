"""Sums of floats: those of fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import brute
from support.measures import measures

from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.proof.summation import exact_sum, shortfall

FINITE = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([5e-324, -5e-324, 2.0**-1022, 1.7976931348623157e308, 0.1, 1.0, -0.0]),
)


@given(npst.arrays(np.float64, st.integers(0, 30), elements=FINITE))
@example(np.array([1e308, 1.0, 5e-324, -1e308]))
def test_a_sum_is_exact(values):
    assert exact_sum(values) == sum(map(Fraction, values.tolist()))
    assert exact_sum(values[::2]) == sum(map(Fraction, values[::2].tolist()))


def test_a_sum_of_many_is_exact():
    values = np.full(3_000_000, 0.1)
    assert exact_sum(values) == 3_000_000 * Fraction(0.1)


AMOUNTS = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 5e-324, 1e-300, 1e-20, 0.1, 1 / 3, 1.0]))


@given(measures(points=(4, 8)), st.integers(1, 3), st.data())
def test_a_shortfall_is_exact_or_just_above(measure, order, data):
    hypergraph = interactions(measure, Ball("l2"), "1", min(order, measure.classes))
    plan = data.draw(npst.arrays(np.float64, hypergraph.size, elements=AMOUNTS))
    mass = data.draw(npst.arrays(np.float64, measure.size, elements=AMOUNTS))
    expected = brute.shortfall(hypergraph, plan.tolist(), mass.tolist())
    found = shortfall(hypergraph, plan, mass)
    assert expected <= found <= expected + Fraction(1, 10**30)
    coarse = np.round(plan, 3), np.round(mass, 3)
    assert shortfall(hypergraph, *coarse) == brute.shortfall(hypergraph, *(part.tolist() for part in coarse))


@pytest.mark.parametrize("tiny", [5e-324, 1e-200, 1e-40])
def test_what_two_floats_cannot_hold_counts_as_missing(tiny):
    """Ten points of one class around another, whose mass is 1: what they cover of it is 1e-17 and next to nothing."""
    hypergraph = interactions(LabeledMeasure.from_arrays(np.zeros((11, 1)), [0] * 10 + [1]), Ball("l2"), 0, 2)
    plan = np.zeros(hypergraph.size)
    plan[11:] = [1e-17, *[tiny] * 9]
    mass = np.append(np.zeros(10), 1.0)
    exactly = 1 - sum(map(Fraction, plan.tolist()))
    assert exactly <= shortfall(hypergraph, plan, mass) <= exactly + Fraction(1, 10**32)
