"""A bound from two classes at a time: many problems that a maximum flow solves, and a small linear program.

Restricted to the points of two classes i and j, the problem has the value

    B_ij = max Σ_v m_v g_v   subject to   g_u + g_v ≤ 1 for each pair within reach,  0 ≤ g ≤ 1.

Of any classifier let t_i be its robust mass in class i, Σ m_v g_v over the points of the class, which have the mass M_i
in all. Then t_i + t_j ≤ B_ij and t_i ≤ M_i. So no classifier has more robust mass than

    max Σ_i t_i  s.t. t_i + t_j ≤ B_ij, 0 ≤ t_i ≤ M_i  =  min Σ_ij y_ij B_ij + Σ_i M_i max(0, 1 − Σ_j y_ij)  s.t. y ≥ 0.

Any y ≥ 0 proves that much. The optimal one is of halves, so that nothing is lost by rounding it to halves, and the sum
is made in fractions. Source: S. Dai, W. Ding, A. N. Bhagoji, D. Cullina, B. Y. Zhao, H. Zheng, P. Mittal,
"Characterizing the optimal 0-1 loss for multi-class classification with a test-time attacker" (2023).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from jaxtyping import Bool
from scipy.optimize import linprog

from motlp.errors import InvalidMeasure
from motlp.problem.hypergraph import Hypergraph
from motlp.proof.bounds import cover_cost
from motlp.proof.summation import exact_sum
from motlp.solving.maxflow import maxflow
from motlp.solving.solution import Solution
from motlp.solving.solve import solve

ClassPair = tuple[int, int]


def solve_pairs(hypergraph: Hypergraph) -> Solution:
    """The solution of order 2: exactly by a maximum flow, or by another solver where the masses are no whole numbers.

    Args:
        hypergraph: points and pairs under a ball.
    """
    try:
        return maxflow(hypergraph)
    except InvalidMeasure:
        return solve(hypergraph)


def class_pair_risk(hypergraph: Hypergraph) -> Fraction:
    """A proved lower bound on the risk of any classifier, from two classes at a time.

    Args:
        hypergraph: points and pairs under a ball.
    """
    labels, mass = hypergraph.measure.labels, hypergraph.mass
    masses = [exact_sum(mass[labels == i]) for i in range(hypergraph.measure.classes)]
    values = {}
    for classes, kept in split_pairs(hypergraph):
        part = hypergraph.select(kept)
        solution = solve_pairs(part)
        plan = np.zeros(part.size) if solution.plan is None else solution.plan
        others = sum((m for i, m in enumerate(masses) if i not in classes), Fraction(0))
        values[classes] = cover_cost(part, plan) * sum(masses) - others  # the points of others count in full
    return 1 - bound_robust_mass(values, masses) / sum(masses)


def split_pairs(hypergraph: Hypergraph) -> list[tuple[ClassPair, Bool[np.ndarray, " interactions"]]]:
    """The classes that have pairs, two by two, and the interactions of each two: the points, and the pairs of both."""
    points, pairs = hypergraph.members
    classes = hypergraph.measure.classes
    ends = np.sort(hypergraph.measure.labels[pairs], axis=1)
    number, alone = ends[:, 0].astype(np.int64) * classes + ends[:, 1], np.ones(len(points), bool)
    return [(divmod(one, classes), np.concatenate([alone, number == one])) for one in np.unique(number).tolist()]


def bound_robust_mass(values: Mapping[ClassPair, Fraction], masses: Sequence[Fraction]) -> Fraction:
    """A proved upper bound on Σ t_i over t_i + t_j ≤ B_ij and 0 ≤ t_i ≤ M_i, exactly.

    Args:
        values: B_ij, or upper bounds on them, by classes i < j; where they are missing, only M_i + M_j bounds both.
        masses: M_i.
    """
    if not values:
        return sum(masses, Fraction(0))
    rows = np.zeros((len(values), len(masses)))
    for row, classes in zip(rows, values, strict=True):
        row[list(classes)] = 1.0
    found = linprog(
        -np.ones(len(masses)),
        A_ub=rows,
        b_ub=[float(value) for value in values.values()],
        bounds=[(0.0, float(mass)) for mass in masses],
        method="highs-ds",  # the simplex method, which ends at a vertex: there all multipliers are halves
    )
    halves = [0] * len(values) if found.x is None else np.rint(-2 * found.ineqlin.marginals).astype(int).tolist()
    left = [Fraction(1)] * len(masses)
    bound = Fraction(0)
    for (classes, value), half in zip(values.items(), halves, strict=True):
        y = Fraction(max(half, 0), 2)
        bound += y * value
        for i in classes:
            left[i] -= y
    return bound + sum((mass * max(rest, Fraction(0)) for mass, rest in zip(masses, left, strict=True)), Fraction(0))
