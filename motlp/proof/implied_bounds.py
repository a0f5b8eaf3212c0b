"""Bounds on the columns of a linear program that its rows imply.

A row Σ_k a_k x_k ≤ b leaves a_j x_j no more room than b − Σ_{k≠j} min a_k x_k, which is finite where the other
columns are bounded on the side that matters. So the bounds of some columns imply those of others, and the rows are
looked at several times. Each bound is rounded outwards, with an a-priori bound on the error of the sum: a sum of n
floats has an error of at most n u Σ|x|, u = 2⁻⁵³, in whatever order they are added. Source: A. Brearley, G. Mitra,
H. Williams, "Analysis of mathematical programming problems prior to applying the simplex algorithm" (1975).
"""

from math import inf

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float64

from motlp.proof.bounds import FEW, UNIT_ROUNDOFF

PASSES = 10  # more would hardly bound another column
SMALLEST = 5e-324  # more than what an underflow loses


def tighten_columns(
    matrix: sp.csc_array,
    row_lower: Float64[np.ndarray, " rows"],
    row_upper: Float64[np.ndarray, " rows"],
    lower: Float64[np.ndarray, " columns"],
    upper: Float64[np.ndarray, " columns"],
) -> tuple[Float64[np.ndarray, " columns"], Float64[np.ndarray, " columns"]]:
    """Lower and upper bounds that every x with row_lower ≤ matrix x ≤ row_upper, lower ≤ x ≤ upper satisfies.

    The rows are looked at once, and again while a column gains its first bound on a side. The matrix holds no zeros,
    and sides without a bound are ∓∞.
    """
    values, rows, counts = matrix.data, matrix.indices, np.diff(matrix.indptr)
    columns, filled = np.repeat(np.arange(len(counts)), counts), counts > 0
    starts = matrix.indptr[:-1][filled]
    for _ in range(PASSES if len(values) else 0):
        former = np.isinf(lower).sum() + np.isinf(upper).sum()
        least, most = lower[columns], upper[columns]
        below, above = np.full(len(values), -inf), np.full(len(values), inf)
        for sign, sides in ((1.0, row_upper), (-1.0, -row_lower)):
            factors = sign * values
            with np.errstate(over="ignore", invalid="ignore"):
                limits = find_room(factors, rows, sides, least, most) / factors
            above = np.where(factors > 0, np.fmin(above, np.nextafter(limits, inf)), above)
            below = np.where(factors < 0, np.fmax(below, np.nextafter(limits, -inf)), below)
        lower, upper = lower.copy(), upper.copy()
        lower[filled] = np.maximum(lower[filled], np.maximum.reduceat(below, starts))
        upper[filled] = np.minimum(upper[filled], np.minimum.reduceat(above, starts))
        if np.isinf(lower).sum() + np.isinf(upper).sum() == former:
            break
    return lower, upper


def find_room(
    factors: Float64[np.ndarray, " entries"],
    rows: np.ndarray,
    sides: Float64[np.ndarray, " rows"],
    least: Float64[np.ndarray, " entries"],
    most: Float64[np.ndarray, " entries"],
) -> Float64[np.ndarray, " entries"]:
    """The most that factor × x can be at each entry of rows Σ factor × x ≤ side, rounded up; ∞ where nothing is known.

    Args:
        rows: the row of each entry.
        least, most: the bounds of the column of each entry.
    """
    smallest = factors * np.where(factors > 0, least, most)
    unbounded = ~np.isfinite(smallest)
    smallest[unbounded] = 0.0

    def add(terms: np.ndarray) -> np.ndarray:
        return np.bincount(rows, terms, len(sides))

    count, size = add(np.ones(len(rows))), add(np.abs(smallest)) + np.abs(sides)
    error = (count + FEW) * (UNIT_ROUNDOFF * size + SMALLEST)
    room = np.nextafter(sides[rows] - (add(smallest)[rows] - smallest) + error[rows], inf)
    known = np.isfinite(room) & (add(unbounded)[rows] == unbounded)
    return np.where(known, room, inf)
