"""Which points belong to which interactions, as arrays that are read both ways: by interaction and by point."""

from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64

from motlp.system.compiled import njit
from motlp.system.threads import share, threads_for


class Memberships(NamedTuple):
    """The members of every interaction, and the interactions of every point, in compressed rows.

    The points of interaction A are `points[starts[A]:starts[A + 1]]`, ascending; the interactions of point v are
    `interactions[indptr[v]:indptr[v + 1]]`, ascending.
    """

    starts: Int64[np.ndarray, " interactions+1"]
    points: Int32[np.ndarray, " memberships"]
    indptr: Int64[np.ndarray, " points+1"]
    interactions: Int32[np.ndarray, " memberships"]

    def sum_members(self, values: Float64[np.ndarray, " points"]) -> Float64[np.ndarray, " interactions"]:
        """Σ_{v∈A} values_v for every interaction A."""
        return _reduce(_add_up, self.starts, self.points, values)

    def sum_around(self, values: Float64[np.ndarray, " interactions"]) -> Float64[np.ndarray, " points"]:
        """Σ_{A∋v} values_A for every point v."""
        return _reduce(_add_up, self.indptr, self.interactions, values)

    def largest_member(self, values: Float64[np.ndarray, " points"]) -> Float64[np.ndarray, " interactions"]:
        """max_{v∈A} values_v for every interaction A, at least 0."""
        return _reduce(_find_largest, self.starts, self.points, values)

    def largest_around(self, values: Float64[np.ndarray, " interactions"]) -> Float64[np.ndarray, " points"]:
        """max_{A∋v} values_A for every point v, at least 0."""
        return _reduce(_find_largest, self.indptr, self.interactions, values)


def list_memberships(members: tuple[Int32[np.ndarray, "_ _"], ...], points: int) -> Memberships:
    """The memberships of the interactions; `members` lists them order by order, `points` is the number of points."""
    sizes = np.repeat([rows.shape[1] for rows in members], [len(rows) for rows in members])
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    found, begin = np.empty(starts[-1], np.int32), 0
    for rows in members:
        _sort_members(rows, found[begin : begin + rows.size])
        begin += rows.size
    return Memberships(starts, found, *_transpose(starts, found, points))


def _reduce(kernel, starts, items, values):
    """One number for each group: what the kernel computes from the values of the group's items."""
    made = np.empty(len(starts) - 1)
    share(partial(kernel, starts, items, values, made), len(made), threads_for(len(items)))
    return made


@njit(cache=True, nogil=True)
def _sort_members(rows, found):
    """Writes the points of each interaction in ascending order to `found`, one interaction after the other."""
    start = 0
    for a in range(len(rows)):
        for i in range(rows.shape[1]):
            v, q = rows[a, i], start + i
            while q > start and found[q - 1] > v:
                found[q] = found[q - 1]
                q -= 1
            found[q] = v
        start += rows.shape[1]


@njit(cache=True, nogil=True)
def _transpose(starts, points, count):
    """From the points of each interaction to the interactions of each point."""
    indptr = np.zeros(count + 1, np.int64)
    for v in points:
        indptr[v + 1] += 1
    for v in range(count):
        indptr[v + 1] += indptr[v]
    cursor = indptr[:-1].copy()
    interactions = np.empty(len(points), np.int32)
    for a in range(len(starts) - 1):
        for q in range(starts[a], starts[a + 1]):
            v = points[q]
            interactions[cursor[v]] = a
            cursor[v] += 1
    return indptr, interactions


@njit(cache=True, nogil=True)
def _add_up(starts, items, values, sums, start, stop):
    for i in range(start, stop):
        s = 0.0
        for q in range(starts[i], starts[i + 1]):
            s += values[items[q]]
        sums[i] = s


@njit(cache=True, nogil=True)
def _find_largest(starts, items, values, tops, start, stop):
    for i in range(start, stop):
        top = 0.0
        for q in range(starts[i], starts[i + 1]):
            top = max(top, values[items[q]])
        tops[i] = top
