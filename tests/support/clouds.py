"""Small hypergraphs, at random, and their truncated risk."""

import numpy as np
from hypothesis import strategies as st

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.solving.solve import solve


@st.composite
def hypergraphs(draw: st.DrawFn) -> Hypergraph:
    """Small clouds under every cost; masses of any size, some of them 0."""
    seed, classes, each = draw(st.integers(0, 10**6)), draw(st.integers(2, 4)), draw(st.integers(1, 6))
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    mass = rng.exponential(size=len(labels)) ** draw(st.sampled_from([0, 1, 6]))
    if draw(st.booleans()):
        mass[:: max(2, each)] = 0.0
    measure = LabeledMeasure.from_arrays(rng.integers(0, 20, (len(labels), 2)), labels, mass, unit="1/10")
    cost = draw(st.sampled_from([Ball("l2"), Ball("linf"), Ball("l1"), Quadratic("1"), Quadratic("0.2")]))
    eps = draw(st.sampled_from(["0.3", "0.6"])) if isinstance(cost, Ball) else None
    return interactions(measure, cost, eps, draw(st.integers(2, classes)))


def linear(hypergraph: Hypergraph) -> float:
    """The truncated risk, by the simplex method."""
    risk = solve(hypergraph, framework="matrix", solver="simplex").risk
    assert risk is not None
    return risk
