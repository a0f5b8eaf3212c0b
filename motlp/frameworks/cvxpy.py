"""Hands a model declared in CVXPY to any solver that CVXPY finds, and reads the answer."""

import time
import warnings
from functools import partial
from typing import Any

import cvxpy as cp
import numpy as np
from cvxpy.reductions.solvers.defines import SOLVER_MAP_CONIC, SOLVER_MAP_QP

from motlp.errors import InvalidConfig, InvalidModel, one_line, shorten
from motlp.frameworks.answer import ANSWERED, Answer, Part, Status
from motlp.frameworks.catalogue import SolverInfo, describe, find_version, list_offers
from motlp.frameworks.cvxpy_linear import read_linear
from motlp.frameworks.cvxpy_sample import length, sample, sense, values
from motlp.frameworks.engine import check_solver, read_options
from motlp.frameworks.form import recognise
from motlp.frameworks.model import Model
from motlp.frameworks.options import check_integer
from motlp.frameworks.parts import CONSTRAINTS, NO_MULTIPLIERS, check_problem, read_part

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
# What CVXPY reports where these end at a limit without a solution; it proves nothing about the constraints.
NO_SOLUTION_AT_LIMIT = {
    "CUOPT": cp.INFEASIBLE_INACCURATE,
    "GUROBI": cp.INFEASIBLE_INACCURATE,
    "COPT": cp.INFEASIBLE_INACCURATE,
}
# What CVXPY's interfaces call the kinds of constraint.
KINDS = {
    "SOC": "second-order cone",
    "ExpCone": "exponential cone",
    "PSD": "semidefinite",
    "SvecPSD": "semidefinite",
}


def names() -> tuple[str, ...]:
    """The solvers that the catalogue offers, then others that CVXPY finds installed, which return multipliers."""
    offers = list_offers("cvxpy")
    known = (name for name, offer in offers.items() if offer.offered)
    declared = {name.lower() for name in (*SOLVER_MAP_CONIC, *SOLVER_MAP_QP)}  # without those for nonlinear problems
    return (*known, *sorted(find_installed() & declared - offers.keys()))


def solvers() -> list[SolverInfo]:
    """Their rows in the table of solvers."""
    installed = find_installed()
    return [make_row(name, installed) for name in names()]


def find_installed() -> set[str]:
    """The solvers that CVXPY finds installed."""
    return {name.lower() for name in cp.installed_solvers()}


def make_row(name: str, installed: set[str]) -> SolverInfo:
    """The row of a solver in the table."""
    offer = list_offers("cvxpy").get(name)
    version = find_version(offer.packages if offer else [name]) or "?" if name in installed else ""
    if offer:
        return describe("cvxpy", name, version)
    return SolverInfo("cvxpy", name, version, "see its vendor", ask_cvxpy(name), "")


