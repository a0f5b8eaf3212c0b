"""Two blocks of points against each other: all pairs of different classes within a limit, exactly.

Points are rationals and the limit is a rational, so whether a pair is in has one right answer, and it is given:
integers are compared in integer arithmetic; floats by a float64 distance whose rounding is bounded, and in rational
arithmetic where that bound leaves a doubt. Sketches of the points (see `sketch.py`), where there are any, discard most
pairs beforehand and never one that is in.
"""

from fractions import Fraction
from typing import Literal

import numpy as np
from jaxtyping import Int64, Num
from numba import types
from numba.extending import overload

from motlp.errors import InvalidMeasure
from motlp.geometry.sketch import COARSE, FINE, LANES, ROWS, Reach, Sketch, compare, lowest_bit
from motlp.system.compiled import njit

Norm = Literal["l2", "linf", "l1"]
Points = Num[np.ndarray, "points dims"]
Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # pairs a row; columns, ascending in each row; distances

CODE = {"l2": 2, "l1": 1, "linf": 0}
_BLOCK: dict[type, int] = {np.uint8: 64, np.int64: 4, np.float64: 4}  # coordinates that the kernels take at a time
_LARGEST = 2**63 - 1


def exact_distance(points: Points, i: int, j: int, norm: Norm) -> Fraction | int:
    """The distance of two points, squared for l2, as an integer (integer points) or a rational."""
    whole, step = integers(points[[i, j]])
    gaps = [abs(a - b) for a, b in zip(*whole.tolist(), strict=True)]
    if norm == "l2":
        return sum(gap * gap for gap in gaps) * step**2
    return (sum(gaps) if norm == "l1" else max(gaps, default=0)) * step


def integers(points: Points) -> tuple[np.ndarray, Fraction | int]:
    """The points as exact integers (Python's, of any size) times a step."""
    if points.dtype.kind != "f":
        return points.astype(object), 1
    mantissas, exponents = np.frexp(points.astype(np.float64))
    lowest = int(exponents.min(initial=0)) - 53
    whole = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
    return whole * 2 ** (exponents.astype(object) - 53 - lowest), Fraction(2) ** lowest


def comparable(points: Points, norm: Norm) -> Num[np.ndarray, "points padded"]:
    """Points of type uint8, int64 or float64 with the same distances: shifted, with zeros appended for the kernels.

    Raises:
        InvalidMeasure: the distances do not fit 64 bits.
    """
    if norm not in CODE:
        raise ValueError(f"norm is {norm!r}; it must be one of {', '.join(CODE)}.")
    if points.dtype == np.uint8:
        return _padded(points, np.uint8)
    if points.dtype.kind not in "biuf" or points.dtype.itemsize > 8:
        raise InvalidMeasure(f"points are of type {points.dtype}; give integers, or floats of up to 64 bits.")
    low, high = (points.min().item(), points.max().item()) if points.size else (0, 0)
    fits = bool(np.isfinite([low, high]).all())
    if fits:
        spread = Fraction(high) - Fraction(low)
        furthest = {"l2": points.shape[1] * spread**2, "l1": points.shape[1] * spread, "linf": spread}[norm]
        fits = furthest <= 10**300 if points.dtype.kind == "f" else max(furthest, abs(low), abs(high)) <= _LARGEST
    if not fits:
        raise InvalidMeasure(
            f"points lie between {low} and {high}: their distances do not fit 64 bits; scale or shift them."
        )
    if points.dtype.kind == "f":
        return _padded(points, np.float64)
    if spread <= 255:
        return _padded(points - points.dtype.type(low), np.uint8)
    return _padded(points, np.int64)


