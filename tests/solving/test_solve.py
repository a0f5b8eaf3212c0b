"""The one door: any solver, by name or by size, the same from Python and from the command line."""

import json
import subprocess
import sys

import pytest
from support.command import run
from support.ready import ANY_ORDER

from motlp import Ball, declare, interactions, solve, solvers
from motlp.datasets import load
from motlp.errors import InvalidBudget, InvalidConfig, UnknownName
from motlp.report.records import bound_record
from motlp.solving import defaults
from motlp.solving.defaults import DEFAULTS, Default
from motlp.solving.method import Method

SET = ("digits", "--per-class", "15", "--norm", "l2", "--eps", "1.2", "--order", "3")


@pytest.fixture(scope="module")
def few():
    """What the command line is asked for by `SET`."""
    return interactions(load("digits", per_class=15), Ball("l2"), "1.2", 3)


def command(*words: str) -> dict:
    """What `motlp bound` says of `SET`, as JSON, without the times."""
    code, out, _ = run("bound", *SET, *words, "--json", "--quiet")
    assert code == 0
    return timeless(json.loads(out))


def timeless(record: dict) -> dict:
    return {key: value for key, value in record.items() if key != "seconds"}


@pytest.mark.parametrize(("framework", "solver"), ANY_ORDER)
def test_every_solver_answers_the_same_both_ways(few, framework, solver):
    solution = solve(few, framework=framework, solver=solver)
    assert (solution.framework, solution.solver) == (framework, solver)
    said = command("--framework", framework, "--solver", solver)
    # Through a file, as those of other programs are told by theirs.
    assert said == json.loads(json.dumps(timeless(bound_record(solution, {}))))


@pytest.mark.parametrize("solver", ["sinkhorn", "sinkhorn+lp", "highs"])
def test_a_solver_needs_no_framework(few, solver):
    solution = solve(few, solver=solver)
    assert solution.solver == solver
    assert command("--solver", solver)["risk_lower"] == solution.risk_lower
    assert command("--solver", solver.upper())["risk_lower"] == solution.risk_lower


def test_options_are_the_same_both_ways(few):
    solution = solve(few, solver="sinkhorn", options={"eta": 0.01, "tol": 0.05})
    said = command("--solver", "sinkhorn", "--option", "eta=0.01", "--option", "tol=0.05")
    assert (said["risk_lower"], said["gap"]) == (solution.risk_lower, solution.gap)
    assert solution.eta == 0.01


@pytest.mark.parametrize("above", range(len(DEFAULTS)))
def test_the_size_decides_both_ways(few, monkeypatch, above):
    """As if this set were so large that the first rows of the table apply, up to one of them."""
    rows = [row._replace(above=0 if k <= above else 10**9) for k, row in enumerate(DEFAULTS)]
    monkeypatch.setattr(defaults, "DEFAULTS", tuple(rows))
    solution = solve(few)
    assert solution.solver == DEFAULTS[above].solver
    assert command() == json.loads(json.dumps(timeless(bound_record(solution, {}))))


def test_the_table_of_defaults():
    choose = Method().choose
    assert choose(20_000) == ("highs", {})
    assert choose(20_001) == ("highs", {"solver": "ipm", "run_crossover": "off"})
    assert choose(200_001) == ("sinkhorn+lp", {})
    # Who names anything is not sent elsewhere.
    for asked in (Method(solver="highs"), Method(model="primal"), Method(framework="pyomo")):
        assert asked.choose(10**7) == ("highs", {"solver": "ipm", "run_crossover": "off"})
    assert Method(options={"time_limit": 5}).choose(10**7)[0] == "highs"
    assert Method(options={"solver": "simplex"}).choose(10**7) == ("highs", {"solver": "simplex"})
    assert Method(framework="matrix", solver="pdlp").choose(10**7) == ("pdlp", {})
    assert Method(solver="sinkhorn", options={"eta": 1e-2}).choose(5) == ("sinkhorn", {"eta": 1e-2})
    assert [row.above for row in DEFAULTS] == sorted(row.above for row in DEFAULTS)
    assert isinstance(DEFAULTS[0], Default)
    assert DEFAULTS[0].above == 0


def test_every_solver_says_what_it_solves():
    rows = solvers()
    assert {("sinkhorn", "sinkhorn"), ("sinkhorn", "sinkhorn+lp"), ("cvxpy", "cuopt")} <= {
        (info.framework, info.name) for info in rows
    }
    assert all(info.solves and info.licence and (info.ready or info.install) for info in rows)


