"""The command line as its users meet it: answers, exit codes, and one clear line for everything that is wrong."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from motlp.cli import commands
from motlp.cli import main as cli

BOUND = ("bound", "digits", "--per-class", "100", "--norm", "l2", "--eps", "1.0", "--order", "3")
SMALL = ("--per-class", "20", "--quiet")
COMMAND = [sys.executable, "-c", "from motlp.cli.main import main; main()"]


@pytest.fixture
def motlp(monkeypatch, capsys):
    """Runs the command line in this process: exit code, standard output, standard error."""

    def call(*words) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["motlp", *map(str, words)])
        return cli.run(), *capsys.readouterr()

    return call


@pytest.fixture
def files(tmp_path, monkeypatch) -> Path:
    """A folder with good and bad data sets, which commands run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MOTLP_DATA", raising=False)
    x, y = np.arange(12.0).reshape(6, 2), np.array([0, 0, 1, 1, 2, 2])
    good = {"good": {}, "nan": {"x": np.where(x == 3, np.nan, x)}, "infinite": {"x": np.where(x == 3, np.inf, x)}}
    bad = {
        "short": {"y": y[:-1]},
        "oneclass": {"y": 0 * y},
        "negative": {"mass": np.array([1.0, 1, 1, 1, 1, -1])},
        "massless": {"mass": np.zeros(6)},
        "pickled": {"x": x.astype(object)},
    }
    for name, change in (good | bad).items():
        np.savez(f"{name}.npz", **{"x": x, "y": y} | change)
    np.savez("noy.npz", x=x)
    whole = Path("good.npz").read_bytes()
    Path("cut.npz").write_bytes(whole[: len(whole) // 2])
    Path("other.csv").write_text("a,b\n1,2\n")
    Path("broken.toml").write_text("eps = = 1")
    Path("key.toml").write_text("per_class = 1")
    Path("order.toml").write_text('order = "three"')
    Path("truth.toml").write_text("per-class = true")
    Path("classes.toml").write_text("classes = 3")
    Path("option.toml").write_text("option = 3")
    Path("hex.toml").write_text(f"per-class = 0x{6000 * 'f'}")
    Path("hexeps.toml").write_text(f"eps = 0x{6000 * 'f'}")
    Path("binary.toml").write_bytes(b"\xff\xfe\x00")
    Path("deep.toml").write_text("eps = " + 3000 * "[" + 3000 * "]")
    Path("digits.toml").write_text("per-class = " + 5000 * "9")
    Path("nul.toml").write_text('data = "digits"\neps = 1\nsave = "a\\u0000b"')
    Path("nowhere.npz.toml").write_text('data = "a\\u0000b"\neps = 1')
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("gone/a.csv")
    Path("link").symlink_to("folder")
    os.mkfifo("pipe")
    return tmp_path


BAD = [
    # data
    ("bound nan.npz --eps 1", "nan.npz: feature 1 of point 1 is nan"),
    ("bound infinite.npz --eps 1", "feature 1 of point 1 is inf"),
    ("bound short.npz --eps 1", "6 points and y has 5 labels"),
    ("bound oneclass.npz --eps 1", "two"),
    ("bound negative.npz --eps 1", "the mass of point 5 is -1.0"),
    ("bound massless.npz --eps 1", "every mass is 0"),
    ("bound pickled.npz --eps 1", "pickled"),
    ("bound cut.npz --eps 1", "cut short"),
    ("bound noy.npz --eps 1", "arrays x and y"),
    ("bound nowhere.npz --eps 1", "there is no file or folder nowhere.npz"),
    ("bound digit --eps 1", "Did you mean 'digits'?"),
    ("bound --eps 1", "DATA is missing"),
    ("bound digits --eps 1 --classes 1,x", "unknown class 'x'"),
    ("bound digits --eps 1 --classes 1", "two"),
    ("bound digits --eps 1 --split train", "digits has no splits"),
    ("bound digits --eps 1 --per-class 0", "at least 1"),
    ("bound digits --eps 1 --per-class many", "--per-class: expected a whole number, not 'many'"),
    ("bound digits --eps 1 --seed 3", "without per_class all points are kept"),
    ("bound gaussians --eps 1 --per-class 99999999999999999999", "are drawn at most"),
    (f"bound digits --eps 1 --per-class {5000 * '9'}", "a whole number of fewer digits"),
    # adversary
    (f"bound digits --eps {5000 * '9'}", "finite number"),
    (f"bound digits --eps 0.{10000 * '1'}", "finite number"),
    (f"bound digits --eps 1 --order {5000 * '9'}", "a whole number of fewer digits"),
    ("bound digits", "--eps is missing"),
    ("bound digits --eps -1", "eps is -1"),
    ("bound digits --eps nan", "finite"),
    ("bound digits --eps inf", "finite"),
    ("bound digits --eps one", "eps is 'one'"),
    ("bound digits --eps 1e999", "eps is '1e999'"),
    ("bound digits --eps 1 --order 0", "between 1 and 10"),
    ("bound digits --eps 1 --order 11", "between 1 and 10"),
    ("bound digits --eps 1 --order 2.5", "--order: expected a whole number, not '2.5'"),
    ("bound digits --eps 1 --norm lin", "unknown norm 'lin'. Did you mean 'linf'?"),
    ("bound digits --eps 1 --cost cubic", "unknown cost 'cubic'"),
    ("bound digits --eps 1 --tau 1", "--tau says nothing"),
    ("bound digits --cost quadratic", "--tau is missing"),
    ("bound digits --cost quadratic --tau 0", "must be positive"),
    ("bound digits --cost quadratic --tau 1 --eps 1", "--eps says nothing"),
    ("bound digits --cost quadratic --tau 1 --norm l2", "--norm says nothing"),
    # solver
    ("bound digits --eps 1 --model duel", "Did you mean 'dual'?"),
    ("bound digits --eps 1 --framework cvxopt", "Did you mean 'cvxpy'?"),
    ("bound digits --eps 1 --solver high", "Did you mean 'highs'?"),
    ("bound digits --eps 1 --solver ecos", "pip install ecos"),
    ("bound digits --eps 1 --option time_limits=1", "Did you mean 'time_limit'?"),
    ("bound digits --eps 1 --option time_limit=soon", "time_limit"),
    ("bound digits --eps 1 --option time_limit", "write key=value"),
    (f"bound digits --eps 1 --option time_limit={400 * '9'}", "'time_limit' takes a number"),
    ("bound digits --eps 1 --option threads=1000000000000", "HiGHS refuses 1000000000000 for its option 'threads'"),
    ("bound digits --eps 1 --solver sinkhorn --option etta=1", "Did you mean 'eta'?"),
    ("bound digits --eps 1 --solver sinkhorn --option eta=1e-320", "raise it"),
    ("bound digits --eps 1 --solver Sinkhon", "Did you mean 'sinkhorn'?"),
    ("bound digits --eps 1e400", "beyond the range"),
    ("bound digits --eps 1e-400", "beyond the range"),
    ("sweep digits --eps 0:1:1000000000", "10000 at most"),
    ("bound digits --eps 1 --solver sinkhorn --model dual", "leave out the model"),
    # configuration
    ("bound digits --config nowhere.toml", "nowhere.toml: cannot be read"),
    ("bound digits --config broken.toml", "broken.toml: not TOML"),
    ("bound digits --config binary.toml", "binary.toml: cannot be read"),
    ("bound digits --config key.toml", "key.toml: unknown key 'per_class'. Did you mean 'per-class'?"),
    ("bound digits --config order.toml", "order.toml: key 'order': expected a whole number, not 'three'"),
    ("bound digits --config truth.toml", "truth.toml: key 'per-class': expected a whole number, not true"),
    ("bound digits --config classes.toml", "classes.toml: key 'classes': expected a list, or a text with commas"),
    ("bound digits --config option.toml", "option.toml: key 'option': expected a table of options, not 3"),
    ("bound digits --config deep.toml", "deep.toml: cannot be read (values within values, too deep)"),
    ("bound digits --config digits.toml", "digits.toml: cannot be read"),
    ("bound digits --config folder", "folder: cannot be read"),
    ("bound --config nowhere.npz.toml", r"unknown data set 'a\x00b'"),
    ("sweep --config nul.toml", "null byte"),
    # sweeps
    (f"sweep digits --eps 1 --order {5000 * '9'}", "whole numbers"),
    ("sweep digits --eps 1 --save loop", "round in a circle"),
    ("sweep digits --eps 1 --save dangling", "there is no folder"),
    ("sweep digits --eps 1 --save link", "it is a folder"),
    ("sweep digits --eps 1 --save pipe", "a device or a pipe"),
    ("sweep digits --eps 1 --save /dev/null", "a device or a pipe"),
    ("interactions digits --eps 1 --save loop", "round in a circle"),
    ("sweep digits", "--eps is missing"),
    ("sweep digits --eps 2:1:5", "reversed"),
    ("sweep digits --eps 1:1:5", "reversed"),
    ("sweep digits --eps 1:2:0", "empty"),
    ("sweep digits --eps 1:2:1", "empty"),
    ("sweep digits --eps 1:2", "start:stop:count"),
    (f"sweep digits --eps 1:2:{5000 * '9'}", "start:stop:count"),
    ("sweep digits --eps -1:2:3", "at least 0"),
    ("sweep digits --eps 1,,2", "finite number"),
    ("sweep digits --eps 1 --order 2,x", "whole numbers"),
    ("sweep digits --eps 1 --order 0,2", "between 1 and 10"),
    ("sweep digits --eps 1 --order 2,11", "between 1 and 10"),
    ("sweep digits --eps 1 --save other.csv", "has the columns a, b"),
    ("sweep digits --eps 1 --save nowhere/a.csv", "there is no folder nowhere"),
    ("sweep digits --eps 1 --plot a.gif", ".png, .pdf, .svg"),
    ("sweep digits --eps 1 --save a.png --plot ./a.png", "give each a file of its own"),
    ("bound digits --eps 1 --norm", "requires an argument"),
    (f"bound digits --eps {2**14000 + 1}/{2**14000}", "eps is"),
    ("bound ~nobodyatall/a --eps 1", "is no path to a folder or file here"),
    (f"bound {300 * 'b'} --eps 1", "unknown data set"),
    ("bound digits --eps 1 --config hex.toml", "per_class is an int that cannot be written"),
    ("bound digits --config hexeps.toml", "hexeps.toml: key 'eps'"),
    ("sweep digits --config hexeps.toml", "hexeps.toml: key 'eps'"),
    ("sweep digits --eps 1 --plot nowhere/a.png", "there is no folder nowhere"),
    # interactions, and how to run
    ("interactions digits --eps 1 --save .", "it is a folder"),
    ("interactions digits --eps 1 --per-class 5 --save good.npz", "no saved interactions. It is not overwritten"),
    ("interactions digits --eps 1 --max-interactions 0", "--max-interactions: expected at least 1"),
    ("interactions digits --eps 1.5 --max-interactions 2000", "1,797 of order 1 and about"),
    ("bound digits --eps 1 --dask", "requires an argument"),
    ("bound digits --eps 1 --dask nowhere", "no Dask scheduler answers at 'nowhere'"),
    ("bound digits --nrm l2", "--norm"),
    ("bund digits", "No such command 'bund'"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[words[:70] for words, _ in BAD])
def test_what_is_wrong_is_told_in_a_line(motlp, files, words, message):
    before = sorted(files.iterdir())
    command, *rest = words.split()
    code, out, err = motlp(command, "--quiet", *rest)
    assert code == 2
    assert out == ""
    assert err.startswith("motlp: ")
    assert err.count("\n") == 1
    assert message in err
    assert sorted(files.iterdir()) == before


def test_answer_first(motlp):
    code, out, err = motlp(*BOUND)
    assert code == 0
    assert out.startswith("No classifier can have risk below 0.2655 on digits")
    assert "by 1 in ℓ2: none has a robust accuracy above 73.45 %." in out
    assert "order 1: 1,000, order 2: 2,361, order 3: 38" in out
    assert [line.split()[0] for line in err.splitlines()] == ["load", "interactions", "solve", "certify"]


def test_json_has_everything(motlp):
    code, out, err = motlp(*BOUND, "--json", "--quiet")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert {"name": "digits", "points": 1000, "dimension": 64, "classes": 10}.items() <= told["data"].items()
    assert {"norm": "l2", "eps": 1.0}.items() <= told["threat"].items()
    assert told["order"] == 3
    assert told["interactions"] == {"1": 1000, "2": 2361, "3": 38}
    assert told["risk"] == pytest.approx(0.2655, abs=1e-9)
    assert 0.2655 - 1e-6 < told["risk_lower"] <= 0.2655
    assert 0 <= told["gap"] < 1e-6
    assert told["accuracy_upper"] == pytest.approx(1 - told["risk_lower"])
    assert (told["model"], told["framework"], told["solver"], told["status"]) == ("dual", "cvxpy", "highs", "optimal")
    assert set(told["seconds"]) == {"load", "interactions", "declare", "solve", "certify"}


def test_a_limit_still_gives_a_bound(motlp):
    words = ("--eps", 1.5, *SMALL, "--json", "--framework", "matrix", "--option", "simplex_iteration_limit=5")
    code, out, _ = motlp("bound", "digits", *words, "--option", "presolve=off")
    told = json.loads(out)
    assert (code, told["status"]) == (0, "limit")
    assert 0 <= told["risk_lower"] <= 2 / 3


def test_a_solver_that_fails_ends_with_one(motlp, monkeypatch):
    import cvxpy as cp

    def fails(*_, **__):
        raise cp.SolverError("out of luck")

    monkeypatch.setattr(cp.Problem, "get_problem_data", fails)
    code, out, _ = motlp("bound", "digits", "--eps", 1, *SMALL)
    assert code == 1
    assert "The solver gave no bound" in out
    assert "out of luck" in out


def test_out_of_memory_is_told(motlp, monkeypatch):
    def greedy(*_, **__):
        raise np._core._exceptions._ArrayMemoryError((10**18,), np.dtype(float))

    monkeypatch.setattr(commands, "interactions", greedy)
    code, _, err = motlp("bound", "digits", "--eps", 1, *SMALL)
    assert (code, err) == (2, "motlp: out of memory; lower --eps, --order or --per-class.\n")


def test_flags_override_the_file(motlp, files):
    Path("study.toml").write_text(
        'data = "digits"\neps = 9\nper-class = 20\norder = 2\nquiet = true\n[option]\nrandom_seed = 1'
    )
    code, out, _ = motlp("bound", "--config", "study.toml", "--eps", 1, "--order", 3, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["data"]["points"] == 200
    assert (told["order"], told["threat"]["eps"]) == (3, 1.0)
    assert motlp("bound", "--config", "study.toml", "--eps", 1, "--no-quiet")[2] != ""


def test_saved_interactions_stand_in_for_the_data(motlp, files):
    words = ("digits", "--per-class", 40, "--norm", "l2", "--quiet", "--json")
    assert motlp("interactions", *words, "--eps", 1.2, "--save", "digits.npz")[0] == 0
    direct = json.loads(motlp("bound", *words, "--eps", 1)[1])
    stood_in = json.loads(motlp("bound", "digits.npz", "--eps", 1, "--quiet", "--json")[1])
    assert {**direct, "seconds": 0} == {**stood_in, "seconds": 0}
    rows = json.loads(motlp("sweep", "digits.npz", "--eps", "0.9,1.2", "--quiet", "--json", "--save", "a.csv")[1])
    assert [row["eps"] for row in rows] == ["0.9", "1.2"]
    again = json.loads(motlp("sweep", *words, "--eps", "0.9,1.2", "--save", "a.csv")[1])
    assert again == rows  # the points are the same: it is one study
    for flags, message in [
        (("--per-class", 3), "--per-class selects points"),
        (("--norm", "linf"), "not Ball(norm='linf')"),
        (("--eps", 1.3), "eps is"),
        (("--order", 4), "between 1 and 3"),
    ]:
        code, _, err = motlp("bound", "digits.npz", "--quiet", *flags)
        assert code == 2
        assert message in err
        assert err.count("\n") == 1
    code, _, err = motlp("interactions", *words, "--norm", "linf", "--eps", 0.1, "--save", "digits.npz")
    assert code == 2
    assert "is of Ball(norm='l2'), not Ball(norm='linf')" in err
    code, _, err = motlp("interactions", "digits", "--quiet", "--eps", 0.1, "--save", "digits.npz")
    assert code == 2
    assert "another data set: points: 400 there, 1797 here" in err


def test_help_and_solvers(motlp):
    for words in [(), ("--help",), ("bound", "--help"), ("sweep", "--help"), ("interactions", "--help")]:
        code, out, err = motlp(*words)
        assert (code, err) == (0, "")
        assert "Usage: motlp" in out
    code, out, _ = motlp("solvers")
    assert code == 0
    assert all(name in out for name in ("highs", "clarabel", "glpk", "pdlp", "pip install"))


def test_what_nobody_foresaw_is_told_in_a_line_and_kept(motlp, monkeypatch, tmp_path):
    def faulty(*_, **__):
        raise KeyError("x")

    monkeypatch.setattr(commands, "interactions", faulty)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, out, err = motlp("bound", "digits", "--eps", 1, *SMALL)
    (report,) = tmp_path.iterdir()
    assert (code, out, err.count("\n")) == (70, "", 1)
    assert err.startswith("motlp: a fault of motlp, not of yours, or of what was added to it: KeyError: 'x'; ")
    assert str(report) in err
    text = report.read_text()
    assert "'--per-class', '20'" in text
    assert 'raise KeyError("x")' in text
    for words in [("--traceback", "bound", "digits"), ("bound", "--traceback", "digits")]:
        code, out, err = motlp(*words, "--eps", 1, *SMALL)
        assert (code, out, len(list(tmp_path.iterdir()))) == (70, "", 1)
        assert err.startswith("Traceback")
        assert err.splitlines()[-1].startswith("motlp: a fault of motlp")


def test_version(motlp):
    assert motlp("--version") == (0, f"motlp {metadata.version('motlp')}\n", "")
    assert "--traceback" in motlp("bound", "--help")[1]


def test_results_go_where_links_lead(motlp, files):
    for name in ("a.csv", "a.npz"):
        Path(f"link-{name}").symlink_to(f"folder/{name}")
    assert motlp("sweep", "good.npz", "--eps", 1, "--quiet", "--save", "link-a.csv")[0] == 0
    assert motlp("interactions", "good.npz", "--eps", 1, "--quiet", "--save", "link-a.npz")[0] == 0
    assert sorted(path.name for path in Path("folder").iterdir()) == ["a.csv", "a.npz"]
    assert Path("link-a.csv").is_symlink()
    assert Path("link-a.npz").is_symlink()


def start(words: str, **more) -> subprocess.Popen:
    """The command line as a process of its own, away from this one's Ctrl-C."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # tests may run where Ctrl-C is ignored
    return subprocess.Popen([*COMMAND, *words.split()], preexec_fn=heard, **pipes | more)


@pytest.mark.parametrize("framework", ["cvxpy", "pyomo", "matrix"])
def test_json_is_all_that_a_process_prints(framework):
    # Solvers print past Python, so only another process can tell.
    out, err = start(f"bound digits --per-class 20 --eps 1 --framework {framework} --json --quiet").communicate()
    assert json.loads(out)["framework"] == framework
    assert err == ""


def test_a_solver_that_logs_leaves_standard_output_alone():
    words = "bound digits --per-class 20 --eps 1 --json --quiet --option output_flag=true --option log_to_console=true"
    out, err = start(words, env=os.environ | {"FORCE_COLOR": "1"}).communicate()
    assert json.loads(out)["status"] == "optimal"
    assert "HiGHS" in err


def test_whatever_prints_prints_elsewhere(tmp_path):
    # As a solver, a library or a model of the user's might, in Python or past it.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys, threading\n"
        "def noisy(frame, event, argument):\n"
        "    if frame.f_code.co_name == 'hypergraph_of' and event == 'call':\n"
        "        print('from Python'), os.write(1, b'past Python\\n')\n"
        "threading.setprofile(noisy)\n"
    )
    process = start("bound digits --per-class 5 --eps 1 --json", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    out, err = process.communicate()
    assert json.loads(out)["status"] == "optimal"
    assert "from Python" in err
    assert "past Python" in err


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        (">/dev/full", 2, "motlp: the answer cannot be written to standard output (No space left on device).\n"),
        (">&-", 2, "motlp: the answer cannot be written to standard output (Bad file descriptor).\n"),
        ("| true", 141, ""),
        (">/dev/null 2>&-", 0, ""),
        (">/dev/null 2>/dev/full", 0, ""),
        (">/dev/null <&-", 0, ""),
    ],
)
def test_streams_that_are_closed_or_full(redirection, code, said):
    words = "solvers" if code == 2 else "--version"
    script = f'"{sys.executable}" -c "{COMMAND[-1]}" {words} {redirection}; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, said)


def test_a_terminal_without_the_letter():
    process = start("bound digits --per-class 20 --eps 1 --quiet", env=os.environ | {"PYTHONIOENCODING": "cp1252"})
    assert "No classifier" in process.communicate()[0]
    assert process.returncode == 0


def test_names_are_shown_as_they_are(motlp, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("data[v2].npz", x=np.arange(12.0).reshape(6, 2), y=np.repeat(["[cat]", "[/dog]", ":smile:"], 2))
    code, out, err = motlp("bound", "data[v2].npz", "--eps", 1)
    assert (code, "Traceback" in err) == (0, False)
    assert all(name in out for name in ("data[v2]", "[cat]", "[/dog]", ":smile:"))


def test_saved_interactions_are_saved_over_nothing_else(motlp, files):
    assert motlp("interactions", "good.npz", "--eps", 1, "--save", "sets.npz", "--quiet")[0] == 0
    before = Path("nan.npz").read_bytes(), Path("sets.npz").read_bytes()
    for place in ("nan.npz", "sets.npz"):
        code, _, err = motlp("interactions", "sets.npz", "--eps", 0.5, "--save", place, "--quiet")
        assert (code, err.count("\n")) == (2, 1)
        assert "give another name" in err
    assert before == (Path("nan.npz").read_bytes(), Path("sets.npz").read_bytes())


def interrupted_after(process: subprocess.Popen, line: str) -> str:
    """What a process still says after Ctrl-C, pressed once it has said a line; it must end soon."""
    while line not in process.stderr.readline():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 130
    assert "Traceback" not in said
    assert said.endswith("motlp: interrupted\n")
    return said


def test_interrupted_inside_a_solver():
    # Some 700,000 interactions: minutes for any method.
    process = start("bound digits --per-class 60 --eps 1.5 --framework matrix --solver simplex")
    interrupted_after(process, "solve …")


def test_interrupted_sweep_keeps_its_rows(motlp, tmp_path):
    table = tmp_path / "sweep.csv"
    words = f"sweep digits --per-class 60 --order 2 --save {table} --eps"
    said = interrupted_after(start(f"{words} 0.5,0.75,1,3"), "eps 1, order 2")
    assert "eps 3," not in said
    assert list(tmp_path.iterdir()) == [table]
    kept = table.read_text().splitlines()
    assert len(kept) == 4
    code, _, err = motlp(*f"{words} 0.5,0.75,0.9,1".split())
    assert code == 0
    assert [line for line in err.splitlines() if line.startswith("eps")] == [
        "eps 0.9, order 2: risk at least 0.091666 (optimal)"
    ]
    assert set(kept) < set(table.read_text().splitlines())


def test_a_reader_that_has_seen_enough():
    process = start("solvers")
    process.stdout.close()
    process.stdout = None
    assert process.communicate(timeout=60)[1] == ""
