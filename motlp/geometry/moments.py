"""Sums of squared distances over the pairs of a set: what it costs, under the quadratic cost, to bring it together.

With error-free sums and products (T. J. Dekker, "A floating-point technique for extending the available
precision", 1971) a sum carries about a hundred bits, so that what is made of it is rounded once. Where that leaves a
doubt, rational arithmetic decides.
"""

from fractions import Fraction
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float64, Int32, Num

from motlp.geometry.tile import exact_distance
from motlp.system.compiled import njit

UNDERFLOW = 1e-300  # what sums of this size may be off by, beside rounding
TIE = 0.5 - 2.0**-40  # of the last place: what is dropped, if it is so much, may have been rounded the wrong way


def below(
    points: Num[np.ndarray, "points dims"],
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
    points: Num[np.ndarray, "points dims"],
    members: Int32[np.ndarray, "sets k"],
    sums: Float64[np.ndarray, " sets"],
    factor: Fraction,
) -> Float64[np.ndarray, " sets"]:
    """factor · Σ_{u<v} ‖x_u − x_v‖², rounded to nearest; `sums` are rounded values of the sums."""
    largest = factor.numerator * Fraction(float(sums.max(initial=1.0)))
    if points.dtype.kind != "f" and largest < 2**53 and factor.denominator < 2**53:  # whole but for the division
        return factor.numerator * sums / factor.denominator
    return scaled_sums(points, members, factor)


def scaled_sums(
    points: Num[np.ndarray, "points dims"], members: Int32[np.ndarray, "sets k"], factor: Fraction
) -> Float64[np.ndarray, " sets"]:
    """factor · Σ_{u<v} ‖x_u − x_v‖² for every set of members, rounded to nearest."""
    values, doubtful = np.empty(len(members)), np.empty(len(members), bool)
    head = float(factor)
    _scaled_sums(floats(points), members, head, float(factor - Fraction(head)), values, doubtful)
    for row in np.flatnonzero(doubtful):
        values[row] = float(factor * exact_sum(points, members[row]))
    return values


def exact_sum(points: Num[np.ndarray, "points dims"], members: Int32[np.ndarray, " k"]) -> Fraction:
    """Σ_{u<v} ‖x_u − x_v‖², exactly."""
    pairs = combinations(members.tolist(), 2)
    return sum((Fraction(exact_distance(points, u, v, "l2")) for u, v in pairs), Fraction(0))


def floats(points: Num[np.ndarray, "points dims"]) -> Float64[np.ndarray, "points dims"]:
    """The points; integers with every coordinate moved to begin at zero, exact where it spreads over less than 2⁵³.

    Coordinates may be of very different sizes, such as a time stamp beside a pixel: each is moved on its own.
    """
    if points.dtype.kind == "f":
        return points.astype(np.float64)
    return (points.astype(np.int64) - points.min(axis=0).astype(np.int64)).astype(np.float64)


def slack(points: Num[np.ndarray, "points dims"], order: int) -> float:
    """Bound on the relative error of radii and sums worked out from rounded squared distances.

    All are sums of nonnegative products, which magnify the relative error of a distance (u = 2⁻⁵³ after
    rounding to float64, at most (d + 4)u where its coordinates are rounded) no more than fourfold, differences
    and quotients included; the sums add a few u for each member.
    """
    return (4 * (points.shape[1] + 4) + 8 * order + 64) * 2.0**-53


@njit(cache=True, nogil=True)
def _scaled_sums(points, members, head, tail, values, doubtful):
    for row in range(len(members)):
        high = low = 0.0
        for i in range(members.shape[1]):
            for j in range(i):
                for d in range(points.shape[1]):
                    gap, rest = two_sum(points[members[row, i], d], -points[members[row, j], d])
                    square, error = _product(gap, gap)
                    high, carry = two_sum(high, square)
                    low += carry + (error + 2.0 * gap * rest)
        high, low = two_sum(high, low)
        value, error = _product(high, head)
        values[row], dropped = two_sum(value, error + (high * tail + low * head))
        place = values[row] - np.nextafter(values[row], 0.0)  # below a power of two it is half of that above
        doubtful[row] = dropped != 0.0 and abs(dropped) >= TIE * place


@njit(cache=True, nogil=True)
def two_sum(a, b):
    """a + b rounded, and the error made, which is a float as well."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@njit(cache=True, nogil=True)
def _product(a, b):
    """a · b rounded, and the error made."""
    a_high, b_high = 134217729.0 * a, 134217729.0 * b  # 2²⁷ + 1 splits 53 bits in two halves
    a_high, b_high = a_high - (a_high - a), b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    product = a * b
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
