"""All pairs of points of different classes within a radius, exactly.

Points are rationals and the limit is a rational, so whether a pair is in has one right answer, and it is given: integers
are compared in integer arithmetic; floats by a float64 distance whose rounding is bounded, and in rational arithmetic
where that bound leaves a doubt.

The search is cut into tiles (a block of points against another). A tile is a task for any `concurrent.futures.Executor`,
and what the tiles find is put together in an order that depends on the points alone.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64, Num
from numba import njit, types
from numba.extending import overload

from motlp.errors import InvalidMeasure, TooManyInteractions

Norm = Literal["l2", "linf", "l1"]
_CODE = {"l2": 2, "l1": 1, "linf": 0}
_LARGEST = 2**63 - 1
_BLOCK_BYTES = 2**21  # a task carries two blocks of points of about this size
_PENDING = 16  # tasks handed out and not yet back


class Pairs(NamedTuple):
    """Cross-class pairs i < j in compressed rows: the neighbours of i are `indices[indptr[i]:indptr[i + 1]]`, ascending.

    `distance` is squared for l2; exact for integer points, else rounded with a relative error of at most (d + 4) 2⁻⁵³.
    """

    indptr: Int64[np.ndarray, "rows"]
    indices: Int32[np.ndarray, "pairs"]
    distance: Int64[np.ndarray, "pairs"] | Float64[np.ndarray, "pairs"]


def pairs_within(
    points: Num[np.ndarray, "points dims"],
    labels: Int32[np.ndarray, "points"],
    limit: Fraction,
    norm: Norm,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
    most: int | None = None,
) -> Pairs:
    """Every pair of points of different labels at a distance of at most `limit` (l2: a squared distance), closed.

    `labels` must not decrease. `executor` runs the tiles (default: threads of this process); whichever it is, the answer
    is the same bit for bit. `progress(done, total)` is called in the calling thread as tiles come back. Raises
    `InvalidMeasure` for points whose distances do not fit 64 bits and `TooManyInteractions` above `most` pairs.
    """
    points = _comparable(points, norm)
    tiles = _tiles(points, labels, limit, norm)
    parts, found = [], 0
    for done, (where, part) in enumerate(_run(tiles, executor), 1):
        parts.append((where, part))
        found += len(part[1])
        if most is not None and found > most:
            raise TooManyInteractions(
                f"more than {most:,} pairs of different classes are within reach of each other "
                f"({found:,} after {done} of {len(tiles)} tiles); lower the budget or raise the limit"
            )
        if progress is not None:
            progress(done, len(tiles))
    return _assemble(parts, points)


def estimate_pairs(
    points: Num[np.ndarray, "points dims"],
    labels: Int32[np.ndarray, "points"],
    limit: Fraction,
    norm: Norm,
    *,
    sample: int = 3000,
    seed: int = 0,
) -> float:
    """Unbiased estimate of the number of pairs that `pairs_within` would find, from `sample`² random pairs.

    Exact where there are no more points than `sample`.
    """
    number = len(points)
    points = _comparable(points, norm)
    if number <= sample:
        rows = columns = np.arange(number)
    else:
        random = np.random.default_rng(seed)
        rows, columns = (np.sort(random.integers(number, size=sample)) for _ in range(2))
    first = np.searchsorted(labels[columns], labels[rows], side="right")
    counts, _, _ = _tile(points[rows], points[columns], first, limit, norm)
    return float(counts.sum()) * (number / max(len(rows), 1)) ** 2


def exact_distance(points: Num[np.ndarray, "points dims"], i: int, j: int, norm: Norm) -> Fraction | int:
    """The distance of two points, squared for l2, as an integer (integer points) or a rational."""
    number: type = int if points.dtype.kind in "biu" else Fraction
    gaps = [abs(number(a) - number(b)) for a, b in zip(points[i].tolist(), points[j].tolist(), strict=True)]
    if norm == "l2":
        return sum((gap * gap for gap in gaps), number(0))
    return sum(gaps, number(0)) if norm == "l1" else max(gaps, default=number(0))


def _comparable(points: np.ndarray, norm: Norm) -> np.ndarray:
    """The same points up to a translation as uint8, int64 or float64, with distances that cannot overflow."""
    if norm not in _CODE:
        raise ValueError(f"norm {norm!r} is none of {', '.join(_CODE)}")
    if points.dtype == np.uint8 or points.size == 0:
        return np.ascontiguousarray(points, np.uint8)
    if points.dtype.kind not in "biuf" or points.dtype.itemsize > 8:
        raise InvalidMeasure(
            f"points of dtype {points.dtype} cannot be compared exactly; give integers or float64"
        )
    low, high = points.min().item(), points.max().item()
    spread = (
        abs(Fraction(high) - Fraction(low)) if np.isfinite([low, high]).all() else Fraction(_LARGEST) ** 99
    )
    furthest = {"l2": points.shape[1] * spread**2, "l1": points.shape[1] * spread, "linf": spread}[norm]
    if furthest > (10**300 if points.dtype.kind == "f" else _LARGEST) or abs(low) > 2**63 <= abs(high):
        raise InvalidMeasure(
            f"points between {low} and {high} are too far apart for 64-bit distances; scale or shift them"
        )
    if points.dtype.kind == "f":
        return np.ascontiguousarray(points, np.float64)
    if spread <= 255:
        return np.ascontiguousarray(points - points.min(), np.uint8)
    return np.ascontiguousarray(points, np.int64)


class _Where(NamedTuple):
    rows: slice
    columns: slice


_Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # pairs a row; columns, ascending in each row; distances
_Task = tuple[_Where, tuple[Any, ...]]  # a place in the plane of pairs, and the arguments of `_tile`


def _tiles(points: np.ndarray, labels: np.ndarray, limit: Fraction, norm: Norm) -> list[_Task]:
    """The blocks of the upper triangle that hold pairs of different classes, from the left in each row of blocks."""
    number = len(points)
    size = int(np.clip(_BLOCK_BYTES // max(points[:1].nbytes, 1), 256, 4096))
    first = np.searchsorted(labels, labels, side="right")
    tasks = []
    for a in range(0, number, size):
        rows = slice(a, min(a + size, number))
        for b in range(first[a] // size * size, number, size):
            columns = slice(b, min(b + size, number))
            start = np.maximum(first[rows] - b, 0)
            tasks.append((_Where(rows, columns), (points[rows], points[columns], start, limit, norm)))
    return tasks


def _run(tasks: list[_Task], executor: Executor | None) -> Iterator[tuple[_Where, _Part]]:
    """Hands out a few tasks at a time and yields what comes back. Cancels the rest when something goes wrong."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(threads) if executor is None else nullcontext(executor) as pool:
        queue = iter(tasks)
        pending: dict[Future[_Part], _Where] = {}
        try:
            while True:
                for where, arguments in queue:
                    pending[pool.submit(_tile, *arguments)] = where
                    if len(pending) >= _PENDING:
                        break
                if not pending:
                    return
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    yield pending.pop(future), future.result()
        finally:
            for future in pending:
                future.cancel()


