"""Hands a linear program, as plain arrays, to HiGHS directly."""

import time
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from motlp.errors import InvalidModel, UnknownName, shorten
from motlp.frameworks.answer import Answer, Part, Status
from motlp.frameworks.catalogue import SolverInfo, licence, package_version
from motlp.frameworks.form import Sample, recognise
from motlp.frameworks.highs import silent_highs
from motlp.frameworks.model import LinearProgram, Model
from motlp.frameworks.options import highs_options

# "highs" lets HiGHS choose its method. The interior point stops short of crossover, which costs many
# times the rest on large problems; the proved bounds judge the point instead.
METHODS: dict[str, dict[str, Any]] = {
    "highs": {},
    "simplex": {"solver": "simplex"},
    "ipm": {"solver": "ipm", "run_crossover": "off"},
    "pdlp": {"solver": "pdlp"},
}
# HiGHS is always given a minimum: it leaves the multipliers of a maximum unsigned where it stops early.
SIGN = {"min": 1.0, "max": -1.0}
STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kUnknown: Status.INACCURATE,
    highspy.HighsModelStatus.kTimeLimit: Status.LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Status.LIMIT,
    highspy.HighsModelStatus.kInterrupt: Status.LIMIT,
    highspy.HighsModelStatus.kObjectiveBound: Status.LIMIT,
    highspy.HighsModelStatus.kObjectiveTarget: Status.LIMIT,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
}


def names() -> tuple[str, ...]:
    """The methods of HiGHS."""
    return tuple(METHODS)


def solvers() -> list[SolverInfo]:
    """HiGHS, once a method."""
    return [
        SolverInfo("matrix", name, package_version("highspy"), licence("highs"), "linear", "pip install highspy")
        for name in METHODS
    ]


def solve(model: Model, solver: str, options: dict[str, Any]) -> Answer:
    """Solve, with every failure of the solver told as a status.

    Raises:
        UnknownName, InvalidConfig: the method or an option cannot be used.
        InvalidModel: the arrays are no linear program.
    """
    info, settings = prepare(solver, options)
    if wrong := fault(model):
        raise InvalidModel(f"the model {model.name!r} cannot be solved: its {wrong}.")
    form = recognise(model.hypergraph, sample(model))
    program: LinearProgram = model.problem
    started = time.perf_counter()
    highs = silent_highs()
    for name, value in settings.items():
        highs.setOptionValue(name, value)
    highs.passModel(as_highs(program))
    highs.run()
    outcome = highs.getModelStatus()
    status, answer = STATUS.get(outcome, Status.FAILED), highs.getSolution()
    answered = status in (Status.OPTIMAL, Status.INACCURATE, Status.LIMIT)
    # Kept even where HiGHS does not call them valid, as after a limit: the proved bounds judge them.
    columns = np.array(answer.col_value) if answered and len(answer.col_value) else None
    rows = SIGN[program.sense] * np.array(answer.row_dual) if answered and len(answer.row_dual) else None
    return Answer(
        form=form,
        solver=info,
        status=status,
        message=highs.modelStatusToString(outcome),
        objective=None if columns is None else float(program.cost @ columns),
        plan=part(model, "plan", "conflict", columns, rows),
        potential=part(model, "potential", "marginal", columns, rows),
        seconds=time.perf_counter() - started,
    )


def fault(model: Model) -> str:
    """What is wrong with the program of a model, or ""."""
    program = model.problem
    if not isinstance(program, LinearProgram):
        return f"problem is {shorten(program)}, not a LinearProgram"
    if program.sense not in SIGN:
        return f"sense is {shorten(program.sense)}; it must be 'min' or 'max'"
    if not sp.issparse(program.matrix):
        return f"matrix is {shorten(program.matrix)}; it must be a scipy.sparse array"
    rows, columns = program.matrix.shape
    wanted = {"cost": columns, "row_lower": rows, "row_upper": rows}
    for name, size in wanted.items():
        shape = np.shape(getattr(program, name))
        if shape != (size,):
            return f"{name} has the shape {shape}, beside a matrix of {rows} rows and {columns} columns"
    arrays = {"matrix": program.matrix.data} | {name: np.asarray(getattr(program, name)) for name in wanted}
    for name, array in arrays.items():
        finite = name in ("matrix", "cost")
        if array.dtype.kind not in "fiub" or not (np.isfinite(array) if finite else ~np.isnan(array)).all():
            return f"{name} holds what is no {'finite ' if finite else ''}number; replace it"
    return ""


def length(model: Model, name: str) -> int | None:
    """Number of columns or of rows of a named part; None where it is no slice."""
    part, axis = getattr(model, name), 0 if name in ("marginal", "conflict") else 1
    try:
        return len(range(model.problem.matrix.shape[axis])[part]) if isinstance(part, slice) else None
    except TypeError:  # a slice of no numbers
        return None


def sample(model: Model) -> Sample:
    """The program at a random point."""
    program: LinearProgram = model.problem
    x = np.random.default_rng(0).uniform(size=program.matrix.shape[1])
    rows = program.matrix @ x
    named = {"plan": x, "potential": x, "marginal": rows - program.row_lower, "conflict": program.row_upper - rows}
    found = {
        name: None if length(model, name) is None else array[getattr(model, name)] for name, array in named.items()
    }
    dual = program.sense == "max"
    variable, constraint = ("potential", "conflict") if dual else ("plan", "marginal")
    whole = (length(model, variable), length(model, constraint)) == program.matrix.shape[::-1]
    return Sample(
        sense=program.sense,
        objective=float(program.cost @ x),
        plan=found["plan"],
        potential=found["potential"],
        excess=found["marginal"],
        slack=found["conflict"],
        alone=whole and bool(np.isinf(program.row_lower if dual else program.row_upper).all()),
    )


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The method of that name and its options, checked."""
    known = {info.name: info for info in solvers()}
    if solver.lower() not in known:
        raise UnknownName("matrix solver", solver, known)
    return known[solver.lower()], highs_options(METHODS[solver.lower()] | options)


def part(model: Model, variable: str, constraint: str, columns: np.ndarray | None, rows: np.ndarray | None) -> Part:
    """The plan, or the potential: values of the columns of that name, or else multipliers of the rows."""
    name = constraint if getattr(model, variable) is None else variable
    array, where = columns if name == variable else rows, getattr(model, name)
    if where is None:
        return Part(None, f"there is no {variable}, as the model names no {variable} and no {constraint}")
    if length(model, name) is None:
        return Part(
            None, f"there is no {variable}, as the {name} of the model is {shorten(where)}, no slice of numbers"
        )
    if array is None:
        return Part(None, f"there is no {variable}, as the solver gave none")
    return Part(array[where])


def as_highs(program: LinearProgram) -> highspy.HighsLp:
    """The program in HiGHS' own type, without a copy of the matrix in between."""
    matrix = sp.csc_array(program.matrix)
    rows, columns = matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = np.asarray(program.cost, float) * SIGN[program.sense]
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, rows
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data
    return lp
