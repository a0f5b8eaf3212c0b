"""Whether floats that rounding leaves in doubt are within a limit, exactly, also where many are just that far apart.

A distance in l∞ is the difference of two floats: one float, rounded, and another for the error of rounding. In the
other norms the sum of differences, or of their squares, is often two floats exactly, too: those of numbers with few
digits, among which equal distances are common. The sum is kept as two floats, with a note of whether any addition lost
something. Each value that occurs is then compared with the limit once, as a rational; and each pair whose sum lost
something by itself.
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Bool, Float, Int, Int32

from motlp.geometry.distance import CODE, Norm, exact_distance
from motlp.geometry.error_free import two_product, two_sum
from motlp.system.compiled import njit

SAFE = 2.0**-450  # the square of a smaller difference may have a rounding error that no float holds


def decide_ties(
    x: Float[np.ndarray, "rows dims"],
    y: Float[np.ndarray, "columns dims"],
    rows: Int32[np.ndarray, " pairs"],
    columns: Int[np.ndarray, " pairs"],
    limit: Fraction,
    norm: Norm,
) -> Bool[np.ndarray, " pairs"]:
    """Which of the pairs of a row of x and a column of y are within the limit (l2: a squared distance)."""
    sums, lost = np.empty((len(rows), 2)), np.empty(len(rows), bool)
    _add_up(x, y, rows, columns, CODE[norm], sums, lost)
    values, which = np.unique(sums[~lost], axis=0, return_inverse=True)
    within = np.empty(len(rows), bool)
    fits = np.array([Fraction(high) + Fraction(low) <= limit for high, low in values.tolist()], bool)
    within[~lost] = fits[which.reshape(-1)]
    for at in np.flatnonzero(lost):
        within[at] = exact_distance(np.stack((x[rows[at]], y[columns[at]])), 0, 1, norm) <= limit
    return within


@njit(cache=True, nogil=True)
def _add_up(x, y, rows, columns, code, sums, lost):
    """Fills in the distances, squared for l2, as two floats each, and for which of them these are not exact."""
    for n in range(len(rows)):
        high = low = 0.0
        inexact = False
        for k in range(x.shape[1]):
            u, v = np.float64(x[rows[n], k]), np.float64(y[columns[n], k])
            gap, rest = two_sum(max(u, v), -min(u, v))
            if code == 0:
                if gap > high or (gap == high and rest > low):
                    high, low = gap, rest
                continue
            if code == 2:
                inexact |= rest != 0.0 or 0.0 < gap < SAFE
                gap, rest = two_product(gap, gap)
            high, carry = two_sum(high, gap)
            low, error = two_sum(low, carry)
            inexact |= error != 0.0
            low, error = two_sum(low, rest)
            inexact |= error != 0.0
        sums[n, 0], sums[n, 1] = high, low
        lost[n] = inexact
