"""Every solver there is."""

from motlp.frameworks.catalogue import FRAMEWORKS, SolverInfo
from motlp.frameworks.installed import list_rows
from motlp.solving.direct import DIRECT


def solvers() -> list[SolverInfo]:
    """Every solver motlp knows, ready or not, framework by framework, and what it can solve.

    Packages and programs are asked for their versions; no solver is loaded.
    """
    declared = [info for framework in FRAMEWORKS for info in list_rows(framework)]
    return [*declared, *(solver.info for solver in DIRECT.values())]
