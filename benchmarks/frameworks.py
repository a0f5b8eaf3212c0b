"""What CVXPY and Pyomo cost, over handing HiGHS the same matrices directly, at about 90,000 pairs.

    python benchmarks/frameworks.py [digits | mnist] [--repeats N]

The digits of scikit-learn by default; `mnist` needs the images in the folder that MOTLP_DATA names. Every framework
declares the same model over the same interactions and calls the same HiGHS with the same options, in turns; the fastest
of the turns counts. HiGHS' own time is told apart, because it varies with the order of rows and signs that it is given
and with the machine; the overhead is what a framework adds around it, in parts of the whole time of the direct call.
"""

import argparse
from collections import defaultdict
from time import perf_counter, process_time

import highspy
from rich.console import Console
from rich.table import Table

from motlp import Ball, Hypergraph, declare, interactions, solve
from motlp.datasets import load
from motlp.frameworks.engine import find_engine

PROBLEMS = {"digits": (None, "1.222"), "mnist": (1600, "3")}  # images of each class, and budget
OPTIONS = {"digits": {"solver": "ipm", "run_crossover": "off"}, "mnist": {"solver": "simplex"}}
ALLOWED = 0.15

inside = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", choices=sorted(PROBLEMS), default="digits")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    per_class, eps = PROBLEMS[asked.data]
    hypergraph = interactions(load(asked.data, per_class=per_class), Ball("l2"), eps, 2).maximal()
    _ = hypergraph.incidence
    start_clock()
    options = OPTIONS[asked.data]
    table = Table(title=f"{asked.data}, l2, eps {eps}: {hypergraph.counts[2]:,} pairs; HiGHS with {options}")
    for column in ("model", "framework", "risk", "declare s", "around HiGHS s", "HiGHS s", "CPU s", "overhead"):
        table.add_column(column, justify="left" if column in ("model", "framework") else "right")
    overheads: dict[tuple[str, str], float] = {}
    for model in ("primal", "dual"):
        overheads |= compare(table, hypergraph, model, options, asked.repeats)
    Console(width=110).print(table)
    worst = max(value for (_, framework), value in overheads.items() if framework == "cvxpy")
    print(f"CVXPY adds at most {worst:.1%} to the direct call; {ALLOWED:.0%} are allowed.")


def compare(
    table: Table, hypergraph: Hypergraph, model: str, options: dict[str, str], repeats: int
) -> dict[tuple[str, str], float]:
    """The rows of one model; and what each framework adds to the direct call, as a part of it."""
    seconds: dict[str, list[list[float]]] = defaultdict(list)
    risks: dict[str, float] = {}
    for turn in range(repeats):
        # Pyomo takes its time: once is enough to tell.
        for framework in ("matrix", "cvxpy", "pyomo") if turn == 0 else ("matrix", "cvxpy"):
            *times, risks[framework] = once(hypergraph, model, framework, options)
            seconds[framework].append(times)
    best = {framework: [min(part) for part in zip(*turns, strict=True)] for framework, turns in seconds.items()}
    direct = sum(best["matrix"][:3])
    overheads = {}
    for framework, (declaring, around, highs, cpu) in best.items():
        overheads[model, framework] = more = (declaring + around - sum(best["matrix"][:2])) / direct
        cells = (f"{declaring:.3f}", f"{around:.3f}", f"{highs:.3f}", f"{cpu:.3f}", f"{more:.1%}")
        table.add_row(model, framework, f"{risks[framework]:.6f}", *cells)
    return overheads


def once(hypergraph: Hypergraph, model: str, framework: str, options: dict[str, str]) -> tuple[float, ...]:
    """Seconds to declare, around HiGHS and within it; of the processor, in all; and the risk."""
    global inside
    inside, cpu, began = 0.0, process_time(), perf_counter()
    declared = declare(hypergraph, model, framework)
    between = perf_counter()
    answer = find_engine(framework).solve(
        declared, "highs", dict(options)
    )  # without the proved interval, which all share
    ended = perf_counter()
    return between - began, ended - between - inside, inside, process_time() - cpu, 1.0 - (answer.objective or 0.0)


def start_clock() -> None:
    """Puts a clock into HiGHS, and imports and compiles everything."""
    run = highspy.Highs.run

    def timed(highs: highspy.Highs) -> highspy.HighsStatus:
        global inside
        began = perf_counter()
        status = run(highs)
        inside += perf_counter() - began
        return status

    highspy.Highs.run = timed  # type: ignore[assignment]
    small = interactions(load("digits", per_class=20), Ball("l2"), "1", 2)
    for framework in ("matrix", "cvxpy", "pyomo"):
        for model in ("primal", "dual"):
            solve(small, model=model, framework=framework)


if __name__ == "__main__":
    main()
