"""Hands a linear program, as plain arrays, to HiGHS directly; some of its columns may be whole numbers."""

import time
from functools import partial
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from motlp.errors import shorten
from motlp.frameworks.answer import ANSWERED, Answer, Status
from motlp.frameworks.catalogue import SolverInfo, describe, find_version, list_offers
from motlp.frameworks.engine import check_solver, read_options
from motlp.frameworks.form import Sample, recognise
from motlp.frameworks.highs import SilentHighs
from motlp.frameworks.model import LinearProgram, Model
from motlp.frameworks.options import check_integer
from motlp.frameworks.parts import CONSTRAINTS, NO_MULTIPLIERS, check_problem, read_part
from motlp.problem.linear_form import LinearForm

# HiGHS is always given a minimum: where it stops early, it leaves the multipliers of a maximum with the wrong sign.
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
    return tuple(list_offers("matrix"))


def solvers() -> list[SolverInfo]:
    """HiGHS, once a method."""
    return [make_row(name) for name in names()]


def make_row(name: str) -> SolverInfo:
    """The row of a method in the table of solvers."""
    return describe("matrix", name, find_version(list_offers("matrix")[name].packages))


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The method of that name, and its options, checked."""
    check_solver("matrix", solver)
    info = make_row(solver.lower())
    return info, read_options(info, options)


def solve(model: Model, solver: str, options: dict[str, Any]) -> Answer:
    """Solve; if the solver fails, the status says so.

    Raises:
        UnknownName, InvalidConfig: the method or an option cannot be used.
        InvalidModel: the arrays are no linear program.
    """
    info, settings = prepare(solver, options)
    check_problem(model, fault(model))
    form = recognise(model.hypergraph, sample(model))
    program: LinearProgram = model.problem
    if is_integer(program):
        check_integer(settings)
    started = time.perf_counter()
    highs = SilentHighs()
    for name, value in settings.items():
        highs.setOptionValue(name, value)
    highs.passModel(as_highs(program))
    highs.run()
    outcome = highs.getModelStatus()
    status = STATUS.get(outcome, Status.FAILED)
    columns, rows = read_point(highs, program) if status in ANSWERED else (None, None)

    def read(name: str) -> np.ndarray | str:
        array = rows if name in CONSTRAINTS else columns
        if array is None:
            return NO_MULTIPLIERS if name in CONSTRAINTS and is_integer(program) else "the solver gave none"
        return array[getattr(model, name)]

    return Answer(
        form=form,
        solver=info,
        status=status,
        message=highs.modelStatusToString(outcome),
        objective=None if columns is None else float(program.cost @ columns),
        plan=read_part(model, "plan", length, read, "no slice of numbers"),
        potential=read_part(model, "potential", length, read, "no slice of numbers"),
        seconds=time.perf_counter() - started,
        sense=program.sense,
        claimed=read_claim(highs, program) if status in ANSWERED else None,
        linear=partial(as_linear, program, rows) if status in ANSWERED else None,
    )


def is_integer(program: LinearProgram) -> bool:
    """Whether some columns are whole numbers."""
    return program.integer is not None and bool(np.any(program.integer))


def read_claim(highs: highspy.Highs, program: LinearProgram) -> float | None:
    """The bound on the optimum that HiGHS has found while it branched, if it did."""
    bound = float(highs.getInfo().mip_dual_bound)
    return SIGN[program.sense] * bound if is_integer(program) and np.isfinite(bound) else None


def as_linear(program: LinearProgram, multipliers: np.ndarray | None) -> LinearForm | str:
    """The program in general form, with the multipliers of its rows, if there are any."""
    if multipliers is None:
        return NO_MULTIPLIERS if is_integer(program) else "the solver gave no multipliers"
    columns = len(program.cost)
    return LinearForm(
        sense=program.sense,
        cost=np.asarray(program.cost, float),
        constant=0.0,
        matrix=sp.csc_array(program.matrix, dtype=float),
        row_lower=np.asarray(program.row_lower, float),
        row_upper=np.asarray(program.row_upper, float),
        column_lower=np.zeros(columns),
        column_upper=np.full(columns, np.inf),
        multipliers=multipliers,
    )


def read_point(highs: highspy.Highs, program: LinearProgram) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The values of the columns and the multipliers of the rows, as far as there are any.

    They are read even where HiGHS does not call them valid, as after a limit: the proved bounds judge them.
    """
    point = highs.getSolution()
    columns = np.array(point.col_value) if len(point.col_value) else None
    there = len(point.row_dual) > 0 and not is_integer(program)
    rows = SIGN[program.sense] * np.array(point.row_dual) if there else None
    return columns, rows


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
    whole = program.integer
    if whole is not None and (np.shape(whole) != (columns,) or np.asarray(whole).dtype != bool):
        return f"integer is {shorten(whole)}; it must be None, or a truth value for each of {columns} columns"
    return ""


def length(model: Model, name: str) -> int | None:
    """Number of columns or of rows of a named part; None where it is no slice."""
    part, axis = getattr(model, name), 0 if name in CONSTRAINTS else 1
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
    open_side = program.row_lower if dual else program.row_upper
    whole = (length(model, variable), length(model, constraint)) == program.matrix.shape[::-1]
    return Sample(
        sense=program.sense,
        objective=float(program.cost @ x),
        plan=found["plan"],
        potential=found["potential"],
        excess=found["marginal"],
        slack=found["conflict"],
        alone=whole and not is_integer(program) and bool(np.isinf(open_side).all()),
    )


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
    if is_integer(program):
        kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])
        lp.integrality_ = kinds[np.asarray(program.integer, int)].tolist()
    return lp
