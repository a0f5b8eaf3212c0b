"""Hands a model declared in CVXPY to any solver that CVXPY finds, and reads the answer back."""

import time
import warnings
from typing import Any

import cvxpy as cp
import numpy as np

from motlp.errors import InvalidConfig, SolverUnavailable, UnknownName
from motlp.frameworks.catalogue import SolverInfo, licence, package_version
from motlp.frameworks.options import CVXOPT_GLPK, SCIPY, clarabel_options, highs_options, typed_options
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
    cp.settings.INFEASIBLE_OR_UNBOUNDED: Status.INFEASIBLE,
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
    status, message, answered = Status.FAILED, "", False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            status, message, answered = run(problem, info.name.upper(), settings)
    except cp.error.DCPError:
        raise  # whoever extended the problem wants to know
    except Exception as error:  # whatever a solver may raise
        reason = error.args[0] if isinstance(error, cp.error.SolverError) and error.args else error
        message = " ".join(str(reason).split()) or type(reason).__name__
        if options and isinstance(reason, TypeError | ValueError | KeyError | AttributeError):
            raise InvalidConfig(
                f"{info.name} does not run with the options {', '.join(options)} ({message}); see its manual."
            ) from None
    seconds = time.perf_counter() - started
    plan = values(model.plan) if model.plan is not None else multipliers(model.conflict)
    potential = values(model.potential) if model.potential is not None else multipliers(model.marginal)
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


def run(problem: cp.Problem, solver: str, settings: dict[str, Any]) -> tuple[Status, str, bool]:
    """One solve: the status, the solver's own word, and whether there is an answer to read."""
    data, chain, inverse = problem.get_problem_data(solver, solver_opts=settings)
    raw = chain.solve_via_data(problem, data, warm_start=False, verbose=False, solver_opts=settings)
    message = ""
    if solver == "HIGHS":
        message = raw["model_status"].removeprefix("k")
        # The interior point method without crossover ends in "Unknown" though it converged, and CVXPY
        # would throw the point away; as a limit it is kept, and the proved bounds judge it.
        if raw["model_status"] in ("kUnknown", "kInterrupt") and raw["solution"].value_valid:
            raw["model_status"] = "kIterationLimit"
    # Two solvers return nothing from a limit, and CVXPY takes that for a failure.
    if solver == "SCIPY" and raw["status"] == 1 and raw["x"] is None:
        return Status.LIMIT, raw["message"], False
    if solver == "GLPK" and raw["status"] == cp.SOLVER_ERROR and {"it_lim", "tm_lim"} & settings.get("glpk", {}).keys():
        return Status.LIMIT, "no answer within its limit", False
    problem.unpack_results(raw, chain, inverse)
    status = STATUS.get(problem.status, Status.FAILED)
    return status, message or str(problem.status), status in (Status.OPTIMAL, Status.INACCURATE, Status.LIMIT)


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
            return info, {"output_flag": False} | highs_options(options)
        case "clarabel":
            return info, clarabel_options(options)
        case "glpk":
            return info, {"glpk": typed_options("GLPK", options, CVXOPT_GLPK)} if options else {}
        case "scipy":
            return info, {"scipy_options": typed_options("SciPy", options, SCIPY)} if options else {}
    return info, dict(options)  # the names are the solver's own, which checks them


def values(variable: cp.Variable) -> np.ndarray | None:
    """Value of a variable, if it has one."""
    return None if variable.value is None else np.asarray(variable.value, dtype=float).ravel()


def multipliers(constraint: cp.Constraint) -> np.ndarray | None:
    """Multipliers of an inequality; CVXPY gives them nonnegative, whatever the sense of the objective."""
    return None if constraint.dual_value is None else np.asarray(constraint.dual_value, dtype=float).ravel()
