"""Sets of points that are given: which of them fit into a ball, and what they cost, computed from their points.

An enumeration looks at all points. This looks at the points of the given sets only, so its time grows as their number.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float64, Int32

from motlp.geometry.distance import (
    CODE,
    LARGEST,
    LARGEST_INTEGER,
    UNDERFLOW,
    Norm,
    Points,
    as_blocks,
    comparable,
    diameter,
    separation,
    slack,
)
from motlp.geometry.exact import decide, radius_squared, root
from motlp.geometry.moments import below, costs
from motlp.system.compiled import njit
from motlp.system.threads import thread_count

Sets = Int32[np.ndarray, "sets k"]
T = TypeVar("T")
Found = tuple[Float64[np.ndarray, " sets"], Bool[np.ndarray, " sets"]]

CHUNK = 1 << 14  # sets looked at in one go


def fit_balls(points: Points, members: Sets, norm: Norm, radius: Fraction) -> Found:
    """The births of sets of two or more points, and which of them fit into a ball of this radius, exactly.

    `points` are at a scale that suits twice the radius (see `scale`).
    """
    bound, error = float(min(diameter(radius, norm), LARGEST)), slack(points, members.shape[1])

    def look(some: Sets, distances: Float64[np.ndarray, "sets pairs"]) -> Found:
        births, fits = np.full(len(some), np.inf), np.zeros(len(some), bool)
        close = (distances * (1 + error) + UNDERFLOW <= bound).all(axis=1)
        births[close], fits[close] = decide(points, norm, radius, some[close], distances[close])
        for row in np.flatnonzero(~close & (distances * (1 - error) - UNDERFLOW <= bound).all(axis=1)):
            square = radius_squared(points[some[row]], norm)
            births[row], fits[row] = root(square), square <= radius**2
        return births, fits

    return gather(points, members, norm, look)


def price(points: Points, members: Sets, factor: Fraction) -> Found:
    """factor · Σ_{u<v} ‖x_u − x_v‖² / k of sets of k points, and which of them are below k − 1, exactly.

    `points` are at a scale at which such costs are of the order of 1.
    """
    k = members.shape[1]

    def look(some: Sets, distances: Float64[np.ndarray, "sets pairs"]) -> Found:
        sums = distances.sum(axis=1)
        return costs(points, some, sums, factor / k), below(points, some, sums, k * (k - 1) / factor)

    return gather(points, members, "l2", look)


def gather(points: Points, members: Sets, norm: Norm, look: Callable[[Sets, np.ndarray], Found]) -> Found:
    """What look(sets, distances) returns, for all sets; pairs are in the order of `itertools.combinations`."""
    empty = np.empty(0), np.empty(0, bool)
    births, fits = zip(empty, *look_at(points, members, norm, look), strict=True)
    return np.concatenate(births), np.concatenate(fits)


def look_at(points: Points, members: Sets, norm: Norm, look: Callable[[Sets, np.ndarray], T]) -> list[T]:
    """What look(sets, distances) returns of some sets after the others, in their order."""
    blocks = as_blocks(comparable(points, norm))
    pairs = members.shape[1] * (members.shape[1] - 1) // 2
    bound = np.float64(np.finfo(float).max) if points.dtype.kind == "f" else np.int64(LARGEST_INTEGER)

    def task(start: int) -> T:
        some = members[start : start + CHUNK]
        distances = np.empty((len(some), pairs))
        _fill_distances(blocks, some, CODE[norm], bound, distances)
        return look(some, distances)

    with ThreadPoolExecutor(thread_count()) as pool:
        return list(pool.map(task, range(0, len(members), CHUNK)))


@njit(cache=True, nogil=True)
def _fill_distances(x, members, code, bound, distances):
    """Fill in the distances (squared for l2) between the members of each set; `bound` is above all of them."""
    for row in range(len(members)):
        entry = 0
        for i in range(members.shape[1]):
            for j in range(i + 1, members.shape[1]):
                distances[row, entry] = separation(x[members[row, i]], x[members[row, j]], bound, code)
                entry += 1
