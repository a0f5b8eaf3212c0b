"""What a plan, a potential, or a bound on the optimum of a model proves of the least loss that the model is about.

Let p be the masses, of sum one. Of the cross-entropy −Σ p_v log g_v, any π ≥ 0 on interactions proves a lower end. With
q_v = Σ_{A∋v} π_A and C = Σ_A π_A, every feasible g has Σ_v q_v g_v = Σ_A π_A Σ_{v∈A} g_v ≤ C, and so, by Jensen,

    Σ_v p_v log g_v  =  Σ_v p_v log (q_v g_v / p_v) − Σ_v p_v log (q_v / p_v)  ≤  log C − Σ_v p_v log (q_v / p_v).

Gains of classifiers that may abstain at the price 1 − γ are feasible if Σ_{v∈A} s_v g_v ≤ 1 for every interaction A and
all weights 0 ≤ s_v ≤ 1 that sum to 1/γ at most: the abstentions are eliminated from the constraints of an interaction
(Farkas). The largest such sum takes the largest gains first.

All is rounded outwards, with a-priori bounds on the errors of sums and logarithms.
"""

from fractions import Fraction
from math import fsum, log
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.loss import Abstention, CrossEntropy, HardRisk, Loss, WorstClassRisk
from motlp.proof.bounds import FEW, UNIT_ROUNDOFF, cover_cost, feasible_value, make_feasible
from motlp.proof.decimals import float_below, keep_lower, keep_upper
from motlp.proof.summation import exact_sum

Plan = Float64[np.ndarray, " interactions"]
Potential = Float64[np.ndarray, " points"]
MOST = 1e200  # weight of a point by itself, in units of the largest weight of an interaction
SMALLEST = 1e-290  # weights below count as 0, so that those that are left have no denormal sums


def prove_lower(loss: Loss, hypergraph: Hypergraph, plan: Plan | None, value_bound: float | None) -> float | None:
    """A proved lower end of a loss: no classifier of this kind has less.

    Args:
        plan: any finite numbers, one for each interaction; it proves the end of a cross-entropy and of a hard risk.
        value_bound: a number that the objective of the model cannot exceed; it proves the end of the other losses.

    Returns:
        None where there is nothing that proves one. What is a share of the mass is kept as `keep_lower` has it.
    """
    match loss:
        case CrossEntropy():
            return None if plan is None else max(bound_cross_entropy(hypergraph, plan), 0.0)
        case HardRisk():
            return None if plan is None else keep_lower(max(Fraction(0), 1 - cover_cost(hypergraph, plan)))
    if value_bound is None:
        return None
    most = Fraction(value_bound)
    match loss:
        case Abstention():
            most /= exact_sum(hypergraph.mass)
        case WorstClassRisk():  # the shares of points in their classes are rounded numbers
            most *= 1 + Fraction(FEW * UNIT_ROUNDOFF)
    proved = loss.whole - most
    return keep_lower(max(Fraction(0), proved)) if loss.whole == 1 else float_below(proved)


def prove_upper(loss: Loss, hypergraph: Hypergraph, potential: Potential | None) -> float | None:
    """A proved upper end of the least loss that interactions of this order can prove, or None.

    Args:
        potential: any finite numbers, one for each point; what it violates is divided out, or rounded.
    """
    if potential is None or not np.isfinite(potential).all():
        return None
    g = np.clip(potential, 0.0, 1.0)
    match loss:
        case CrossEntropy():
            return measure_cross_entropy(hypergraph, g)
        case HardRisk():
            return measure_hard_risk(hypergraph, g)
        case WorstClassRisk():
            return measure_worst_class(hypergraph, g)
        case Abstention(price=price):
            return measure_abstention(hypergraph, g, 1 - price)
    return None


class Logarithms(NamedTuple):
    """Σ_v p_v log x_v, and a bound on its error."""

    total: float
    error: float


