"""A command loads what it uses: help, versions, solvers and refused flags need no NumPy, a bound no other solver."""

import json
from pkgutil import resolve_name

import pytest
from support.process import run_python

from motlp.cli import settings
from motlp.cli.commands import COMMANDS

# Runs commands one after the other, and tells of each its exit code, what it prints, and which of these are loaded.
PROGRAM = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from motlp.cli.main import run
told = []
for words in {words!r}:
    sys.argv, out, err = ["motlp", *words.split()], io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run()
    told.append((words, code, out.getvalue(), err.getvalue(), [name for name in {names!r} if name in sys.modules]))
print(json.dumps(told))
"""
HEAVY = ("numpy", "numba", "scipy", "cvxpy", "pyomo", "highspy", "sklearn", "matplotlib", "distributed")
SHOWN = {
    "": "Usage: motlp [OPTIONS] COMMAND",
    "--help": "Usage: motlp [OPTIONS] COMMAND",
    "--version": "motlp ",
    **{f"{name} --help": command.example for name, command in COMMANDS.items()},
    "solvers": "sinkhorn+lp",
}
REFUSED = {
    "bond": "No such command 'bond'. Did you mean 'bound'",
    "bound": "DATA is missing",
    "bound digits": "--eps is missing",
    "bound digits --foo": "No such option: --foo",
    "bound digits --eps": "requires an argument",
    "bound digits --eps abc": "--eps is 'abc'",
    "bound digits --eps -1": "--eps is -1; it must be at least 0",
    "bound digits --eps 1 --norm l3": "unknown norm 'l3'",
    "bound digits --eps 1 --order 0": "--order is 0",
    "bound digits --eps 1 --order 2.5": "--order: expected a whole number",
    "bound digits --eps 1 --per-class -1": "--per-class is -1",
    "bound digits --eps 1 --per-class 3 --seed -1": "--seed is -1",
    "bound digits --eps 1 --seed 3": "--seed is 3, but without --per-class",
    "bound digts --eps 1": "unknown data set 'digts'",
    "bound no/such.npz --eps 1": "there is no file or folder no/such.npz",
    "bound digits --eps 1 --save-attack a.npz --save-certificate a.npz": "are both a.npz",
    "bound pyproject.toml --eps 1 --save-attack pyproject.toml": "where the points are loaded from",
    "bound digits --eps 1 --cost cubic": "unknown cost 'cubic'",
    "bound digits --eps 1 --tau 1": "--tau has no meaning",
    "bound digits --cost quadratic": "--tau is missing",
    "bound digits --cost quadratic --norm l3 --tau 1": "--norm has no meaning",
    "bound digits --cost quadratic --tau 0": "--tau is 0; it must be positive",
    "bound digits --eps 1 --model dul": "unknown model 'dul'",
    "bound digits --eps 1 --framework cvxp": "unknown framework 'cvxp'",
    "bound digits --eps 1 --solver higs": "unknown CVXPY solver 'higs'. Did you mean 'highs'",
    "bound digits --eps 1 --framework pyomo --solver glp": "unknown Pyomo solver 'glp'",
    "bound digits --eps 1 --framework matrix --solver imp": "unknown matrix solver 'imp'",
    "bound digits --eps 1 --framework sinkhorn --solver highs": "unknown sinkhorn solver 'highs'",
    "bound digits --eps 1 --framework pyomo --solver maxflow": "leave out --framework",
    "bound digits --eps 1 --solver sinkhorn --model dual": "leave out --model",
    "bound digits --eps 1 --solver sinkhorn --option etta=1": "unknown sinkhorn option 'etta'",
    "bound digits --eps 1 --solver sinkhorn --option eta=-1": "eta is -1",
    "bound digits --eps 1 --order full --solver highs": "--solver is 'highs', but all orders",
    "bound digits --eps 1 --order full --option tol=0": "tol is 0",
    "bound digits --eps 1 --option tol": "write key=value",
    "bound digits --eps 1 --max-interactions 0": "--max-interactions: expected at least 1",
    "bound digits --eps 1 --save-certificate no/where.npz": "no/where.npz",
    "bound digits --config no.toml": "no.toml: cannot be read",
    "interactions digits --eps 1 --order full": "--order is full",
    "sweep digits": "--eps is missing",
    "sweep digits --eps 2:1:3": "a reversed range",
    "sweep digits --eps 1 --order 2,0": "--order is 0",
    "sweep digits --eps 1 --solver sinkhorn --model dual": "leave out --model",
    "sweep digits --eps 1 --plot risk.gif": "risk.gif is no picture",
    "bounds digits --eps 1 --norm l0": "unknown norm 'l0'",
    "bounds digits --eps 1 --time-limit 0": "is 0.0; it must be a number, positive",
    "bounds digits --eps 1 --time-limit x": "is 'x'; it must be a finite number",
    "gallery digits --eps 1": "--plot is missing",
    "gallery digits --eps 1 --plot a.png --rows 0": "--rows: expected at least 1",
    "verify": "missing",
    "show a.npz --eps 1": "No such option: --eps",
}


def told(*words: str, names: tuple[str, ...] = HEAVY) -> list:
    """What a fresh process tells of these commands."""
    done = run_python(PROGRAM.format(words=words, names=names))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_help_versions_and_solvers_load_nothing_heavy():
    for words, code, out, err, loaded in told(*SHOWN):
        assert (code, err, loaded) == (0, "", []), words
        assert SHOWN[words] in " ".join(out.replace("│", " ").split()), words


def test_a_refused_flag_loads_nothing_heavy():
    for words, code, out, err, loaded in told(*REFUSED):
        assert (code, out, loaded) == (2, "", []), (words, err)
        assert REFUSED[words] in err
        assert err.startswith("motlp: ")
        assert err.count("\n") == 1


def test_the_public_names_are_loaded_when_they_are_used():
    names = (*HEAVY, "motlp.errors", "typer", "pydantic")
    program = f"import sys, motlp; dir(motlp); print([name for name in {names!r} if name in sys.modules])"
    assert run_python(program).stdout == "[]\n"


def test_the_default_bound_loads_what_it_uses():
    unused = ("pyomo", "matplotlib", "distributed", "motlp.frameworks.pyomo", "motlp.frameworks.matrix")
    rooms = ("motlp.players", "motlp.studies", "motlp.solving.sinkhorn", "motlp.solving.untruncated")
    ((_, code, out, _, loaded),) = told("bound digits --per-class 20 --eps 1 --quiet", names=(*unused, *rooms, "cvxpy"))
    assert code == 0, out
    assert loaded == ["cvxpy"]


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_names_is_there(name):
    command = COMMANDS[name]
    assert callable(resolve_name(f"motlp.cli.{command.work}"))
    assert not command.settings or issubclass(getattr(settings, command.settings), settings.Settings)
    assert command.example.startswith(f"motlp {name}")
