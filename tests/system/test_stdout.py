"""Standard output holds the answer alone, whatever else prints, and whatever becomes of the streams."""

import json
import os
import subprocess
import sys

import pytest
from support.command import PROGRAM, start


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
        "    if frame.f_code.co_name == 'make_hypergraph' and event == 'call':\n"
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
    script = f'"{sys.executable}" -c "{PROGRAM}" {words} {redirection}; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, said)


def test_a_terminal_without_the_letter():
    process = start("bound digits --per-class 20 --eps 1 --quiet", env=os.environ | {"PYTHONIOENCODING": "cp1252"})
    assert "No classifier" in process.communicate()[0]
    assert process.returncode == 0


def test_a_reader_that_has_seen_enough():
    process = start("solvers")
    process.stdout.close()
    process.stdout = None
    assert process.communicate(timeout=60)[1] == ""
