"""The optimal classifier as functions: a potential that no interaction violates, and the probabilities that it gives.

At a place x, label i gets the largest g_v of the points v of class i within ε of x; under the quadratic cost, the
largest (g_v − τ‖x_v − x‖²)₊. Points that give something to different labels can be brought together at x, so that their
sum is at most 1 where g satisfies the interactions of all orders. And wherever the adversary takes v, its label keeps
g_v, less what he pays. Source: N. García Trillos, M. Jacobs, J. Kim, "The multimarginal optimal transport formulation
of adversarial multiclass classification" (2023), on classifiers from the dual potentials.
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Float64

from motlp.geometry.neighbours import Queries, find_near, find_nearest
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.terms import MOST
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.problem.violated import Violated, find_surroundings
from motlp.solving.repair import Potential
from motlp.solving.rounds import tame
from motlp.solving.untruncated import EFFORTS, FINEST

SEARCHES = 10  # more, without a limit of work, for interactions that a potential violates
LOSS = 1e-8  # of value that is not worth another search

Probabilities = Float64[np.ndarray, "queries classes"]


def satisfy_all_orders(
    measure: LabeledMeasure, threat: Threat, eps: Fraction | None, potential: Potential
) -> Potential:
    """A potential between 0 and 1 that no interaction of any order violates, near any potential at all.

    Every search goes through all orders, and proves a potential feasible, rounding included: what is only bounded,
    where its work is limited, it takes off. The best of them is returned. Points of interactions that are found to be
    violated are divided by how full these are, and the search is repeated, as that loses less.

    Raises:
        TooManyInteractions: too many pairs of points are within reach of each other.
    """
    g = tame(potential, 1.0)
    g[measure.mass == 0] = 0.0  # nothing is gained by them
    surroundings = find_surroundings(measure, threat, eps, most=MOST)
    best = np.zeros(measure.size)
    efforts = [effort for effort in EFFORTS if effort.order >= surroundings.order]
    for effort in efforts + SEARCHES * efforts[-1:]:
        found = surroundings.find_violated(g, FINEST, effort)
        if measure.mass @ found.feasible > measure.mass @ best:
            best = found.feasible
        if measure.mass @ (g - best) <= LOSS:
            break
        g = divide(measure, threat, eps, g, found)
    return best


def divide(
    measure: LabeledMeasure, threat: Threat, eps: Fraction | None, potential: Potential, found: Violated
) -> Potential:
    """The potential of each point divided by how full the fullest of its interactions is, where that is above 1."""
    singletons = np.arange(measure.size, dtype=np.int32)[:, None], np.zeros(measure.size)
    listed = Hypergraph(measure, threat, eps, (singletons[0], *found.members), (singletons[1], *found.births))
    around = listed.memberships
    full = around.largest_around(around.sum_members(potential) / listed.price)
    return potential / np.maximum(full, 1.0)


def classify(
    queries: Queries, measure: LabeledMeasure, threat: Threat, eps: Fraction | None, potential: Potential
) -> Probabilities:
    """The probability of each class at each query; `potential` satisfies the interactions of all orders.

    What no point claims goes to the label of the nearest point, the first of several, among those that have mass.
    """
    match threat:
        case Ball(norm="l2"):
            limit = (threat.budget(eps) / measure.unit) ** 2
        case Ball():
            limit = threat.budget(eps) / measure.unit
        case Quadratic(tau=tau):
            limit = 1 / (tau * measure.unit**2)
    used = measure.mass > 0
    points, labels, g = measure.points[used], measure.labels[used], potential[used]
    proba, nearest = np.zeros((len(queries), measure.classes)), np.empty(len(queries), np.int64)
    for where, near in find_near(queries, points, limit, threat.norm):
        owner = np.repeat(np.arange(where.stop - where.start), np.diff(near.starts))
        worth = g[near.points] if threat.has_budget else np.maximum(g[near.points] - near.share, 0.0)
        np.maximum.at(proba[where].reshape(-1), owner * measure.classes + labels[near.points], worth)
        nearest[where] = near.nearest
    alone = nearest < 0
    nearest[alone] = find_nearest(queries[alone], points, threat.norm)
    proba[np.arange(len(queries)), labels[nearest]] += np.maximum(1.0 - proba.sum(axis=1), 0.0)
    return proba
