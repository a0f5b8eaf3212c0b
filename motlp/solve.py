"""Solve a hypergraph, or a declared model, with any solver of any framework."""

import time
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from motlp.errors import UnknownName
from motlp.frameworks.catalogue import SolverInfo
from motlp.hypergraph import Hypergraph
from motlp.model import FRAMEWORKS, Model, declaration
from motlp.solution import Solution, Status

# A solver that does not vouch for its point is believed when the proved interval is this narrow.
PROVED_OPTIMAL = 1e-6
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

    A solver that fails raises nothing: the status says so, and whatever bound still holds is reported.
    """
    if isinstance(problem, Model):
        return judged(engine(problem.framework).solve(problem, solver, dict(options or {})))
    declare = declaration(model, framework)
    started = time.perf_counter()
    declared = declare(problem.maximal())
    declared.seconds = time.perf_counter() - started
    chosen = dict(options or {})
    if solver.lower() == "highs" and declared.hypergraph.size > LARGE and "solver" not in chosen:
        chosen = INTERIOR_POINT | chosen
    solution = engine(framework).solve(declared, solver, chosen)
    plan = solution.plan
    if plan is not None:
        plan = np.zeros(problem.size)
        plan[problem.binding] = solution.plan
    return judged(replace(solution, hypergraph=problem, plan=plan))


def check(model: str, framework: str, solver: str, options: Mapping[str, Any]) -> None:
    """Refuse now what `solve` would refuse later: an unknown model, framework, solver or option."""
    declaration(model, framework)
    engine(framework).prepare(solver, dict(options))


def solvers() -> list[SolverInfo]:
    """Every solver motlp knows, ready or not, framework by framework."""
    return [info for name in FRAMEWORKS for info in engine(name).solvers()]


def engine(framework: str) -> Any:
    """The module that runs the models of a framework."""
    if framework not in FRAMEWORKS:
        raise UnknownName("framework", framework, FRAMEWORKS)
    return import_module(f"motlp.frameworks.{framework}")


def judged(solution: Solution) -> Solution:
    """The solution with the status that its proved interval earns."""
    for part in (solution.plan, solution.potential):
        if part is not None and not np.isfinite(part).all():
            return replace(solution, status=Status.FAILED, message=f"{solution.message}; values are not finite")
    proved = solution.gap is not None and solution.gap <= PROVED_OPTIMAL
    if solution.status in (Status.INACCURATE, Status.LIMIT) and proved:
        return replace(solution, status=Status.OPTIMAL)
    return solution