def _padded(points: Points, dtype: type) -> Num[np.ndarray, "points padded"]:
    """Zeros appended to fill the last block: they change no distance, and leave the kernels no tail."""
    number, dims = points.shape
    padded = -(-dims // _BLOCK[dtype]) * _BLOCK[dtype]
    if padded == dims:
        return np.ascontiguousarray(points, dtype)
    longer = np.zeros((number, padded), dtype)
    longer[:, :dims] = points
    return longer


def as_blocks(points: Num[np.ndarray, "points padded"]) -> Num[np.ndarray, "points blocks block"]:
    """Comparable points as the kernels take them: so many coordinates at a time."""
    return points.reshape(len(points), -1, _BLOCK[points.dtype.type])


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
    """The pairs between the rows of `x` and `y[first[i]:]` within the limit."""
    real, dims = x.dtype == np.float64, x.shape[1]
    if real:
        # The computed distance is (1 + θ) times the true one, |θ| ≤ (d + 4) 2⁻⁵³, but for underflow below d 2⁻¹⁰⁷⁴.
        slack = limit * Fraction(dims + 4, 2**53) + Fraction(dims, 2**1074)
        sure, bound = (np.nextafter(_rounded(limit + s * slack), s * np.inf) for s in (-1, 1))
    else:
        bound = np.int64(min(max(limit.__floor__(), -1), _LARGEST))
    room = np.empty(256, np.float64 if real else np.int64)
    arguments = (
        as_blocks(x),
        as_blocks(y),
        first,
        bound,
        CODE[norm],
        room,
    )
    if rows is None:
        counts, near, distance = _brute(*arguments)
    else:
        counts, near, distance = _search(*arguments, rows, columns, reach)
    if real and len(doubtful := np.flatnonzero(distance > sure)):
        owner = np.repeat(np.arange(len(x)), counts)
        keep = np.ones(len(near), bool)
        for at in doubtful:
            keep[at] = exact_distance(np.stack((x[owner[at]], y[near[at]])), 0, 1, norm) <= limit
        counts, near, distance = np.bincount(owner[keep], minlength=len(x)), near[keep], distance[keep]
    return counts, near, distance


def _rounded(number: Fraction) -> np.float64:
    return np.float64(float(min(number, Fraction(10) ** 301)))


@njit(cache=True, nogil=True)
def _brute(x, y, first, bound, code, distance):
    """All pairs within `bound`, each distance cut short when it is too large. `distance` gives the type."""
    counts = np.zeros(len(x), np.int64)
    near = np.empty(len(distance), np.int32)
    found = 0
    for i in range(len(x)):
        before = found
        for j in range(first[i], len(y)):
            gap = separation(x[i], y[j], bound, code)
            if gap <= bound:
                if found == len(near):
                    near, distance = _doubled(near), _doubled(distance)
                near[found] = j
                distance[found] = gap
                found += 1
        counts[i] = found - before
    return counts, near[:found], distance[:found]


@njit(cache=True, nogil=True)
def _search(x, y, first, bound, code, distance, rows, columns, reach):
    """The same pairs, looking at a pair only if the sketches of the two allow it: first the coarse, then the fine."""
    counts = np.zeros(len(x), np.int64)
    near = np.empty(len(distance), np.int32)
    panels = len(columns.coarse)
    close = np.zeros((ROWS, panels), np.uint16)  # bit b: the coarse sketches allow column p · LANES + b
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
            number = _listed(close[i - group], begin, maybe)
            number = _close(rows.fine[i], columns.fine, reach.fine, first[i], maybe, number)
            before = found
            for n in range(number):
                gap = separation(x[i], y[maybe[n]], bound, code)
                if gap <= bound:
                    if found == len(near):
                        near, distance = _doubled(near), _doubled(distance)
                    near[found] = maybe[n]
                    distance[found] = gap
                    found += 1
            counts[i] = found - before
    return counts, near[:found], distance[:found]


@njit(cache=True, nogil=True)
def _listed(close, begin, maybe):
    """Lists in `maybe` the columns whose bit is set, and returns how many."""
    number = 0
    for p in range(begin, len(close)):
        bits = np.uint64(close[p])
        while bits:
            maybe[number] = p * LANES + lowest_bit(bits)  # type: ignore[call-arg]
            number += 1
            bits &= bits - np.uint64(1)
    return number


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _close(z, fine, reach, first, maybe, number):
    """Keeps in `maybe` the columns from `first` on whose fine sketches are within reach of `z`."""
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
def _doubled(array):
    longer = np.empty(2 * len(array), array.dtype)
    for n in range(len(array)):
        longer[n] = array[n]
    return longer


def separation(x, y, bound, code):
    """The distance (squared for l2) of two points, given as blocks, or a lower bound of it that is above `bound`."""
    raise NotImplementedError  # compiled only


@overload(separation)
def _choose_separation(x, y, bound, code):
    return _gap_bytes if x.dtype == types.uint8 else _gap_wide


def _gap_bytes(x, y, bound, code):
    """Blocks of 64 in 32-bit integers: loops of fixed length, without a tail, become a few vector instructions."""
    total = np.int64(0)
    for block in range(len(x)):
        u, v = x[block], y[block]
        part = np.int32(0)
        if code == 2:
            for k in range(64):
                t = np.int32(u[k]) - np.int32(v[k])
                part = np.int32(part + t * t)
            total += part
        elif code == 1:
            for k in range(64):
                part = np.int32(part + abs(np.int32(u[k]) - np.int32(v[k])))
            total += part
        else:
            for k in range(64):
                part = np.int32(max(part, abs(np.int32(u[k]) - np.int32(v[k]))))
            total = max(total, np.int64(part))
        if block % 4 == 3 and total > bound:
            break
    return total


def _gap_wide(x, y, bound, code):
    """Blocks of 4 in the type of `bound`, int64 or float64: four sums side by side, in a fixed order."""
    a = b = c = d = bound - bound
    for block in range(len(x)):
        u, v = x[block], y[block]
        a = _add(a, u[0] - v[0], code)
        b = _add(b, u[1] - v[1], code)
        c = _add(c, u[2] - v[2], code)
        d = _add(d, u[3] - v[3], code)
        if block % 8 == 7 and ((a + b) + (c + d) if code else max(a, b, c, d)) > bound:
            break
    return (a + b) + (c + d) if code else max(a, b, c, d)


@njit(inline="always")
def _add(total, t, code):
    if code == 2:
        return total + t * t
    return total + abs(t) if code == 1 else max(total, abs(t))
