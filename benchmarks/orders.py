"""What truncation loses: the risks of order 2 and 3 beside that of all orders, R*, on all of MNIST.

    MOTLP_DATA=<folder of MNIST> python benchmarks/orders.py [--eps 3,3.25,3.5,3.75] [--tol 1e-6] [--plot orders.png]

prints a line for each budget. Order 2 is a maximum flow, exact. Order 3 and all orders are solved by generating rows:
there are too many interactions to list. Both ends of the interval are proved; where they are within 1e-5, the number
between them is printed, rounded. `--per-class` takes fewer images; `--limit` is in seconds, for each of the two.
"""

import argparse
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from motlp import Ball, LabeledMeasure, round_down, round_up, solve
from motlp.datasets import load
from motlp.problem.violated import Surroundings, find_surroundings
from motlp.proof.bounds import cover_cost, feasible_value
from motlp.solving.rounds import Rounds
from motlp.solving.untruncated import Aim, begin, generate, list_interactions
from motlp.system.progress import SILENCE

PAIRS = 100_000_000  # that a search may take
DECIMALS = 5


class Risk(NamedTuple):
    """An interval around a risk."""

    lower: Fraction
    upper: Fraction

    def __str__(self) -> str:
        if self.upper - self.lower <= Fraction(1, 10**DECIMALS):
            return f"{float(self.lower + self.upper) / 2:.{DECIMALS}f}"
        low, high = round_down(self.lower, DECIMALS), round_up(self.upper, DECIMALS)
        return f"{float(low):.{DECIMALS}f} to {float(high):.{DECIMALS}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eps", default="3,3.25,3.5,3.75")
    parser.add_argument("--per-class", type=int)
    parser.add_argument("--tol", type=float, default=1e-6)
    parser.add_argument("--limit", type=float, default=600)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    measure, budgets, risks = load("mnist", per_class=asked.per_class), asked.eps.split(","), []
    print("eps    order 2    order 3    all orders    seconds for each")
    for eps in budgets:
        began = perf_counter()
        surroundings = find_surroundings(measure, Ball("l2"), eps, most=PAIRS)
        found = perf_counter()
        row, times = [second(surroundings)], [perf_counter()]
        state = begin(surroundings, None)
        for order in (3, measure.classes):
            row.append(higher(replace(surroundings, order=order), state, asked.tol, asked.limit))
            times.append(perf_counter())
            state = Rounds(state.hypergraph, state.iterate.plan, state.iterate.potential)  # begins where this one ended
        spent = [f"{stop - start:.0f}" for start, stop in zip([began, found, *times], [found, *times], strict=False)]
        print(f"{eps:6s} {'   '.join(map(str, row))}    {' + '.join(spent)}", flush=True)
        risks.append(row)
    if asked.plot:
        draw(measure, budgets, risks, asked.plot)


def second(surroundings: Surroundings) -> Risk:
    """The risk of order 2."""
    solution = solve(list_interactions(surroundings), solver="maxflow")
    assert solution.gap is not None
    return Risk(Fraction(solution.risk_lower), Fraction(solution.risk_lower) + Fraction(solution.gap))


def higher(surroundings: Surroundings, state: Rounds, tol: float, limit: float) -> Risk:
    """The risk of the order of these surroundings, from a state without any bounds on it."""
    generate(surroundings, state, Aim(tol, perf_counter() + limit), SILENCE)
    value = feasible_value(surroundings.measure.mass, state.packing.potential)
    return Risk(1 - cover_cost(state.cover.hypergraph, state.cover.plan), 1 - Fraction(value))


def draw(measure: LabeledMeasure, budgets: list[str], risks: list[list[Risk]], path: Path) -> None:
    """The lower ends, and where orders 2 and 3 can go no further."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    eps = [float(budget) for budget in budgets]
    for k, name in enumerate(("order 2", "order 3", "R*, all orders")):
        axes.plot(eps, [float(row[k].lower) for row in risks], marker="o", linewidth=2 * (3 - k), label=name)
    axes.axhline(1 / 2, color="C0", linestyle=":", label="1/2, the most that order 2 can prove")
    axes.axhline(2 / 3, color="C1", linestyle=":", label="2/3, the most that order 3 can prove")
    axes.set(
        title=f"What truncation loses: MNIST, {measure.size:,} images (lines guide the eye)",
        xlabel="budget ε (ℓ2 distance, in feature units)",
        ylabel="risk that no classifier goes below",
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