def _assemble(parts: list[tuple[_Where, _Part]], points: np.ndarray) -> Pairs:
    """Puts the rows of the tiles side by side: the tiles further to the right hold the larger columns."""
    parts.sort(key=lambda part: (part[0].rows.start, part[0].columns.start))
    indptr = np.zeros(len(points) + 1, np.int64)
    for where, (counts, _, _) in parts:
        indptr[1:][where.rows] += counts
    np.cumsum(indptr, out=indptr)
    indices = np.empty(indptr[-1], np.int32)
    distance = np.empty(indptr[-1], np.float64 if points.dtype == np.float64 else np.int64)
    cursor = indptr[:-1].copy()
    while parts:
        where, (counts, columns, gaps) = parts.pop(0)
        before = np.cumsum(counts) - counts
        place = np.repeat(cursor[where.rows] - before, counts) + np.arange(len(columns))
        indices[place] = columns + np.int32(where.columns.start)
        distance[place] = gaps
        cursor[where.rows] += counts
    return Pairs(indptr, indices, distance)


def _tile(x: np.ndarray, y: np.ndarray, first: np.ndarray, limit: Fraction, norm: Norm) -> _Part:
    """The pairs between the rows of `x` and `y[first[i]:]` within the limit."""
    if x.dtype != np.float64:
        bound = np.int64(min(limit.__floor__(), _LARGEST))
        return _brute(x, y, first, bound, _CODE[norm], np.empty(256, np.int64))
    # The computed distance is (1 + θ) times the true one, |θ| ≤ (d + 4) 2⁻⁵³, but for underflow below d 2⁻¹⁰⁷⁴.
    slack = limit * Fraction(x.shape[1] + 4, 2**53) + Fraction(x.shape[1], 2**1074)
    sure, bound = (np.nextafter(_rounded(limit + s * slack), s * np.inf) for s in (-1, 1))
    counts, columns, distance = _brute(x, y, first, bound, _CODE[norm], np.empty(256, np.float64))
    doubtful = np.flatnonzero(distance > sure)
    if len(doubtful):
        rows = np.repeat(np.arange(len(x)), counts)
        keep = np.ones(len(columns), bool)
        for at in doubtful:
            both = np.stack((x[rows[at]], y[columns[at]]))
            keep[at] = exact_distance(both, 0, 1, norm) <= limit
        counts, columns, distance = np.bincount(rows[keep], minlength=len(x)), columns[keep], distance[keep]
    return counts, columns, distance


