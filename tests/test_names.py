"""The public names are what they say, whatever was imported before."""

import pytest
from support.process import run_python

NAMES = """
import types
import motlp
{}
for name in motlp.__all__:
    assert isinstance(getattr(motlp, name), types.ModuleType) == (name in ("datasets", "errors")), name
    assert name in dir(motlp)
import motlp.solving.sinkhorn
from motlp import *
assert callable(motlp.sinkhorn) and callable(sweep) and callable(interactions) and callable(solve)
"""


@pytest.mark.parametrize(
    "first",
    [
        "",
        "import motlp.solving.sinkhorn, motlp.problem.interactions, motlp.solving.solve, motlp.studies.sweep",
        "from motlp.solving.sinkhorn_lp import sinkhorn_lp",
        "from motlp.studies.rows import COLUMNS",
        "import motlp.cli.app",
    ],
)
def test_public_names_are_the_functions_whatever_was_imported_before(first):
    done = run_python(NAMES.format(first))
    assert (done.stdout, done.stderr) == ("", "")
