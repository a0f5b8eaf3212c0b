"""Sinkhorn beside linear programming, beside the memory, and beside dense tensors.

    MOTLP_DATA=<folder of MNIST> python benchmarks/sinkhorn.py [--per-class N]

All images of MNIST by default (some minutes, nearly all of them the peer's); the digits of scikit-learn for the dense
tensors. Every ratio is between two times of the same run; "CPU" is the processor time of the whole process, which
a busy machine stretches less than the wall's. Compilation is not counted: everything runs on a small problem first.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import combinations
from time import perf_counter, process_time

import numpy as np
from numba import njit

from motlp import Ball, Hypergraph, Solution, Status, interactions, round_down, sinkhorn, sinkhorn_lp, solve
from motlp.datasets import load
from motlp.solving.aim import LEAP
from motlp.solving.sinkhorn_sweeps import RELAXATION, Sweeper
from motlp.system.threads import share, thread_count

PATIENCE = 300.0  # seconds for the peer
NEVER = 10**9
WAYS = (("exact steps", 1.0, NEVER), ("over-relaxed", RELAXATION, NEVER), ("leaps", RELAXATION, LEAP))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-class", type=int, help="so many images of each class of MNIST")
    per_class = parser.parse_args().per_class
    small = interactions(load("digits", per_class=100), Ball("l2"), "1", 3)
    sinkhorn_lp(small, 1e-2, max_sweeps=2)
    with_threads(2, small, 1)
    dense(small)
    acceleration(interactions(load("digits", per_class=100), Ball("l2"), "1.05", 3))
    began = perf_counter()
    hypergraph = interactions(load("mnist", per_class=per_class), Ball("l2"), "3", 3)
    print(f"\nMNIST, l2, eps 3, order 3: {hypergraph.counts}, enumerated in {perf_counter() - began:.1f} s")
    sweeps(hypergraph)
    bounds(hypergraph)


def acceleration(hypergraph: Hypergraph) -> None:
    """Sweeps to a proved interval of 1e-4: with exact steps, with longer ones, and with leaps."""
    print("\ndigits, 100 a class, eps 1.05, gap 1e-4     sweeps    seconds    gap")
    for name, relaxation, leap in WAYS:
        run = sinkhorn(hypergraph, 1e-3, tol=1e-4, max_sweeps=20_000, relaxation=relaxation, leap=leap)
        print(f"{name:41s} {run.sweeps:8d} {run.seconds['solve']:10.2f}    {run.gap:.1e}   {run.status.label}")


def bounds(hypergraph: Hypergraph) -> None:
    """Certified bounds against HiGHS' interior point method on the dual and with presolve, its fastest way."""
    print("\nTo the bound                     wall s    CPU s   says        at least    gap")
    guess = timed("sinkhorn, eta 3e-3", partial(sinkhorn, eta=3e-3, marginal=2e-2), hypergraph)
    exact = timed("sinkhorn+lp", sinkhorn_lp, hypergraph)
    options = {"presolve": "on", "time_limit": PATIENCE}
    peer = timed("HiGHS ipm", partial(solve, framework="matrix", solver="ipm", options=options), hypergraph)
    value = exact[2].risk_lower
    print(f"sinkhorn proves {guess[2].risk_lower / value:.2%} of the value {value:.6f} (99 % asked for)")
    least = "at least " if peer[2].status is Status.LIMIT else ""
    for name, ours, asked in (("sinkhorn", guess, 4), ("sinkhorn+lp", exact, 2)):
        print(
            f"{name}: {least}{peer[0] / ours[0]:.1f} times as fast as HiGHS {peer[2].version} ipm by the wall clock, "
            f"{least}{peer[1] / ours[1]:.1f} times by CPU time ({asked} asked for)"
        )


def timed(name: str, run: Callable[[Hypergraph], Solution], hypergraph: Hypergraph) -> tuple[float, float, Solution]:
    """Wall and CPU seconds of a solve and its certificate, with nothing of the hypergraph worked out before."""
    fresh = replace(hypergraph)
    wall, cpu = perf_counter(), process_time()
    solution = run(fresh)
    lower, gap = float(round_down(solution.risk_lower, 7)), solution.gap
    wall, cpu = perf_counter() - wall, process_time() - cpu
    print(
        f"{name:30s} {wall:8.1f} {cpu:8.1f}   {solution.risk:.7f}   {lower:.7f}   {gap:.1e}   {solution.message}",
        flush=True,
    )
    return wall, cpu, solution


