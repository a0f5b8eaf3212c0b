"""The pairs that are among the nearest of one of their points."""

import numpy as np

from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit

BINS = 256  # of distances, in which the pairs of every point are counted


def keep_nearest(pairs: Pairs, count: int) -> Pairs:
    """The pairs that are among the `count` nearest ones of at least one of their points, and a few more.

    How far these reach is known up to a 256th of the largest distance.
    """
    points = len(pairs.indptr) - 1
    width = float(pairs.distance.max(initial=0)) / (BINS - 1) or 1.0
    counts = np.zeros((points, BINS), np.int32)
    _count(*pairs, width, counts)
    last = (np.cumsum(counts, axis=1) < count).sum(axis=1)
    kept = np.empty(len(pairs.indices), bool)
    _keep(*pairs, width, last, kept)
    starts = np.concatenate([[0], np.cumsum(kept)])[pairs.indptr]
    return Pairs(starts, pairs.indices[kept], pairs.distance[kept])


@njit(cache=True, nogil=True)
def _count(indptr, indices, distance, width, counts):
    """Counts the pairs of every point by their distance."""
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            bin = min(int(distance[p] / width), BINS - 1)
            counts[i, bin] += 1
            counts[indices[p], bin] += 1


@njit(cache=True, nogil=True)
def _keep(indptr, indices, distance, width, last, kept):
    """Marks the pairs that are in the last bin of one of their points, or in one before it."""
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            kept[p] = min(int(distance[p] / width), BINS - 1) <= max(last[i], last[indices[p]])
