"""Bounds that need no trust in a solver: a plan repaired into a cover, a potential scaled into a packing.

With m the masses, normalised to Σ m_v = 1, and I the incidence of points and interactions,

    B_L = min Σ_A (1 + c_A) π_A   over π ≥ 0 with I π ≥ m
        = max Σ_v m_v g_v         over g ≥ 0 with Iᵀ g ≤ 1 + c .

Every cover bounds B_L from above, every packing from below; the risk is 1 − B_L. All arithmetic is rounded so that
the bound stays one. A sum of n nonnegative floats, in whatever order it was added, and with a few operations before
and after, lies within a factor 1 ± (n + 8)u of the truth, where u = 2⁻⁵³; the long sums are correctly rounded
(math.fsum), so that the bound is as sharp for a million interactions as for ten. What underflow may lose of a cost
is far less than its last step outwards.
"""

from math import fsum, inf, nextafter

import numpy as np
from jaxtyping import Float

from motlp.hypergraph import Hypergraph

UNIT_ROUNDOFF = 2.0**-53
FEW = 8.0  # operations, besides those of a sum, whose rounding is allowed for


def cover_cost(hypergraph: Hypergraph, plan: Float[np.ndarray, " interactions"]) -> float:
    """Cost of the cover made of a plan and, where it covers too little, of singletons; rounded up.

    Any array is a plan: what is negative or no number counts as nothing, and more than 1 as 1, since no mass is larger.
    """
    plan = np.asarray(plan, np.float64)  # of less precision, it would round the sums more than is allowed for
    used = np.minimum(np.where(plan > 0, plan, 0.0), 1.0)
    incidence, mass = hypergraph.incidence, hypergraph.mass
    memberships = np.bincount(incidence.indices, minlength=len(mass))
    covered = (incidence @ used) * (1.0 - (memberships + FEW) * UNIT_ROUNDOFF)
    short = np.nextafter(mass - covered, inf)[covered < mass]
    spent = used[used > 0]
    if hypergraph.cost.any():
        spent *= (1.0 + hypergraph.cost[used > 0]) * (1.0 + FEW * UNIT_ROUNDOFF)
    total = nextafter(fsum(spent.tolist() + short.tolist()), inf)
    return nextafter(total / nextafter(fsum(mass.tolist()), 0.0), inf)


def potential_value(hypergraph: Hypergraph, potential: Float[np.ndarray, " points"]) -> float | None:
    """Value of a potential after division by its worst violation, rounded down; None if it is not finite.

    Any finite array is a potential: what is negative counts as nothing. Interactions that were not enumerated because
    they cost more than their points taken singly (quadratic cost) are satisfied by every potential that is at most one.
    """
    potential = np.asarray(potential, np.float64)
    if not np.isfinite(potential).all():
        return None
    mass, g = hypergraph.mass, np.maximum(potential, 0.0)
    if not g.any():
        return 0.0
    g /= g.max()
    full = (hypergraph.incidence.T @ g) / (1.0 + hypergraph.cost)
    worst = float(full.max(initial=1.0)) * (1.0 + (hypergraph.order + FEW) * UNIT_ROUNDOFF)
    value = nextafter(fsum(np.nextafter(mass * g, 0.0).tolist()), 0.0)
    return nextafter(nextafter(value / worst, 0.0) / nextafter(fsum(mass.tolist()), inf), 0.0)
