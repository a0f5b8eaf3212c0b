"""Sinkhorn and linear programs: the optimum, whatever the first guess."""

import inspect
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clouds import hypergraphs, linear
from support.hearing import Heard

from motlp.errors import InvalidBudget
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.solving.sinkhorn_lp import choose_best, sinkhorn_lp
from motlp.solving.solve import solve

ROUNDING = 1e-9  # of the sums that the two ends of an interval are


def test_a_bound_without_tol_is_not_polished(digits: Hypergraph) -> None:
    with pytest.raises(InvalidBudget, match="tol is None"):
        inspect.unwrap(sinkhorn_lp)(digits, tol=None)


@settings(max_examples=25, deadline=None)
@given(hypergraphs(), st.sampled_from([1.0, 1e-2]), st.integers(1, 10))
def test_polished_it_is_the_linear_program(hypergraph: Hypergraph, eta: float, sweeps: int) -> None:
    solution = sinkhorn_lp(hypergraph, eta, max_sweeps=sweeps, solver="simplex")
    assert solution.status is Status.OPTIMAL
    assert solution.gap is not None
    assert solution.gap <= 2e-6
    exact = solve(hypergraph, framework="matrix", solver="simplex")
    assert exact.gap is not None
    assert solution.risk_lower <= exact.risk_lower + exact.gap
    assert exact.risk_lower <= solution.risk_lower + solution.gap


def test_the_interactions_that_were_left_out_are_priced(digits: Hypergraph) -> None:
    heard = Heard()
    solution = sinkhorn_lp(digits, 0.5, max_sweeps=1, best=1, progress=heard)
    rounds = [look for look in heard.intervals if "linear_program" in look]
    assert len(rounds) > 1
    assert solution.status is Status.OPTIMAL
    assert solution.risk_lower == pytest.approx(linear(digits), abs=2e-6)
    for earlier, later in itertools.pairwise(rounds):
        assert later["lower"] >= earlier["lower"]
        assert later["upper"] <= earlier["upper"]


def test_a_failing_linear_program_leaves_the_interval_of_sinkhorn(digits: Hypergraph) -> None:
    solution = sinkhorn_lp(digits, max_sweeps=5, options={"time_limit": 0.0})
    assert solution.status is Status.LIMIT
    assert solution.gap is not None
    assert solution.risk_lower - ROUNDING <= linear(digits) <= solution.risk_lower + solution.gap + ROUNDING


def test_the_best_around_each_point_are_chosen(digits: Hypergraph) -> None:
    score = np.random.default_rng(0).normal(size=digits.size)
    chosen = choose_best(digits, score, 2)
    expected = np.zeros(digits.size, bool)
    for row in np.split(digits.incidence.tocsr().indices, digits.incidence.tocsr().indptr[1:-1]):
        order = row[np.argsort(score[row])[-2:]]
        expected[order[score[order] > 0]] = True
    assert np.array_equal(chosen, expected)
