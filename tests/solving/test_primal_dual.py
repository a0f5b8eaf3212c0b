"""The first-order method, beside the simplex method."""

import numpy as np
import pytest
from hypothesis import given, settings
from support.clouds import hypergraphs, linear

from motlp.datasets import load
from motlp.problem.interactions import interactions
from motlp.problem.threat import Ball
from motlp.solving.primal_dual import PrimalDual
from motlp.solving.repair import estimate_cover_cost, repair_potential


@settings(max_examples=30)
@given(hypergraphs())
def test_it_goes_to_the_optimum(hypergraph):
    iterate = PrimalDual(hypergraph, np.zeros(hypergraph.size), np.full(hypergraph.measure.size, 0.5))
    risk = linear(hypergraph)
    for _ in range(40):
        iterate.move(250)
        lower = 1.0 - estimate_cover_cost(hypergraph, iterate.plan)
        upper = 1.0 - hypergraph.mass @ repair_potential(hypergraph, iterate.potential)
        assert lower - 1e-9 <= risk <= upper + 1e-9
        if upper - lower < 1e-7:
            return
    pytest.fail(f"after {iterate.steps} steps the interval is {upper - lower:.1e} wide")


def test_threads_change_nothing():
    hypergraph = interactions(load("digits", per_class=60), Ball("l2"), "1", 3)
    start = np.zeros(hypergraph.size), np.full(hypergraph.measure.size, 0.5)
    one, two = PrimalDual(hypergraph, *start), PrimalDual(hypergraph, *start)
    one.threads, two.threads = 1, 2
    for iterate in (one, two):
        iterate.move(100)
    assert one.plan.tobytes() == two.plan.tobytes()
    assert one.potential.tobytes() == two.potential.tobytes()
