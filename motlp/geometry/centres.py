"""Places where sets of points meet, in whole numbers, so that it takes one inequality a point to see that they do.

In l2 the place is Σ λ_v x_v / Σ λ_v with whole weights λ. Rounded weights do for most sets, as their balls have room to
spare. Where they do not, the weights are those of the smallest ball, exactly. In l1 the place itself is found.
"""

from fractions import Fraction
from itertools import combinations
from math import lcm

import numpy as np
from jaxtyping import Float64, Int32, Shaped

from motlp.geometry import enclosing_l1
from motlp.geometry.distance import LARGEST, UNDERFLOW, Points, exact_distance, integers, slack
from motlp.geometry.enclosing import fill_square, walk
from motlp.geometry.exact import exact_ball
from motlp.geometry.fits import look_at
from motlp.system.compiled import njit

Sets = Int32[np.ndarray, "sets k"]
Whole = list[list[int]]  # rows of whole numbers of any size

SCALES = 2.0**6, 2.0**14, 2.0**30  # to which weights are rounded, small ones first


def weigh_centres(points: Points, members: Sets, radius: Fraction) -> Whole:
    """Whole weights λ ≥ 0 of a place that no point of its set is farther from than the radius, in l2.

    Args:
        points: at a scale that suits twice the radius (see `scale`).
        members: sets of points that fit into a ball of this radius.
        radius: in the unit of the points.

    Raises:
        ValueError: a set does not fit.
    """
    threshold = float(min(radius**2, LARGEST)) * (1.0 - 2.0**-50)
    error = slack(points, members.shape[1])

    def look(some: Sets, distances: Float64[np.ndarray, "sets pairs"]) -> Whole:
        weights, proved = np.zeros(some.shape, np.int64), np.zeros(len(some), bool)
        _round_weights(distances, np.array(SCALES), threshold, 1.0 + error, UNDERFLOW, weights, proved)
        found: Whole = [row.tolist() for row in weights]
        for row in np.flatnonzero(~proved).tolist():
            found[row] = exact_weights(points, some[row], radius)
        return found

    return [row for rows in look_at(points, members, "l2", look) for row in rows]


@njit(cache=True, nogil=True, error_model="numpy")
def _round_weights(distances, scales, threshold, rounding, underflow, whole, proved):
    """Fill in whole weights of centres, and for which sets these are known to be near enough to all points."""
    k = whole.shape[1]
    D, weights = np.zeros((k, k)), np.empty(k)
    for row in range(len(distances)):
        fill_square(distances[row], D)
        if not D.any():  # one place
            whole[row, 0], proved[row] = 1, True
            continue
        walk(D, np.inf, weights)
        for scale in scales:
            rounded = np.rint(weights * scale)
            rounded /= rounded.sum()
            pull = D @ rounded
            if (pull.max() - 0.5 * (rounded @ pull)) * rounding + underflow <= threshold:
                for v in range(k):
                    whole[row, v] = np.int64(np.rint(weights[v] * scale))
                proved[row] = True
                break


def exact_weights(points: Points, some: Int32[np.ndarray, " k"], radius: Fraction) -> list[int]:
    """Whole weights of the centre of the smallest l2 ball around points, which has at most this radius."""
    between = {pair: exact_distance(points, *pair, "l2") for pair in combinations(some.tolist(), 2)}
    D = [[between.get((u, v), between.get((v, u), 0)) for v in some.tolist()] for u in some.tolist()]
    square, weights = exact_ball(D)
    if square > radius**2:
        raise ValueError(f"the points {some.tolist()} do not fit into a ball of radius {float(radius):g}")
    parts = lcm(*(weight.denominator for weight in weights))
    return [int(weight * parts) for weight in weights]


def find_centres(points: Points, members: Sets, radius: Fraction) -> tuple[Whole, list[int]]:
    """For each set a place that none of its points is farther from than the radius, in l1.

    Returns:
        for each set whole numbers, one a coordinate, and the number to divide them by; in the unit of the points.

    Raises:
        ValueError: a set does not fit.
    """
    found = [find_centre(points[some], radius) for some in members]
    return [place for place, _ in found], [parts for _, parts in found]


def find_centre(some: Points, radius: Fraction) -> tuple[list[int], int]:
    """A place that no point is farther from than the radius, in l1: whole numbers, and what to divide them by."""
    if len(some) > 3:
        least, centre = enclosing_l1.smallest_ball(some)
        if least > radius:
            raise ValueError(f"{len(some)} points do not fit into an l1 ball of radius {float(radius):g}")
        parts = lcm(*(Fraction(entry).denominator for entry in centre))
        return [int(entry * parts) for entry in centre], parts
    x, step = integers(some)
    reach = radius / Fraction(step)
    place = meet_at_median(x * reach.denominator, reach.numerator) * Fraction(step).numerator
    return place.tolist(), reach.denominator * Fraction(step).denominator


def meet_at_median(x: Shaped[np.ndarray, "k dims"], reach: int) -> Shaped[np.ndarray, " dims"]:
    """A place at most so far from each of three points, in l1 and whole numbers of Python, if every two can meet.

    No point is farther from the coordinatewise median m than that, or just one is; then it is a place on the way from m
    to that one (see `radius_squared`), which leads along one coordinate after the other.
    """
    median = np.sort(x, axis=0)[len(x) // 2]
    gaps = np.abs(x - median).sum(axis=1)
    far = int(np.argmax(gaps))
    way = x[far] - median
    before = np.cumsum(np.abs(way)) - np.abs(way)
    steps = np.minimum(np.maximum(gaps[far] - reach - before, 0), np.abs(way))
    place = median + np.where(way < 0, -steps, steps)
    if np.abs(x - place).sum(axis=1).max() > reach:
        raise ValueError("three points do not fit into an l1 ball")
    return place
