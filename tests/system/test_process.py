"""A call of the library leaves the process as it finds it, and the public names are what they say."""

import subprocess
import sys

import pytest

SOLVE = """
import os, sys, threading
import motlp

hypergraph = motlp.interactions(motlp.datasets.load("gaussians", per_class=6), motlp.Ball("l2"), "1", 3)
streams = sys.stdout, sys.stderr, *(os.fstat(number)[1:3] for number in (0, 1, 2))
statuses = []

def solve(framework):
    for _ in range(3):
        statuses.append(motlp.solve(hypergraph, framework=framework, solver="highs").status.label)

threads = [threading.Thread(target=solve, args=(name,)) for name in 3 * ("matrix", "cvxpy", "pyomo")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert streams == (sys.stdout, sys.stderr, *(os.fstat(number)[1:3] for number in (0, 1, 2)))
print(set(statuses), len(statuses))
"""
NAMES = """
import types
import motlp
{}
for name in motlp.__all__:
    assert isinstance(getattr(motlp, name), types.ModuleType) == (name == "datasets"), name
    assert name in dir(motlp)
import motlp.solving.sinkhorn
from motlp import *
assert callable(motlp.sinkhorn) and callable(sweep) and callable(interactions) and callable(solve)
"""


def said(program: str) -> tuple[str, str]:
    """What a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    return done.stdout, done.stderr


def test_threads_that_solve_at_once_leave_the_streams_alone():
    assert said(SOLVE) == ("{'optimal'} 27\n", "")


@pytest.mark.parametrize(
    "first",
    [
        "",
        "import motlp.solving.sinkhorn, motlp.problem.interactions, motlp.solving.solve, motlp.studies.sweep",
        "from motlp.solving.sinkhorn_lp import sinkhorn_lp",
        "from motlp.studies.rows import COLUMNS",
        "import motlp.cli.commands",
    ],
)
def test_public_names_are_the_functions_whatever_was_imported_before(first):
    assert said(NAMES.format(first)) == ("", "")


def test_the_command_line_imports_little_before_it_listens():
    out, _ = said(
        "import sys, motlp.cli.main; print([name for name in sys.modules if name.startswith(('numpy', 'typer'))])"
    )
    assert out == "[]\n"
