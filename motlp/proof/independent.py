"""What deterministic classifiers attain for certain: independent sets of points.

Under a ball, two points of different classes are in conflict if they are within reach of each other: no deterministic
classifier is robust at both. Where no two points of a set are in conflict, the balls around points of different classes
are disjoint, and a classifier that gives each ball its class is robust at all of them. So pairs alone decide, whatever
the order, and the least risk of a deterministic classifier is

    1 − max Σ_v m_v g_v   subject to   g_u + g_v ≤ 1 for each pair in conflict,  g ∈ {0, 1}.

If the points come in a random order, and each that is in conflict with no earlier one is taken, then point v with d_v
conflicts is taken with a probability of at least 1/(1 + d_v). So some set has a mass of Σ_v m_v/(1 + d_v) at least. The
order by m_v/(1 + d_v), largest first, finds one: each point v that is taken keeps out at most d_v others that are still
left, none with a larger quotient, so the quotients of all of them sum to m_v at most. Everything here is exact.

Source: Y. Caro, "New results on the independence number" (1979); V. Wei, "A lower bound on the stability number of a
simple graph" (1981); with masses, S. Sakai, M. Togasaki, K. Yamazaki, "A note on greedy algorithms for the maximum
weighted independent set problem" (2003).
"""

from fractions import Fraction

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float64, Int64

from motlp.problem.hypergraph import Hypergraph
from motlp.proof.summation import exact_sum

Points = Bool[np.ndarray, " points"]


def count_conflicts(hypergraph: Hypergraph) -> Int64[np.ndarray, " points"]:
    """The number of points that each point is in conflict with."""
    return np.bincount(hypergraph.members[1].ravel(), minlength=hypergraph.measure.size)


def caro_wei(hypergraph: Hypergraph) -> Fraction:
    """The bound of Caro and Wei, 1 − Σ_v m_v/(1 + d_v), exactly: some deterministic classifier has no larger risk.

    Args:
        hypergraph: all pairs of points within reach, under a ball; each once.
    """
    mass, conflicts = hypergraph.mass, count_conflicts(hypergraph)
    kept = sum((exact_sum(mass[conflicts == d]) / (1 + d) for d in np.unique(conflicts).tolist()), Fraction(0))
    return 1 - kept / exact_sum(mass)


def make_independent(hypergraph: Hypergraph, wanted: Points | None = None) -> Points:
    """An independent set that no point can be added to.

    First the wanted points are taken, and then the others, each by m_v/(1 + d_v), largest first, if no point that it is
    in conflict with has been taken. Without wanted points the set attains the bound of Caro and Wei.

    Args:
        hypergraph: all pairs of points within reach, under a ball; each once.
        wanted: any points at all, such as those that a solver has rounded to 1.
    """
    n, pairs = hypergraph.measure.size, hypergraph.members[1]
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    graph = sp.csr_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(n, n))
    taken, barred = np.zeros(n, bool), np.zeros(n, bool)
    order = rank_points(hypergraph.mass, count_conflicts(hypergraph))
    if wanted is not None:
        order = np.concatenate([order[wanted[order]], order[~wanted[order]]])
    for v in order.tolist():
        if not barred[v]:
            taken[v] = True
            barred[graph.indices[graph.indptr[v] : graph.indptr[v + 1]]] = True
    return taken


def rank_points(
    mass: Float64[np.ndarray, " points"], conflicts: Int64[np.ndarray, " points"]
) -> Int64[np.ndarray, " points"]:
    """The points by m_v/(1 + d_v), largest first; compared as fractions, as rounded quotients could change places."""
    shares = [Fraction(m) / (1 + d) for m, d in zip(mass.tolist(), conflicts.tolist(), strict=True)]
    return np.array(sorted(range(len(shares)), key=shares.__getitem__, reverse=True), np.int64)


def hard_risk(hypergraph: Hypergraph, robust: Points) -> Fraction:
    """The risk of a deterministic classifier that is robust at these points alone, exactly.

    Args:
        hypergraph: all pairs of points within reach, under a ball; each once.
        robust: points of which no two are in conflict; for others, no classifier is there, and an assertion fails.
    """
    assert not robust[hypergraph.members[1]].all(axis=1).any(), "two of these points are in conflict"
    return 1 - exact_sum(hypergraph.mass[robust]) / exact_sum(hypergraph.mass)
