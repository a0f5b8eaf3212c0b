"""Two blocks of points against each other: all pairs of different classes within a limit, exactly.

Points are rationals and the limit is a rational, so there is one right answer for every pair, and it is given: integers
are compared in integer arithmetic, floats by a float64 distance with a bound on its rounding, and in rational
arithmetic where that bound leaves a doubt. A screen (see `panels.py`), where there is one, discards most pairs
beforehand, but never one that is within the limit.
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Int64, Num

from motlp.geometry.distance import CODE, LARGEST, LARGEST_INTEGER, Norm, as_blocks, separation
from motlp.geometry.panels import LANES, ROWS, Screen
from motlp.geometry.screen import first_look, list_columns, second_look
from motlp.geometry.ties import decide_ties
from motlp.system.compiled import njit

Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # of each pair its row, its column, both ascending, and its distance


def tile(
    x: Num[np.ndarray, "rows dims"],
    y: Num[np.ndarray, "columns dims"],
    first: Int64[np.ndarray, " rows"],
    limit: Fraction,
    norm: Norm,
    rows: Screen | None = None,
    columns: Screen | None = None,
) -> Part:
    """The pairs of a row x[i] and a column of y[first[i]:] that are within the limit."""
    real, dims, limit = x.dtype.kind == "f", x.shape[1], max(limit, Fraction(-1))
    if real:
        # The computed distance is (1 + θ) times the true one, |θ| ≤ (d + 4) 2⁻⁵³, but for underflow below d 2⁻¹⁰⁷⁴.
        error = limit * Fraction(dims + 4, 2**53) + Fraction(dims, 2**1074)
        sure, bound = (np.nextafter(_round(limit + s * error), s * np.inf) for s in (-1, 1))
    else:
        bound = np.int64(min(max(limit.__floor__(), -1), LARGEST_INTEGER))
    room = np.empty(256, np.float64 if real else np.int64)
    arguments = as_blocks(x), as_blocks(y), first, bound, CODE[norm], room
    if rows is None:
        counts, near, distance = _look_at_all(*arguments)
    else:
        counts, near, distance = _search(*arguments, rows, columns)
    owner = np.repeat(np.arange(len(x), dtype=np.int32), counts)
    if real and len(doubtful := np.flatnonzero(distance > sure)):
        keep = np.ones(len(near), bool)
        keep[doubtful] = decide_ties(x, y, owner[doubtful], near[doubtful], limit, norm)
        owner, near, distance = owner[keep], near[keep], distance[keep]
    return owner, near, distance


def _round(number: Fraction) -> np.float64:
    return np.float64(float(min(number, LARGEST)))


@njit(cache=True, nogil=True)
def _look_at_all(x, y, first, bound, code, distance):
    """All pairs within `bound`, the sum of a distance given up when it is too large. `distance` gives the type."""
    counts = np.zeros(len(x), np.int64)
    near = np.empty(len(distance), np.int32)
    found = 0
    for i in range(len(x)):
        before = found
        for j in range(first[i], len(y)):
            gap = separation(x[i], y[j], bound, code)
            if gap <= bound:
                if found == len(near):
                    near, distance = _double(near), _double(distance)
                near[found] = j
                distance[found] = gap
                found += 1
        counts[i] = found - before
    return counts, near[:found], distance[:found]


@njit(cache=True, nogil=True)
def _search(x, y, first, bound, code, distance, rows, columns):
    """The same pairs; two points are looked at only if the screen does not tell them apart."""
    counts = np.zeros(len(x), np.int64)
    near = np.empty(len(distance), np.int32)
    panels = len(columns.coarse)
    close = np.zeros((ROWS, panels), np.uint16)
    maybe = np.empty(panels * LANES + 1, np.int32)
    found = 0
    for group in range(0, len(x), ROWS):
        begin = first[group] // LANES
        first_look(rows, columns, code, group, begin, close)
        for i in range(group, min(group + ROWS, len(x))):
            number = list_columns(close[i - group], begin, first[i], maybe)
            number = second_look(rows, columns, code, i, maybe, number)
            before = found
            for n in range(number):
                gap = separation(x[i], y[maybe[n]], bound, code)
                if gap <= bound:
                    if found == len(near):
                        near, distance = _double(near), _double(distance)
                    near[found] = maybe[n]
                    distance[found] = gap
                    found += 1
            counts[i] = found - before
    return counts, near[:found], distance[:found]


@njit(cache=True, nogil=True)
def _double(array):
    longer = np.empty(2 * len(array), array.dtype)
    for n in range(len(array)):
        longer[n] = array[n]
    return longer
