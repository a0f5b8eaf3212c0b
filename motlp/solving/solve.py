"""The one entry point: solve a hypergraph, or a declared model, with any solver there is."""

from collections.abc import Mapping
from typing import Any

from motlp.errors import InvalidConfig, UnknownName, arg, shorten
from motlp.frameworks.formulations import check_names
from motlp.frameworks.model import Model
from motlp.frameworks.options import read_options
from motlp.problem.hypergraph import Hypergraph
from motlp.solving.declared import solve_model
from motlp.solving.defaults import SOLVER
from motlp.solving.direct import DIRECT
from motlp.solving.method import Method, choose_solver
from motlp.solving.solution import Solution
from motlp.system.progress import SILENCE, Progress, check_progress


def solve(
    problem: Hypergraph | Model,
    *,
    model: str | None = None,
    framework: str | None = None,
    solver: str | None = None,
    options: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    start: Solution | None = None,
    progress: Progress = SILENCE,
) -> Solution:
    """Solve the truncated problem.

    Where nothing is asked for, the size decides: the dual in CVXPY by HiGHS, by its interior point method if there are
    more than 20,000 interactions, or "sinkhorn+lp", which proves the same optimum, beyond 200,000.

    Args:
        problem: a hypergraph; or a declared model, which says itself what is solved in which framework.
        model: the formulation that is declared over the hypergraph, "dual" by default. Of the formulations of other
            losses, `Solution.loss` says what is proved.
        framework: "cvxpy" (the default), "pyomo" or "matrix", in which it is declared; "sinkhorn" for none, and
            then the solver is "sinkhorn" by default.
        solver: a name that `motlp.solvers()` lists for the framework. "sinkhorn", "sinkhorn+lp" and "maxflow" (for
            pairs under a ball) work on the interactions themselves and need no framework.
        options: of the solver. Unless they name a method, "highs" takes a large hypergraph by its interior point
            method, without crossover; a declared model it takes as HiGHS sees fit.
        parameters: of the formulation, by name, such as `price` of "abstain".
        start: the solution of a neighbouring problem on the same points, for Sinkhorn to begin from; the others
            ignore it.
        progress: is told the interval by Sinkhorn; the others report nothing.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: what was asked for does not exist here.
        InvalidModel: the model cannot be declared, or is none that its framework can solve.
        InvalidBudget: a number for Sinkhorn is out of range.

    A solver that fails raises nothing: the status says so, and whatever bound still holds is reported. Whatever became
    of a declared model, the message says what the numbers of the solution do not mean.
    """
    check_progress(progress)
    if not isinstance(start, Solution | None):
        raise InvalidConfig(f"{arg('start')} is {shorten(start)}; it must be a Solution, or None.")
    if isinstance(problem, Model):
        check_asked(problem, model, framework, solver, parameters)
        return solve_model(problem, usual_solver(problem) if solver is None else solver, read_options(options))
    if not isinstance(problem, Hypergraph):
        raise InvalidConfig(
            f"{arg('problem')} is {shorten(problem)}; "
            "it must be a hypergraph, which motlp.interactions(measure, …) makes, "
            "or a model that motlp.declare(hypergraph) returns."
        )
    method = Method(model, framework, solver, read_options(options), read_options(parameters))
    return method.solve(problem, start, progress)


def usual_solver(declared: Model) -> str:
    """The solver of a declared model that nobody named one for: that of its formulation, where that is known."""
    try:
        return choose_solver(declared.name, declared.framework)
    except UnknownName:
        return SOLVER


def check_asked(declared: Model, model: str | None, framework: str | None, solver: str | None, parameters: Any) -> None:
    """Refuse what a declared model contradicts.

    Raises:
        InvalidConfig: another model or framework, parameters, or a solver that takes no declared model.
    """
    asked = {"model": (model, declared.name), "framework": (framework, declared.framework)}
    names = {"model": model, "framework": framework, "solver": solver}
    check_names(**{name: value for name, value in names.items() if value is not None})
    for name, (value, own) in asked.items():
        if value not in (None, own):
            raise InvalidConfig(
                f"{arg(name)} is {value!r}, but the declared model is of {own!r}; leave out {arg(name)}."
            )
    if parameters:
        raise InvalidConfig(f"{arg('parameters')} are those with which a model is declared; leave them out.")
    if solver is not None and solver.lower() in DIRECT:
        raise InvalidConfig(
            f"{arg('solver')} is {solver!r}, which works on the interactions themselves and takes no declared model; "
            "give it the hypergraph."
        )