@pytest.mark.parametrize(
    ("asked", "kind", "text"),
    [
        ({"solver": ""}, UnknownName, "unknown CVXPY solver ''. Known: "),
        ({"framework": ""}, UnknownName, "unknown framework ''. Known: "),
        ({"model": ""}, UnknownName, "unknown model ''. Known: "),
        ({"solver": "sinkorn"}, UnknownName, "Did you mean 'sinkhorn'?"),
        ({"framework": "sinkhorn", "solver": "highs"}, UnknownName, "unknown sinkhorn solver 'highs'. Known: sinkhorn"),
        ({"framework": "cvxpy", "solver": "sinkhorn"}, InvalidConfig, "leave out framework."),
        ({"framework": "Sinkhorn"}, UnknownName, "Did you mean 'sinkhorn'?"),
        ({"solver": "sinkhorn", "options": {"eta": 0}}, InvalidBudget, "of the options of sinkhorn, eta is 0"),
        ({"solver": "sinkhorn", "model": "dual"}, InvalidConfig, "leave out model."),
        ({"solver": "sinkhorn", "options": {"eta": "small"}}, InvalidConfig, "'eta' takes a number, not 'small'"),
        ({"solver": "sinkhorn+lp", "options": {"marginal": 1.0}}, UnknownName, "unknown sinkhorn+lp option 'marginal'"),
    ],
)
def test_what_does_not_exist_is_refused(few, asked, kind, text):
    with pytest.raises(kind) as refusal:
        solve(few, **asked)
    assert text in str(refusal.value)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"solver": "sinkhorn"}, "takes no declared model; give it the hypergraph"),
        ({"framework": "pyomo"}, "framework is 'pyomo', but the declared model is of 'cvxpy'; leave out framework."),
        ({"model": "primal"}, "model is 'primal', but the declared model is of 'dual'; leave out model."),
    ],
)
def test_a_declared_model_is_not_contradicted(few, asked, text):
    with pytest.raises(InvalidConfig) as refusal:
        solve(declare(few), **asked)
    assert text in str(refusal.value)


def test_a_declared_model_may_be_named_again(few):
    assert solve(declare(few), model="dual", framework="cvxpy", solver="HiGHS").solver == "highs"


def test_sinkhorn_starts_from_a_solution(few):
    cold = solve(few, solver="sinkhorn")
    warm = solve(few, solver="sinkhorn", start=cold)
    assert warm.sweeps < cold.sweeps
    assert solve(few, solver="sinkhorn", start=solve(few)).gap < 0.01


DOOR = """
import json, sys
import motlp
pair = motlp.interactions(motlp.LabeledMeasure.from_arrays([[0.0], [0.0]], [0, 1]), motlp.Ball("l2"), 1, 2)
tries = {
    "a text": lambda: motlp.solve("digits"),
    "nothing": lambda: motlp.solve(None),
    "a measure": lambda: motlp.solve(pair.measure),
    "declare": lambda: motlp.declare("digits"),
    "list": lambda: motlp.solve(pair, options=[("time_limit", 1)]),
    "key": lambda: motlp.solve(pair, options={1: 2}),
    "declared": lambda: motlp.solve(motlp.declare(pair), options=5),
    "model": lambda: motlp.solve(pair, model=5),
    "framework": lambda: motlp.solve(pair, framework=3),
    "solver": lambda: motlp.solve(pair, solver=["highs"]),
    "sweep": lambda: motlp.sweep(pair, [1], solver=["highs"]),
    "sweep model": lambda: motlp.sweep(pair, [1], model=7),
    "sweep options": lambda: motlp.sweep(pair, [1], options=[1]),
    "sinkhorn": lambda: motlp.solve(pair, solver="sinkhorn", options="eta"),
}
said = {}
for name, call in tries.items():
    try:
        call()
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


def test_arguments_of_another_type_are_told_in_one_line():
    """In a process of its own, where the types of arguments are not checked before the library sees them."""
    done = subprocess.run([sys.executable, "-c", DOOR], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    problem = "it must be a hypergraph, which motlp.interactions(measure, …) makes, or a model"
    mapping = "it must be a mapping of names to values, such as {'time_limit': 60}."
    assert said["a text"].startswith(f"InvalidConfig: problem is 'digits'; {problem}")
    assert said["nothing"].startswith(f"InvalidConfig: problem is None; {problem}")
    assert said["a measure"].startswith("InvalidConfig: problem is LabeledMeasure(")
    assert said["declare"].startswith("InvalidHypergraph: hypergraph is 'digits'; it must be one, as motlp.inter")
    assert said["list"] == f"InvalidConfig: options is [('time_limit', 1)]; {mapping}"
    assert said["key"] == "InvalidConfig: options has the name 1; a name must be a text, such as 'time_limit'."
    assert said["declared"] == f"InvalidConfig: options is 5; {mapping}"
    assert said["model"] == "InvalidConfig: model is 5; it must be a name, a text such as 'dual'."
    assert said["framework"] == "InvalidConfig: framework is 3; it must be a name, a text such as 'cvxpy'."
    assert said["solver"] == "InvalidConfig: solver is ['highs']; it must be a name, a text such as 'highs'."
    assert said["sweep"] == said["solver"]
    assert said["sweep model"] == "InvalidConfig: model is 7; it must be a name, a text such as 'dual'."
    assert said["sweep options"] == f"InvalidConfig: options is [1]; {mapping}"
    assert said["sinkhorn"] == f"InvalidConfig: options is 'eta'; {mapping}"
    assert not any("\n" in text for text in said.values())
