"""The links of the chain of bounds, exactly, from the definitions and by brute force."""

from fractions import Fraction
from itertools import combinations, product

from support import brute

from motlp.problem.measure import LabeledMeasure


def masses(measure: LabeledMeasure) -> list[Fraction]:
    """The masses, with the exact sum one."""
    exact = [Fraction(m) for m in measure.mass.tolist()]
    return [m / sum(exact) for m in exact]


def hard_risk(measure: LabeledMeasure, pairs: list[brute.Member]) -> Fraction:
    """The least risk of a deterministic classifier, over all sets of points."""
    mass = masses(measure)
    sets = product((0, 1), repeat=measure.size)
    return 1 - max(
        sum((m for m, g in zip(mass, robust, strict=True) if g), Fraction(0))
        for robust in sets
        if not any(robust[u] and robust[v] for u, v in pairs)
    )


def caro_wei(measure: LabeledMeasure, pairs: list[brute.Member]) -> Fraction:
    """1 − Σ m_v/(1 + d_v)."""
    degree = [sum(v in pair for pair in pairs) for v in range(measure.size)]
    return 1 - sum((m / (1 + d) for m, d in zip(masses(measure), degree, strict=True)), Fraction(0))


def class_pair_risk(measure: LabeledMeasure, pairs: list[brute.Member]) -> Fraction:
    """1 − max Σ t_i over t_i + t_j ≤ B_ij, t_i ≤ M_i, by all multipliers of halves."""
    mass, labels, classes = masses(measure), measure.labels.tolist(), range(measure.classes)
    total = [sum((m for m, i in zip(mass, labels, strict=True) if i == k), Fraction(0)) for k in classes]
    alone = {(v,): Fraction(0) for v in range(measure.size)}
    values = {}
    for i, j in combinations(classes, 2):
        within = {pair: Fraction(0) for pair in pairs if {labels[v] for v in pair} == {i, j}}
        values[i, j] = total[i] + total[j] - brute.risk(measure, alone | within)  # that loses nothing of other classes
    best = sum(total)
    for y in product((Fraction(0), Fraction(1, 2), Fraction(1)), repeat=len(values)):
        left = [max(Fraction(0), 1 - sum(a for a, ij in zip(y, values, strict=True) if k in ij)) for k in classes]
        bound = sum(a * b for a, b in zip(y, values.values(), strict=True))
        best = min(best, bound + sum(m * rest for m, rest in zip(total, left, strict=True)))
    return 1 - best
