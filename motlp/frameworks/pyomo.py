"""Hands a model declared in Pyomo to any solver that Pyomo finds, and reads the answer back."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import ApplicationError
from pyomo.opt import SolverStatus, TerminationCondition

from motlp.errors import InvalidConfig, SolverUnavailable, UnknownName
from motlp.frameworks.catalogue import SolverInfo, licence
from motlp.frameworks.highs import uncaptured
from motlp.frameworks.options import highs_options
from motlp.model import Model
from motlp.solution import Solution, Status

# Pyomo keeps state of the whole process while it hands a model to a solver: in threads, variables got lost.
ONE_AT_A_TIME = threading.Lock()
INSTALL = {
    "highs": "pip install highspy",
    "glpk": "the program glpsol: apt-get install glpk-utils",
    "cbc": "the program cbc: apt-get install coinor-cbc",
    "ipopt": "the program ipopt: apt-get install coinor-libipopt-dev",
    "scip": "the program scip, from scipopt.org",
    "gurobi": "pip install gurobipy, and a licence",
    "xpress": "pip install xpress, and a licence",
    "mosek": "pip install mosek, and a licence",
    "cplex": "pip install cplex, and a licence",
}
STATUS = {
    TerminationCondition.optimal: Status.OPTIMAL,
    TerminationCondition.locallyOptimal: Status.OPTIMAL,
    TerminationCondition.unknown: Status.INACCURATE,
    TerminationCondition.maxTimeLimit: Status.LIMIT,
    TerminationCondition.maxIterations: Status.LIMIT,
    TerminationCondition.maxEvaluations: Status.LIMIT,
    TerminationCondition.userInterrupt: Status.LIMIT,
    TerminationCondition.infeasible: Status.INFEASIBLE,
    TerminationCondition.infeasibleOrUnbounded: Status.INFEASIBLE,
    TerminationCondition.unbounded: Status.UNBOUNDED,
}


def solvers() -> list[SolverInfo]:
    """The solvers of linear programs that Pyomo may find, and which it does."""
    return [known(name) for name in INSTALL]


def known(name: str) -> SolverInfo:
    """A solver as Pyomo finds it, or does not."""
    with quiet():
        return SolverInfo("pyomo", name, version(name), licence(name), INSTALL[name])


def version(name: str) -> str:
    """Version of a solver as Pyomo finds it, or ""."""
    solver = pyo.SolverFactory(name)
    if not solver.available(exception_flag=False):
        return ""
    return ".".join(str(part) for part in solver.version() or "?")


def solve(model: Model, solver: str, options: dict[str, Any]) -> Solution:
    """Solve, with every failure of the solver told as a status.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: the solver or an option cannot be used.
    """
    info, settings = prepare(solver, options)
    problem: pyo.ConcreteModel = model.problem
    if not hasattr(problem, "dual"):
        problem.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    engine = pyo.SolverFactory(info.name)
    if info.name == "highs":
        engine = uncaptured(engine)
    engine.options.update(settings)
    started = time.perf_counter()
    with quiet():
        status, message, loaded = run(info.name, engine, problem, options)
    seconds = time.perf_counter() - started
    objective = next(problem.component_data_objects(pyo.Objective, active=True))
    plan = values(model.plan) if model.plan is not None else multipliers(problem, model.conflict)
    potential = values(model.potential) if model.potential is not None else multipliers(problem, model.marginal)
    return Solution(
        hypergraph=model.hypergraph,
        model=model.name,
        framework="pyomo",
        solver=info.name,
        version=info.version,
        status=status,
        message=message,
        objective=float(pyo.value(objective)) if loaded else None,
        plan=plan if loaded else None,
        potential=potential if loaded else None,
        seconds={"declare": model.seconds, "solve": seconds},
    )


def run(solver: str, engine: Any, problem: pyo.ConcreteModel, options: dict[str, Any]) -> tuple[Status, str, bool]:
    """One solve: the status, the solver's own word, and whether there is an answer to read."""
    try:
        results = engine.solve(problem, load_solutions=False)
    except Exception as error:  # whatever a solver may raise
        message = " ".join(str(error).split()) or type(error).__name__
        if options and isinstance(error, ApplicationError):
            raise InvalidConfig(
                f"{solver} does not run with the options {', '.join(options)} ({message}); see its manual."
            ) from None
        return Status.FAILED, message, False
    condition = results.solver.termination_condition
    status = STATUS.get(condition, Status.FAILED)
    if status not in (Status.OPTIMAL, Status.INACCURATE, Status.LIMIT):
        return status, str(condition), False
    if len(results.solution) == 0:
        return status, str(condition), solver == "highs" and load_last_point(engine, problem)
    # Pyomo loads nothing that is not optimal; the proved bounds make use of any point.
    results.solver.status = SolverStatus.ok
    try:
        problem.solutions.load_from(results)
    except (RuntimeError, ValueError, KeyError):
        return status, str(condition), False
    return status, str(condition), all(v.value is not None for v in problem.component_data_objects(pyo.Var))


def load_last_point(engine: Any, problem: pyo.ConcreteModel) -> bool:
    """Loads where HiGHS stopped, which Pyomo keeps to itself unless it is feasible; whether there was a point."""
    try:
        answer = engine._solver_model.getSolution()
        columns, rows = engine._pyomo_var_to_solver_var_map, engine._pyomo_con_to_solver_con_map
        values, duals = list(answer.col_value), list(answer.row_dual)
        for variable in problem.component_data_objects(pyo.Var):
            variable.set_value(values[columns[id(variable)]], skip_validation=True)
        for row in problem.component_data_objects(pyo.Constraint, active=True):
            problem.dual[row] = duals[rows[row]]
    except (AttributeError, LookupError):  # nothing there, or another version of Pyomo
        return False
    return True


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The solver of that name, if it can be called, and its options; those of programs go unchecked."""
    if solver.lower() not in INSTALL:
        raise UnknownName("Pyomo solver", solver, INSTALL)
    info = known(solver.lower())  # of this one alone: to look for others, Pyomo moves the streams of the process
    if not info.ready:
        raise SolverUnavailable(f"the solver {info.name!r} is not installed for Pyomo: {info.install}.")
    return info, highs_options(options) if info.name == "highs" else dict(options)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Pyomo at work, alone in the process; it logs what is told here as a status or an error."""
    logger = logging.getLogger("pyomo")
    with ONE_AT_A_TIME:
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            logger.setLevel(level)


def values(variable: pyo.Var) -> np.ndarray:
    """Values of an indexed variable, in the order of its index."""
    return np.array([v.value if v.value is not None else np.nan for v in variable.values()], dtype=float)


def multipliers(problem: pyo.ConcreteModel, constraint: pyo.Constraint) -> np.ndarray | None:
    """Multipliers of an indexed constraint, nonnegative.

    Those of `marginal` (≥ in a minimum) and `conflict` (≤ in a maximum) are, but for solvers that stop
    early and leave a maximum unsigned.
    """
    found = np.array([problem.dual.get(row, np.nan) for row in constraint.values()], dtype=float)
    if np.isnan(found).all():
        return None
    found = np.nan_to_num(found)
    return found if found.sum() >= 0 else -found
