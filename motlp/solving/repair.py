"""Makes an approximate plan and potential feasible, and changes each only where it must change.

To divide everything by the worst violation is enough for a proof, but lets one bad interaction cost the whole bound.
Here every point answers for its own neighbourhood only, and the room that is left is used up.
"""

from functools import partial

import numpy as np
from jaxtyping import Float64

from motlp.problem.hypergraph import Hypergraph
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for

DIVISIONS, SCALINGS = 3, 2  # of a potential and of a plan: each leaves less room than the last
THRESHOLDS = (1e-6, 1e-3, 1e-2, np.inf)  # of the slack of interactions that mass is handed out to, in turn

Plan = Float64[np.ndarray, " interactions"]
Potential = Float64[np.ndarray, " points"]


def repair(hypergraph: Hypergraph, plan: Plan, potential: Potential) -> tuple[Plan, Potential]:
    """A feasible plan and a feasible potential near the given ones."""
    feasible = repair_potential(hypergraph, potential)
    return repair_plan(hypergraph, plan, feasible), feasible


def estimate_cover_cost(hypergraph: Hypergraph, plan: Plan) -> float:
    """What a plan costs together with singletons for what it does not cover, as floats add it: close, not proved."""
    rest = np.maximum(hypergraph.mass - hypergraph.memberships.sum_around(plan), 0.0)
    return float(hypergraph.price @ plan + rest.sum())


def repair_potential(hypergraph: Hypergraph, potential: Potential) -> Potential:
    """A potential in the polytope Σ_{v∈A} g_v ≤ 1 + c_A, g ≥ 0, that no single point can raise.

    Dividing g_v by the fullest of the interactions around v is feasible, because each member of an interaction is
    divided by at least its fill; this lowers g where there is a violation and raises it where there is room.
    Then class after class takes the room that remains: points of a class share no interaction.
    """
    members = hypergraph.memberships
    g = np.clip(np.nan_to_num(potential, nan=0.0), 0.0, 1.0)
    for _ in range(DIVISIONS):
        full = members.largest_around(members.sum_members(g) / hypergraph.price)
        full = np.maximum(full, g)
        g = np.divide(g, full, out=np.zeros_like(g), where=full > 0)
    sums = members.sum_members(g)
    for block in hypergraph.blocks:
        lift = partial(_lift, block, members.indptr, members.interactions, hypergraph.price, sums, g)
        share(lift, len(block), threads_for(len(members.points)))
    return g


def repair_plan(hypergraph: Hypergraph, plan: Plan, potential: Potential) -> Plan:
    """A plan that covers no point more than its mass, and that no interaction of two points or more can extend.

    Each interaction is scaled by the most overfull of its points. The mass that is left is handed out greedily, larger
    interactions first: to those that are tight for the (feasible) potential, as complementary slackness wants it, then
    to those within each threshold.
    """
    members, mass = hypergraph.memberships, hypergraph.mass
    pi = np.nan_to_num(plan, nan=0.0, posinf=0.0)
    for _ in range(SCALINGS):
        covered = members.sum_around(pi)
        with np.errstate(over="ignore"):  # of tiny masses: they are as overfull as those of none
            excess = np.divide(covered, mass, out=np.full_like(covered, np.inf), where=mass > 0)
        pi /= np.maximum(members.largest_member(excess), 1.0)
    left = np.maximum(mass - members.sum_around(pi), 0.0)
    slack = hypergraph.price - members.sum_members(potential)
    for threshold in THRESHOLDS:
        _fill(members.starts, members.points, slack, threshold, left, pi)
    return pi


@njit(cache=True, nogil=True)
def _lift(block, indptr, interactions, price, sums, g, start, stop):
    """Raises the points of a class as far as each can go, up to 1."""
    for i in range(start, stop):
        v = block[i]
        room = 1.0 - g[v]
        for q in range(indptr[v], indptr[v + 1]):
            a = interactions[q]
            room = min(room, price[a] - sums[a])
        if room > 0.0:
            g[v] += room
            for q in range(indptr[v], indptr[v + 1]):
                sums[interactions[q]] += room


@njit(cache=True, nogil=True)
def _fill(starts, points, slack, threshold, left, plan):
    """Gives each interaction with little slack all the mass that its points have left, the last one first."""
    for a in range(len(plan) - 1, -1, -1):
        if slack[a] <= threshold and starts[a + 1] - starts[a] > 1:
            most = np.inf
            for q in range(starts[a], starts[a + 1]):
                most = min(most, left[points[q]])
            if most > 0.0:
                plan[a] += most
                for q in range(starts[a], starts[a + 1]):
                    left[points[q]] -= most
