"""Problems that the tests of this room share."""

import pytest
from support.problems import triangles

from motlp.datasets import load
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.solving.solve import solve


@pytest.fixture(scope="session")
def digits() -> Hypergraph:
    return interactions(load("digits", per_class=100), Ball("l2"), "1", 3)


@pytest.fixture(scope="session")
def gaussians() -> Hypergraph:
    return triangles()


@pytest.fixture(scope="session")
def risk(gaussians: Hypergraph) -> float | None:
    """Of the Gaussians."""
    return solve(gaussians, framework="matrix").risk


@pytest.fixture
def apart() -> Hypergraph:
    """Two points that the adversary cannot bring together: the risk is 0."""
    return interactions(LabeledMeasure.from_arrays([[0.0], [10.0]], [0, 1]), Ball("l2"), 1, 2)
