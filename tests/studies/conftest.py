"""What the tests of studies share."""

import pytest

from motlp.datasets import load
from motlp.problem.measure import LabeledMeasure
from motlp.solving.method import FullMethod, Method


@pytest.fixture(scope="module")
def measure() -> LabeledMeasure:
    return load("gaussians", per_class=12)


@pytest.fixture
def counted(monkeypatch) -> list:
    """The (ε, order) that are really solved."""
    solved, solve = [], Method.solve

    def counting(self, hypergraph, start, progress):
        solved.append((float(hypergraph.eps), hypergraph.order))
        return solve(self, hypergraph, start, progress)

    monkeypatch.setattr(Method, "solve", counting)
    search = FullMethod.solve

    def counting_all_orders(self, measure, threat, eps, start, **more):
        solved.append((float(eps), "full"))
        return search(self, measure, threat, eps, start, **more)

    monkeypatch.setattr(FullMethod, "solve", counting_all_orders)
    return solved
