"""The table of solvers."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from motlp.frameworks.catalogue import SolverInfo


def solver_table(rows: list[SolverInfo]) -> Table:
    """Every known solver, what it can solve, and how to get it if it is not ready."""
    names = ("framework", "solver", "version", "licence", "solves", "ready, or how to get it")
    grid = Table(*names, box=SIMPLE_HEAD, pad_edge=False)
    for info in rows:
        state = "ready" if info.ready else info.install
        grid.add_row(info.framework, info.name, info.version, info.licence, info.solves, state)
    return grid
