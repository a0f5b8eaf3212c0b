"""Hands a linear program, as plain arrays, to HiGHS directly."""

import time
from typing import Any

import highspy
import numpy as np

from motlp.errors import UnknownName
from motlp.frameworks.catalogue import SolverInfo, licence, package_version
from motlp.frameworks.highs import silent_highs
from motlp.frameworks.options import highs_options
from motlp.model import LinearProgram, Model
from motlp.solution import Solution, Status

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


def solvers() -> list[SolverInfo]:
    """HiGHS, once a method."""
    return [
        SolverInfo("matrix", name, package_version("highspy"), licence("highs"), "pip install highspy")
        for name in METHODS
    ]


def solve(model: Model, solver: str, options: dict[str, Any]) -> Solution:
    """Solve, with every failure of the solver told as a status.

    Raises:
        UnknownName, InvalidConfig: the method or an option cannot be used.
    """
    info, settings = prepare(solver, options)
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
    return Solution(
        hypergraph=model.hypergraph,
        model=model.name,
        framework="matrix",
        solver=info.name,
        version=info.version,
        status=status,
        message=highs.modelStatusToString(outcome),
        objective=None if columns is None else float(program.cost @ columns),
        plan=part(columns, model.plan) if model.plan is not None else part(rows, model.conflict),
        potential=part(columns, model.potential) if model.potential is not None else part(rows, model.marginal),
        seconds={"declare": model.seconds, "solve": time.perf_counter() - started},
    )


def prepare(solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
    """The method of that name and its options, checked."""
    known = {info.name: info for info in solvers()}
    if solver.lower() not in known:
        raise UnknownName("matrix solver", solver, known)
    return known[solver.lower()], highs_options(METHODS[solver.lower()] | options)


def part(values: np.ndarray | None, where: slice) -> np.ndarray | None:
    """The entries of one named part of the program."""
    return None if values is None else values[where]


def as_highs(program: LinearProgram) -> highspy.HighsLp:
    """The program in HiGHS' own type, without a copy of the matrix in between."""
    rows, columns = program.matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = program.cost * SIGN[program.sense]
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, rows
    lp.a_matrix_.start_ = program.matrix.indptr
    lp.a_matrix_.index_ = program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    return lp
