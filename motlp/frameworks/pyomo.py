"""Hands a model declared in Pyomo to any solver that Pyomo finds, and reads the answer."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import ApplicationError
from pyomo.opt import SolverStatus, TerminationCondition

from motlp.errors import InvalidConfig, one_line, shorten
from motlp.frameworks.answer import ANSWERED, Answer, Part, Status
from motlp.frameworks.catalogue import SolverInfo, describe, list_offers
from motlp.frameworks.engine import check_solver, read_options
from motlp.frameworks.form import recognise
from motlp.frameworks.highs import stop_capture
from motlp.frameworks.model import Model
from motlp.frameworks.options import check_integer
from motlp.frameworks.parts import NO_MULTIPLIERS, check_problem, read_part
from motlp.frameworks.pyomo_duals import attach_suffix, multipliers
from motlp.frameworks.pyomo_linear import read_linear
from motlp.frameworks.pyomo_sample import length, objectives, sample, sense, values

# While Pyomo hands a model to a solver, it keeps state that all threads share: two at once lost variables.
ONE_AT_A_TIME = threading.Lock()
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


def names() -> tuple[str, ...]:
    """The solvers of the catalogue."""
    return tuple(list_offers("pyomo"))


def solvers() -> list[SolverInfo]:
    """The solvers of the catalogue, and whether Pyomo finds them."""
    return [find_solver(name) for name in names()]


def find_solver(name: str) -> SolverInfo:
    """One solver, and whether Pyomo finds it."""
    with silence_pyomo():
        return describe("pyomo", name, version(name))


def version(name: str) -> str:
    """Version of a solver as Pyomo finds it, or ""."""
    solver = pyo.SolverFactory(name)
    if not solver.available(exception_flag=False):
        return ""
    return ".".join(str(part) for part in solver.version() or "?")


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The solver of that name, if it is ready, and its options; only HiGHS' own can be checked."""
    check_solver("pyomo", solver)
    info = find_solver(solver.lower())  # of this one alone: to find others, Pyomo redirects the streams of the process
    return info, read_options(info, options)


def fault(model: Model) -> str:
    """What is wrong with the problem of a model, or ""."""
    problem = model.problem
    if not isinstance(problem, pyo.ConcreteModel):
        return f"problem is {shorten(problem)}, not a pyomo.ConcreteModel"
    count = len(objectives(problem))
    if count != 1:
        return f"problem has {count or 'no'} active objective{'s'[: count - 1]}; activate one, and no other"
    return ""


def solve(model: Model, solver: str, options: dict[str, Any]) -> Answer:
    """Solve; if the solver fails, the status says so.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: the solver or an option cannot be used.
        InvalidModel: Pyomo cannot solve such a model.
    """
    info, settings = prepare(solver, options)
    check_problem(model, fault(model))
    form = recognise(model.hypergraph, sample(model))
    problem: pyo.ConcreteModel = model.problem
    engine = pyo.SolverFactory(info.name)
    if info.name == "highs":
        engine = stop_capture(engine)
    engine.options.update(settings)
    started = time.perf_counter()
    mark_stale(model)
    with silence_pyomo(), attach_suffix(problem) as duals:
        if duals is None:
            check_integer(settings if info.name == "highs" else {})
        status, message, loaded, claimed = run(info.name, engine, problem, duals, options)
        values_of = partial(read, model, duals)
        return Answer(
            form=form,
            solver=info,
            status=status,
            message=message,
            objective=evaluate(objectives(problem)[0]) if loaded else None,
            plan=read_part(model, "plan", length, values_of) if loaded else Part(),
            potential=read_part(model, "potential", length, values_of) if loaded else Part(),
            seconds=time.perf_counter() - started,
            sense=sense(problem),
            claimed=claimed if loaded and duals is None else None,
            linear=partial(read_linear, problem, duals) if loaded else None,
        )


