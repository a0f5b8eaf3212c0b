"""A solution knows its order, and where its interval ends."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bounds import make_solution
from support.problems import pair

from motlp.problem.terms import FULL
from motlp.problem.threat import Ball
from motlp.solving.untruncated import untruncated


def test_a_truncated_solution_has_the_order_of_its_interactions():
    solution = make_solution(pair(), np.array([0.0, 0.0, 0.5]), np.array([0.5, 0.5]))
    assert (solution.order, solution.risk_upper) == (2, None)
    assert solution.gap < 1e-12


@given(st.floats(0, 0.5), st.floats(0.5, 1))
def test_the_gap_of_an_untruncated_solution_ends_at_its_upper_end(together, upper):
    """And not where the potential ends, which is a matter of the interactions that were generated."""
    solution = make_solution(pair(), np.array([0.0, 0.0, together]), np.array([0.5, 0.5]))
    full = replace(solution, risk_upper=upper)
    assert full.order == FULL
    assert full.risk_lower == solution.risk_lower
    width = Fraction(upper) - Fraction(full.risk_lower)
    assert Fraction(np.nextafter(full.gap, -1)) < width <= Fraction(full.gap)
    assert full.risk_lower + full.gap >= upper


def test_only_a_search_over_all_orders_makes_one():
    solution = untruncated(pair().measure, Ball("l2"), 1)
    assert solution.order == FULL
    assert solution.risk_lower <= 0.5 <= solution.risk_upper
    assert solution.gap <= 1e-6
    with pytest.raises(TypeError):
        replace(solution, order=2)
