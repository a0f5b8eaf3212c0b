"""Options are checked before a solver sees them, or the solver's own refusal is put in one line."""

import sys
from types import ModuleType

import numpy as np
import pytest
from support.ready import GLPSOL

from motlp import MotlpError, solve
from motlp.errors import InvalidConfig, UnknownName
from motlp.frameworks.options import cuopt_options


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        ({"options": {"time_limt": 1}}, UnknownName, "unknown HiGHS option 'time_limt'. Did you mean 'time_limit'?"),
        ({"framework": "pyomo", "options": {"time_limt": 1}}, UnknownName, "unknown HiGHS option 'time_limt'"),
        ({"framework": "matrix", "options": {"time_limt": 1}}, UnknownName, "unknown HiGHS option 'time_limt'"),
        ({"options": {"time_limit": "soon"}}, InvalidConfig, "'time_limit' takes a number, not 'soon'"),
        ({"options": {"time_limit": -1}}, InvalidConfig, "HiGHS refuses -1 for its option 'time_limit'"),
        ({"options": {"threads": 1.5}}, InvalidConfig, "'threads' takes a whole number, not 1.5"),
        ({"solver": "clarabel", "options": {"max_itr": 1}}, UnknownName, "Clarabel option 'max_itr'. Did you mean"),
        (
            {"solver": "clarabel", "options": {"max_iter": 1.5}},
            InvalidConfig,
            "'max_iter' takes a whole number, not 1.5",
        ),
        ({"solver": "glpk", "options": {"tm_limt": 1}}, UnknownName, "unknown GLPK option 'tm_limt'"),
        ({"solver": "glpk", "options": {"presolve": True}}, InvalidConfig, "takes GLP_ON, GLP_OFF, not True"),
        ({"solver": "glpk", "options": {"presolve": np.zeros(2)}}, InvalidConfig, "takes GLP_ON, GLP_OFF, not array("),
        ({"solver": "glpk", "options": {"it_lim": np.ones(2)}}, InvalidConfig, "from 1 to 2147483647, not array("),
        ({"solver": "cvxopt", "options": {"nonsense": 1}}, UnknownName, "unknown CVXOPT option 'nonsense'"),
        ({"solver": "scs", "options": {"nonsense": 1}}, InvalidConfig, "scs does not run with the options nonsense"),
        ({"solver": "osqp", "options": {"nonsense": 1}}, InvalidConfig, "osqp does not run with the options nonsense"),
        ({"solver": "scipy", "options": {"nonsense": 1}}, UnknownName, "unknown SciPy option 'nonsense'"),
        pytest.param(
            {"framework": "pyomo", "solver": "glpk", "options": {"nonsense": 1}},
            InvalidConfig,
            "glpk does not run with the options nonsense",
            marks=GLPSOL,
        ),
    ],
)
def test_an_option_that_does_not_fit_is_refused_in_one_line(pair, asked, error, text):
    with pytest.raises(error) as refusal:
        solve(pair, **asked)
    assert isinstance(refusal.value, MotlpError)
    assert text in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_option_that_cuopt_lacks_is_refused(monkeypatch):
    """CVXPY would ignore it; its own two, and the names in cuOpt's table, go on as they are."""
    table = ModuleType("cuopt.linear_programming.solver.solver_parameters")
    table.CUOPT_TIME_LIMIT, table.CUOPT_METHOD, table.get_solver_parameter_names = "time_limit", "method", lambda: []
    solver = ModuleType("cuopt.linear_programming.solver")
    solver.solver_parameters = table
    for name, module in {
        "cuopt": ModuleType("cuopt"),
        "cuopt.linear_programming": ModuleType("cuopt.linear_programming"),
        solver.__name__: solver,
        table.__name__: table,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    options = {"time_limit": 60, "solver_method": "PDLP", "optimality": 1e-8}
    assert cuopt_options(options) == options
    with pytest.raises(UnknownName, match=r"unknown cuOpt option 'time_limt'\. Did you mean 'time_limit'\?"):
        cuopt_options({"time_limt": 60})
