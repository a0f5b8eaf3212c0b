"""The pairs that are among the nearest of one of their points."""

import numpy as np

from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit


def keep_nearest(pairs: Pairs, count: int) -> Pairs:
    """The pairs that are among the `count` nearest pairs of at least one of their points; of ties any may be kept."""
    points = len(pairs.indptr) - 1
    heaps = np.full((points, count), np.inf), np.full((points, count), -1, np.int64)
    _find_nearest(*pairs, *heaps)
    kept = np.zeros(len(pairs.indices), bool)
    kept[heaps[1][heaps[1] >= 0]] = True
    starts = np.concatenate([[0], np.cumsum(kept)])[pairs.indptr]
    return Pairs(starts, pairs.indices[kept], pairs.distance[kept])


@njit(cache=True, nogil=True)
def _find_nearest(indptr, indices, distance, farness, place):
    """Fills, for every point, a heap of its nearest pairs, the farthest of them on top."""
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            _offer(distance[p], p, farness[i], place[i])
            _offer(distance[p], p, farness[indices[p]], place[indices[p]])


@njit(cache=True, nogil=True)
def _offer(distance, p, farness, place):
    """Replaces the top of a heap by a pair that is nearer."""
    if distance < farness[0]:
        i = 0
        while 2 * i + 1 < len(farness):
            child = 2 * i + 1
            if child + 1 < len(farness) and farness[child + 1] > farness[child]:
                child += 1
            if farness[child] <= distance:
                break
            farness[i], place[i] = farness[child], place[child]
            i = child
        farness[i], place[i] = distance, p
