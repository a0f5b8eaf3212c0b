"""Pairs of points by rank: the heaviest point has rank 0, and each lists those that rank below it."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for


class Ranked(NamedTuple):
    """Pairs by rank: the neighbours of rank r that rank below it are `near[starts[r]:starts[r + 1]]`, ascending.

    `who` names the point of each rank; `far` holds the distances of the pairs.
    """

    who: Int32[np.ndarray, " ranks"]
    starts: Int64[np.ndarray, " ranks+1"]
    near: Int32[np.ndarray, " pairs"]
    far: Float64[np.ndarray, " pairs"]


def rank_pairs(both: Pairs, weight: Float64[np.ndarray, " points"], unit: float) -> Ranked:
    """The pairs of points of positive weight, by rank; their distances are multiplied by `unit`.

    Args:
        both: the pairs, each listed under both of its points.
        weight, unit: a number for each point, and the factor for all distances.
    """
    who = np.argsort(-weight, kind="stable")[: np.count_nonzero(weight > 0)].astype(np.int32)
    rank = np.full(len(weight), -1, np.int32)
    rank[who] = np.arange(len(who), dtype=np.int32)
    threads = threads_for(len(both.indices))
    cuts = np.linspace(0, len(who), threads + 1).astype(np.int64)
    places = np.zeros((threads, len(who)), np.int64)
    share(lambda i, j: [_count(*both, who, rank, places[t], *cuts[t : t + 2]) for t in range(i, j)], threads, threads)
    starts = np.concatenate([[0], np.cumsum(places.sum(axis=0))])
    places = starts[:-1] + np.cumsum(places, axis=0) - places  # where each thread begins to write
    near, far = np.empty(starts[-1], np.int32), np.empty(starts[-1])

    def task(i: int, j: int) -> None:
        for t in range(i, j):
            _list(*both, who, rank, unit, places[t], near, far, *cuts[t : t + 2])

    share(task, threads, threads)
    return Ranked(who, starts, near, far)


@njit(cache=True, nogil=True)
def _count(indptr, indices, distance, who, rank, counts, low, high):
    """Counts for every rank the pairs with ranks below it from low to high - 1."""
    for k in range(low, high):
        for i in indices[indptr[who[k]] : indptr[who[k] + 1]]:
            if 0 <= rank[i] < k:
                counts[rank[i]] += 1


@njit(cache=True, nogil=True)
def _list(indptr, indices, distance, who, rank, unit, place, near, far, low, high):
    """Writes under every rank the ranks below it from low to high - 1, ascending, and the distances."""
    for k in range(low, high):
        for p in range(indptr[who[k]], indptr[who[k] + 1]):
            r = rank[indices[p]]
            if 0 <= r < k:
                near[place[r]], far[place[r]] = k, unit * distance[p]
                place[r] += 1
