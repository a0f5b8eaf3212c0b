"""The untruncated optimum R* at the size of whole data sets, beside HiGHS on all interactions of order 3.

    MOTLP_DATA=<folder of MNIST> python benchmarks/untruncated.py [--data mnist] [--eps 2.5,2.75,3,3.5] [--limit 600]

prints a line for each budget: seconds without loading and compiling, rounds, the proved interval of R*, and the peak
memory of the process so far, so budgets best ascend. Where there are no more than three million interactions of order
3, HiGHS' interior point method then solves these: the seconds for listing and for solving them, and the ratio. `--data
cifar10` takes the 50,000 training images in `cifar10_jpeg.zip`.
"""

import argparse
import os
import resource
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from interactions import cifar10

from motlp import (
    Ball,
    Hypergraph,
    LabeledMeasure,
    Progress,
    Solution,
    interactions,
    round_down,
    round_up,
    solve,
    untruncated,
)
from motlp.datasets import load
from motlp.errors import TooManyInteractions

LISTED = 3_000_000  # interactions that the peer is given at most
T = TypeVar("T")
PAIRS = 100_000_000  # that a search may take


class Rounds(Progress):
    """Counts the rounds, and prints them where that is asked for."""

    def __init__(self, shown: bool) -> None:
        self.shown, self.number, self.began = shown, 0, perf_counter()

    def interval(self, lower: float, upper: float, **where: float) -> None:
        self.number = int(where["round"])
        if self.shown:
            print(
                f"    round {self.number:3d}  {perf_counter() - self.began:6.1f} s  [{lower:.7f}, {upper:.7f}]",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", choices=("mnist", "cifar10"), default="mnist")
    parser.add_argument("--eps", default="2.5,2.75,3,3.5", help="budgets, ascending")
    parser.add_argument("--limit", type=float, default=600, help="seconds for each, on either side")
    parser.add_argument("--rounds", action="store_true", help="show every round")
    asked = parser.parse_args()
    measure = read(asked.data)
    small = load("digits", per_class=60)
    untruncated(small, Ball("l2"), 1)  # compiles
    solve(interactions(small, Ball("l2"), 1), framework="matrix", solver="ipm")
    print("eps     seconds  rounds    R* at least     at most     gap    GiB    HiGHS ipm, order 3")
    for eps in asked.eps.split(","):
        heard = Rounds(asked.rounds)
        seconds, ours = timed(
            lambda e=eps, h=heard: untruncated(measure, Ball("l2"), e, time_limit=asked.limit, most=PAIRS, progress=h)
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{eps:6s} {seconds:8.1f} {heard.number:7d}    {down(ours.risk_lower)}    {up(ours.risk_upper)} "
            f"{ours.gap:.1e} {peak:6.2f}    ",
            end="",
            flush=True,
        )
        print(peer(measure, eps, seconds, asked.limit), flush=True)


def read(data: str) -> LabeledMeasure:
    """The training images."""
    if data == "mnist":
        return load("mnist")
    return LabeledMeasure.from_arrays(*cifar10(Path(os.environ["MOTLP_DATA"])), name="cifar10")


def down(number: float) -> str:
    """Eight decimals, not more than the number."""
    return f"{float(round_down(number, 8)):.8f}"


def up(number: float | None) -> str:
    """Eight decimals, not less than the number, or unknown."""
    return "unknown" if number is None else f"{float(round_up(number, 8)):.8f}"


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that the work takes, its proof included, and its result."""
    began = perf_counter()
    result = work()
    return perf_counter() - began, result


def peer(measure: LabeledMeasure, eps: str, seconds: float, limit: float) -> str:
    """What HiGHS does with all interactions of order 3, where they can be listed."""
    try:
        listing, hypergraph = timed(lambda: interactions(measure, Ball("l2"), eps, 3, most=LISTED))
    except TooManyInteractions:
        return f"more than {LISTED:,} interactions"
    solving, theirs = timed(lambda: solve_by_highs(hypergraph, limit))
    ratio = (listing + solving) / seconds
    return (
        f"{listing:.1f} + {solving:.1f} s, HiGHS {theirs.version} ({theirs.status.label}), "
        f"at least {down(theirs.risk_lower)}, gap {theirs.gap:.1e}; ratio {ratio:.1f}"
    )


def solve_by_highs(hypergraph: Hypergraph, limit: float) -> Solution:
    """The dual by the interior point method, with presolve, HiGHS' fastest way; the proof of its bound included."""
    options = {"presolve": "on", "time_limit": limit}
    solution = solve(hypergraph, framework="matrix", solver="ipm", options=options)
    _ = solution.risk_lower, solution.gap
    return solution


if __name__ == "__main__":
    main()
