"""The most violated interactions, of any order, found on the pairs alone.

A potential g is feasible if Σ_{v∈A} g_v ≤ 1 + c_A for every interaction A. Interactions of all orders can be far too
many to list. But those that a potential violates most are found by a search that needs only the pairs within reach
(see `geometry/heaviest.py`); and where the search is complete, it proves that there are no others. Every interaction
that it finds is computed anew from its points, exactly.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import inf
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int32

from motlp.errors import TooManyInteractions, arg
from motlp.geometry.cliques import faces_of
from motlp.geometry.distance import Points, diameter, slack
from motlp.geometry.extensions import sort_rows
from motlp.geometry.growing import BALLS, COSTS, PAIRS, TRIPLES, Rule
from motlp.geometry.heaviest import Effort, Heaviest, search
from motlp.geometry.nearest import keep_nearest
from motlp.geometry.pairs import Pairs, estimate_pairs, list_both_ways, pairs_within
from motlp.geometry.ranked import rank_pairs
from motlp.geometry.scale import scale, scale_costs
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.problem.validity import Births, Members, compute_births
from motlp.system.progress import SILENCE, Progress

MOST_EACH, MOST_SUBSETS = 1000, 1000  # sets that miss a ball by less than floats can tell, looked at in turn
MOST_SETS = 4_000_000  # that a search may return for all points together
BYTES = 60  # of memory that a pair takes while it is searched
ROUNDING = 2.0**-52  # of a sum, for each of its terms

Potential = Float64[np.ndarray, " points"]


class Violated(NamedTuple):
    """What a search found.

    Attributes:
        members, births: the interactions, as in a hypergraph but from order 2 on.
        feasible: a potential that is nowhere larger than the one given, and that no interaction of the orders searched
            violates, rounding included.
    """

    members: Members
    births: Births
    feasible: Potential


@dataclass(frozen=True)
class Surroundings:
    """The pairs of points that can be in one interaction, among which those of all orders are searched.

    Attributes:
        measure, threat, eps: the problem.
        by_class: the points in the order in which `pairs` numbers them, that of their classes.
        pairs: all pairs within reach, or some of them.
        rule: which sets are interactions.
        order: points of an interaction at most.
    """

    measure: LabeledMeasure
    threat: Threat
    eps: Fraction | None
    by_class: Int32[np.ndarray, " points"]
    pairs: Pairs
    rule: Rule
    order: int

    @cached_property
    def both_ways(self) -> Pairs:
        """The pairs, each under both of its points."""
        return list_both_ways(self.pairs)

    def keep_nearest(self, count: int) -> "Surroundings":
        """With no more than the pairs that are among the `count` nearest of one of their points."""
        return replace(self, pairs=keep_nearest(self.pairs, count))

    def list_pairs(self) -> tuple[Members, Births]:
        """The pairs that are interactions, as a hypergraph lists them from order 2 on."""
        members, births, _ = self._decide([faces_of(self.pairs)])
        return members, births

    def find_violated(
        self,
        potential: Potential,
        least: float,
        effort: Effort,
        deadline: float = inf,
        report: Callable[[float, float], object] = lambda done, total: None,
    ) -> Violated:
        """Interactions that a potential between 0 and 1 violates by more than `least`.

        Of the interactions in which a point has the largest potential, it finds the most violated ones, as many as the
        effort says; where that limits the work, or there is a deadline, it may miss some. A long search reports how
        much of how much is done.
        """
        g, labels = potential[self.by_class], self.measure.labels[self.by_class]
        effort = effort._replace(order=min(effort.order, self.order))
        ranked = rank_pairs(self.both_ways, g, self.rule.unit)
        while True:
            found = search(ranked, g, labels, self.rule, 1.0 + least, effort, deadline, report)
            members, births, genuine = self._decide_found(found)
            leaders = found.members[found.starts[:-1]]
            tried, proved = (np.bincount(some, minlength=len(g)) for some in (leaders, leaders[genuine]))
            stuck = (tried == effort.each) & (proved == 0)
            if not stuck.any() or effort.each > min(MOST_EACH, MOST_SETS // len(g)):
                break
            # All that were listed for a point are too wide, by less than floating point can tell.
            effort = effort._replace(each=4 * effort.each)
        if not genuine.all() and self.threat.has_budget:
            parts, complete = self._find_subsets(found, ~genuine, g, 1.0 + least)
            members, births = merge((members, births), parts)
            if not complete:
                np.maximum.at(found.rest, leaders[~genuine], found.weight[~genuine])
        rest = np.empty(len(g))
        rest[self.by_class] = found.rest
        return Violated(members, births, self._lower(potential, rest, members, births))

    def _find_subsets(
        self, found: Heaviest, chosen: Bool[np.ndarray, " sets"], g: Potential, limit: float
    ) -> tuple[tuple[Members, Births], bool]:
        """The interactions among the subsets of sets that are none, of potentials that sum to more than the limit.

        Only subsets of subsets that are none either are looked at: what is in an interaction says no more than it
        does. Returns whether these were few enough to look at all of them.
        """
        every = (found.members[found.starts[s] : found.starts[s + 1]] for s in np.flatnonzero(chosen))
        sets = {tuple(sorted(some.tolist())) for some in every}
        listed: tuple[Members, Births] = ((), ())
        while sets:
            facets = {some for A in sets for some in combinations(A, len(A) - 1)}
            heavy = sorted(A for A in facets if len(A) > 1 and g[list(A)].sum() > limit)
            if len(heavy) > MOST_SUBSETS:
                return listed, False
            orders = range(2, max(map(len, heavy), default=1) + 1)
            rows = [np.array([A for A in heavy if len(A) == k], np.int32).reshape(-1, k) for k in orders]
            members, births, fits = self._decide(rows)
            listed = merge(listed, (members, births))
            sets = {tuple(A) for some, fit in zip(rows, fits, strict=True) for A in some[~fit].tolist()}
        return listed, True

    def _decide_found(self, found: Heaviest) -> tuple[Members, Births, Bool[np.ndarray, " sets"]]:
        """The sets that are interactions, and which of the sets found they are."""
        sizes, genuine = np.diff(found.starts), np.zeros(len(found.weight), bool)
        orders = range(2, int(sizes.max(initial=1)) + 1)
        which = [np.flatnonzero(sizes == k) for k in orders]
        rows = [found.members[found.starts[some, None] + np.arange(k)] for k, some in zip(orders, which, strict=True)]
        members, births, fits = self._decide(rows)
        for some, fit in zip(which, fits, strict=True):
            genuine[some] = fit
        return members, births, genuine

    def _decide(self, rows: list[Int32[np.ndarray, "_ _"]]) -> tuple[Members, Births, list[Bool[np.ndarray, " _"]]]:
        """Which sets of each order from 2 on are interactions: these, their births, and a truth value for each set."""
        members = [self.by_class[np.sort(some, axis=1)] for some in rows]
        singletons = np.empty((0, 1), np.int32)
        _, *computed = compute_births(self.measure, self.threat, self.eps, (singletons, *members))
        fits = [fit for _, fit in computed]
        kept = tuple(some[fit] for some, fit in zip(members, fits, strict=True))
        return kept, tuple(births[fit] for births, fit in computed), fits

    def _lower(self, g: Potential, rest: Potential, members: Members, births: Births) -> Potential:
        """The potential made feasible.

        Each member of an interaction that was found is divided by at least how full it is. All others of a leader are
        at most as full as its `rest` says, and it alone is lowered by the excess. Where it falls to 0, what is left of
        its interactions has another leader.
        """
        divisor = np.ones(len(g))
        for rows, born in zip(members, births, strict=True):
            full = g[rows].sum(axis=1) / (1.0 + self.threat.costs(born))
            for column in rows.T:
                np.maximum.at(divisor, column, full)
        rounding = 1.0 + self.measure.classes * (self.measure.size * ROUNDING + self.rule.error)
        excess = np.maximum(rest * rounding - 1.0, 0.0)
        return np.maximum(g / divisor - excess, 0.0) / rounding


def find_surroundings(
    measure: LabeledMeasure,
    threat: Threat,
    eps: Number | None,
    *,
    executor: Executor | None = None,
    progress: Progress = SILENCE,
    most: int,
) -> Surroundings:
    """The pairs of points of different classes within reach of each other, under a threat.

    Raises:
        InvalidBudget, InvalidMeasure: as `motlp.interactions` does.
        TooManyInteractions: there are more than `most` pairs.
    """
    budget = threat.budget(eps)
    by_class = np.argsort(measure.labels, kind="stable").astype(np.int32)
    points, labels, classes = measure.points[by_class], measure.labels[by_class], measure.classes
    match threat:
        case Ball(norm=norm):
            radius = threat.budget(eps) / measure.unit
            scaled = scale(points, 2 * radius)
            radius = scaled.length(radius)
            limit, rule = diameter(radius, norm), ball_rule(scaled.points, norm, radius, classes)
        case Quadratic(tau=tau):
            norm, scaled = "l2", scale_costs(points, tau * measure.unit**2, classes)
            price = scaled.price(tau * measure.unit**2, classes)
            limit, rule = (
                2 * (classes - 1) / price,
                Rule(COSTS, float(price), slack(scaled.points, classes), np.empty((0, 0))),
            )
    about = estimate_pairs(scaled.points, labels, limit, norm)
    try:
        if about > 2 * most:
            raise TooManyInteractions("")
        pairs = pairs_within(scaled.points, labels, limit, norm, executor=executor, progress=progress, most=most)
    except TooManyInteractions:
        about = max(about, most)
        raise TooManyInteractions(
            f"about {float(f'{about:.2g}'):,.0f} pairs of points of different classes are within reach of each other, "
            f"more than the {most:,} allowed; to search them takes about {BYTES * about / 2**30:.1f} GiB of memory. "
            f"{threat.fewer}, take fewer points of each class, or raise {arg('most')}."
        ) from None
    return Surroundings(measure, threat, budget, by_class, pairs, rule, classes)


def ball_rule(points: Points, norm: str, radius: Fraction, classes: int) -> Rule:
    """Which sets of pairwise close points fit into a ball of this radius."""
    nowhere, error = np.empty((0, 0)), slack(points, classes)
    if norm == "linf" or radius == 0:
        return Rule(PAIRS, 1.0, error, nowhere)
    if norm == "l1":
        whole = points.dtype.kind != "f"
        return Rule(TRIPLES, float(1 / radius), error, points.astype(np.int64 if whole else np.float64))
    return Rule(BALLS, float(1 / radius**2), error, nowhere)


def merge(one: tuple[Members, Births], other: tuple[Members, Births]) -> tuple[Members, Births]:
    """All interactions of two lists, each once, order by order from 2 on."""
    members, births = [], []
    for k in range(2, 2 + max(len(one[0]), len(other[0]))):
        parts = [part for part in (one, other) if len(part[0]) > k - 2]
        rows, born = (np.concatenate([part[i][k - 2] for part in parts]) for i in range(2))
        order, again = sort_rows(rows)
        members.append(rows[order[~again]])
        births.append(born[order[~again]])
    return tuple(members), tuple(births)
