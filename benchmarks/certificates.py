"""What a certificate costs, beside the solve whose result it proves: its making, its size, and its verification.

    MOTLP_DATA=<folder of MNIST> python benchmarks/certificates.py [--eps 3] [--per-class N]

Order 3 is solved as `motlp.solve` does by default, all orders by `motlp.untruncated`. The verifier runs in the same
process, on the file, and hashes all points. The search of the upper end is left out for so many points, and says so.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from motlp import Ball, LabeledMeasure, Solution, interactions, solve, untruncated, verify
from motlp.datasets import load

T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eps", default="3")
    parser.add_argument("--per-class", type=int)
    asked = parser.parse_args()
    measure = load("mnist", per_class=asked.per_class)
    solve_both(load("digits", per_class=10), "1")  # compiles the kernels
    print("order  solve      certificate  size       verify    verify / solve  risk from the verifier, cut")
    with TemporaryDirectory() as folder:
        for solution, seconds in solve_both(measure, asked.eps):
            report(solution, seconds, Path(folder) / "certificate.npz")


def solve_both(measure: LabeledMeasure, eps: str) -> list[tuple[Solution, float]]:
    """The solutions of order 3 and of all orders, each with the seconds that it took from the points on."""
    threat = Ball("l2")
    return [
        clock(lambda: solve(interactions(measure, threat, eps, 3))),
        clock(lambda: untruncated(measure, threat, eps)),
    ]


def report(solution: Solution, seconds: float, path: Path) -> None:
    """Prints a row."""
    measure = solution.hypergraph.measure
    _, made = clock(lambda: solution.certificate().save(path))
    found, verified = clock(lambda: verify(path, measure))
    assert found.exit == 0, found
    assert found.risk_lower is not None
    risk, size = int(found.risk_lower * 10**8) / 10**8, path.stat().st_size / 1e6
    times = f"{seconds:.2f} s    {made:.2f} s       {size:.2f} MB    {verified:.2f} s"
    print(f"{solution.order!s:5s}  {times}    {verified / seconds:.3f}           {risk:.8f}", flush=True)


def clock(work: Callable[[], T]) -> tuple[T, float]:
    """What the work returns, and the seconds that it took."""
    began = perf_counter()
    return work(), perf_counter() - began


if __name__ == "__main__":
    main()
