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


def rank_pairs(pairs: Pairs, weight: Float64[np.ndarray, " points"], unit: float) -> Ranked:
    """The pairs of points of positive weight, by rank; their distances are multiplied by `unit`."""
    who = np.argsort(-weight, kind="stable")[: np.count_nonzero(weight > 0)].astype(np.int32)
    rank = np.full(len(weight), -1, np.int32)
    rank[who] = np.arange(len(who), dtype=np.int32)
    rows = _list_under(_count_followers, _list_followers, len(who), *pairs, rank)
    return Ranked(who, *_list_under(_count_leaders, _list_leaders, len(who), *rows, unit))


def _list_under(count, fill, ranks, *pairs):
    """The pairs in compressed rows: `count` finds how long they are, `fill` writes them; a thread takes some rows."""
    starts = np.zeros(ranks + 1, np.int64)
    count(*pairs, starts[1:])
    np.cumsum(starts, out=starts)
    near, far = np.empty(starts[-1], np.int32), np.empty(starts[-1])
    threads = threads_for(len(near))
    cuts = np.searchsorted(starts, np.linspace(0, starts[-1], threads + 1)[1:-1])
    cuts = np.concatenate([[0], cuts, [ranks]])
    share(lambda i, j: [fill(*pairs, starts, near, far, *cuts[p : p + 2]) for p in range(i, j)], threads, threads)
    return starts, near, far


@njit(cache=True, nogil=True)
def _count_followers(indptr, indices, distance, rank, counts):
    """Counts for every rank the pairs in which it is the lower one."""
    for i in range(len(indptr) - 1):
        if rank[i] >= 0:
            for p in range(indptr[i], indptr[i + 1]):
                if rank[indices[p]] >= 0:
                    counts[max(rank[i], rank[indices[p]])] += 1


@njit(cache=True, nogil=True)
def _list_followers(indptr, indices, distance, rank, starts, near, far, low, high):
    """Writes under every rank from low to high - 1 the ranks above it, in any order."""
    place = starts[low:high].copy()
    for i in range(len(indptr) - 1):
        if rank[i] >= 0:
            for p in range(indptr[i], indptr[i + 1]):
                j = rank[indices[p]]
                below = max(rank[i], j)
                if j >= 0 and low <= below < high:
                    near[place[below - low]] = min(rank[i], j)
                    far[place[below - low]] = distance[p]
                    place[below - low] += 1


@njit(cache=True, nogil=True)
def _count_leaders(indptr, indices, distance, unit, counts):
    """Counts for every rank the pairs in which it is the upper one."""
    for i in indices:
        counts[i] += 1


@njit(cache=True, nogil=True)
def _list_leaders(indptr, indices, distance, unit, starts, near, far, low, high):
    """Writes under every rank from low to high - 1 the ranks below it, ascending, and the distances."""
    place = starts[low:high].copy()
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            j = indices[p]
            if low <= j < high:
                near[place[j - low]] = i
                far[place[j - low]] = unit * distance[p]
                place[j - low] += 1
