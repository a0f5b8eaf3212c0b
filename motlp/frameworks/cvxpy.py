"""Hands a model declared in CVXPY to any solver that CVXPY finds, and reads the answer back."""

import time
import warnings
from typing import Any

import cvxpy as cp
import numpy as np
from cvxpy.constraints import Inequality

from motlp.errors import InvalidConfig, InvalidModel, SolverUnavailable, UnknownName, shorten
from motlp.frameworks.answer import Answer, Part, Status
from motlp.frameworks.catalogue import SolverInfo, licence, package_version
from motlp.frameworks.form import Sample, recognise
from motlp.frameworks.model import Model
from motlp.frameworks.options import CVXOPT_GLPK, SCIPY, clarabel_options, highs_options, typed_options

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


def names() -> tuple[str, ...]:
    """The solvers of linear programs that CVXPY finds installed, and those worth getting."""
    installed = {name.lower() for name in cp.installed_solvers()} - UNFIT
    return (*PACKAGES, *sorted(installed - set(PACKAGES)))


def solvers() -> list[SolverInfo]:
    """The solvers of linear programs that CVXPY finds installed, then those worth getting."""
    installed = {name.lower() for name in cp.installed_solvers()} - UNFIT
    rows = []
    for name in names():
        package, install = PACKAGES.get(name, (name, ""))
        version = package_version(package) or "?" if name in installed else ""
        rows.append(SolverInfo("cvxpy", name, version, licence(name), "linear", install))
    return rows


def solve(model: Model, solver: str, options: dict[str, Any]) -> Answer:
    """Solve, with every failure of the solver told as a status.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: the solver or an option cannot be used.
        InvalidModel: the problem is none that CVXPY solves.
    """
    info, settings = prepare(solver, options)
    if wrong := fault(model):
        raise InvalidModel(f"the model {model.name!r} cannot be solved: its {wrong}.")
    form = recognise(model.hypergraph, sample(model))
    forget(model)
    problem: cp.Problem = model.problem
    started = time.perf_counter()
    status, message, answered = Status.FAILED, "", False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            status, message, answered = run(problem, info.name.upper(), settings)
    except (cp.error.DCPError, cp.error.DGPError, cp.error.ParameterError) as error:  # whoever changed it wants to know
        raise InvalidModel(
            f"the model {model.name!r} cannot be solved: CVXPY takes no such problem "
            f"({' '.join(str(error).split())[:300]}); see its manual on disciplined convex programming."
        ) from None
    except Exception as error:  # whatever a solver may raise
        reason = error.args[0] if isinstance(error, cp.error.SolverError) and error.args else error
        message = " ".join(str(reason).split()) or type(reason).__name__
        if options and isinstance(reason, TypeError | ValueError | KeyError | AttributeError):
            raise InvalidConfig(
                f"{info.name} does not run with the options {', '.join(options)} ({message}); see its manual."
            ) from None
    return Answer(
        form=form,
        solver=info,
        status=status,
        message=message,
        objective=float(problem.value) if answered and problem.value is not None else None,
        plan=part(model, "plan", "conflict") if answered else Part(),
        potential=part(model, "potential", "marginal") if answered else Part(),
        seconds=time.perf_counter() - started,
    )


def fault(model: Model) -> str:
    """What is wrong with the problem of a model, or ""."""
    if not isinstance(model.problem, cp.Problem):
        return f"problem is {shorten(model.problem)}, not a cvxpy.Problem"
    empty = [p.name() for p in model.problem.parameters() if p.value is None]
    return f"parameter {empty[0]} has no value; give it one first" if empty else ""


def length(model: Model, name: str) -> int | None:
    """Number of values of a named variable or constraint; None where it is none."""
    kind = cp.Constraint if name in ("marginal", "conflict") else cp.Expression
    part = getattr(model, name)
    return int(part.size) if isinstance(part, kind) else None


