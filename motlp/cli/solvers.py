"""`motlp solvers`."""

from motlp.cli.output import Stream, print_answer
from motlp.report.solvers import solver_table
from motlp.solving.solvers import solvers


def run_solvers(settings: None, out: Stream) -> None:
    """Print every solver, and whether it is ready."""
    print_answer(out, solver_table(solvers()))
