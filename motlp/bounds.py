"""Bounds that need no trust in a solver: a plan repaired into a cover, a potential scaled into a packing.

With m the masses, normalised to Σ m_v = 1, and I the incidence of points and interactions,

    B_L = min Σ_A (1 + c_A) π_A   over π ≥ 0 with I π ≥ m
        = max Σ_v m_v g_v         over g ≥ 0 with Iᵀ g ≤ 1 + c .

Every cover bounds B_L from above, every packing from below; the risk is 1 − B_L. All sums are rounded so
that the bound stays one: correctly rounded sums (math.fsum) moved outwards, and the textbook bound
n·u·Σ|x| (u = 2⁻⁵³) for the short sums over the members of an interaction or the interactions of a point.
"""

from math import fsum, inf, nextafter

import numpy as np
from jaxtyping import Float64

from motlp.hypergraph import Hypergraph

UNIT_ROUNDOFF = 2.0**-53


def cover_cost(hypergraph: Hypergraph, plan: Float64[np.ndarray, " interactions"]) -> float:
    """Cost of the cover made of a plan and, where it covers too little, of singletons; rounded up.

    Any array is a plan: what is negative or no number counts as nothing.
    """
    used = np.where(plan > 0, plan, 0.0)
    used[~np.isfinite(used)] = 0.0
    incidence = hypergraph.incidence
    covered = incidence @ used
    memberships = incidence.sum(axis=1)
    covered *= 1.0 - (memberships + 3.0) * UNIT_ROUNDOFF
    short = np.maximum(np.nextafter(hypergraph.mass - covered, inf), 0.0)
    short[covered >= hypergraph.mass] = 0.0
    price = np.nextafter(1.0 + hypergraph.cost, inf) if hypergraph.cost.any() else 1.0
    terms = used if np.isscalar(price) else np.nextafter(price * used, inf)
    total = nextafter(fsum(terms.tolist() + short.tolist()), inf)
    return nextafter(total / nextafter(fsum(hypergraph.mass.tolist()), 0.0), inf)


def potential_value(hypergraph: Hypergraph, potential: Float64[np.ndarray, " points"]) -> float | None:
    """Value of a potential after division by its worst violation, rounded down; None if it has none.

    Interactions that were not enumerated because they cost more than their points taken singly
    (quadratic cost) are satisfied by every potential that is at most one.
    """
    if not np.isfinite(potential).all():
        return None
    g = np.maximum(potential, 0.0)
    incidence = hypergraph.incidence
    sums = (incidence.T @ g) * (1.0 + hypergraph.order * UNIT_ROUNDOFF)
    price = np.nextafter(1.0 + hypergraph.cost, 0.0) if hypergraph.cost.any() else 1.0
    worst = float(np.max(np.nextafter(sums / price, inf), initial=float(g.max())))
    if worst <= 0.0:
        return 0.0
    value = nextafter(fsum(np.nextafter(hypergraph.mass * g, 0.0).tolist()), 0.0)
    mass = nextafter(fsum(hypergraph.mass.tolist()), inf)
    return max(0.0, nextafter(nextafter(value / max(worst, 1.0), 0.0) / mass, 0.0))
