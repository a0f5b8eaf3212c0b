"""The links of a chain of bounds at one budget, each with the ends that are proved for it.

    two classes at a time ≤ order 2 ≤ order 3 ≤ R* ≤ deterministic ≤ Caro–Wei

Each link is a number, the least risk of a kind of classifier or a bound on it, and none is larger than the next. So a
lower end holds for all links that follow, and an upper end for all that come before.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate
from time import perf_counter
from typing import NamedTuple

import numpy as np

from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.proof.decimals import read_lower
from motlp.proof.independent import caro_wei, hard_risk, make_independent
from motlp.proof.summation import exact_sum
from motlp.solving.aim import PROVED_OPTIMAL
from motlp.solving.class_pairs import class_pair_risk
from motlp.solving.independent_set import HALF, find_independent
from motlp.solving.solution import Solution

BINARY, ORDER_2, ORDER_3, FULL_ORDER, DETERMINISTIC, CARO_WEI = (
    "binary",
    "order 2",
    "order 3",
    "R*",
    "deterministic",
    "Caro-Wei",
)
BOUNDS = (BINARY, ORDER_2, ORDER_3, FULL_ORDER, DETERMINISTIC, CARO_WEI)


class Link(NamedTuple):
    """One link of the chain.

    Attributes:
        bound: its name, one of `BOUNDS`.
        lower, upper: proved ends, exactly, or None.
        seconds: wall time.
        status: how the computation ended.
        claimed: a lower end that the solver claims and nothing proves, or None.
    """

    bound: str
    lower: Fraction | None
    upper: Fraction | None
    seconds: float
    status: str
    claimed: float | None = None


def link_class_pairs(pairs: Hypergraph) -> Link:
    """Two classes at a time: a lower end alone."""
    began = perf_counter()
    lower = class_pair_risk(pairs)
    return Link(BINARY, max(lower, Fraction(0)), None, perf_counter() - began, "proved")


def link_solution(bound: str, solution: Solution) -> Link:
    """A truncation order, or all orders, with both ends as far as the solution proves them."""
    upper = solution.risk_upper
    if upper is None and solution.gap is not None:
        upper = solution.risk_lower + solution.gap
    return Link(
        bound,
        read_lower(solution.risk_lower),
        None if upper is None else min(Fraction(upper), Fraction(1)),
        sum(solution.seconds.values()),
        solution.status.label,
    )


def link_deterministic(pairs: Hypergraph, second: Solution, full: Solution, time_limit: float) -> Link:
    """The least risk of a deterministic classifier.

    A potential above ½ is that of one point of a pair at most, so that of all orders gives an independent set at once.
    Where that does not reach the lower end, which is that of R* or of order 2, an integer program looks for a better
    one. What the solver says of the lower end is not proved.

    Args:
        pairs: all points and pairs within reach.
        second, full: solutions of order 2 and of all orders.
        time_limit: seconds for the integer program.
    """
    began = perf_counter()
    assert full.potential is not None
    lower = max(read_lower(second.risk_lower), read_lower(full.risk_lower))
    sets = [make_independent(pairs), make_independent(pairs, full.potential > HALF)]
    upper, claimed, status = min(hard_risk(pairs, one) for one in sets), None, Status.OPTIMAL.label
    if upper - lower > PROVED_OPTIMAL:
        halves = np.full(pairs.measure.size, HALF)
        if second.solver == "maxflow" and second.potential is not None:
            halves = second.potential
        start = min(sets, key=lambda one: hard_risk(pairs, one))
        found = find_independent(join(pairs, full.hypergraph), halves, start, time_limit)
        upper = min(upper, hard_risk(pairs, make_independent(pairs, found.robust)))
        status = found.status
        if found.most is not None:
            claimed = 1 - found.most / float(exact_sum(pairs.mass))
    if claimed is not None and claimed <= lower:
        claimed = None  # which says no more than is proved
    return Link(DETERMINISTIC, lower, upper, perf_counter() - began, status, claimed)


def join(pairs: Hypergraph, other: Hypergraph) -> Hypergraph:
    """The pairs, with the larger interactions of another hypergraph of the same problem."""
    members, births = (*pairs.members[:2], *other.members[2:]), (*pairs.births[:2], *other.births[2:])
    return Hypergraph(pairs.measure, pairs.threat, pairs.eps, members, births)


def link_caro_wei(pairs: Hypergraph) -> Link:
    """The bound of Caro and Wei: an upper end alone."""
    began = perf_counter()
    return Link(CARO_WEI, None, caro_wei(pairs), perf_counter() - began, "proved")


def connect(links: Iterable[Link]) -> list[Link]:
    """The links with the best ends that the chain proves for those that have any.

    An interval that is wider than that of its neighbour, as its search was ended early, so takes the end of the
    neighbour. Nothing is given to a link that has no such end itself.
    """
    links = list(links)
    lowers = accumulate((link.lower or Fraction(0) for link in links), max)
    uppers = accumulate((Fraction(1) if link.upper is None else link.upper for link in reversed(links)), min)
    connected = []
    for link, lower, upper in zip(links, lowers, reversed(list(uppers)), strict=True):
        assert lower <= upper, f"{link.bound}: what is proved contradicts itself"
        connected.append(
            link._replace(
                lower=None if link.lower is None else lower,
                upper=None if link.upper is None else upper,
            )
        )
    return connected