def _rounded(number: Fraction) -> np.float64:
    return np.float64(float(min(number, Fraction(10) ** 301)))


@njit(cache=True, nogil=True)
def _brute(x, y, first, bound, code, distance):
    """All pairs within `bound`, each distance cut short as soon as it is too large. `distance` gives the dtype."""
    counts = np.zeros(len(x), np.int64)
    columns = np.empty(len(distance), np.int32)
    found = 0
    for i in range(len(x)):
        before = found
        for j in range(first[i], len(y)):
            gap = _gap(x[i], y[j], bound, code)
            if gap <= bound:
                if found == len(columns):
                    columns = np.concatenate((columns, np.empty_like(columns)))
                    distance = np.concatenate((distance, np.empty_like(distance)))
                columns[found] = j
                distance[found] = gap
                found += 1
        counts[i] = found - before
    return counts, columns[:found].copy(), distance[:found].copy()


def _gap(x, y, bound, code):
    """The distance (squared for l2) of two points, or some lower bound of it that is above `bound`."""
    raise NotImplementedError  # compiled only


@overload(_gap)
def _choose_gap(x, y, bound, code):
    return _gap_bytes if x.dtype == types.uint8 else _gap_wide


def _gap_bytes(x, y, bound, code):
    """In 32-bit integers, 64 coordinates at a time: a loop of fixed length becomes a few vector instructions."""
    total = np.int64(0)
    whole = len(x) // 64 * 64
    for start in range(0, whole, 64):
        part = np.int32(0)
        if code == 2:
            for k in range(64):
                t = np.int32(x[start + k]) - np.int32(y[start + k])
                part = np.int32(part + t * t)
            total += part
        elif code == 1:
            for k in range(64):
                part = np.int32(part + abs(np.int32(x[start + k]) - np.int32(y[start + k])))
            total += part
        else:
            for k in range(64):
                part = max(part, np.int32(abs(np.int32(x[start + k]) - np.int32(y[start + k]))))
            total = max(total, np.int64(part))
        if total > bound:
            return total
    for k in range(whole, len(x)):
        t = abs(np.int64(x[k]) - np.int64(y[k]))
        total = total + (t * t if code == 2 else t) if code else max(total, t)
    return total


def _gap_wide(x, y, bound, code):
    """In the type of `bound`, int64 or float64, in a fixed order with four sums side by side."""
    zero = bound - bound
    total = zero
    whole = len(x) // 16 * 16
    for start in range(0, whole, 16):
        a, b, c, d = zero, zero, zero, zero
        for k in range(start, start + 16, 4):
            a = _add(a, x[k] - y[k], code)
            b = _add(b, x[k + 1] - y[k + 1], code)
            c = _add(c, x[k + 2] - y[k + 2], code)
            d = _add(d, x[k + 3] - y[k + 3], code)
        total = total + ((a + b) + (c + d)) if code else max(total, a, b, c, d)
        if total > bound:
            return total
    for k in range(whole, len(x)):
        total = _add(total, x[k] - y[k], code)
    return total


@njit(inline="always")
def _add(total, t, code):
    if code == 2:
        return total + t * t
    return total + abs(t) if code == 1 else max(total, abs(t))
