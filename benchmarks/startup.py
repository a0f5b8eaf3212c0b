"""How long a command takes to begin, beside the imports that it cannot do without.

    python benchmarks/startup.py [--turns 7]

Every turn runs each command and its peer one after the other, each in a fresh process, so that whatever else the
machine does slows both; the median of the turns counts. The bound is run once before, as its kernels are compiled and
kept then. `--help` may take so many times as long as its peer, the default bound so many seconds longer than the
libraries that it stands on; a refused flag has no limit here, and nothing to wait for either. Whether Python may keep
compiled modules (PYTHONDONTWRITEBYTECODE) changes all numbers, so the table says it.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

MOTLP = str(Path(sys.executable).with_name("motlp"))
LIGHT, HEAVY = "import typer, rich", "import cvxpy, scipy.sparse, numba"
TIMES, SECONDS = 3.0, 1.5  # that are allowed


class Case(NamedTuple):
    """A command, what it is measured by, and what it may take: so many times as long, or so many seconds longer."""

    words: str
    peer: str
    times: float | None = None
    seconds: float | None = None


CASES = (
    Case("--help", LIGHT, times=TIMES),
    Case("bound digits --norm l3", LIGHT),
    Case("solvers", LIGHT),
    Case("bound digits --norm l2 --eps 1.0 --quiet", HEAVY, seconds=SECONDS),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=7)
    asked = parser.parse_args()
    kept = "not kept" if sys.dont_write_bytecode else "kept"
    table = Table(title=f"fresh processes, median of {asked.turns} turns; compiled modules are {kept}")
    for column in ("motlp …", "s", "python -c …", "s", "ratio", "difference s", "allowed"):
        table.add_column(column, justify="left" if column.endswith("…") else "right")
    met = [measure(table, case, asked.turns) for case in CASES]
    Console(width=140).print(table)
    print("All of it is within what is allowed." if all(met) else "Some of it takes longer than is allowed.")


def measure(table: Table, case: Case, turns: int) -> bool:
    """Adds a row; whether it is within what is allowed."""
    ours, peer = [MOTLP, *case.words.split()], [sys.executable, "-c", case.peer]
    for command in (ours, peer):  # files are read from the disk once, kernels are compiled
        clock(command)
    pairs = [(clock(ours), clock(peer)) for _ in range(turns)]
    ratio, more = median(a / b for a, b in pairs), median(a - b for a, b in pairs)
    allowed = f"{case.times:g} ×" if case.times else f"+ {case.seconds:g} s" if case.seconds else ""
    seconds = [f"{median(column):.2f}" for column in zip(*pairs, strict=True)]
    table.add_row(case.words, seconds[0], case.peer, seconds[1], f"{ratio:.2f}", f"{more:+.2f}", allowed)
    return (case.times is None or ratio <= case.times) and (case.seconds is None or more <= case.seconds)


def clock(command: list[str]) -> float:
    """Seconds that a process takes from its start to its end, whatever it answers."""
    began = perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return perf_counter() - began


if __name__ == "__main__":
    main()
