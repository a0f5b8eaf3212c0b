"""Sums of squared distances over the pairs of a set: what it costs, under the quadratic cost, to bring it together.

Two floats hold a sum, with about a hundred bits, so that what is made of it is rounded once. Where that leaves a doubt,
rational arithmetic decides.
"""

from fractions import Fraction
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float64, Int32

from motlp.geometry.distance import UNDERFLOW, Points, exact_distance, floats, slack
from motlp.geometry.error_free import two_product, two_sum
from motlp.system.compiled import njit

TIE = 0.5 - 2.0**-40  # of the last place: a value that drops so much may have been rounded the wrong way


def below(
    points: Points,
    members: Int32[np.ndarray, "sets k"],
    sums: Float64[np.ndarray, " sets"],
    bound: Fraction,
) -> Bool[np.ndarray, " sets"]:
    """Where Σ_{u<v} ‖x_u − x_v‖², of which `sums` are rounded values, is below the bound, exactly."""
    limit = float(bound)
    found = sums < limit
    for row in np.flatnonzero(np.abs(sums - limit) <= slack(points, members.shape[1]) * limit + UNDERFLOW):
        found[row] = exact_sum(points, members[row]) < bound
    return found


def costs(
    points: Points,
    members: Int32[np.ndarray, "sets k"],
    sums: Float64[np.ndarray, " sets"],
    factor: Fraction,
) -> Float64[np.ndarray, " sets"]:
    """factor · Σ_{u<v} ‖x_u − x_v‖², rounded to nearest; `sums` are rounded values of the sums."""
    largest = factor.numerator * Fraction(float(sums.max(initial=1.0)))
    if points.dtype.kind != "f" and largest < 2**53 and factor.denominator < 2**53:  # whole but for the division
        return factor.numerator * sums / factor.denominator
    return scaled_sums(points, members, factor)


def scaled_sums(points: Points, members: Int32[np.ndarray, "sets k"], factor: Fraction) -> Float64[np.ndarray, " sets"]:
    """factor · Σ_{u<v} ‖x_u − x_v‖² for every set of members, rounded to nearest."""
    values, doubtful = np.empty(len(members)), np.empty(len(members), bool)
    head = float(factor)
    numbers = points if points.dtype in (np.float32, np.float64) else floats(points)  # no copy of many points
    _scaled_sums(numbers, members, head, float(factor - Fraction(head)), values, doubtful)
    for row in np.flatnonzero(doubtful):
        values[row] = float(factor * exact_sum(points, members[row]))
    return values


def exact_sum(points: Points, members: Int32[np.ndarray, " k"]) -> Fraction:
    """Σ_{u<v} ‖x_u − x_v‖², exactly."""
    pairs = combinations(members.tolist(), 2)
    return sum((Fraction(exact_distance(points, u, v, "l2")) for u, v in pairs), Fraction(0))


@njit(cache=True, nogil=True)
def _scaled_sums(points, members, head, tail, values, doubtful):
    """Fill in the sums times head + tail, and for which of them the rounding is in doubt."""
    for row in range(len(members)):
        high = low = 0.0
        for i in range(members.shape[1]):
            for j in range(i):
                for d in range(points.shape[1]):
                    gap, rest = two_sum(np.float64(points[members[row, i], d]), -np.float64(points[members[row, j], d]))
                    square, error = two_product(gap, gap)
                    high, carry = two_sum(high, square)
                    low += carry + (error + 2.0 * gap * rest)
        high, low = two_sum(high, low)
        value, error = two_product(high, head)
        values[row], dropped = two_sum(value, error + (high * tail + low * head))
        place = values[row] - np.nextafter(values[row], 0.0)  # below a power of two it is half of that above
        doubtful[row] = dropped != 0.0 and abs(dropped) >= TIE * place
