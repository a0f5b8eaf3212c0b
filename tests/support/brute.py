"""Independent references for small measures: everything in rational arithmetic, from the definitions, by brute force.

Nothing here looks at pairwise distances or calls the library's geometry or its solvers.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations

import numpy as np

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic, Threat

Point = list[Fraction]
Member = tuple[int, ...]


def interactions(measure: LabeledMeasure, threat: Threat, eps: Fraction | None, order: int) -> dict[Member, Fraction]:
    """Every interaction, as a sorted tuple of points, with its cost c_A."""
    features = [[measure.unit * Fraction(x) for x in row] for row in measure.points.tolist()]
    every: dict[Member, Fraction] = {(v,): Fraction(0) for v in range(measure.size)}
    last = list(every)
    for k in range(2, order + 1):
        if isinstance(threat, Quadratic):
            last = list(combinations(range(measure.size), k - 1))
        grown = ((*A, v) for A in last for v in range(A[-1] + 1, measure.size))
        fresh: dict[Member, Fraction] = {}
        for A in grown:
            if len({int(measure.labels[v]) for v in A}) < k:
                continue
            points = [features[v] for v in A]
            if isinstance(threat, Quadratic):
                price = threat.tau * moment(points)
                if price < k - 1:
                    fresh[A] = price
            else:
                assert eps is not None
                if radius_squared(points, threat) <= eps**2:
                    fresh[A] = Fraction(0)
        every |= fresh
        last = list(fresh)
    return every


def moment(points: list[Point]) -> Fraction:
    """Sum of the squared distances from the mean: the price of meeting there."""
    mean = [sum(axis, Fraction(0)) / len(points) for axis in zip(*points, strict=True)]
    return sum((squared(p, mean) for p in points), Fraction(0))


def squared(p: Point, q: Point) -> Fraction:
    """Squared Euclidean distance."""
    return sum(((a - b) ** 2 for a, b in zip(p, q, strict=True)), Fraction(0))


def radius_squared(points: list[Point], threat: Ball) -> Fraction:
    """Squared radius of the smallest ball around the points; in ℓ1 of the plane at most, where the ball is a square."""
    if threat.norm == "l2":
        return min(
            max(squared(p, centre) for p in points)
            for size in range(1, min(len(points), len(points[0]) + 1) + 1)
            for support in combinations(points, size)
            for centre in circumcentre(list(support))
        )
    if threat.norm == "l1":
        assert len(points[0]) <= 2
        points = [[sum(p, Fraction(0)), p[0] - sum(p[1:], Fraction(0))] for p in points]
    return max((max(axis) - min(axis)) ** 2 / 4 for axis in zip(*points, strict=True))


def circumcentre(support: list[Point]) -> Iterable[Point]:
    """The point of their affine hull that is as far from one as from another, if the points are independent."""
    base, *rest = support
    edges = [[a - b for a, b in zip(p, base, strict=True)] for p in rest]
    gram = [[dot(e, f) for f in edges] for e in edges]
    weights = solve_linear(gram, [dot(e, e) / 2 for e in edges])
    if weights is None:
        return []
    return [[b + sum((w * e[i] for w, e in zip(weights, edges, strict=True)), Fraction(0)) for i, b in enumerate(base)]]


def dot(p: Point, q: Point) -> Fraction:
    """Inner product."""
    return sum((a * b for a, b in zip(p, q, strict=True)), Fraction(0))


def solve_linear(matrix: list[Point], right: Point) -> Point | None:
    """The solution of a system of linear equations; None if it is singular."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next((j for j in range(i, len(rows)) if rows[j][i]), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(len(rows)):
            if j != i:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def risk(measure: LabeledMeasure, interactions: dict[Member, Fraction]) -> Fraction:
    """1 − max Σ m_v g_v s.t. Σ_{v∈A} g_v ≤ 1 + c_A, g ≥ 0, exactly, with the masses normalised exactly.

    The simplex method in rational arithmetic, from g = 0, by Bland's rule, which never cycles. Masses are scaled to
    small whole numbers where they are multiples of one.
    """
    mass = [Fraction(m) for m in measure.mass.tolist()]
    members = list(interactions)
    # The tableau of the slacks: a row of each interaction, then that of the objective; the last column is the value.
    table = [[Fraction(int(v in A)) for v in range(measure.size)] + [1 + interactions[A]] for A in members]
    table.append([-m for m in mass] + [Fraction(0)])
    rows, columns = [measure.size + a for a in range(len(members))], list(range(measure.size))
    while True:
        entering = [(columns[j], j) for j in range(measure.size) if table[-1][j] < 0]
        if not entering:
            return 1 - table[-1][-1] / sum(mass)
        j = min(entering)[1]
        i = min((row[-1] / row[j], rows[i], i) for i, row in enumerate(table[:-1]) if row[j] > 0)[2]
        pivot = table[i][j]
        fixed = [x / pivot for x in table[i]]
        fixed[j] = 1 / pivot
        for other, row in enumerate(table):
            if other != i and row[j]:
                factor, row[j] = row[j], Fraction(0)
                table[other] = [x - factor * y for x, y in zip(row, fixed, strict=True)]
        table[i] = fixed
        rows[i], columns[j] = columns[j], rows[i]


def shortfall(hypergraph: Hypergraph, plan: list[float], mass: list[float]) -> Fraction:
    """Σ_v max(0, m_v − Σ_{A∋v} π_A), exactly."""
    left = [Fraction(m) for m in mass]
    members = (row for rows in hypergraph.members for row in rows.tolist())
    for A, amount in zip(members, plan, strict=True):
        for v in A:
            left[v] -= Fraction(amount)
    return sum((max(amount, Fraction(0)) for amount in left), Fraction(0))


def incidence(points: int, interactions: dict[Member, Fraction]) -> np.ndarray:
    """Points × interactions, dense."""
    matrix = np.zeros((points, len(interactions)))
    for column, A in enumerate(interactions):
        matrix[list(A), column] = 1.0
    return matrix
