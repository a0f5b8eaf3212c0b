"""Hands a model declared in Pyomo to any solver that Pyomo finds, and reads the answer back."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import ApplicationError
from pyomo.common.modeling import unique_component_name
from pyomo.core.expr import identify_variables
from pyomo.opt import SolverStatus, TerminationCondition

from motlp.errors import InvalidConfig, InvalidModel, SolverUnavailable, UnknownName, shorten
from motlp.frameworks.answer import Answer, Part, Status
from motlp.frameworks.catalogue import SolverInfo, licence
from motlp.frameworks.form import Sample, recognise
from motlp.frameworks.highs import uncaptured
from motlp.frameworks.model import Model
from motlp.frameworks.options import highs_options

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

CONSTRAINTS = ("marginal", "conflict")
# Parts of a model that change nothing of what it asks.
HARMLESS = {pyo.Var, pyo.Constraint, pyo.Objective, pyo.Suffix, pyo.Set, pyo.Param, pyo.Expression, pyo.RangeSet}


def names() -> tuple[str, ...]:
    """The solvers that are worth getting."""
    return tuple(INSTALL)


def solvers() -> list[SolverInfo]:
    """The solvers of linear programs that Pyomo may find, and which it does."""
    return [known(name) for name in INSTALL]


def known(name: str) -> SolverInfo:
    """A solver as Pyomo finds it, or does not."""
    with quiet():
        return SolverInfo("pyomo", name, version(name), licence(name), "linear", INSTALL[name])


def version(name: str) -> str:
    """Version of a solver as Pyomo finds it, or ""."""
    solver = pyo.SolverFactory(name)
    if not solver.available(exception_flag=False):
        return ""
    return ".".join(str(part) for part in solver.version() or "?")


def solve(model: Model, solver: str, options: dict[str, Any]) -> Answer:
    """Solve, with every failure of the solver told as a status.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: the solver or an option cannot be used.
        InvalidModel: the model is none that Pyomo solves.
    """
    info, settings = prepare(solver, options)
    if wrong := fault(model):
        raise InvalidModel(f"the model {model.name!r} cannot be solved: its {wrong}.")
    form = recognise(model.hypergraph, sample(model))
    problem: pyo.ConcreteModel = model.problem
    engine = pyo.SolverFactory(info.name)
    if info.name == "highs":
        engine = uncaptured(engine)
    engine.options.update(settings)
    started = time.perf_counter()
    forget(model)
    with quiet(), multipliers_of(problem) as duals:
        status, message, loaded = run(info.name, engine, problem, duals, options)
        return Answer(
            form=form,
            solver=info,
            status=status,
            message=message,
            objective=number(objectives(problem)[0]) if loaded else None,
            plan=part(model, "plan", "conflict", duals) if loaded else Part(),
            potential=part(model, "potential", "marginal", duals) if loaded else Part(),
            seconds=time.perf_counter() - started,
        )


def fault(model: Model) -> str:
    """What is wrong with the problem of a model, or ""."""
    problem = model.problem
    if not isinstance(problem, pyo.ConcreteModel):
        return f"problem is {shorten(problem)}, not a pyomo.ConcreteModel"
    count = len(objectives(problem))
    if count != 1:
        return f"problem has {count or 'no'} active objective{'s'[: count - 1]}; activate one, and no other"
    return ""


def length(model: Model, name: str) -> int | None:
    """Number of values of a named variable or constraint; None where it is none."""
    part = getattr(model, name)
    return len(part) if isinstance(part, pyo.Constraint if name in CONSTRAINTS else pyo.Var) else None


def objectives(problem: pyo.ConcreteModel) -> list[Any]:
    """The objectives that count."""
    return list(problem.component_data_objects(pyo.Objective, active=True))


def number(expression: Any) -> float | None:
    """The value of an expression; None where a variable in it has none."""
    try:
        value = pyo.value(expression, exception=False)
    except Exception:  # of what a user has made
        return None
    return None if value is None else float(value)


def sample(model: Model) -> Sample | None:
    """The model at a random point; None where it cannot be evaluated there."""
    objective = objectives(model.problem)[0]
    found = [*model.problem.component_data_objects(pyo.Var), *identify_variables(objective.expr, include_fixed=True)]
    variables = list({id(variable): variable for variable in found}.values())
    kept = [v.value for v in variables]
    point = np.random.default_rng(0).uniform(size=len(variables)).tolist()
    try:
        for variable, value in zip(variables, point, strict=True):
            variable.set_value(value, skip_validation=True)
        return Sample(
            sense="max" if objective.sense == pyo.maximize else "min",
            objective=float(pyo.value(objective.expr)) if is_affine(objective) else None,
            plan=values(model.plan) if length(model, "plan") is not None else None,
            potential=values(model.potential) if length(model, "potential") is not None else None,
            excess=room(model.marginal) if length(model, "marginal") is not None else None,
            slack=room(model.conflict) if length(model, "conflict") is not None else None,
            alone=is_alone(model),
        )
    except Exception:  # whatever a user's expressions may raise
        return None
    finally:
        for variable, value in zip(variables, kept, strict=True):
            variable.set_value(value, skip_validation=True)


def forget(model: Model) -> None:
    """Marks all values as not of this solve: a variable that leaves the problem keeps its last one."""
    for name in ("plan", "potential"):
        if length(model, name) is not None:
            for variable in getattr(model, name).values():
                variable.stale = True


def is_affine(part: Any) -> bool:
    """Whether an objective or a row is affine."""
    return pyo.polynomial_degree(part.body if part.ctype is pyo.Constraint else part.expr) in (0, 1)


def room(constraint: pyo.Constraint) -> np.ndarray:
    """By how much the larger side of each row exceeds the smaller; NaN of an equation, or where they are not affine."""
    found = []
    for row in constraint.values():
        body, lower, upper = pyo.value(row.body), pyo.value(row.lower), pyo.value(row.upper)
        one_sided = (lower is None) != (upper is None) and is_affine(row)
        found.append((body - lower if upper is None else upper - body) if one_sided else np.nan)
    return np.array(found, dtype=float)


def is_alone(model: Model) -> bool:
    """Whether the problem has one variable, nonnegative, and one set of rows, all active, both of them named."""
    problem: pyo.ConcreteModel = model.problem
    dual = model.plan is None
    names = ("potential", "conflict") if dual else ("plan", "marginal")
    if any(length(model, name) is None for name in names):
        return False
    variable, constraint = (getattr(model, name) for name in names)
    rows = list(problem.component_data_objects(pyo.Constraint, active=True))
    return (
        {part.ctype for part in problem.component_objects(active=True)} <= HARMLESS
        and same(problem.component_data_objects(pyo.Var), variable.values())
        and same(rows, constraint.values())
        and all((row.lower is None) == dual for row in rows)
        and all(v.is_continuous() and not v.fixed and v.lb == 0 and v.ub is None for v in variable.values())
    )


def same(found: Iterable[Any], named: Iterable[Any]) -> bool:
    """Whether both list the same objects, in the same order."""
    return [id(one) for one in found] == [id(one) for one in named]


@contextlib.contextmanager
def multipliers_of(problem: pyo.ConcreteModel) -> Iterator[pyo.Suffix | None]:
    """The suffix to which Pyomo writes multipliers, which it finds by its name `dual`; emptied of earlier ones.

    None for a problem with integer variables, which has no multipliers: HiGHS in Pyomo fails when asked for them. What
    a user has under that name, and cannot take them, is there again when the block ends.
    """
    theirs = problem.component("dual")
    is_suffix = isinstance(theirs, pyo.Suffix)
    integer = any(not v.is_continuous() for v in problem.component_data_objects(pyo.Var))
    if is_suffix and theirs.active and theirs.import_enabled() and not integer:
        theirs.clear()
        yield theirs
        return
    if theirs is not None:
        problem.del_component(theirs)
        if not is_suffix:  # what is asked may depend on it
            problem.add_component(unique_component_name(problem, "dual_"), theirs)
    try:
        if not integer:
            problem.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
        yield None if integer else problem.dual
    finally:
        if theirs is not None:
            problem.del_component("dual")
            if not is_suffix:
                problem.del_component(theirs)
            problem.add_component("dual", theirs)


def run(
    solver: str, engine: Any, problem: pyo.ConcreteModel, duals: pyo.Suffix | None, options: dict[str, Any]
) -> tuple[Status, str, bool]:
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
        return status, str(condition), solver == "highs" and load_last_point(engine, problem, duals)
    # Pyomo loads nothing that is not optimal; the proved bounds make use of any point.
    results.solver.status = SolverStatus.ok
    try:
        problem.solutions.load_from(results)
    except (RuntimeError, ValueError, KeyError):
        return status, str(condition), False
    return status, str(condition), True


def load_last_point(engine: Any, problem: pyo.ConcreteModel, duals: pyo.Suffix | None) -> bool:
    """Loads where HiGHS stopped, which Pyomo keeps to itself unless it is feasible; whether there was a point."""
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


def part(model: Model, variable: str, constraint: str, duals: pyo.Suffix | None) -> Part:
    """The plan, or the potential: values of the variable of that name, or else multipliers of the constraint."""
    name, lost = constraint if getattr(model, variable) is None else variable, f"there is no {variable}, as"
    named = getattr(model, name)
    if named is None:
        return Part(None, f"{lost} the model names no {variable} and no {constraint}")
    if length(model, name) is None:
        return Part(None, f"{lost} the {name} of the model is {shorten(named)}, which is no such part of a problem")
    if name == variable:
        if any(v.value is None or (v.stale and not v.fixed) for v in named.values()):
            return Part(None, f"{lost} not all of the {name} of the model is in its problem")
        return Part(values(named))
    if duals is None:
        return Part(None, f"{lost} a problem with integer variables has no multipliers")
    if all(row not in duals for row in named.values()):
        if any(row.active and row.model() is model.problem for row in named.values()):
            return Part(None, f"{lost} the solver gave no multipliers of {name}")
        return Part(None, f"{lost} the {name} of the model is not in its problem, or not active")
    return Part(multipliers(named, duals))


def values(variable: pyo.Var) -> np.ndarray:
    """Values of an indexed variable, in the order of its index."""
    return np.array([v.value if v.value is not None else np.nan for v in variable.values()], dtype=float)


def multipliers(constraint: pyo.Constraint, duals: pyo.Suffix) -> np.ndarray:
    """Multipliers of an indexed constraint, nonnegative; of a row that is not active, 0.

    Those of `marginal` (≥ in a minimum) and `conflict` (≤ in a maximum) are, but for solvers that stop
    early and leave a maximum unsigned.
    """
    found = np.array([duals.get(row, 0.0) for row in constraint.values()], dtype=float)
    return found if found.sum() >= 0 else -found