def sample(model: Model) -> Sample | None:
    """The model at a random point; None where it cannot be evaluated there."""
    problem: cp.Problem = model.problem
    variables, random = problem.variables(), np.random.default_rng(0)
    kept, value = [variable.value for variable in variables], problem.objective.args[0]
    try:
        for variable in variables:
            variable.save_value(np.asarray(random.uniform(size=variable.shape)))
        return Sample(
            sense="max" if isinstance(problem.objective, cp.Maximize) else "min",
            objective=float(np.asarray(value.value).item()) if value.is_affine() else None,
            plan=values(model.plan) if length(model, "plan") is not None else None,
            potential=values(model.potential) if length(model, "potential") is not None else None,
            excess=room(model.marginal),
            slack=room(model.conflict),
            alone=is_alone(model),
        )
    except Exception:  # whatever a user's expressions may raise
        return None
    finally:
        for variable, former in zip(variables, kept, strict=True):
            variable.save_value(former)


def room(constraint: object) -> np.ndarray | None:
    """By how much the larger side of an inequality exceeds the smaller; None where they are not affine."""
    if not isinstance(constraint, Inequality) or not all(side.is_affine() for side in constraint.args):
        return None
    smaller, larger = constraint.args
    return np.asarray(larger.value - smaller.value, dtype=float).ravel()


def is_alone(model: Model) -> bool:
    """Whether the problem has one variable, nonnegative, and one set of rows, those of the primal or the dual."""
    variables, constraints = model.problem.variables(), model.problem.constraints
    dual = isinstance(model.problem.objective, cp.Maximize)
    if len(variables) != 1 or len(constraints) != 1:
        return False
    demands = {name for name, value in variables[0].attributes.items() if value is not None and value is not False}
    return (
        demands == {"nonneg"}
        and variables[0] is (model.potential if dual else model.plan)
        and constraints[0] is (model.conflict if dual else model.marginal)
    )


def forget(model: Model) -> None:
    """Clears the multipliers of an earlier solve, which a constraint that leaves the problem would keep."""
    for constraint in (model.marginal, model.conflict):
        if isinstance(constraint, cp.Constraint):
            for variable in constraint.dual_variables:
                variable.save_value(None)


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


def part(model: Model, variable: str, constraint: str) -> Part:
    """The plan, or the potential: values of the variable of that name, or else multipliers of the constraint."""
    problem, name = model.problem, constraint if getattr(model, variable) is None else variable
    named, lost = getattr(model, name), f"there is no {variable}, as"
    if named is None:
        return Part(None, f"{lost} the model names no {variable} and no {constraint}")
    if length(model, name) is None:
        return Part(None, f"{lost} the {name} of the model is {shorten(named)}, which is no such part of a problem")
    if isinstance(named, cp.Constraint):
        if problem.is_mixed_integer():
            return Part(None, f"{lost} a problem with integer variables has no multipliers")
        if all(named is not row for row in problem.constraints):
            return Part(None, f"{lost} the {name} of the model is not in its problem")
        found = multipliers(named)
        return Part(found, "" if found is not None else f"{lost} the solver gave no multipliers of {name}")
    inside = {v.id for v in problem.variables()}
    if any(v.id not in inside for v in named.variables()):
        return Part(None, f"{lost} the {name} of the model is not in its problem")
    found = values(named)
    return Part(found, "" if found is not None else f"{lost} the solver gave no values of {name}")


def values(variable: cp.Expression) -> np.ndarray | None:
    """Value of a variable or an expression, if it has one."""
    return None if variable.value is None else np.asarray(variable.value, dtype=float).ravel()


def multipliers(constraint: cp.Constraint) -> np.ndarray | None:
    """Multipliers: CVXPY gives those of an inequality nonnegative, and those of an equation with the other sign."""
    if constraint.dual_value is None or isinstance(constraint.dual_value, list):  # of a cone, they are several arrays
        return None
    found = np.asarray(constraint.dual_value, dtype=float).ravel()
    return found if found.sum() >= 0 else -found
