"""The sweeps: every step, and every leap, raises the objective."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clouds import hypergraphs

from motlp.problem.hypergraph import Hypergraph
from motlp.solving.sinkhorn_sweeps import Sweeper


def test_the_objective_never_falls(digits: Hypergraph) -> None:
    state = Sweeper(digits, np.zeros(digits.measure.size))
    state.cool(1e-2)
    objectives = []
    for _ in range(40):
        state.sweep()
        objectives.append(state.objective(state.plan))
        state.leap()
        objectives.append(state.objective(state.plan))
    assert (np.diff(objectives) >= -1e-13).all()


@settings(max_examples=25, deadline=None)
@given(hypergraphs(), st.sampled_from([1.0, 1e-2, 1e-5]), st.integers(1, 30))
def test_a_leap_lowers_no_objective(hypergraph: Hypergraph, eta: float, sweeps: int) -> None:
    state = Sweeper(hypergraph, np.zeros(hypergraph.measure.size))
    state.cool(eta)
    for _ in range(sweeps):
        state.sweep()
    before = state.objective(state.plan)
    state.leap()
    assert state.objective(state.plan) >= before - 1e-13 * max(1.0, abs(before))
