"""The closest pairs of points of different classes, and the budget at which the adversary can confuse them."""

from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, nextafter

import numpy as np
from jaxtyping import Float64, Int32

from motlp.errors import InvalidBudget, InvalidMeasure, arg, shorten
from motlp.geometry import closest
from motlp.geometry.exact import root
from motlp.geometry.scale import exponent_of
from motlp.problem.measure import LabeledMeasure, check_measure
from motlp.problem.owned import own
from motlp.problem.rationals import check_whole
from motlp.problem.terms import MOST
from motlp.problem.threat import Ball, Threat, check_threat
from motlp.system.executor import check_executor
from motlp.system.progress import SILENCE, Progress, check_progress


@dataclass(frozen=True, eq=False)
class ClosestPairs:
    """The closest pairs of points of different classes of a measure.

    Attributes:
        threat: the ball whose norm tells how far apart they are.
        members: the indices of the two points of each pair, in ascending order of their classes; nearest pairs first.
        distances: how far apart they are, in feature units, rounded.
        squared: the square of the distance of the last pair, in squared feature units, exactly.
        eps: the smallest budget at which all these pairs are interactions: half the distance of the last one, exactly
            for linf and l1. For l2, where it is hardly ever rational, it is else the smallest float that is not below.
    """

    threat: Ball
    members: Int32[np.ndarray, "pairs 2"]
    distances: Float64[np.ndarray, " pairs"]
    squared: Fraction
    eps: Fraction

    def __post_init__(self) -> None:
        for name in ("members", "distances"):
            object.__setattr__(self, name, own(getattr(self, name)))


def closest_pairs(
    measure: LabeledMeasure,
    threat: Threat,
    number: int = 1,
    *,
    executor: Executor | None = None,
    progress: Progress = SILENCE,
    most: int = MOST,
) -> ClosestPairs:
    """The `number` closest pairs of points of different classes, and all others as close as the last of them.

    Which pairs these are, and how far apart the last of them are, is decided in exact arithmetic; no limit need be
    known. From the budget `eps` on, the adversary can confuse the points of that many pairs. The distance of the
    closest pair of all is the separation of the classes: at budgets below half of it the best classifier has no risk
    at all (Y.-Y. Yang et al., "A closer look at accuracy versus robustness", 2020, sections 2 and 3).

    Args:
        measure: the labelled points.
        threat: a `Ball`, for its norm.
        number: how many pairs are asked for.
        executor: runs the search for pairs; threads of this process by default. The result does not depend on it.
        progress: is told how far each search for pairs is; there are several.
        most: refuse to list more pairs than this.

    Raises:
        InvalidBudget: the threat is no ball, or there are not so many pairs.
        InvalidMeasure: the features are too large, or too different in size, for exact arithmetic.
        TooManyInteractions: the pairs are more than `most`.
    """
    check_measure(measure)
    check_threat(threat)
    if not isinstance(threat, Ball):
        raise InvalidBudget(f"{arg('threat')} is {shorten(threat)}, but distances need a norm; take a Ball.")
    check_whole("number", number)
    check_executor(executor)
    check_progress(progress)
    check_whole("most", most)
    by_class = np.argsort(measure.labels, kind="stable").astype(np.int32)
    found = closest.closest_pairs(
        measure.points[by_class],
        measure.labels[by_class],
        int(number),
        threat.norm,
        executor=executor,
        progress=progress,
        most=int(most),
    )
    length = found.distance * measure.unit ** (2 if threat.norm == "l2" else 1)
    exponent = exponent_of(measure.unit)
    with np.errstate(over="ignore"):
        distances = np.ldexp(found.births * float(2 * measure.unit / Fraction(2) ** exponent), exponent)
    if not np.isfinite(distances[-1]):
        raise InvalidMeasure("the closest pairs are farther apart than any float says; scale the features.")
    eps = _halve_root(length) if threat.norm == "l2" else length / 2
    squared = length if threat.norm == "l2" else length**2
    return ClosestPairs(threat, by_class[found.members], distances, squared, eps)


def _halve_root(square: Fraction) -> Fraction:
    """Half the root, exactly; or the smallest float that is not below it, where no fraction is exact."""
    quarter = square / 4
    whole = Fraction(isqrt(quarter.numerator), isqrt(quarter.denominator))
    if whole**2 == quarter:
        return whole
    near = root(quarter)
    while Fraction(near) ** 2 > quarter:
        near = nextafter(near, 0.0)
    while Fraction(near) ** 2 < quarter:
        near = nextafter(near, float("inf"))
    return Fraction(near)
