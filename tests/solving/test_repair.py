"""What is repaired is feasible, and stays optimal where it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clouds import hypergraphs

from motlp.problem.hypergraph import Hypergraph
from motlp.solving.repair import repair_plan, repair_potential
from motlp.solving.solve import solve


@settings(max_examples=25, deadline=None)
@given(hypergraphs(), st.integers(0, 10**6))
def test_rounding_makes_anything_feasible(hypergraph: Hypergraph, seed: int) -> None:
    rng = np.random.default_rng(seed)
    potential = repair_potential(hypergraph, rng.normal(size=hypergraph.measure.size))
    plan = repair_plan(hypergraph, rng.exponential(size=hypergraph.size), potential)
    assert potential.min() >= 0
    assert (hypergraph.incidence.T @ potential <= 1 + hypergraph.cost + 1e-12).all()
    assert plan.min() >= 0
    assert (hypergraph.incidence @ plan <= hypergraph.mass + 1e-12).all()
    # Nothing is left to gain by one point, or one interaction, alone.
    room = 1 + hypergraph.cost - hypergraph.incidence.T @ potential
    left = hypergraph.mass - hypergraph.incidence @ plan
    for v, row in enumerate(np.split(hypergraph.incidence.tocsr().indices, hypergraph.memberships.indptr[1:-1])):
        assert min(room[row].min(initial=1.0), 1 - potential[v]) <= 1e-12
    for rows in hypergraph.members[1:]:
        assert (left[rows].min(axis=1, initial=0.0) <= 1e-12).all()


def test_rounding_keeps_what_is_optimal(digits: Hypergraph) -> None:
    best = solve(digits, framework="matrix", solver="simplex")
    assert best.plan is not None
    assert best.potential is not None
    assert best.risk is not None
    potential = repair_potential(digits, best.potential)
    plan = repair_plan(digits, best.plan, potential)
    assert digits.mass @ potential == pytest.approx(1 - best.risk, abs=1e-9)
    assert plan.sum() + (digits.mass - digits.incidence @ plan).sum() == pytest.approx(1 - best.risk, abs=1e-9)
