"""Sums of squared distances over the pairs of a set, in twice the working precision.

With error-free sums and products (T. J. Dekker, "A floating-point technique for extending the available
precision", 1971) the result carries about a hundred bits, so that what is made of it is rounded once.
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Float64, Int32, Num

from motlp.compiled import njit


def scaled_sums(
    points: Num[np.ndarray, "points dims"], members: Int32[np.ndarray, "sets k"], factor: Fraction
) -> Float64[np.ndarray, " sets"]:
    """factor · Σ_{u<v} ‖x_u − x_v‖² for every set of members, rounded to nearest."""
    values = np.empty(len(members))
    head = float(factor)
    _scaled_sums(floats(points), members, head, float(factor - Fraction(head)), values)
    return values


def floats(points: Num[np.ndarray, "points dims"]) -> Float64[np.ndarray, "points dims"]:
    """The points; integers with every coordinate moved to begin at zero, exact where it spreads over less than 2⁵³.

    Coordinates may be of very different sizes, such as a time stamp beside a pixel: each is moved on its own.
    """
    if points.dtype.kind == "f":
        return points.astype(np.float64)
    return (points.astype(np.int64) - points.min(axis=0).astype(np.int64)).astype(np.float64)


@njit(cache=True, nogil=True)
def _scaled_sums(points, members, head, tail, values):
    for row in range(len(members)):
        high = low = 0.0
        for i in range(members.shape[1]):
            for j in range(i):
                for d in range(points.shape[1]):
                    gap, rest = _sum(points[members[row, i], d], -points[members[row, j], d])
                    square, error = _product(gap, gap)
                    high, carry = _sum(high, square)
                    low += carry + (error + 2.0 * gap * rest)
        high, low = _sum(high, low)
        value, error = _product(high, head)
        values[row] = value + (error + (high * tail + low * head))


@njit(cache=True, nogil=True)
def _sum(a, b):
    """a + b rounded, and the error made."""
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
