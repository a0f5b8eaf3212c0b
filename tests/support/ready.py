"""The solvers that are ready on this machine, and what can be asked of them."""

import pytest

from motlp import solvers

ROWS = [info for info in solvers() if info.ready]
READY = [(info.framework, info.name) for info in ROWS if info.framework == "sinkhorn" or info.can("linear")]
INTEGER = [(info.framework, info.name) for info in ROWS if info.can("integer")]
DECLARED = [pair for pair in READY if pair[0] != "sinkhorn"]  # they take a declared model
ANY_ORDER = [pair for pair in READY if pair[1] != "maxflow"]  # which takes pairs only
EXTENSIBLE = [pair for pair in DECLARED if pair[0] != "matrix"]  # in frameworks where a constraint can be added to it
GLPSOL = pytest.mark.skipif(
    ("pyomo", "glpk") not in READY, reason="the program glpsol is not installed: apt-get install glpk-utils"
)
