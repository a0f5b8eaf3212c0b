"""Signals at any moment: one line, an exit code, whole files."""

import csv
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from support.command import interrupt_after, run, start, start_listening

from motlp.studies.rows import COLUMNS
from motlp.system.atomic import check_writable, unfinished_prefix

COMMANDS = {
    "bound": "bound digits --per-class 60 --eps 1 --order 2 --quiet --json",
    "sweep": "sweep gaussians --per-class 20 --eps 0.1:1.5:5000 --order 2 --framework matrix --quiet --save sweep.csv",
}
ENDS = {signal.SIGINT: (130, "motlp: interrupted\n"), signal.SIGTERM: (143, "motlp: terminated\n")}


def interrupt(kind: str, number: int, delay: float, late: bool, folder: Path) -> str:
    """Sends a command a signal, so many seconds after it handles signals, or after its first row: what became of it."""
    process, table = start_listening(COMMANDS[kind], cwd=folder), folder / "sweep.csv"
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
    return f"{kind}, signal {number}: exit {process.returncode}, {'rows stay' if table.exists() else 'no rows'}"


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
        outcomes = Counter(pool.map(lambda task: interrupt(*task), tasks))
    for outcome, times in sorted(outcomes.items()):
        print(f"{times:4} × {outcome}")
    assert any("rows stay" in outcome for outcome in outcomes)


def test_pressed_again_and_again(tmp_path):
    words = "bound digits --per-class 60 --eps 1.5 --framework matrix --solver simplex --quiet"
    process = start_listening(words, cwd=tmp_path)
    time.sleep(1)
    for _ in range(20):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.002)
    assert process.communicate(timeout=30)[1] == "motlp: interrupted\n"
    assert process.returncode == 130


def test_interrupted_with_workers_of_its_own(tmp_path):
    pytest.importorskip("distributed", reason="needs the extra 'distributed'")
    words = "sweep digits --per-class 10 --eps 0.5:1:2000 --order 2 --framework matrix --dask local --save sweep.csv"
    interrupt_after(start_listening(words, cwd=tmp_path), "eps ")
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.csv"]


def test_a_command_that_is_to_ignore_a_signal_does(tmp_path):
    ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    process = start_listening("solvers", cwd=tmp_path, preexec_fn=ignore)
    os.killpg(process.pid, signal.SIGINT)
    assert "highs" in process.communicate(timeout=60)[0]
    assert process.returncode == 0


def test_interrupted_inside_a_solver():
    # Some 700,000 interactions: minutes for any method.
    words = "bound digits --per-class 60 --eps 1.5 --framework matrix --solver simplex"
    interrupt_after(start(words), "solve …")


def test_interrupted_sweep_keeps_its_rows(tmp_path):
    table = tmp_path / "sweep.csv"
    words = f"sweep digits --per-class 60 --order 2 --save {table} --eps"
    rest = interrupt_after(start(f"{words} 0.5,0.75,1,3"), "eps 1, order 2")
    assert "eps 3," not in rest
    assert list(tmp_path.iterdir()) == [table]
    rows = table.read_text().splitlines()
    assert len(rows) == 4
    code, _, err = run(*f"{words} 0.5,0.75,0.9,1".split())
    assert code == 0
    assert [line for line in err.splitlines() if line.startswith("eps")] == [
        "eps 0.9, order 2: risk at least 0.091666 (optimal)"
    ]
    assert set(rows) < set(table.read_text().splitlines())
