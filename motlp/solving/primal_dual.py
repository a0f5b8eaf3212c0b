"""A first-order method for the linear program over some interactions: primal and dual steps, restarted.

The program is a saddle point, with π_A ≥ 0 on the interactions of two points or more and 0 ≤ g ≤ 1 (the upper end
stands for the singletons; g_v is 0 where m_v is):

    min_π max_g  Σ_A (1 + c_A) π_A + Σ_v g_v (m_v − Σ_{A∋v} π_A)

A step moves the plan against its reduced cost, and then the potential towards what the plan, as it would be a step
later, leaves uncovered. Each number has a step of its own: d_A/|A| for π_A and 1/Σ_{A∋v} d_A for g_v, where d_A is the
least positive mass in A, times a common factor that the restarts balance. The iterates are drawn back towards where
they began (Halpern), and begin anew where they have become much steadier. No bound needs any of this to converge.

Sources: A. Chambolle, T. Pock, "A first-order primal-dual algorithm for convex problems with applications to imaging"
(2011), and for the steps T. Pock, A. Chambolle, "Diagonal preconditioning for first order primal-dual algorithms in
convex optimization" (2011); D. Applegate and others, "Practical large-scale linear programming using primal-dual hybrid
gradient" (arXiv 2106.04756) for restarts and balance; H. Lu, J. Yang, "Restarted Halpern PDHG for linear programming"
(arXiv 2407.16144).
"""

from functools import partial

import numpy as np
from jaxtyping import Float64

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.memberships import list_memberships
from motlp.solving.repair import Plan, Potential
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for

BLOCK = 4096  # plans or potentials that are moved in one go
LOOK = 40  # steps from one look at the movement to the next
MUCH, SOME = 0.2, 0.8  # of the first movement: begin anew when it fell to so little, or to so little and rises again
LONGEST = 0.36  # of all steps, without a new beginning
LIGHTEST = 1e-9  # mass, relative to the mean, below which masses count as equal in the steps


