"""The list of solvers says of each what is true, as far as this machine can tell."""

import re
from pathlib import Path

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
from cvxpy.reductions.solvers.conic_solvers.cuopt_conif import CUOPT
from cvxpy.reductions.solvers.defines import SOLVER_MAP_CONIC, SOLVER_MAP_QP
from support.ready import READY

from motlp import MotlpError, Status, solve, solvers
from motlp.errors import SolverUnavailable, UnknownName
from motlp.frameworks import cvxpy as in_cvxpy
from motlp.frameworks import pyomo as in_pyomo
from motlp.frameworks.catalogue import FRAMEWORKS, SOLVERS, list_offers
from motlp.frameworks.engine import find_engine
from motlp.frameworks.installed import OTHERS, ask_program, list_rows, may_be_known


def test_every_framework_has_solvers_ready():
    assert {("cvxpy", "highs"), ("cvxpy", "clarabel"), ("pyomo", "highs"), ("matrix", "simplex")} <= set(READY)
    assert {("matrix", "ipm"), ("matrix", "pdlp"), ("matrix", "highs")} <= set(READY)


def test_every_solver_is_listed_once():
    names = [solver.name for solver in SOLVERS]
    rows = [(info.framework, info.name) for info in solvers()]
    assert len(set(names)) == len(names)
    assert len(set(rows)) == len(rows)


def test_the_readme_says_what_a_solver_solves():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (cvxpy|pyomo|matrix|sinkhorn) \| ([\w, +]+) \| \S+ \| ([^|]+) \|", readme, re.MULTILINE)
    known = {(info.framework, info.name): info.solves for info in solvers()}
    assert len(rows) >= 10
    for framework, names, solves in rows:
        for name in names.split(", "):
            assert known[framework, name] == solves


@pytest.mark.parametrize("name", list_offers("cvxpy"))
def test_what_a_solver_solves_is_what_cvxpy_declares(name):
    if name.upper() not in {**SOLVER_MAP_CONIC, **SOLVER_MAP_QP}:
        pytest.skip(f"this CVXPY has no interface to {name}")
    ours, theirs = (set(words.split(", ")) for words in (list_offers("cvxpy")[name].solves, in_cvxpy.ask_cvxpy(name)))
    if name == "mosek":  # whose interface looks for the exponential cone once MOSEK is installed
        theirs.add("exponential cone")
    assert ours == theirs


@pytest.mark.parametrize("name", list_offers("pyomo"))
def test_what_a_solver_solves_is_what_pyomo_declares(name):
    solver, words = pyo.SolverFactory(name), list_offers("pyomo")[name].solves.split(", ")
    if not hasattr(solver, "has_capability"):
        pytest.skip(f"Pyomo's interface to {name} does not tell")
    for word, capability in {"linear": "linear", "quadratic": "quadratic_objective", "integer": "integer"}.items():
        assert (word in words) == bool(solver.has_capability(capability)), word


def test_a_solver_that_the_list_does_not_have_is_listed_if_cvxpy_finds_it(monkeypatch):
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["CLARABEL", "QOCO", "GLPK_MI", "IPOPT"])
    rows = {info.name: info for info in in_cvxpy.solvers() if info.ready}
    assert rows.keys() == {"clarabel", "qoco", "glpk_mi"}  # without those that want another problem
    assert rows["glpk_mi"].solves == "integer"  # it returns no multipliers
    assert (rows["qoco"].licence, rows["qoco"].solves) == ("see its vendor", "linear, quadratic, second-order cone")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"model": "dul"}, "unknown model 'dul'. Did you mean 'dual'? Known: abstain, deterministic, dual, "),
        ({"framework": "pymo"}, "unknown framework 'pymo'. Did you mean 'pyomo'? Known: cvxpy, pyomo"),
        ({"solver": "higs"}, "unknown CVXPY solver 'higs'. Did you mean 'highs'?"),
        ({"framework": "pyomo", "solver": "glp"}, "unknown Pyomo solver 'glp'. Did you mean 'glpk'?"),
        ({"framework": "matrix", "solver": "imp"}, "unknown matrix solver 'imp'. Did you mean 'ipm'?"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused_in_one_line(pair, asked, text):
    with pytest.raises(UnknownName) as refusal:
        solve(pair, **asked)
    assert isinstance(refusal.value, MotlpError)
    assert text in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_solver_that_is_not_installed_says_how_to_get_it(pair, monkeypatch):
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["CLARABEL"])
    with pytest.raises(SolverUnavailable, match="'highs' is not installed for CVXPY: pip install highspy"):
        solve(pair)
    monkeypatch.setattr(in_pyomo, "version", lambda name: "")
    with pytest.raises(SolverUnavailable, match="'glpk' is not installed for Pyomo: the program glpsol: apt-get"):
        solve(pair, framework="pyomo", solver="glpk")


