"""Two classes at a time: the rational program over the classes, and bounds that need no whole masses."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import brute, chain
from support.bounds import weighted
from support.measures import BUDGETS, measures

from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.solving import class_pairs
from motlp.solving.class_pairs import bound_robust_mass, class_pair_risk, solve_pairs

THIRD = Fraction(1, 3)


def test_three_classes_two_by_two():
    """All in one place: every two lose one of them, and three halves are left of the three."""
    every = {(0, 1): THIRD, (0, 2): THIRD, (1, 2): THIRD}
    assert bound_robust_mass(every, [THIRD] * 3) == Fraction(1, 2)
    assert bound_robust_mass({(0, 1): THIRD}, [THIRD] * 3) == Fraction(2, 3)
    assert bound_robust_mass({}, [THIRD] * 3) == 1


def test_multipliers_of_any_quality_prove_a_bound(monkeypatch):
    """Whatever the solver of the linear program says, the sum is no smaller than the optimum."""

    class Wrong:
        x = np.zeros(3)

        class ineqlin:  # noqa: N801
            marginals = np.array([-0.6, 0.2, -1.2])

    every = {(0, 1): THIRD, (0, 2): THIRD, (1, 2): THIRD}
    monkeypatch.setattr(class_pairs, "linprog", lambda *_, **__: Wrong)
    assert bound_robust_mass(every, [THIRD] * 3) == Fraction(1, 2) * THIRD + THIRD + Fraction(1, 2) * THIRD
    Wrong.x = None
    assert bound_robust_mass(every, [THIRD] * 3) == 1


@settings(max_examples=15)
@given(measures(classes=(2, 4), points=(4, 9)), st.sampled_from(["l2", "linf"]), st.sampled_from(BUDGETS))
def test_it_is_the_rational_program(measure, norm, eps):
    pairs = [A for A in brute.interactions(measure, Ball(norm), Fraction(eps), 2) if len(A) == 2]
    proved, truth = class_pair_risk(interactions(measure, Ball(norm), eps, 2)), chain.class_pair_risk(measure, pairs)
    assert proved <= truth <= proved + Fraction(1, 10**14)


@settings(max_examples=15)
@given(weighted(), st.sampled_from(BUDGETS))
def test_masses_of_every_size(measure, eps):
    pairs = [A for A in brute.interactions(measure, Ball("l2"), Fraction(eps), 2) if len(A) == 2]
    proved, truth = class_pair_risk(interactions(measure, Ball("l2"), eps, 2)), chain.class_pair_risk(measure, pairs)
    assert proved <= truth <= proved + Fraction(1, 10**6)


def test_masses_that_are_no_whole_numbers_go_to_another_solver():
    measure = LabeledMeasure.from_arrays([[0.0], [0.0], [9.0]], [0, 1, 0], [1.0, 2**0.5, 3**0.5])
    assert solve_pairs(interactions(measure, Ball("l2"), 1, 2)).solver != "maxflow"
    assert float(class_pair_risk(interactions(measure, Ball("l2"), 1, 2))) == pytest.approx(measure.mass[0], abs=1e-8)
