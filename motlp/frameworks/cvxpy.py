"""Hands a model declared in CVXPY to any solver that CVXPY finds, and reads the answer back."""

import time
import warnings
from typing import Any

import cvxpy as cp
import numpy as np

from motlp.errors import InvalidConfig, SolverUnavailable, UnknownName
from motlp.frameworks.catalogue import SolverInfo, licence, package_version
from motlp.frameworks.options import CVXOPT_GLPK, clarabel_options, highs_options, typed_options
from motlp.model import Model
from motlp.solution import Solution, Status

# How to get the solvers that are worth getting; the package tells the version, too.
PACKAGES = {
    "highs": ("highspy", "pip install highspy"),
    "clarabel": ("clarabel", "pip install clarabel"),
    "glpk": ("cvxopt", "pip install 'motlp[glpk]' (GPL)"),
    "scs": ("scs", "pip install scs"),
    "scipy": ("scipy", "pip install scipy"),
    "osqp": ("osqp", "pip install osqp"),
    "cvxopt": ("cvxopt", "pip install 'motlp[glpk]' (GPL)"),
    "piqp": ("piqp", "pip install piqp"),
    "ecos": ("ecos", "pip install ecos"),
    "gurobi": ("gurobipy", "pip install gurobipy, and a licence"),
    "mosek": ("mosek", "pip install mosek, and a licence"),
}
# They solve mixed-integer problems only, or return no multipliers.
UNFIT = {"glpk_mi", "ecos_bb", "scip", "cbc", "diffcp"}

STATUS = {
    cp.OPTIMAL: Status.OPTIMAL,
    cp.OPTIMAL_INACCURATE: Status.INACCURATE,
    cp.USER_LIMIT: Status.LIMIT,
    cp.INFEASIBLE: Status.INFEASIBLE,
    cp.INFEASIBLE_INACCURATE: Status.INFEASIBLE,
    cp.UNBOUNDED: Status.UNBOUNDED,
    cp.UNBOUNDED_INACCURATE: Status.UNBOUNDED,
}


def solvers() -> list[SolverInfo]:
    """The solvers of linear programs that CVXPY finds installed, then those worth getting."""
    installed = {name.lower() for name in cp.installed_solvers()} - UNFIT
    names = [*PACKAGES, *sorted(installed - set(PACKAGES))]
    rows = []
    for name in names:
        package, install = PACKAGES.get(name, (name, ""))
        version = package_version(package) or "?" if name in installed else ""
        rows.append(SolverInfo("cvxpy", name, version, licence(name), install))
    return rows


def solve(model: Model, solver: str, options: dict[str, Any]) -> Solution:
    """Solve, with every failure of the solver told as a status.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: the solver or an option cannot be used.
    """
    info, settings = prepare(solver, options)
    problem: cp.Problem = model.problem
    started = time.perf_counter()
    status, message = Status.FAILED, ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            status, message = run(problem, info.name.upper(), settings)
    except cp.error.SolverError as error:
        message = " ".join(str(error).split())
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        if options:
            raise InvalidConfig(
                f"{info.name} does not run with the options {', '.join(options)} ({error}); see its manual."
            ) from None
        message = " ".join(str(error).split())
    seconds = time.perf_counter() - started
    plan = values(model.plan) if model.plan is not None else multipliers(model.conflict)
    potential = values(model.potential) if model.potential is not None else multipliers(model.marginal)
    answered = status in (Status.OPTIMAL, Status.INACCURATE, Status.LIMIT)
    return Solution(
        hypergraph=model.hypergraph,
        model=model.name,
        framework="cvxpy",
        solver=info.name,
        version=info.version,
        status=status,
        message=message,
        objective=float(problem.value) if answered and problem.value is not None else None,
        plan=plan if answered else None,
        potential=potential if answered else None,
        seconds={"declare": model.seconds, "solve": seconds},
    )


def run(problem: cp.Problem, solver: str, settings: dict[str, Any]) -> tuple[Status, str]:
    """One solve; what the solver stopped with before its optimum is read back, too."""
    data, chain, inverse = problem.get_problem_data(solver, solver_opts=settings)
    raw = chain.solve_via_data(problem, data, warm_start=False, verbose=False, solver_opts=settings)
    message = ""
    if solver == "HIGHS":
        message = raw["model_status"].removeprefix("k")
        # The interior point method without crossover ends in "Unknown" though it converged, and CVXPY
        # would throw the point away; as a limit it is kept, and the proved bounds judge it.
        if raw["model_status"] in ("kUnknown", "kInterrupt") and raw["solution"].value_valid:
            raw["model_status"] = "kIterationLimit"
    problem.unpack_results(raw, chain, inverse)
    return STATUS.get(problem.status, Status.FAILED), message or str(problem.status)


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The solver of that name, if it can be called, and its options in the form CVXPY passes them on."""
    known = {info.name: info for info in solvers()}
    if solver.lower() not in known:
        raise UnknownName("CVXPY solver", solver, known)
    info = known[solver.lower()]
    if not info.ready:
        raise SolverUnavailable(f"the solver {info.name!r} is not installed for CVXPY: {info.install}.")
    match info.name:
        case "highs":
            return info, highs_options(options)
        case "clarabel":
            return info, clarabel_options(options)
        case "glpk":
            return info, {"glpk": typed_options("GLPK", options, CVXOPT_GLPK)} if options else {}
    return info, dict(options)  # the names are the solver's own, which checks them


def values(variable: cp.Variable) -> np.ndarray | None:
    """Value of a variable, if it has one."""
    return None if variable.value is None else np.asarray(variable.value, dtype=float).ravel()


def multipliers(constraint: cp.Constraint) -> np.ndarray | None:
    """Multipliers of an inequality; CVXPY gives them nonnegative, whatever the sense of the objective."""
    return None if constraint.dual_value is None else np.asarray(constraint.dual_value, dtype=float).ravel()