def test_cuopt_says_what_it_needs(pair):
    if ("cvxpy", "cuopt") in READY:
        pytest.skip("cuOpt is installed")
    with pytest.raises(SolverUnavailable, match=r"an NVIDIA GPU .* cuopt-cu12"):
        solve(pair, solver="cuopt")


@pytest.fixture
def cuopt(monkeypatch):
    """cuOpt as CVXPY would find it, but for the solver: returns what it answers, and what it was given."""
    given = {}

    def answer(self, data, warm_start, verbose, solver_opts, solver_cache=None):
        given.update(data=data, options=dict(solver_opts))
        return given["answer"]

    monkeypatch.setattr(CUOPT, "import_solver", lambda self: None)
    monkeypatch.setattr(CUOPT, "solve_via_data", answer)
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["CUOPT"])
    monkeypatch.setattr(in_cvxpy, "read_options", lambda info, options: dict(options))
    return given


def test_cuopt_is_called_through_cvxpy(pair, cuopt):
    """Both points are worth one half: as cuOpt's interface gives values, and multipliers of its own rows."""
    cuopt["answer"] = cp.reductions.Solution(
        cp.OPTIMAL, -0.5, np.array([0.5, 0.5]), {"eq_dual": np.array([]), "ineq_dual": np.array([0.5])}, {}
    )
    solution = solve(pair, solver="cuopt", options={"time_limit": 60})
    assert cuopt["options"] == {"time_limit": 60}
    assert solution.status is Status.OPTIMAL
    assert solution.risk == pytest.approx(0.5)
    assert solution.gap < 1e-9


def test_cuopt_at_a_limit_without_a_point_is_no_infeasible_problem(pair, cuopt):
    cuopt["answer"] = cp.reductions.Solution(cp.INFEASIBLE_INACCURATE, None, np.array([]), {}, {})
    solution = solve(pair, solver="cuopt")
    assert (solution.status, solution.message, solution.plan) == (Status.LIMIT, "no answer within its limit", None)


def test_the_versions_of_solvers_are_those_that_the_frameworks_find():
    for framework in FRAMEWORKS:
        assert list_rows(framework) == find_engine(framework).solvers()


def test_a_solver_that_the_list_does_not_have_is_found_without_a_look_at_cvxpy(monkeypatch):
    assert {name.lower() for name in (*SOLVER_MAP_CONIC, *SOLVER_MAP_QP)} <= {*list_offers("cvxpy"), *OTHERS}
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["CLARABEL", "QOCO"])
    monkeypatch.setitem(OTHERS, "qoco", "json")  # a module that is there
    assert [info.name for info in list_rows("cvxpy") if info.ready] == ["clarabel", "qoco"]


def test_what_cvxpy_may_know_is_read_in_its_files():
    assert all(may_be_known("cvxpy", name) for name in (*SOLVER_MAP_CONIC, *SOLVER_MAP_QP))
    assert not may_be_known("cvxpy", "higs")
    assert not may_be_known("pyomo", "highs")  # the catalogue has all that Pyomo calls here


def test_a_program_is_asked_for_its_version(monkeypatch, tmp_path):
    answers = {"tells": "echo GLPSOL--GLPK LP/MIP Solver 5.12", "fails": "exit 1", "long": "echo 1.2.3.4.5"}
    for name, line in answers.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = [ask_program(name, "--version") for name in ("tells", "fails", "long", "absent")]
    assert found == ["5.12.0.0", "", "1.2.3.4", ""]
