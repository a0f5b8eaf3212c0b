"""Two blocks of points against each other: all pairs of different classes within a limit, exactly.

Points are rationals and the limit is a rational, so there is one right answer for every pair, and it is given: integers
are compared in integer arithmetic, floats by a float64 distance with a bound on its rounding, and in rational
arithmetic where that bound leaves a doubt. Sketches of the points (see `sketch.py`), where there are any, discard most
pairs beforehand, but never one that is within the limit.
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Int64, Num

from motlp.geometry.distance import CODE, LARGEST, LARGEST_INTEGER, Norm, as_blocks, exact_distance, separation
from motlp.geometry.instructions import compare, lowest_bit
from motlp.geometry.sketch import COARSE, FINE, LANES, ROWS, Reach, Sketch
from motlp.system.compiled import njit

Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # pairs a row; columns, ascending in each row; distances


def tile(
    x: Num[np.ndarray, "rows dims"],
    y: Num[np.ndarray, "columns dims"],
    first: Int64[np.ndarray, " rows"],
    limit: Fraction,
    norm: Norm,
    rows: Sketch | None = None,
    columns: Sketch | None = None,
    reach: Reach | None = None,
) -> Part:
    """The pairs of a row x[i] and a column of y[first[i]:] that are within the limit."""
    real, dims = x.dtype == np.float64, x.shape[1]
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
        counts, near, distance = _search(*arguments, rows, columns, reach)
    if real and len(doubtful := np.flatnonzero(distance > sure)):
        owner = np.repeat(np.arange(len(x)), counts)
        keep = np.ones(len(near), bool)
        for at in doubtful:
            keep[at] = exact_distance(np.stack((x[owner[at]], y[near[at]])), 0, 1, norm) <= limit
        counts, near, distance = np.bincount(owner[keep], minlength=len(x)), near[keep], distance[keep]
    return counts, near, distance


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
def _search(x, y, first, bound, code, distance, rows, columns, reach):
    """The same pairs; two points are looked at only if their coarse, and then their fine, sketches are close."""
    counts = np.zeros(len(x), np.int64)
    near = np.empty(len(distance), np.int32)
    panels = len(columns.coarse)
    close = np.zeros((ROWS, panels), np.uint16)  # bit b: the coarse sketch is close to that of column p · LANES + b
    floor = np.empty(ROWS, np.float32)
    maybe = np.empty(panels * LANES + 1, np.int32)
    found = 0
    for group in range(0, len(x), ROWS):
        begin = first[group] // LANES
        block, lane = group // LANES, group % LANES
        for r in range(ROWS):
            floor[r] = rows.half[block, lane + r] - reach.coarse
        for p in range(begin, panels):
            compare(  # type: ignore[call-arg]
                rows.coarse.ctypes.data + 4 * (block * COARSE * LANES + lane),
                columns.coarse.ctypes.data + 4 * p * COARSE * LANES,
                columns.half.ctypes.data + 4 * p * LANES,
                floor.ctypes.data,
                close.ctypes.data + 2 * p,
                2 * panels,
            )
        for i in range(group, min(group + ROWS, len(x))):
            number = _list_columns(close[i - group], begin, maybe)
            number = _keep_close(rows.fine[i], columns.fine, reach.fine, first[i], maybe, number)
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
def _list_columns(close, begin, maybe):
    """List in `maybe` the columns whose bit is set, and return how many they are."""
    number = 0
    for p in range(begin, len(close)):
        bits = np.uint64(close[p])
        while bits:
            maybe[number] = p * LANES + lowest_bit(bits)  # type: ignore[call-arg]
            number += 1
            bits &= bits - np.uint64(1)
    return number


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _keep_close(z, fine, reach, first, maybe, number):
    """Keep in `maybe` the columns from `first` on whose fine sketches are within reach of `z`."""
    kept = 0
    for n in range(number):
        j = maybe[n]
        total = np.float32(0)
        for k in range(FINE):
            t = z[k] - fine[j, k]
            total += t * t
        maybe[kept] = j
        kept += (total <= reach) & (j >= first)
    return kept


@njit(cache=True, nogil=True)
def _double(array):
    longer = np.empty(2 * len(array), array.dtype)
    for n in range(len(array)):
        longer[n] = array[n]
    return longer
