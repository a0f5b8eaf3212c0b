"""What a declared model has become is recognised by its value at a random point."""

import pytest
from support.problems import triangles

from motlp import declare
from motlp.frameworks.engine import find_engine
from motlp.frameworks.form import Form, recognise


@pytest.mark.parametrize("framework", ["cvxpy", "pyomo", "matrix"])
@pytest.mark.parametrize("name", ["primal", "dual"])
def test_a_plain_model_is_recognised(framework, name):
    """Else a loose answer would keep the solver's word."""
    hypergraph = triangles()
    model = declare(hypergraph.maximal(), name, framework)
    assert recognise(model.hypergraph, find_engine(framework).sample(model)) == Form(zero_one=True, plain=True)
    assert recognise(hypergraph, find_engine(framework).sample(model)) == Form(zero_one=name == "dual", plain=False)
