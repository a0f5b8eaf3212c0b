"""Points near other points: all within a limit of each query, and the nearest one, exactly.

Queries and points are rationals, and so is the limit, so there is one right answer, and it is given: the queries stand
before the points, as a class of their own, and `pairs_within` finds the pairs of the two. Some queries at a time are
looked at, fewer where there are many pairs, and one alone in whole numbers of any size where 64 bits do not hold its
distances.

The nearest point of a query is among those within a limit, as soon as there are any. So the limit is one that suffices
for most of the queries, by a few of them chosen at random, and those that are left take the next one.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64, Num

from motlp.errors import InvalidMeasure, TooManyInteractions, arg
from motlp.geometry.distance import LARGEST, LARGEST_INTEGER, UNDERFLOW, Norm, Points, exact_distance, integers
from motlp.geometry.limits import reach_of, scale_limit
from motlp.geometry.pairs import Pairs, pairs_within
from motlp.geometry.scale import scale

TOGETHER = 1 << 14  # queries that are looked at together
ROOM = 1 << 23  # pairs that are held at a time
SAMPLE, FEW = 32, 64  # queries whose nearest points are looked for among all; and when there are no more of them
MOST = Fraction(3, 4)  # of the queries, for which the next limit suffices, by the sample
BLOCK = 1 << 20  # coordinates of any size that are compared at a time

Queries = Num[np.ndarray, "queries dims"]
Both = Num[np.ndarray, "both dims"]  # the queries, and then the points
Nearest = Int64[np.ndarray, " queries"]


class Near(NamedTuple):
    """The points within a limit of some queries, boundary included.

    Attributes:
        starts, points: those of query q are points[starts[q]:starts[q + 1]], ascending.
        share: how much of the limit each of these distances is (l2: squared), rounded.
        nearest: the nearest point of each query, the first of several; -1 where none is within the limit.
    """

    starts: Int64[np.ndarray, " queries+1"]
    points: Int32[np.ndarray, " pairs"]
    share: Float64[np.ndarray, " pairs"]
    nearest: Nearest


def find_near(queries: Queries, points: Points, limit: Fraction, norm: Norm) -> Iterator[tuple[slice, Near]]:
    """The points within a limit of each query (l2: a squared distance), for some queries after the others.

    Args:
        queries, points: integers or floats of up to 64 bits, in one unit.
        limit: the largest distance, squared for l2.
        norm: "l2", "linf" or "l1".
    """
    waiting = [slice(start, min(start + TOGETHER, len(queries))) for start in range(0, len(queries), TOGETHER)]
    while waiting:
        where = waiting.pop(0)
        try:
            near = _look(queries[where], points, limit, norm)
        except (InvalidMeasure, TooManyInteractions):
            if where.stop - where.start > 1:
                middle = (where.start + where.stop) // 2
                waiting[:0] = slice(where.start, middle), slice(middle, where.stop)
                continue
            near = _look_exactly(queries[where], points, limit, norm)
        yield where, near


def find_nearest(queries: Queries, points: Points, norm: Norm) -> Nearest:
    """The nearest point of each query, the first of several that are equally near."""
    nearest, random = np.full(len(queries), -1), np.random.default_rng(0)
    left = np.arange(len(queries))
    while len(left):
        sample = left if len(left) <= FEW else np.sort(random.choice(left, SAMPLE, replace=False))
        everything = _largest_distance(queries[sample], points, norm)
        for where, near in find_near(queries[sample], points, everything, norm):
            nearest[sample[where]] = near.nearest
        left = left[nearest[left] < 0]
        if len(left):
            pairs = ((queries[q : q + 1], points[nearest[q], None]) for q in sample.tolist())
            reach = sorted(Fraction(exact_distance(join(query, point), 0, 1, norm)) for query, point in pairs)
            for where, near in find_near(queries[left], points, reach[int(MOST * len(reach)) - 1], norm):
                nearest[left[where]] = near.nearest
            left = left[nearest[left] < 0]
    return nearest


def join(queries: Queries, points: Points) -> Both:
    """The queries and then the points, in one type that holds all of them exactly.

    Raises:
        InvalidMeasure: there is none of 64 bits.
    """
    types = queries.dtype, points.dtype
    dtype = np.result_type(*types)
    if dtype.kind == "f":  # of integers beside floats, or of signed ones beside unsigned ones of 64 bits
        real = any(kind.kind == "f" for kind in types)
        dtype, most = np.dtype(np.float64 if real else np.int64), 2**53 if real else LARGEST_INTEGER
        for array in (queries, points):
            if array.dtype.kind != "f" and max(abs(int(array.min(initial=0))), int(array.max(initial=0))) > most:
                raise InvalidMeasure(f"{arg('X')} holds integers that no {dtype} holds beside the other numbers.")
    return np.concatenate([queries.astype(dtype, copy=False), points.astype(dtype, copy=False)])


def _largest_distance(queries: Queries, points: Points, norm: Norm) -> Fraction:
    """A distance, squared for l2, that none between a query and a point exceeds."""
    ends = [end.item() for array in (queries, points) for end in (array.min(), array.max())]
    spread, dims = Fraction(max(ends)) - Fraction(min(ends)), points.shape[1]
    return {"l2": dims * spread**2, "l1": dims * spread, "linf": spread}[norm]


def _look(queries: Queries, points: Points, limit: Fraction, norm: Norm) -> Near:
    """The points within the limit of queries that are looked at together.

    Raises:
        InvalidMeasure: 64 bits do not hold the distances.
        TooManyInteractions: there are too many pairs for several queries.
    """
    both, number = join(queries, points), len(queries)
    scaled = scale(both, reach_of(limit, norm))
    reach = scale_limit(limit, scaled, norm)
    labels = (np.arange(len(both)) >= number).astype(np.int32)
    pairs = pairs_within(scaled.points, labels, reach, norm, most=max(ROOM, len(points)))
    starts, near = pairs.indptr[: number + 1], pairs.indices - np.int32(number)
    share = pairs.distance / float(min(reach, LARGEST)) if reach else np.zeros(len(near))
    return Near(starts, near, share, _choose_nearest(pairs, both, number, norm))


def _choose_nearest(pairs: Pairs, both: Both, number: int, norm: Norm) -> Int64[np.ndarray, " number"]:
    """The nearest point of each query among its pairs, decided exactly where floats leave a doubt."""
    nearest, counts = np.full(number, -1), np.diff(pairs.indptr[: number + 1])
    some = np.flatnonzero(counts)
    if not len(some):
        return nearest
    least = np.minimum.reduceat(pairs.distance, pairs.indptr[some])
    if both.dtype.kind == "f":
        least = least * (1.0 + 4 * (both.shape[1] + 4) * 2.0**-53) + UNDERFLOW
    close = np.flatnonzero(pairs.distance <= np.repeat(least, counts[some]))
    owner = np.searchsorted(pairs.indptr, close, side="right") - 1
    queries, first, tied = np.unique(owner, return_index=True, return_counts=True)
    nearest[queries] = pairs.indices[close[first]]
    if both.dtype.kind == "f":
        for at in np.flatnonzero(tied > 1):
            among = pairs.indices[close[first[at] : first[at] + tied[at]]]
            nearest[queries[at]] = _choose_exactly(both, queries[at], among, norm)
    nearest[some] -= number
    return nearest


def _choose_exactly(both: Both, query: np.integer, among: Int32[np.ndarray, " _"], norm: Norm) -> int:
    """The nearest of some points, the first of several; of equal points only the first is looked at."""
    _, first = np.unique(both[among], axis=0, return_index=True)
    different = among[np.sort(first)].tolist()
    if len(different) == 1:
        return different[0]
    return min(different, key=lambda point: exact_distance(both, int(query), point, norm))


def _look_exactly(query: Num[np.ndarray, "1 dims"], points: Points, limit: Fraction, norm: Norm) -> Near:
    """The points within the limit of one query, in whole numbers of any size."""
    exact: list[Fraction] = []
    rows = max(BLOCK // points.shape[1], 1)
    for start in range(0, len(points), rows):
        (q, unit), (x, step) = integers(query), integers(points[start : start + rows])
        fine = Fraction(min(unit, step))
        gaps = np.abs(q * int(unit / fine) - x * int(step / fine))
        if norm == "l2":
            gaps, fine = gaps * gaps, fine**2
        exact += [fine * gap for gap in (gaps.max(axis=1) if norm == "linf" else gaps.sum(axis=1))]
    near = [point for point, distance in enumerate(exact) if distance <= limit]
    share = [float(exact[point] / limit) if limit else 0.0 for point in near]
    nearest = min(near, key=exact.__getitem__, default=-1)
    return Near(np.array([0, len(near)]), np.array(near, np.int32), np.array(share, float), np.array([nearest]))