def sweeps(hypergraph: Hypergraph) -> None:
    """Time per sweep: beside the memory, with one and two threads, and as the hypergraph grows."""
    print("\nA sweep       interactions  memberships   1 thread ms   2 threads ms   scaling   ns a membership")
    for eps in ("1.5", "2", "2.5", "3"):
        smaller = hypergraph.at(eps)
        one, two = (with_threads(n, smaller, 15) for n in (1, 2))
        members = int(smaller.sizes.sum())
        print(
            f"eps {eps:8s} {smaller.size:13,d} {members:12,d} {one * 1e3:13.2f} {two * 1e3:14.2f} "
            f"{one / two:9.2f} {one / members * 1e9:17.2f}"
        )
    parts = Sweeper(hypergraph, np.zeros(hypergraph.measure.size)).neighbours
    moved = parts.others.nbytes + parts.degree.nbytes + parts.place.nbytes + 4 * 8 * len(parts.place)
    speed = bandwidth()
    print(
        f"at eps 3 a sweep must move {moved / 1e6:.0f} MB; at the {speed / 1e9:.1f} GB/s measured that takes "
        f"{moved / speed * 1e3:.2f} ms, {moved / speed / two:.0%} of the time taken"
    )


def with_threads(threads: int, hypergraph: Hypergraph, repeats: int) -> float:
    """Median seconds of a sweep with so many threads."""
    state = Sweeper(hypergraph, np.zeros(hypergraph.measure.size), min(threads, thread_count()))
    state.cool(1e-2)
    state.sweep()
    times = []
    for _ in range(repeats):
        began = perf_counter()
        state.sweep()
        times.append(perf_counter() - began)
    return float(np.median(times))


@njit(nogil=True, fastmath=True)
def add_up(values, start, stop):
    total = 0.0
    for value in values[start:stop]:
        total += value
    return total


def bandwidth() -> float:
    """Bytes a second that all threads read from memory, the best of a few runs."""
    values = np.ones(1 << 26)
    add_up(values, 0, 1)
    times = []
    for _ in range(5):
        began = perf_counter()
        share(partial(add_up, values), len(values), thread_count())
        times.append(perf_counter() - began)
    return values.nbytes / min(times)


def dense(hypergraph: Hypergraph, eta: float = 1e-2) -> None:
    """The greedy block update on dense tensors in NumPy: always the class whose marginal is the furthest off."""
    labels, mass = hypergraph.measure.labels, hypergraph.mass
    classes = [np.flatnonzero(labels == i) for i in range(hypergraph.measure.classes)]
    where = np.empty(len(labels), int)
    for points in classes:
        where[points] = np.arange(len(points))
    kernels = {
        group: np.zeros([len(classes[i]) for i in group])
        for k in (1, 2, 3)
        for group in combinations(range(len(classes)), k)
    }
    for rows in hypergraph.members:
        for row in rows:
            kernels[tuple(labels[row])][tuple(where[row])] = np.exp(-1.0 / eta)
    scaling = [np.ones(len(points)) for points in classes]

    def marginal(i: int) -> np.ndarray:
        total = np.zeros(len(classes[i]))
        for group, kernel in kernels.items():
            if i in group:
                total += contract(kernel, group, i, scaling)
        return total * scaling[i]

    def update() -> None:
        found = [marginal(i) for i in range(len(classes))]
        worst = int(np.argmax([np.abs(f - mass[p]).sum() for f, p in zip(found, classes, strict=True)]))
        scaling[worst] *= mass[classes[worst]] / found[worst]

    update()
    times = []
    for _ in range(5):
        began = perf_counter()
        update()
        times.append(perf_counter() - began)
    ours = with_threads(1, hypergraph, 50) / len(classes)
    theirs = float(np.median(times))
    print(
        f"digits, 100 a class, order 3, one class updated: dense greedy {theirs * 1e3:.1f} ms (the update of "
        f"the chosen class alone about {theirs / len(classes) * 1e3:.1f} ms), here {ours * 1e3:.4f} ms: "
        f"{theirs / ours:.0f} times as fast, {theirs / len(classes) / ours:.0f} times without the choice"
    )


def contract(kernel: np.ndarray, group: tuple[int, ...], i: int, scaling: list[np.ndarray]) -> np.ndarray:
    """Sum of the kernel times the scalings of all classes but i, over all but i; the last axis first."""
    for axis in range(len(group) - 1, -1, -1):
        if group[axis] != i:
            kernel = np.tensordot(kernel, scaling[group[axis]], (axis, 0))
    return kernel


if __name__ == "__main__":
    main()
