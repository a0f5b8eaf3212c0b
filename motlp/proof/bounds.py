"""Bounds that need no trust in a solver: a plan becomes a cover, a potential is scaled into a packing.

With m the masses, normalised to Σ m_v = 1, and I the incidence of points and interactions,

    B_L = min Σ_A (1 + c_A) π_A   over π ≥ 0 with I π ≥ m
        = max Σ_v m_v g_v         over g ≥ 0 with Iᵀ g ≤ 1 + c .

Every cover bounds B_L from above and every packing bounds it from below; the risk is 1 − B_L.

The cost of a cover is added up without rounding. Only a cost c_A, which is a rounded number itself, is first increased
by a relative error of a few u = 2⁻⁵³.

The value of a packing is rounded down. A few operations with a sum of n nonnegative floats among them have a relative
error of at most (n + 8)u, and the long sums are correctly rounded (math.fsum): so the bound is as sharp for a million
interactions as for ten. Underflow loses far less than the last step outwards adds.
"""

from fractions import Fraction
from math import fsum, inf, nextafter
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64

from motlp.errors import InvalidHypergraph
from motlp.problem.hypergraph import Hypergraph
from motlp.proof.summation import exact_sum, shortfall

UNIT_ROUNDOFF = 2.0**-53
FEW = 8.0  # roundings that are allowed for, besides those of a sum
PARTS = 720_720.0  # of a mass: its halves, thirds, … and sixteenths are whole numbers of these parts


class Cover(NamedTuple):
    """A plan that covers all masses together with singletons.

    Attributes:
        cost: of the cover, relative to the sum of the masses.
        plan: its mass on each interaction, in units of `unit`.
    """

    cost: Fraction
    plan: Float64[np.ndarray, " interactions"]
    unit: Fraction


def cover_cost(hypergraph: Hypergraph, plan: Float[np.ndarray, " interactions"]) -> Fraction:
    """The cost of the cover that `make_cover` makes of a plan."""
    return make_cover(hypergraph, plan).cost


def make_cover(hypergraph: Hypergraph, plan: Float[np.ndarray, " interactions"]) -> Cover:
    """The cover that consists of a plan and, where the plan covers too little, of singletons.

    Any array with one number for each interaction is a plan: a number that is negative or NaN counts as 0, and one
    larger than the largest mass counts as that mass. Singletons cover just what the others leave, whatever the plan
    has for them.

    Where all masses are equal, an optimal plan consists of simple fractions of the mass, apart from the errors of the
    solver. So the plan rounded to such fractions is tried as well, in whole numbers, which are added exactly. It can
    prove a bound that the solver's own plan just misses. Both are plans, and the cheaper cover counts.

    Raises:
        InvalidHypergraph: `plan` has another shape.
    """
    plan, mass = one_each("plan", plan, hypergraph.size, "interactions"), hypergraph.mass
    largest = mass.max()
    used = np.minimum(np.where((plan > 0) & (hypergraph.sizes > 1), plan, 0.0), largest)
    covers = [Cover(_cost(hypergraph, used, mass), used, Fraction(1))]
    if ((mass == largest) | (mass == 0)).all():
        parts, share = np.rint(used / largest * PARTS), Fraction(largest) / int(PARTS)
        covers.append(Cover(_cost(hypergraph, parts, np.where(mass > 0, PARTS, 0.0)), parts, share))
    return min(covers, key=lambda cover: cover.cost)


def one_each(name: str, values: Float[np.ndarray, "..."], number: int, things: str) -> Float64[np.ndarray, " _"]:
    """The values as float64, once it is known that there is one for each of the things, `number` of them."""
    if np.shape(values) != (number,):
        raise InvalidHypergraph(f"the {name} has shape {np.shape(values)} for {number} {things}; give one number each.")
    return np.asarray(values, np.float64)


def _cost(hypergraph: Hypergraph, plan: np.ndarray, mass: np.ndarray) -> Fraction:
    """Cost of the cover of the masses, relative to their sum; exact but for the costs c_A, which are rounded up."""
    spent = plan
    if not hypergraph.threat.has_budget:
        dear = np.nextafter(plan * (hypergraph.price * (1.0 + FEW * UNIT_ROUNDOFF)), inf)
        spent = np.where((plan > 0) & (hypergraph.sizes > 1), dear, plan)
    return (exact_sum(spent) + shortfall(hypergraph, plan, mass)) / exact_sum(mass)


def potential_value(hypergraph: Hypergraph, potential: Float[np.ndarray, " points"]) -> float | None:
    """Value of a potential after division by its worst violation, rounded down; None if it is not finite.

    Raises:
        InvalidHypergraph: `potential` has another shape.
    """
    feasible = make_feasible(hypergraph, potential)
    return None if feasible is None else feasible_value(hypergraph.mass, feasible)


def make_feasible(
    hypergraph: Hypergraph, potential: Float[np.ndarray, " points"]
) -> Float64[np.ndarray, " points"] | None:
    """A potential divided by its worst violation, so that it violates no interaction; None if it is not finite.

    Any finite array with one number for each point is a potential: negative numbers count as 0. Under the quadratic
    cost, sets that cost more than their points one by one are not enumerated; a potential that is at most 1 satisfies
    their constraints as well.

    Raises:
        InvalidHypergraph: `potential` has another shape.
    """
    potential = one_each("potential", potential, hypergraph.measure.size, "points")
    if not np.isfinite(potential).all():
        return None
    g = np.maximum(potential, 0.0)
    if not g.any():
        return g
    g /= g.max()
    worst = 1.0
    for rows, births in zip(hypergraph.members, hypergraph.births, strict=True):
        full = g[rows].sum(axis=1)
        if not hypergraph.threat.has_budget:
            full /= 1.0 + hypergraph.threat.costs(births)
        worst = max(worst, float(full.max(initial=0.0)))
    worst *= 1.0 + (hypergraph.order + FEW) * UNIT_ROUNDOFF
    return np.nextafter(g / worst, 0.0)


def feasible_value(mass: Float64[np.ndarray, " points"], potential: Float64[np.ndarray, " points"]) -> float:
    """Value of a potential that is feasible as it is, between 0 and 1; rounded down."""
    value = nextafter(fsum(np.nextafter(mass * potential, 0.0).tolist()), 0.0)
    return max(nextafter(value / nextafter(fsum(mass.tolist()), inf), 0.0), 0.0)