def evaluate(expression: Any) -> float | None:
    """The value of an expression; None where a variable in it has none."""
    try:
        value = pyo.value(expression, exception=False)
    except Exception:  # whatever a user's expression may raise
        return None
    return None if value is None else float(value)


def mark_stale(model: Model) -> None:
    """Mark all values as not of this solve: a variable that leaves the problem keeps its last one."""
    for name in ("plan", "potential"):
        if length(model, name) is not None:
            for variable in getattr(model, name).values():
                variable.stale = True


class Outcome(NamedTuple):
    """How a solve ended: the status, the solver's own word, whether there is an answer to read, and what it claims."""

    status: Status
    message: str
    loaded: bool = False
    claimed: float | None = None


def run(
    solver: str, engine: Any, problem: pyo.ConcreteModel, duals: pyo.Suffix | None, options: dict[str, Any]
) -> Outcome:
    """One solve."""
    try:
        results = engine.solve(problem, load_solutions=False)
    except Exception as error:  # whatever a solver may raise
        message = one_line(error)
        if options and isinstance(error, ApplicationError):
            raise InvalidConfig(
                f"{solver} does not run with the options {', '.join(options)} ({message}); see its manual."
            ) from None
        return Outcome(Status.FAILED, message)
    condition = results.solver.termination_condition
    status = STATUS.get(condition, Status.FAILED)
    if status not in ANSWERED:
        return Outcome(status, str(condition))
    claimed = read_claim(results, problem)
    if len(results.solution) == 0:
        loaded = solver == "highs" and load_last_point(engine, problem, duals)
        return Outcome(status, str(condition), loaded, claimed)
    # Pyomo loads nothing that is not optimal; the proved bounds make use of any point.
    results.solver.status = SolverStatus.ok
    try:
        problem.solutions.load_from(results)
    except (RuntimeError, ValueError, KeyError):
        return Outcome(status, str(condition))
    return Outcome(status, str(condition), True, claimed)


def read_claim(results: Any, problem: pyo.ConcreteModel) -> float | None:
    """The bound on the optimum that the solver reports, if it reports one."""
    found = results.problem.upper_bound if sense(problem) == "max" else results.problem.lower_bound
    return float(found) if isinstance(found, int | float) and np.isfinite(found) else None


def load_last_point(engine: Any, problem: pyo.ConcreteModel, duals: pyo.Suffix | None) -> bool:
    """Load the point where HiGHS stopped, which Pyomo loads only if it is feasible; says whether there is one."""
    try:
        answer = engine._solver_model.getSolution()
        columns, rows = engine._pyomo_var_to_solver_var_map, engine._pyomo_con_to_solver_con_map
        values, prices = list(answer.col_value), list(answer.row_dual)
        for variable in problem.component_data_objects(pyo.Var):
            if id(variable) in columns:
                variable.set_value(values[columns[id(variable)]], skip_validation=True)
        if duals is not None:
            for row in problem.component_data_objects(pyo.Constraint, active=True):
                duals[row] = prices[rows[row]]
    except (AttributeError, LookupError):  # nothing there, or another version of Pyomo
        return False
    return True


@contextmanager
def silence_pyomo() -> Iterator[None]:
    """Pyomo logs nothing in this block, and no other thread is in one: what it logs, a status or an error says here."""
    logger = logging.getLogger("pyomo")
    with ONE_AT_A_TIME:
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            logger.setLevel(level)


def read(model: Model, duals: pyo.Suffix | None, name: str) -> np.ndarray | str:
    """The values of a named part of a solved model, or why there are none."""
    part = getattr(model, name)
    if isinstance(part, pyo.Var):
        if any(v.value is None or (v.stale and not v.fixed) for v in part.values()):
            return f"not all of the {name} of the model is in its problem"
        return values(part)
    if duals is None:
        return NO_MULTIPLIERS
    if all(row not in duals for row in part.values()):
        if any(row.active and row.model() is model.problem for row in part.values()):
            return f"the solver gave no multipliers of {name}"
        return f"the {name} of the model is not in its problem, or not active"
    return multipliers(part, duals)