def average_logarithms(
    mass: Float64[np.ndarray, " some"], x: Float64[np.ndarray, " some"], roundings: Float64[np.ndarray, " some"]
) -> Logarithms:
    """Σ p_v log x_v over masses p of sum one, where x_v has had so many roundings.

    A logarithm is taken to be off by no more than four units in the last place.
    """
    p = mass / fsum(mass.tolist())
    logarithms = np.log(x)
    error = fsum((p * (roundings + FEW * (1.0 + np.abs(logarithms)))).tolist())
    return Logarithms(fsum((p * logarithms).tolist()), 2 * UNIT_ROUNDOFF * error + SMALLEST)


def bound_cross_entropy(hypergraph: Hypergraph, plan: Plan) -> float:
    """A lower end of the cross-entropy; points that the plan leaves out are covered by themselves."""
    heavy = hypergraph.mass > SMALLEST  # a lighter point loses less than the rounding of the sum of all losses
    used = np.where(np.isfinite(plan) & (plan > 0), plan, 0.0)
    largest = used.max(initial=0.0) or 1.0
    used /= largest  # the end is the same for every multiple of a plan
    used[used < SMALLEST] = 0.0
    covered = hypergraph.memberships.sum_around(used)
    alone = heavy & (covered == 0)
    covered[alone] = np.minimum(hypergraph.mass[alone] / largest, MOST)
    total = fsum([*used.tolist(), *covered[alone].tolist()])
    mass, number = hypergraph.mass[heavy], np.diff(hypergraph.memberships.indptr)[heavy]
    gained = average_logarithms(mass, covered[heavy], number.astype(np.float64))
    spread = average_logarithms(mass, mass / fsum(mass.tolist()), np.zeros(len(mass)))
    last = log(total)
    size = abs(gained.total) + abs(spread.total) + abs(last)
    error = gained.error + spread.error + FEW * UNIT_ROUNDOFF * (1.0 + size)
    return gained.total - spread.total - last - error


def measure_cross_entropy(hypergraph: Hypergraph, g: Potential) -> float | None:
    """The cross-entropy of a potential, rounded up; None where it is infinite."""
    feasible, heavy = make_feasible(hypergraph, g), hypergraph.mass > 0
    if feasible is None or not (feasible[heavy] > 0).all():
        return None
    mass = hypergraph.mass[heavy]
    found = average_logarithms(mass, feasible[heavy], np.zeros(len(mass)))
    return -found.total + found.error + FEW * UNIT_ROUNDOFF * (1.0 + abs(found.total))


def measure_hard_risk(hypergraph: Hypergraph, g: Potential) -> float | None:
    """The risk of the deterministic classifier that keeps the points of potential above a half; None if it is none."""
    kept = g > 0.5
    if any((kept[rows].sum(axis=1) > 1).any() for rows in hypergraph.members):
        return None
    mass = hypergraph.mass
    return keep_upper(1 - exact_sum(mass[kept]) / exact_sum(mass))


def measure_worst_class(hypergraph: Hypergraph, g: Potential) -> float | None:
    """The worst-class risk of a potential, rounded up."""
    feasible = make_feasible(hypergraph, g)
    if feasible is None:
        return None
    kept = np.nextafter(hypergraph.mass * feasible, 0.0)
    totals = [(exact_sum(hypergraph.mass[block]), exact_sum(kept[block])) for block in hypergraph.blocks]
    return keep_upper(max(1 - kept / whole for whole, kept in totals if whole > 0))


def measure_abstention(hypergraph: Hypergraph, g: Potential, gain: Fraction) -> float:
    """The loss of a classifier that may abstain, and is sure of these gains once they are feasible; rounded up."""
    full = (1 / gain).__floor__()
    rest = float(1 / gain - full)
    worst = 1.0
    for rows in hypergraph.members:
        ordered = -np.sort(-g[rows], axis=1)
        sums = ordered[:, :full].sum(axis=1)
        if full < ordered.shape[1]:
            sums += rest * ordered[:, full]
        worst = max(worst, float(sums.max(initial=0.0)))
    worst *= 1.0 + (hypergraph.order + FEW) * UNIT_ROUNDOFF
    return keep_upper(1 - Fraction(feasible_value(hypergraph.mass, np.nextafter(g / worst, 0.0))))
