"""Signals at any moment: one line, an exit code, whole files."""

import csv
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from support.command import interrupt_after, run, start, start_listening

from motlp.cli.interrupt import ENDING, SECONDS_TO_UNWIND
from motlp.studies.rows import COLUMNS
from motlp.system.atomic import check_writable, unfinished_prefix

COMMANDS = {
    "bound": "bound digits --per-class 60 --eps 1 --order 2 --quiet --json",
    "sweep": "sweep gaussians --per-class 20 --eps 0.1:1.5:5000 --order 2 --framework matrix --quiet --save sweep.csv",
}
ENDS = {signal.SIGINT: (130, "motlp: interrupted\n"), signal.SIGTERM: (143, "motlp: terminated\n")}


# Searches all orders, but waits for Ctrl-C before it answers.
WAITING = """
import sys, time
from dataclasses import replace
from motlp.frameworks.answer import Status
import motlp.solving.untruncated as all_orders
from motlp.solving.solution import INTERRUPTED

search = all_orders.untruncated

def wait(*args, **more):
    solution = search(*args, **more)
    try:
        print("waiting", file=sys.stderr, flush=True)
        while True:
            time.sleep(0.01)
            more["progress"].update("search", 0, 0)
    except {caught}:
        while {deaf}:
            time.sleep(0.01)
    return replace(solution, status=Status.LIMIT, message=INTERRUPTED)

all_orders.untruncated = wait
from motlp.cli.main import main
main()
"""
# Whether the search can answer, takes too long to, or has nothing yet, as in the search for pairs.
KINDS = {
    "answer": WAITING.format(caught="KeyboardInterrupt", deaf=False),
    "too slow": WAITING.format(caught="KeyboardInterrupt", deaf=True),
    "nothing": WAITING.format(caught="ZeroDivisionError", deaf=False),
}


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


@pytest.fixture(scope="module")
def pressed() -> dict[str, subprocess.Popen]:
    """Searches over all orders of each kind, begun together, after a first Ctrl-C."""
    words = "bound digits --per-class 20 --eps 1.2 --order full --json"
    processes = {kind: start(words, program) for kind, program in KINDS.items()}
    for process in processes.values():
        while "waiting" not in process.stderr.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
    return processes


def outcome(process: subprocess.Popen) -> tuple[int, str, list[str]]:
    """The exit code, standard output, and the lines of standard error from the first Ctrl-C on.

    `communicate` would lose what a reader of lines holds already.
    """
    out, err = process.stdout.read(), process.stderr.read()
    return process.wait(timeout=30), out, [line for line in err.splitlines() if line.startswith("motlp: ")]


def test_a_first_interrupt_of_all_orders_leaves_what_is_proved(pressed):
    code, out, lines = outcome(pressed["answer"])
    answer = json.loads(out)
    assert (code, lines) == (0, [f"motlp: {ENDING}"])
    assert (answer["order"], answer["status"], answer["message"]) == ("full", "limit", "interrupted")
    assert 0 < answer["risk_lower"] <= answer["risk_upper"] < 1


def test_a_second_interrupt_ends_the_search(pressed):
    with pytest.raises(subprocess.TimeoutExpired):  # it has all the time that it takes
        pressed["too slow"].wait(2 * SECONDS_TO_UNWIND)
    os.killpg(pressed["too slow"].pid, signal.SIGINT)
    assert outcome(pressed["too slow"]) == (130, "", [f"motlp: {ENDING}", "motlp: interrupted"])


def test_a_first_interrupt_ends_a_search_that_has_found_nothing(pressed):
    assert outcome(pressed["nothing"]) == (130, "", [f"motlp: {ENDING}", "motlp: interrupted"])


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
