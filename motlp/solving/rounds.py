"""The state of the row generation: the interactions at hand, the iterate on them, and the best two ends so far."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.violated import Violated
from motlp.solving.declared import solve_hypergraph
from motlp.solving.primal_dual import PrimalDual
from motlp.solving.repair import Plan, Potential, estimate_cover_cost, repair_plan, repair_potential

STEPS, MOST_STEPS = 60, 480  # of the first-order method between two searches: while these find much, and later
SMALL = 2000  # interactions, which simplex solves in a few hundredths of a second, however uneven the masses are
CLOSE = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}  # so that it does not end early
SCARCE = 0.01  # of the interactions at hand: so few that join hardly change the problem
USELESS = 0.3  # slack from which on an interaction without plan leaves,
STABLE = 0.9  # unless no others join, and so many stay


class Cover(NamedTuple):
    """A plan, its cost together with singletons for what it leaves uncovered, and the interactions on which it lies."""

    cost: float
    plan: Plan
    hypergraph: Hypergraph


class Packing(NamedTuple):
    """A potential that is feasible for all interactions of all orders, and its value."""

    value: float
    potential: Potential


class Rounds:
    """The state of the row generation.

    Attributes:
        hypergraph: the interactions at hand.
        iterate: of the first-order method on them.
        cover, packing: the best so far, each replaced as a whole, so that an interrupt leaves the old or the new one.
        number: of the rounds done.
        narrowed: the last round that improved one of the two.
        steps: of the first-order method, in the next round.
    """

    def __init__(self, hypergraph: Hypergraph, plan: Plan, potential: Potential) -> None:
        self.hypergraph, self.iterate = hypergraph, PrimalDual(hypergraph, plan, potential)
        self.cover = Cover(1.0, np.zeros(hypergraph.size), hypergraph)
        self.packing = Packing(0.0, np.zeros(hypergraph.measure.size))
        self.number, self.narrowed, self.steps = 0, 0, STEPS

    @property
    def lower(self) -> float:
        return 1.0 - self.cover.cost

    @property
    def upper(self) -> float:
        return 1.0 - self.packing.value

    def solve(self) -> Potential:
        """Takes steps on the interactions at hand, or solves for few; returns a potential that is feasible for them."""
        self.number += 1
        if self.hypergraph.size > SMALL or not self.finish():
            self.iterate.move(self.steps)
        plan = tame(self.iterate.plan, self.hypergraph.mass.max())
        potential = repair_potential(self.hypergraph, self.iterate.potential)
        potential[self.hypergraph.mass == 0] = 0.0  # no interaction is worth while for their sake
        for candidate in (plan, repair_plan(self.hypergraph, plan, potential)):
            cost = estimate_cover_cost(self.hypergraph, candidate)
            if cost < self.cover.cost:
                self.cover, self.narrowed = Cover(cost, candidate, self.hypergraph), self.number
        return potential

    def finish(self) -> bool:
        """Solves a small program to its optimum, by simplex; returns whether that could be done."""
        solution = solve_hypergraph(self.hypergraph, "primal", "matrix", "simplex", CLOSE)
        if solution.status is not Status.OPTIMAL or solution.plan is None or solution.potential is None:
            return False
        self.iterate = PrimalDual(self.hypergraph, solution.plan, solution.potential)
        return True

    def prove(self, potential: Potential) -> None:
        """Takes a potential that is feasible for all interactions of all orders, if it is better."""
        value = float(self.hypergraph.mass @ potential)
        if value > self.packing.value:
            self.packing, self.narrowed = Packing(value, potential), self.number

    def exchange(self, potential: Potential, found: Violated) -> float:
        """What was found joins; from a large program, what has no plan, and much slack under the potential, leaves.

        Returns the number of those that joined, as a share of all that there were.
        """
        before = self.hypergraph
        slack = before.price - before.memberships.sum_members(potential)
        kept = (before.size <= SMALL) | (before.sizes == 1) | (self.iterate.plan > 0) | (slack < USELESS)
        joined = sum(map(len, found.members))
        if joined or kept.mean() < STABLE:
            plans = [plan[kept] for plan in self.iterate.plans]
            self.hypergraph, plans = extend(before.select(kept), plans, found)
            self.iterate.turn_to(self.hypergraph, *plans)
        share = joined / before.size
        self.steps = STEPS if share > SCARCE else min(2 * self.steps, MOST_STEPS)
        return share


def tame(values: Float64[np.ndarray, " _"], largest: float) -> Float64[np.ndarray, " _"]:
    """The values, held between 0 and the largest; 0 for what is no number, or infinite."""
    return np.clip(np.nan_to_num(values, posinf=0.0), 0.0, largest)


def extend(
    hypergraph: Hypergraph, plans: list[Plan], found: Violated
) -> tuple[Hypergraph, list[Float64[np.ndarray, " _"]]]:
    """The hypergraph with more interactions, which it does not have yet, and plans, which are 0 on these."""
    members, births = list(hypergraph.members), list(hypergraph.births)
    cuts = np.cumsum(list(hypergraph.counts.values()))[:-1]
    by_order = [np.split(plan, cuts) for plan in plans]
    for k, (rows, born) in enumerate(zip(found.members, found.births, strict=True), start=1):
        if k == len(members):
            members.append(np.empty((0, k + 1), np.int32))
            births.append(np.empty(0))
        members[k], births[k] = np.concatenate([members[k], rows]), np.concatenate([births[k], born])
        for plan in by_order:
            plan[k : k + 1] = [np.concatenate([*plan[k : k + 1], np.zeros(len(rows))])]
    larger = replace(hypergraph, members=tuple(members), births=tuple(births))
    return larger, [np.concatenate(plan) for plan in by_order]