def ask_cvxpy(solver: str) -> str:
    """The kinds of problem that a solver can solve, as CVXPY's interfaces to it declare."""
    conic, quadratic = SOLVER_MAP_CONIC.get(solver.upper()), SOLVER_MAP_QP.get(solver.upper())
    constraints = [constraint.__name__ for constraint in conic.SUPPORTED_CONSTRAINTS] if conic else []
    kinds = ["linear"]
    if quadratic or (conic and conic.supports_quad_obj()) or "SOC" in constraints:
        kinds.append("quadratic")
    kinds += [kind for name, kind in KINDS.items() if name in constraints]
    if any(interface.MIP_CAPABLE for interface in (conic, quadratic) if interface):
        kinds.append("integer")
    return ", ".join(dict.fromkeys(kinds))


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The solver of that name, if it is ready, and its options in the form that CVXPY takes."""
    check_solver("cvxpy", solver)
    info = make_row(solver.lower(), find_installed())
    return info, read_options(info, options)


def fault(model: Model) -> str:
    """What is wrong with the problem of a model, or ""."""
    if not isinstance(model.problem, cp.Problem):
        return f"problem is {shorten(model.problem)}, not a cvxpy.Problem"
    empty = [p.name() for p in model.problem.parameters() if p.value is None]
    return f"parameter {empty[0]} has no value; give it one first" if empty else ""


def solve(model: Model, solver: str, options: dict[str, Any]) -> Answer:
    """Solve; if the solver fails, the status says so.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: the solver or an option cannot be used.
        InvalidModel: CVXPY cannot solve such a problem.
    """
    info, settings = prepare(solver, options)
    check_problem(model, fault(model))
    form = recognise(model.hypergraph, sample(model))
    clear_multipliers(model)
    problem: cp.Problem = model.problem
    if problem.is_mixed_integer():
        check_integer(settings)
    started = time.perf_counter()
    status, message, answered = attempt(model, info.name, settings, options)
    values_of = partial(read, model)
    return Answer(
        form=form,
        solver=info,
        status=status,
        message=message,
        objective=float(problem.value) if answered and problem.value is not None else None,
        plan=read_part(model, "plan", length, values_of) if answered else Part(),
        potential=read_part(model, "potential", length, values_of) if answered else Part(),
        seconds=time.perf_counter() - started,
        sense=sense(problem),
        claimed=read_claim(problem) if answered else None,
        linear=partial(read_linear, problem) if answered else None,
    )


def read_claim(problem: cp.Problem) -> float | None:
    """The bound on the optimum that HiGHS has found while it branched; other solvers tell CVXPY none.

    CVXPY hands over a minimum without the constants of the objective, and HiGHS' bound is for that.
    """
    found = getattr(problem.solver_stats, "extra_stats", None)
    bound, reached = (getattr(found, name, None) for name in ("mip_dual_bound", "objective_function_value"))
    if not problem.is_mixed_integer() or bound is None or reached is None or problem.value is None:
        return None
    better = float(bound - reached)  # at most 0
    claimed = float(problem.value) + (-better if sense(problem) == "max" else better)
    return claimed if np.isfinite(claimed) else None


def clear_multipliers(model: Model) -> None:
    """Clear the multipliers of an earlier solve, which a constraint that leaves the problem would keep."""
    for constraint in (*(getattr(model, name) for name in CONSTRAINTS), *model.problem.constraints):
        if isinstance(constraint, cp.Constraint):
            for variable in constraint.dual_variables:
                variable.save_value(None)


def attempt(model: Model, solver: str, settings: dict[str, Any], options: dict[str, Any]) -> tuple[Status, str, bool]:
    """One solve, whatever the solver raises: the status, a word on it, and whether there is an answer to read.

    Raises:
        InvalidModel: CVXPY cannot solve such a problem.
        InvalidConfig: the solver does not run with these options.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run(model.problem, solver.upper(), settings)
    except (cp.error.DCPError, cp.error.DGPError, cp.error.ParameterError) as error:  # the user's own change
        raise InvalidModel(
            f"the model {model.name!r} cannot be solved: CVXPY takes no such problem ({one_line(error)}); "
            "see its manual on disciplined convex programming."
        ) from None
    except Exception as error:  # whatever a solver may raise
        inner = error.args[0] if isinstance(error, cp.error.SolverError) and error.args else None
        cause = inner if isinstance(inner, Exception) else error
        message = one_line(cause)
        if options and isinstance(cause, TypeError | ValueError | KeyError | AttributeError):
            raise InvalidConfig(
                f"{solver} does not run with the options {', '.join(options)} ({message}); see its manual."
            ) from None
        return Status.FAILED, message, False


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
    if problem.status == NO_SOLUTION_AT_LIMIT.get(solver):
        return Status.LIMIT, "no answer within its limit", False
    status = STATUS.get(problem.status, Status.FAILED)
    return status, message or str(problem.status), status in ANSWERED


def read(model: Model, name: str) -> np.ndarray | str:
    """The values of a named part of a solved model, or why there are none."""
    problem, part = model.problem, getattr(model, name)
    if isinstance(part, cp.Constraint):
        if problem.is_mixed_integer():
            return NO_MULTIPLIERS
        if all(part is not row for row in problem.constraints):
            return f"the {name} of the model is not in its problem"
        found = multipliers(part)
        return f"the solver gave no multipliers of {name}" if found is None else found
    inside = {variable.id for variable in problem.variables()}
    if any(variable.id not in inside for variable in part.variables()):
        return f"the {name} of the model is not in its problem"
    found = values(part)
    return f"the solver gave no values of {name}" if found is None else found


def multipliers(constraint: cp.Constraint) -> np.ndarray | None:
    """Multipliers: CVXPY gives those of an inequality nonnegative, and those of an equation with the other sign."""
    if constraint.dual_value is None or isinstance(constraint.dual_value, list):  # of a cone, they are several arrays
        return None
    found = np.asarray(constraint.dual_value, dtype=float).ravel()
    return found if found.sum() >= 0 else -found
