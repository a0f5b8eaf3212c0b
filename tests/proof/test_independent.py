"""Independent sets: none with a conflict, none that could be larger, and the bound of Caro and Wei, exactly."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import brute, chain
from support.bounds import weighted
from support.measures import BUDGETS

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.proof.independent import caro_wei, hard_risk, make_independent


def line(points, labels, mass=None) -> Hypergraph:
    return interactions(LabeledMeasure.from_arrays(np.array(points)[:, None], labels, mass), Ball("l2"), 1, 2)


def test_three_points_that_meet():
    hypergraph = line([0.0, 0.0, 0.0], [0, 1, 2])
    assert caro_wei(hypergraph) == Fraction(2, 3)
    assert hard_risk(hypergraph, make_independent(hypergraph)) == Fraction(2, 3)


def test_a_star_with_a_heavy_centre():
    """The centre of mass 4/7 is in conflict with three points of mass 1/7: 4/28 and 3/14 are sure."""
    hypergraph = line([0.0, 2.0, 2.0, 2.0], [0, 1, 1, 1], [4, 1, 1, 1])
    assert float(caro_wei(hypergraph)) == pytest.approx(1 - 1 / 7 - 3 / 14)
    assert make_independent(hypergraph).tolist() == [True, False, False, False]  # 4/4 before 1/2
    light = line([0.0, 2.0, 2.0, 2.0], [0, 1, 1, 1], [1, 1, 1, 1])
    assert make_independent(light).tolist() == [False, True, True, True]


def test_no_conflict_no_risk():
    hypergraph = line([0.0, 9.0], [0, 1])
    assert caro_wei(hypergraph) == hard_risk(hypergraph, make_independent(hypergraph)) == 0


def test_points_in_conflict_are_no_classifier():
    with pytest.raises(AssertionError, match="in conflict"):
        hard_risk(line([0.0, 0.0], [0, 1]), np.array([True, True]))


@given(weighted(), st.sampled_from(["l2", "linf"]), st.sampled_from(BUDGETS), st.data())
def test_sets_of_any_wish(measure, norm, eps, data):
    hypergraph = interactions(measure, Ball(norm), eps, 2)
    pairs = [A for A in brute.interactions(measure, Ball(norm), Fraction(eps), 2) if len(A) == 2]
    assert caro_wei(hypergraph) == chain.caro_wei(measure, pairs)
    wish = np.array(data.draw(st.lists(st.booleans(), min_size=measure.size, max_size=measure.size)))
    for wanted in (None, wish):
        taken = make_independent(hypergraph, wanted)
        assert not any(taken[u] and taken[v] for u, v in pairs)
        assert all(taken[v] or any(taken[list(pair)].any() for pair in pairs if v in pair) for v in range(measure.size))
        mass = chain.masses(measure)
        risk = 1 - sum((m for m, t in zip(mass, taken, strict=True) if t), Fraction(0))
        assert hard_risk(hypergraph, taken) == risk >= chain.hard_risk(measure, pairs)
        if wanted is None:
            assert risk <= caro_wei(hypergraph)
        elif not any(wish[u] and wish[v] for u, v in pairs):
            assert taken[wish].all()  # nothing has to be given up
