"""Signals at any moment: one line, an exit code, whole files."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from motlp.studies.rows import COLUMNS
from motlp.system.atomic import check_writable, unfinished_prefix

# Tells when it listens, as `main` does first: before, while the interpreter starts, a signal is Python's own.
MAIN = "import os; from motlp.cli import main as cli; cli.listen(); os.write(1, b'.'); cli.main()"
COMMANDS = {
    "bound": "bound digits --per-class 60 --eps 1 --order 2 --quiet --json",
    "sweep": "sweep gaussians --per-class 20 --eps 0.1:1.5:5000 --order 2 --framework matrix --quiet --save sweep.csv",
}
ENDS = {signal.SIGINT: (130, "motlp: interrupted\n"), signal.SIGTERM: (143, "motlp: terminated\n")}


def start(words: str, folder: Path, **more) -> subprocess.Popen:
    """The command line as a process of its own, that hears Ctrl-C wherever the tests run; once it listens."""
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": folder}
    command = [sys.executable, "-c", MAIN, *words.split()]
    process = subprocess.Popen(command, start_new_session=True, **{"preexec_fn": heard} | pipes | more)
    assert os.read(process.stdout.fileno(), 1) == b"."
    return process


def interrupted(kind: str, number: int, delay: float, late: bool, folder: Path) -> str:
    """What became of a command that got a signal so many seconds after it began to listen, or after its first row."""
    process, table = start(COMMANDS[kind], folder), folder / "sweep.csv"
    while late and kind == "sweep" and not table.exists() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(delay)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=30)
    left = set(folder.iterdir()) - {table}
    if number == signal.SIGKILL:
        assert process.returncode in (0, -signal.SIGKILL)
        assert all(path.name.startswith(unfinished_prefix()) for path in left)
        check_writable(table)  # as the next command does
        left = set(folder.iterdir()) - {table}
    elif process.returncode:
        assert (process.returncode, err) == ENDS[number], f"{kind} after {delay:.3f} s"
        assert out == "" or out.endswith(("]\n", "}\n"))
    assert not left
    if table.exists():
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert all(tuple(row) == COLUMNS and row["seconds"] for row in rows)
    return f"{kind}, signal {number}: exit {process.returncode}, {'rows kept' if table.exists() else 'no rows'}"


def test_signals_at_random_times(pytestconfig, tmp_path):
    draw, tasks = random.Random(0), []
    for i in range(pytestconfig.getoption("interrupts")):
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[i % 3]
        folder = tmp_path / str(i)
        folder.mkdir()
        tasks.append(
            (draw.choice(tuple(COMMANDS)), number, draw.choice((0.1, 3)) * draw.random(), draw.random() < 0.5, folder)
        )
    with ThreadPoolExecutor(3) as pool:
        outcomes = Counter(pool.map(lambda task: interrupted(*task), tasks))
    for outcome, times in sorted(outcomes.items()):
        print(f"{times:4} × {outcome}")
    assert any("rows kept" in outcome for outcome in outcomes)


def test_pressed_again_and_again(tmp_path):
    process = start("bound digits --per-class 60 --eps 1.5 --framework matrix --solver simplex --quiet", tmp_path)
    time.sleep(1)
    for _ in range(20):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.002)
    assert process.communicate(timeout=30)[1] == "motlp: interrupted\n"
    assert process.returncode == 130


def test_interrupted_with_workers_of_its_own(tmp_path):
    pytest.importorskip("distributed", reason="needs the extra 'distributed'")
    words = "sweep digits --per-class 10 --eps 0.5:1:2000 --order 2 --framework matrix --dask local --save sweep.csv"
    process = start(words, tmp_path)
    while "eps " not in process.stderr.readline():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert said.endswith("motlp: interrupted\n")
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.csv"]


def test_a_command_that_is_to_ignore_a_signal_does(tmp_path):
    deaf = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    process = start("solvers", tmp_path, preexec_fn=deaf)
    os.killpg(process.pid, signal.SIGINT)
    assert "highs" in process.communicate(timeout=60)[0]
    assert process.returncode == 0
