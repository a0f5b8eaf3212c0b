"""The command line as its users meet it: answers, exit codes, and one clear line for everything that is wrong."""

import json
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from support.command import run

from motlp.cli import inputs

BOUND = ("bound", "digits", "--per-class", "100", "--norm", "l2", "--eps", "1.0", "--order", "3")
SMALL = ("--per-class", "20", "--quiet")

BAD = [
    # data
    ("bound nan.npz --eps 1", "nan.npz: feature 1 of point 1 is nan"),
    ("bound infinite.npz --eps 1", "feature 1 of point 1 is inf"),
    ("bound short.npz --eps 1", "short.npz: x has 6 points and y has 5 labels"),
    ("bound oneclass.npz --eps 1", "two"),
    ("bound negative.npz --eps 1", "mass of point 5 is -1.0"),
    ("bound massless.npz --eps 1", "every mass is 0"),
    ("bound pickled.npz --eps 1", "pickled"),
    ("bound cut.npz --eps 1", "cut short"),
    ("bound noy.npz --eps 1", "arrays x and y"),
    ("bound nowhere.npz --eps 1", "there is no file or folder nowhere.npz"),
    ("bound digit --eps 1", "Did you mean 'digits'?"),
    ("bound --eps 1", "DATA is missing; give it on the command line or in a --config file."),
    ("bound digits --eps 1 --classes 1,x", "unknown class 'x'"),
    ("bound digits --eps 1 --classes 1", "two"),
    ("bound digits --eps 1 --classes 1,1", "class '1' is given twice"),
    ("bound digits --eps 1 --per-class 500", "--per-class is 500 but class"),
    ("bound mnist --root folder --eps 1", "set --download to get it, or give its folder as --root."),
    ("bound splits --eps 1", "choose one with --split: test or train."),
    ("bound digits --eps 1 --split train", "digits has no splits; leave --split out."),
    ("bound digits --eps 1 --per-class 0", "motlp: --per-class is 0; it must be a whole number, at least 1."),
    ("bound digits --eps 1 --per-class many", "--per-class: expected a whole number, not 'many'"),
    (
        "bound digits --eps 1 --seed 3",
        "--seed is 3, but without --per-class all points are kept; give both, or leave --seed out.",
    ),
    ("bound gaussians --eps 1 --per-class 99999999999999999999", "are drawn at most"),
    (f"bound digits --eps 1 --per-class {5000 * '9'}", "a whole number of fewer digits"),
    # adversary
    (f"bound digits --eps {5000 * '9'}", "finite number"),
    (f"bound digits --eps 0.{10000 * '1'}", "finite number"),
    (f"bound digits --eps 1 --order {5000 * '9'}", "a whole number of fewer digits"),
    ("bound digits", "--eps is missing"),
    ("bound digits --eps -1", "motlp: --eps is -1; it must be at least 0."),
    ("bound digits --eps nan", "finite"),
    ("bound digits --eps inf", "finite"),
    ("bound digits --eps one", "motlp: --eps is 'one'; it must be a finite number"),
    ("bound digits --eps 1e999", "motlp: --eps is '1e999'; it must be a finite number"),
    ("bound digits --eps 1 --order 0", "motlp: --order is 0; it must be a whole number, at least 1"),
    ("bound digits --eps 1 --order 11", "between 1 and 10"),
    ("bound digits --eps 1 --order 2.5", "--order: expected a whole number, not '2.5'"),
    ("bound digits --eps 1 --norm lin", "unknown norm 'lin'. Did you mean 'linf'?"),
    ("bound digits --eps 1 --cost cubic", "unknown cost 'cubic'"),
    (
        "bound digits --eps 1 --tau 1",
        "--tau has no meaning under the ball cost; set --cost to quadratic, or leave --tau out.",
    ),
    ("bound digits --cost quadratic", "--tau is missing"),
    ("bound digits --cost quadratic --tau 0", "motlp: --tau is 0; it must be positive"),
    ("bound digits --cost quadratic --tau 1 --eps 1", "--eps has no meaning under the quadratic cost; leave it out."),
    ("bound digits --cost quadratic --tau 1 --norm l2", "--norm has no meaning"),
    # solver
    ("bound digits --eps 1 --model duel", "Did you mean 'dual'?"),
    ("bound digits --eps 1 --framework cvxopt", "Did you mean 'cvxpy'?"),
    ("bound digits --eps 1 --solver high", "Did you mean 'highs'?"),
    ("bound digits --eps 1 --solver ecos", "pip install ecos"),
    ("bound digits --eps 1 --option time_limits=1", "Did you mean 'time_limit'?"),
    ("bound digits --eps 1 --option time_limit=soon", "time_limit"),
    ("bound digits --eps 1 --option time_limit", "--option is 'time_limit'; write key=value"),
    (f"bound digits --eps 1 --option time_limit={400 * '9'}", "'time_limit' takes a number"),
    ("bound digits --eps 1 --option threads=1000000000000", "HiGHS refuses 1000000000000 for its option 'threads'"),
    ("bound digits --eps 1 --solver sinkhorn --option etta=1", "Did you mean 'eta'?"),
    ("bound digits --eps 1 --solver sinkhorn --option eta=1e-320", "raise it"),
    ("bound digits --eps 1 --solver Sinkhon", "Did you mean 'sinkhorn'?"),
    ("bound digits --eps 1e400", "beyond the range"),
    ("bound digits --eps 1e-400", "beyond the range"),
    ("sweep digits --eps 0:1:1000000000", "10000 at most"),
    ("bound digits --eps 1 --solver sinkhorn --model dual", "leave out --model"),
    ("bound digits --eps 1 --order full --solver highs", "leave out --solver: there are only the options tol and time"),
    ("bound digits --eps 1 --order FULL --model dual", "--model is 'dual', but all orders are solved in one way"),
    ("bound digits --eps 1 --order full --framework matrix", "leave out --framework"),
    ("bound digits --eps 1 --order full --option time_limits=1", "Did you mean 'time_limit'?"),
    ("bound digits --eps 1 --order full --option tol=small", "'tol' takes a number, not 'small'"),
    ("bound digits --eps 1 --order full --option time_limit=-1", "time_limit is -1"),
    ("bound digits --eps 1 --order full --option time_limit=nan", "time_limit is nan"),
    ("bound digits --order full", "--eps is missing"),
    ("bound digits --eps 1.5 --order full --max-interactions 2000", "raise --max-interactions."),
    ("bound digits --eps 1 --order all", "--order: expected a whole number, not 'all'"),
    ("interactions digits --eps 1 --order full", "--order is full, but the interactions of all orders are not listed"),
    ("sweep digits --eps 1 --order full --solver highs", "leave out --solver"),
    # configuration
    ("bound digits --config nowhere.toml", "nowhere.toml: cannot be read"),
    ("bound digits --config broken.toml", "broken.toml: not TOML"),
    ("bound digits --config binary.toml", "binary.toml: cannot be read"),
    ("bound digits --config key.toml", "key.toml: unknown key 'per_class'. Did you mean 'per-class'?"),
    ("bound digits --config order.toml", "order.toml: key 'order': expected a whole number, not 'three'"),
    ("bound digits --config truth.toml", "truth.toml: key 'per-class': expected a whole number, not true"),
    ("bound digits --config classes.toml", "classes.toml: key 'classes': expected a list, or a text with commas"),
    ("bound digits --config option.toml", "option.toml: key 'option': expected a table of options, not 3"),
    ("sweep digits --config range.toml", "range.toml: key 'eps' is '1:2', no range"),
    ("bound digits --config deep.toml", "deep.toml: cannot be read (values within values, too deep)"),
    ("bound digits --config digits.toml", "digits.toml: cannot be read"),
    ("bound digits --config folder", "folder: cannot be read"),
    ("bound --config nowhere.npz.toml", r"unknown data set 'a\x00b'"),
    ("sweep --config nul.toml", "null byte"),
    # sweeps
    (f"sweep digits --eps 1 --order {5000 * '9'}", "--order is '9999"),
    ("sweep digits --eps 1 --save loop", "round in a circle"),
    ("sweep digits --eps 1 --save dangling", "there is no folder"),
    ("sweep digits --eps 1 --save link", "it is a folder"),
    ("sweep digits --eps 1 --save pipe", "a device or a pipe"),
    ("sweep digits --eps 1 --save /dev/null", "a device or a pipe"),
    ("interactions digits --eps 1 --save loop", "round in a circle"),
    ("sweep digits", "--eps is missing"),
    ("sweep digits --eps 2:1:5", "motlp: --eps is '2:1:5', a reversed range"),
    ("sweep digits --eps 1:1:5", "reversed"),
    ("sweep digits --eps 1:2:0", "empty"),
    ("sweep digits --eps 1:2:1", "motlp: --eps is '1:2:1', an empty range"),
    ("sweep digits --eps 1:2", "motlp: --eps is '1:2', no range; write start:stop:count"),
    (f"sweep digits --eps 1:2:{5000 * '9'}", "start:stop:count"),
    ("sweep digits --eps -1:2:3", "at least 0"),
    ("sweep digits --eps 1,,2", "finite number"),
    ("sweep digits --eps 1 --order 2,x", "motlp: --order is '2,x'; write whole numbers, such as 2,3, or full"),
    ("sweep digits --eps 1 --order 0,2", "motlp: --order is 0; it must be a whole number, at least 1"),
    ("sweep digits --eps 1 --order 2,11", "between 1 and 10"),
    ("sweep digits --eps 1 --save other.csv", "has the columns a, b; give another name to --save."),
    ("sweep digits --eps 1 --save nowhere/a.csv", "there is no folder nowhere"),
    ("sweep digits --eps 1 --plot a.gif", ".png, .pdf, .svg"),
    (
        "sweep digits --eps 1 --save a.png --plot ./a.png",
        "--save and --plot are both a.png; give each a file of its own.",
    ),
    ("bound digits --eps 1 --norm", "requires an argument"),
    (f"bound digits --eps {2**14000 + 1}/{2**14000}", "eps is"),
    ("bound ~nobodyatall/a --eps 1", "is no path to a folder or file here"),
    (f"bound {300 * 'b'} --eps 1", "unknown data set"),
    ("bound digits --eps 1 --config hex.toml", "--per-class is an int that cannot be written"),
    ("bound digits --config hexeps.toml", "hexeps.toml: key 'eps'"),
    ("sweep digits --config hexeps.toml", "hexeps.toml: key 'eps'"),
    ("sweep digits --eps 1 --plot nowhere/a.png", "there is no folder nowhere"),
    # interactions, and how to run
    ("interactions digits --eps 1 --save .", "it is a folder"),
    (
        "interactions digits --eps 1 --per-class 5 --save good.npz",
        "not saved interactions; motlp.save writes them. It is not overwritten: remove it, "
        "or give another name to --save.",
    ),
    ("interactions digits --eps 1 --max-interactions 0", "--max-interactions: expected at least 1"),
    ("interactions digits --eps 1.5 --max-interactions 2000", "1,797 of order 1 and about"),
    (
        "bound digits --eps 1.5 --max-interactions 2000",
        "Lower --eps, lower the order, take fewer points of each class, or raise --max-interactions.",
    ),
    ("sweep digits --eps 1.5 --max-interactions 2000", "or raise --max-interactions."),
    ("bound digits --eps 1 --dask", "requires an argument"),
    ("bound digits --eps 1 --dask nowhere", "no Dask scheduler answers at 'nowhere'"),
    ("bound digits --nrm l2", "--norm"),
    ("bund digits", "No such command 'bund'"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[words[:70] for words, _ in BAD])
def test_what_is_wrong_is_refused_in_a_line(files, words, message):
    before = sorted(files.iterdir())
    command, *rest = words.split()
    code, out, err = run(command, "--quiet", *rest)
    assert code == 2
    assert out == ""
    assert err.startswith("motlp: ")
    assert err.count("\n") == 1
    assert message in err
    assert sorted(files.iterdir()) == before


def test_answer_first():
    code, out, err = run(*BOUND)
    assert code == 0
    assert out.startswith("No classifier can have risk below 0.2655 on digits")
    assert "by 1 in ℓ2: none has a robust accuracy above 73.45 %." in out
    assert "order 1: 1,000, order 2: 2,361, order 3: 38" in out
    assert [line.split()[0] for line in err.splitlines()] == ["load", "interactions", "solve", "certify"]


def test_json_has_everything():
    code, out, err = run(*BOUND, "--json", "--quiet")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert {"name": "digits", "points": 1000, "dimension": 64, "classes": 10}.items() <= answer["data"].items()
    assert {"norm": "l2", "eps": 1.0}.items() <= answer["threat"].items()
    assert answer["order"] == 3
    assert answer["interactions"] == {"1": 1000, "2": 2361, "3": 38}
    assert answer["risk"] == pytest.approx(0.2655, abs=1e-9)
    assert 0.2655 - 1e-6 < answer["risk_lower"] <= 0.2655
    assert 0 <= answer["gap"] < 1e-6
    assert answer["accuracy_upper"] == pytest.approx(1 - answer["risk_lower"])
    assert (answer["model"], answer["framework"], answer["solver"]) == ("dual", "cvxpy", "highs")
    assert answer["status"] == "optimal"
    assert set(answer["seconds"]) == {"load", "interactions", "declare", "solve", "certify"}


def test_a_limit_still_gives_a_bound():
    words = ("--eps", 1.5, *SMALL, "--json", "--framework", "matrix", "--option", "simplex_iteration_limit=5")
    code, out, _ = run("bound", "digits", *words, "--option", "presolve=off")
    answer = json.loads(out)
    assert (code, answer["status"]) == (0, "limit")
    assert 0 <= answer["risk_lower"] <= 2 / 3


def test_all_orders():
    words = ("bound", "digits", *SMALL, "--eps", 1.4)
    answer = json.loads(run(*words, "--order", "full", "--json")[1])
    truncated = [json.loads(run(*words, "--order", order, "--json")[1])["risk_lower"] for order in (2, 3)]
    assert (answer["order"], answer["solver"], answer["status"]) == ("full", "untruncated", "optimal")
    assert max(truncated) <= answer["risk_upper"] <= 1
    assert 0 <= answer["gap"] <= 1e-6
    assert truncated[0] < answer["risk_lower"]
    code, out, err = run(*words, "--order", "Full")
    assert (code, err) == (0, "")
    assert "A classifier attains it, to within 0.00000" in out.splitlines()[0]
    assert "interactions  generated: order 1: 200, order 2: " in out


def test_all_orders_from_a_file_with_an_option(files):
    Path("study.toml").write_text(
        'data = "digits"\neps = 1.2\nper-class = 20\norder = "FULL"\nquiet = true\n[option]\ntol = 0.9'
    )
    code, out, _ = run("bound", "--config", "study.toml", "--option", "time_limit=60", "--json")
    assert (code, json.loads(out)["order"]) == (0, "full")
    assert json.loads(out)["gap"] <= 0.9


def test_a_solver_that_fails_ends_with_one(monkeypatch):
    import cvxpy as cp

    def fails(*_, **__):
        raise cp.SolverError("out of luck")

    monkeypatch.setattr(cp.Problem, "get_problem_data", fails)
    code, out, _ = run("bound", "digits", "--eps", 1, *SMALL)
    assert code == 1
    assert "The solver gave no bound" in out
    assert "out of luck" in out


def test_out_of_memory(monkeypatch):
    def greedy(*_, **__):
        raise np._core._exceptions._ArrayMemoryError((10**18,), np.dtype(float))

    monkeypatch.setattr(inputs, "interactions", greedy)
    code, _, err = run("bound", "digits", "--eps", 1, *SMALL)
    assert (code, err) == (2, "motlp: out of memory; lower --eps, --order or --per-class.\n")


def test_flags_override_the_file(files):
    Path("study.toml").write_text(
        'data = "digits"\neps = 9\nper-class = 20\norder = 2\nquiet = true\n[option]\nrandom_seed = 1'
    )
    code, out, _ = run("bound", "--config", "study.toml", "--eps", 1, "--order", 3, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["data"]["points"] == 200
    assert (answer["order"], answer["threat"]["eps"]) == (3, 1.0)
    assert run("bound", "--config", "study.toml", "--eps", 1, "--no-quiet")[2] != ""


def test_help_and_solvers():
    for words in [(), ("--help",), ("bound", "--help"), ("sweep", "--help"), ("interactions", "--help")]:
        code, out, err = run(*words)
        assert (code, err) == (0, "")
        assert "Usage: motlp" in out
    code, out, _ = run("solvers")
    assert code == 0
    assert all(name in out for name in ("highs", "clarabel", "glpk", "pdlp", "pip install"))


def test_version():
    assert run("--version") == (0, f"motlp {metadata.version('motlp')}\n", "")
    assert "--traceback" in run("bound", "--help")[1]


def test_results_go_where_links_lead(files):
    for name in ("a.csv", "a.npz"):
        Path(f"link-{name}").symlink_to(f"folder/{name}")
    assert run("sweep", "good.npz", "--eps", 1, "--quiet", "--save", "link-a.csv")[0] == 0
    assert run("interactions", "good.npz", "--eps", 1, "--quiet", "--save", "link-a.npz")[0] == 0
    assert sorted(path.name for path in Path("folder").iterdir()) == ["a.csv", "a.npz"]
    assert Path("link-a.csv").is_symlink()
    assert Path("link-a.npz").is_symlink()
