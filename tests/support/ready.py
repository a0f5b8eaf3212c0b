"""The solvers that are ready on this machine, and what can be asked of them."""

import pytest

from motlp import solvers

READY = [(info.framework, info.name) for info in solvers() if info.ready]
DECLARED = [pair for pair in READY if pair[0] != "sinkhorn"]  # they take a declared model
ANY_ORDER = [pair for pair in READY if pair[1] != "maxflow"]  # which takes pairs only
EXTENSIBLE = [pair for pair in DECLARED if pair[0] != "matrix"]  # in frameworks where a constraint can be added to it
GLPSOL = pytest.mark.skipif(
    ("pyomo", "glpk") not in READY, reason="the program glpsol is not installed: apt-get install glpk-utils"
)
