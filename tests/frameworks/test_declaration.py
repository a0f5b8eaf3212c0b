"""A formulation of another package is found by name; one that cannot be declared is refused in one line."""

import importlib.metadata
import sys
from dataclasses import replace
from types import ModuleType

import pytest
from motlp.models import dual

from motlp import Ball, Status, declare, solve
from motlp.errors import InvalidModel, UnknownName
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure


@pytest.fixture
def theirs(monkeypatch) -> ModuleType:
    """A module of another package, installed as the model "theirs"."""
    module = ModuleType("theirs")
    monkeypatch.setitem(sys.modules, "theirs", module)
    entries = importlib.metadata.entry_points(group="motlp.models")
    fakes = [importlib.metadata.EntryPoint(name, name, "motlp.models") for name in ("theirs", "nowhere")]
    monkeypatch.setattr("motlp.frameworks.formulations.entry_points", lambda group: (*entries, *fakes))
    return module


def test_a_model_of_another_package_is_found(pair, theirs):
    theirs.matrix = dual.matrix
    assert solve(pair, model="theirs", framework="matrix").risk == pytest.approx(0.5)
    with pytest.raises(UnknownName, match=r"framework for model 'theirs' 'cvxpy'.* Known: matrix"):
        solve(pair, model="theirs")


def test_the_word_of_the_solver_stands_for_a_model_of_another_package(pair, theirs):
    def twice(hypergraph):
        model = dual.matrix(hypergraph)
        model.problem.row_upper = 2 * model.problem.row_upper
        return model

    theirs.matrix = twice
    solution = solve(pair, model="theirs", framework="matrix")
    assert (solution.status, solution.objective, solution.risk) == (Status.OPTIMAL, 1.0, 0.0)
    assert solution.message.endswith(
        "the proved interval is that of the plain problem, without what was added or changed"
    )


def raising(hypergraph):
    raise KeyError("no\nluck")


def elsewhere(hypergraph):
    return dual.matrix(hypergraph.truncate(1))


def with_part(**parts):
    """The dual with other parts, as a model of another package may name them."""
    return lambda hypergraph: replace(dual.matrix(hypergraph), **parts)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (7, "has 7 for matrix; it must be a function that takes a hypergraph and returns a Model"),
        (raising, "cannot be declared (KeyError: 'no\\nluck'); it must be repaired there"),
        (lambda: None, "cannot be declared (TypeError: "),
        (lambda hypergraph: None, "returns None, not a Model"),
        (lambda hypergraph: dual.matrix(hypergraph).problem, "returns LinearProgram("),
        (lambda hypergraph: dual.cvxpy(hypergraph), "returns a model in 'cvxpy', not in matrix"),
        (elsewhere, "returns a model of another hypergraph, not of the one that it was given"),
        (with_part(problem=None), "returns a model whose problem is None, not a LinearProgram"),
        (with_part(conflict=slice(1)), "returns a model whose conflict has length 1 for 2 interactions"),
        (with_part(plan=slice(None)), "returns a model whose plan has length 3 for 2 interactions"),
        (with_part(potential=slice(2)), "returns a model whose potential has length 2 for 3 points"),
        (with_part(potential="g"), "names 'g' as its potential, which is no such part of a problem in matrix"),
    ],
)
def test_a_model_that_is_none_is_told_in_one_line(theirs, function, text):
    measure = LabeledMeasure.from_arrays([[0.0], [0.0], [9.0]], [0, 1, 1])
    hypergraph = interactions(measure, Ball("l2"), 1, 2).maximal()
    theirs.matrix = function
    for act in (
        lambda: solve(hypergraph, model="theirs", framework="matrix"),
        lambda: declare(hypergraph, "theirs", "matrix"),
    ):
        with pytest.raises(InvalidModel) as refusal:
            act()
        assert text in str(refusal.value)
        assert str(refusal.value).startswith("the model 'theirs' (")
        assert "\n" not in str(refusal.value)


def test_a_model_that_does_not_import_is_told_in_one_line(pair, theirs):
    text = (
        r"^the model 'nowhere' \(module nowhere\) does not import \(ModuleNotFoundError: No module named 'nowhere'\); "
        r"repair or remove the package that it comes from\.$"
    )
    for act in (solve, declare):
        with pytest.raises(InvalidModel, match=text):
            act(pair, model="nowhere")