class PrimalDual:
    """The iterate.

    Attributes:
        hypergraph: the interactions.
        steps: done so far.
        balance: factor on the steps of the potential, divisor of those of the plan.
    """

    def __init__(self, hypergraph: Hypergraph, plan: Plan, potential: Potential) -> None:
        self.g = np.where(hypergraph.mass > 0, np.clip(potential, 0.0, 1.0), 0.0)
        self.next_g, self.balance, self.steps = self.g.copy(), 1.0, 0
        mass = hypergraph.mass
        self.unit = float(mass[mass > 0].mean())
        self.mass = mass / self.unit
        x = np.maximum(plan, 0.0) / self.unit
        self.turn_to(hypergraph, x, x.copy(), x.copy())
        self.begin()

    def turn_to(self, hypergraph: Hypergraph, *plans: Plan) -> None:
        """Go on with other interactions, for which the `plans` of the iterate are given."""
        several = hypergraph.sizes > 1
        self.x, self.next_x, self.first_x = (plan[several] for plan in plans)
        self.alone = np.count_nonzero(~several)
        self.members = list_memberships(hypergraph.members[1:], hypergraph.measure.size)
        self.price, self.ahead = hypergraph.price[several], np.empty_like(self.x)
        # The lengths of the steps but for the balance; the largest member of the negative is the least mass.
        heavy, some = float(self.mass.max()) + 1.0, self.mass > 0
        least = heavy - self.members.largest_member(np.where(some, heavy - np.maximum(self.mass, LIGHTEST), 0.0))
        self.step_x = least / np.diff(self.members.starts)
        around = self.members.sum_around(least)
        self.step_g = 1.0 / np.where(around > 0, around, 1.0)
        self.threads = threads_for(len(self.members.points))
        self.movement = np.zeros((2, max(count_blocks(self.x), count_blocks(self.g))))

    @property
    def plans(self) -> tuple[Plan, Plan, Plan]:
        """The plans of the iterate, for `turn_to`."""
        alone = np.zeros(self.alone)
        x, next_x, first_x = (np.concatenate([alone, plan]) for plan in (self.x, self.next_x, self.first_x))
        return x, next_x, first_x

    @property
    def plan(self) -> Plan:
        """π_A of all interactions of the hypergraph."""
        return np.concatenate([np.zeros(self.alone), self.next_x * self.unit])

    @property
    def potential(self) -> Potential:
        """g, between 0 and 1."""
        return self.next_g.copy()

    def begin(self) -> None:
        """Begin anew from here."""
        self.first_x, self.first_g = self.x.copy(), self.g.copy()
        self.since, self.first_movement, self.last_movement = 0, np.inf, np.inf

    def move(self, steps: int) -> None:
        """So many steps."""
        for _ in range(steps):
            self.step()
            if self.since == 1:
                self.first_movement = self.last_movement = self.moved()
            elif self.since % LOOK == 0:
                self.look()

    def step(self) -> None:
        """One step, and back towards the beginning."""
        drawn = (self.since + 1) / (self.since + 2)
        starts, points, indptr, interactions = self.members
        plan = partial(
            _move_plan, starts, points, self.price, self.step_x, 1.0 / self.balance, drawn,
            self.g, self.x, self.first_x, self.next_x, self.ahead, self.movement[0],
        )  # fmt: skip
        share(plan, count_blocks(self.x), self.threads)
        potential = partial(
            _move_potential, indptr, interactions, self.mass, self.step_g, self.balance, drawn,
            self.ahead, self.g, self.first_g, self.next_g, self.movement[1],
        )  # fmt: skip
        share(potential, count_blocks(self.g), self.threads)
        self.since += 1
        self.steps += 1

    def moved(self) -> float:
        """How far the last step went, in the norm in which steps bring iterates nearer to each other."""
        return float(np.sqrt(self.balance * self.movement[0].sum() + self.movement[1].sum() / self.balance))

    def look(self) -> None:
        """Begin anew, and balance the steps, where the movement says so."""
        movement = self.moved()
        little = movement <= MUCH * self.first_movement
        rising = movement <= SOME * self.first_movement and movement > self.last_movement
        self.last_movement = movement
        if little or rising or self.since >= LONGEST * self.steps + LOOK:
            self.x[:], self.g[:] = self.next_x, self.next_g
            way_x = float(np.sqrt(((self.x - self.first_x) ** 2 / self.step_x).sum()))
            way_g = float(np.sqrt(((self.g - self.first_g) ** 2 / self.step_g).sum()))
            if min(way_x, way_g) > 1e-10:
                self.balance = float(np.sqrt(self.balance * way_g / way_x))
            self.begin()


def count_blocks(values: Float64[np.ndarray, " _"]) -> int:
    """Blocks that hold all the values."""
    return -(-len(values) // BLOCK)


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _move_plan(starts, points, price, steps, factor, drawn, g, x, first, moved, ahead, movement, start, stop):
    """Moves some blocks of the plan; `moved` is where they go, `ahead` where they would be a step later."""
    for block in range(start, stop):
        total = 0.0
        for a in range(block * BLOCK, min((block + 1) * BLOCK, len(x))):
            step, excess = factor * steps[a], -price[a]
            for q in range(starts[a], starts[a + 1]):
                excess += g[points[q]]
            moved[a] = max(0.0, x[a] + step * excess)
            ahead[a] = 2.0 * moved[a] - x[a]
            total += (moved[a] - x[a]) ** 2 / steps[a]
            x[a] = drawn * ahead[a] + (1.0 - drawn) * first[a]
        movement[block] = total


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _move_potential(indptr, interactions, mass, steps, factor, drawn, ahead, g, first, moved, movement, start, stop):
    """Moves some blocks of the potential towards what the plan ahead leaves uncovered."""
    for block in range(start, stop):
        total = 0.0
        for v in range(block * BLOCK, min((block + 1) * BLOCK, len(g))):
            if mass[v] == 0.0:  # needs no cover
                continue
            missing = mass[v]
            for q in range(indptr[v], indptr[v + 1]):
                missing -= ahead[interactions[q]]
            moved[v] = min(max(g[v] + factor * steps[v] * missing, 0.0), 1.0)
            total += (moved[v] - g[v]) ** 2 / steps[v]
            g[v] = drawn * (2.0 * moved[v] - g[v]) + (1.0 - drawn) * first[v]
        movement[block] = total
