"""Solve a hypergraph, or a declared model, with any solver of any framework."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from motlp.errors import InvalidConfig, InvalidModel, shorten
from motlp.frameworks.answer import Part
from motlp.frameworks.catalogue import SolverInfo
from motlp.frameworks.model import FRAMEWORKS, Model, check_names, declaration, declare, engine
from motlp.frameworks.options import named_options
from motlp.problem.hypergraph import Hypergraph
from motlp.solving.declared import PROVED_OPTIMAL, fit, solution_of
from motlp.solving.solution import Solution

__all__ = ["PROVED_OPTIMAL", "check", "solve", "solvers"]

# Beyond so many interactions the simplex method, HiGHS' own choice, takes many times as long as its interior point;
# crossover to a vertex would take the time that was saved, and the proved interval needs no vertex.
LARGE = 20_000
INTERIOR_POINT = {"solver": "ipm", "run_crossover": "off"}


def solve(
    problem: Hypergraph | Model,
    *,
    model: str = "dual",
    framework: str = "cvxpy",
    solver: str = "highs",
    options: Mapping[str, Any] | None = None,
) -> Solution:
    """Solve the truncated problem.

    Args:
        problem: a hypergraph, over which `model` is declared in `framework`; or a declared model, which
            says both itself.
        solver: a name that `motlp.solvers()` lists for the framework.
        options: passed on to the solver. Unless they name a method, "highs" takes a large hypergraph by its
            interior point method, without crossover; a declared model it takes as HiGHS sees fit.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: what was asked for does not exist here.
        InvalidModel: the model cannot be declared, or is none that its framework can solve.

    A solver that fails raises nothing: the status says so, and whatever bound still holds is reported. Whatever became
    of a declared model, the message says what the numbers of the solution do not mean.
    """
    check_names(model=model, framework=framework, solver=solver)
    chosen = named_options(options)
    if isinstance(problem, Model):
        if not isinstance(problem.hypergraph, Hypergraph):
            raise InvalidModel(
                f"the model {problem.name!r} cannot be solved: its hypergraph is {shorten(problem.hypergraph)}, "
                "not the one over which it was declared."
            )
        answer = engine(problem.framework).solve(problem, solver, chosen)
        return solution_of(problem, fit(answer, problem.hypergraph), problem.hypergraph)
    if not isinstance(problem, Hypergraph):
        raise InvalidConfig(
            f"problem is {shorten(problem)}; it must be a hypergraph, which motlp.interactions(measure, …) makes, "
            "or a model that motlp.declare(hypergraph) returns."
        )
    declared = declare(problem.maximal(), model, framework)
    if solver.lower() == "highs" and declared.hypergraph.size > LARGE and "solver" not in chosen:
        chosen = INTERIOR_POINT | chosen
    answer = fit(engine(framework).solve(declared, solver, chosen), declared.hypergraph)
    if answer.plan.values is not None:
        plan = np.zeros(problem.size)
        plan[problem.binding] = answer.plan.values
        answer = replace(answer, plan=Part(plan))
    return solution_of(declared, answer, problem)


def check(model: str, framework: str, solver: str, options: Mapping[str, Any] | None) -> None:
    """Refuse now what `solve` would refuse later: an unknown model, framework, solver or option."""
    check_names(model=model, framework=framework, solver=solver)
    declaration(model, framework)
    engine(framework).prepare(solver, named_options(options))


def solvers() -> list[SolverInfo]:
    """Every solver motlp knows, ready or not, framework by framework."""
    return [info for name in FRAMEWORKS for info in engine(name).solvers()]
