"""The k-th smallest distance of some pairs, exactly, and the pairs that are not farther apart."""

from fractions import Fraction

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from motlp.geometry.distance import UNDERFLOW, Norm, Points, exact_distance
from motlp.geometry.error_free import two_sum
from motlp.system.compiled import njit

Members = Int32[np.ndarray, "pairs 2"]
Smallest = tuple[Fraction, Bool[np.ndarray, " pairs"]]  # the distance of a rank, and which pairs are within it


def smallest(gaps: Int64[np.ndarray, " pairs"] | Float64[np.ndarray, " pairs"], rank: int) -> float:
    """The number of this rank; the first is 1."""
    return np.partition(gaps, rank - 1)[rank - 1].item()


def smallest_whole(gaps: Int64[np.ndarray, " pairs"], rank: int) -> Smallest:
    """Of distances that are whole numbers."""
    distance = smallest(gaps, rank)
    return Fraction(distance), gaps <= distance


def smallest_sum(
    points: Points, members: Members, gaps: Float64[np.ndarray, " pairs"], rank: int, norm: Norm
) -> Smallest:
    """Of distances in l1, or squared in l2, that were added up in floating point, at any scale.

    They have a relative error of at most (d + 4) 2⁻⁵³, and that of underflow: it leaves a doubt only beside the rank.
    """
    near, error = smallest(gaps, rank), 4 * (points.shape[1] + 4) * 2.0**-53
    kept = gaps < near * (1 - error) - 4 * UNDERFLOW
    doubtful = np.flatnonzero(~kept & (gaps <= near * (1 + error) + 4 * UNDERFLOW))
    exact = [Fraction(exact_distance(points, i, j, norm)) for i, j in members[doubtful].tolist()]
    distance = sorted(exact)[rank - np.count_nonzero(kept) - 1]
    kept[doubtful] = [one <= distance for one in exact]
    return distance, kept


def smallest_box(points: Points, members: Members, rank: int) -> Smallest:
    """Of distances of floats in linf, where many may be equal.

    A distance is the difference of two floats: that is one float, rounded, and another for the error of rounding.
    As rounding keeps the order, the first ones decide, and the second ones where the first are equal.
    """
    rows, where = np.unique(members, return_inverse=True)
    gaps, errors = np.zeros(len(members)), np.zeros(len(members))
    _measure_boxes(points[rows].astype(np.float64), where.reshape(-1, 2), gaps, errors)
    last = np.lexsort((errors, gaps))[rank - 1]
    gap, error = gaps[last], errors[last]
    return Fraction(gap) + Fraction(error), (gaps < gap) | ((gaps == gap) & (errors <= error))


@njit(cache=True, nogil=True)
def _measure_boxes(points, members, gaps, errors):
    """Writes the largest difference of coordinates of every pair, rounded, and the error that rounding made."""
    for n in range(len(members)):
        x, y = points[members[n, 0]], points[members[n, 1]]
        for k in range(len(x)):
            gap, error = two_sum(max(x[k], y[k]), -min(x[k], y[k]))
            if gap > gaps[n] or (gap == gaps[n] and error > errors[n]):
                gaps[n], errors[n] = gap, error
