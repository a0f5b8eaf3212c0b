"""Problems that the tests of this room share."""

import pytest
from support import problems

from motlp.problem.hypergraph import Hypergraph


@pytest.fixture
def pair() -> Hypergraph:
    """Two points of two classes in one place: the risk is one half."""
    return problems.pair()
