"""Growing sets of points one point at a time, from the pairs that are close.

Under a ball every subset of an interaction is one. So a set of k + 1 points is found as two sets of k points that differ
in the last one, whose two last points are a pair: the sets of one order, sorted, list for each set the *siblings* that
share all but the last point, and the join walks two ascending lists, the siblings beyond a set and the neighbours of its
last point. What fits pairwise and in these two facets is a candidate, and only candidates are ever looked at.

Under the quadratic cost only some subset of a useful set need be useful, so there a set grows by any common neighbour.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64, Int32
from numba import njit

from motlp.geometry.pairs import Pairs

BLOCK = 1 << 15
"""Candidates worked on at a time: few enough to stay in the processor's cache."""


def faces_of(pairs: Pairs) -> Int32[np.ndarray, "pairs 2"]:
    """The pairs as sets of two points, sorted."""
    rows = np.repeat(np.arange(len(pairs.indptr) - 1, dtype=np.int32), np.diff(pairs.indptr))
    return np.stack([rows, pairs.indices], axis=1)


def cofaces(
    faces: Int32[np.ndarray, "faces k"], pairs: Pairs, start: int, stop: int
) -> Iterator[tuple[Int32[np.ndarray, "candidates k+1"], Float64[np.ndarray, "candidates _"]]]:
    """Candidates that extend faces[start:stop] beyond their last point, in lexicographic order, a block at a time.

    Args:
        faces: all sets of k points that are in, sorted; for k = 2 those of `faces_of(pairs)`.
        pairs: the pairs that are in.
        start, stop: the part of the faces to extend.

    Yields:
        members, and the distances between them, pairs in the order of `itertools.combinations`. The arrays are
        overwritten by the next block.
    """
    k = faces.shape[1]
    room = max(BLOCK, int(np.diff(pairs.indptr).max(initial=0)))
    members = np.empty((room, k + 1), np.int32)
    distances = np.empty((room, k * (k + 1) // 2))
    while start < stop:
        count, start = _join(
            faces, start, stop, pairs.indptr, pairs.indices, pairs.distance, members, distances
        )
        yield members[:count], distances[:count]


@njit(cache=True, nogil=True)
def _distance(indptr, indices, distance, u, v):
    """Distance of the pair u < v, which is there."""
    low, high = indptr[u], indptr[u + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if indices[middle] < v:
            low = middle + 1
        else:
            high = middle
    return float(distance[low])


@njit(cache=True, nogil=True)
def _join(faces, face, stop, indptr, indices, distance, members, distances):
    """Fills the arrays as long as there is room for all that a face may give; returns the count and the next face."""
    k = faces.shape[1]
    count, end = 0, face
    known = np.empty(k * (k + 1) // 2)  # distances of the candidate at hand
    while face < stop:
        if face >= end:  # siblings end here
            end = face + 1
            while end < len(faces) and np.all(faces[end, : k - 1] == faces[face, : k - 1]):
                end += 1
        last = faces[face, k - 1]
        here, there, final = face + 1, indptr[last], indptr[last + 1]
        if count + min(end - here, final - there) > len(members):
            break
        fresh = True
        while here < end and there < final:
            point, other = faces[here, k - 1], indices[there]
            if point < other:
                here += 1
            elif point > other:
                there += 1
            else:
                if fresh:
                    fresh = False
                    entry = 0
                    for i in range(k):
                        for j in range(i + 1, k):
                            known[entry] = _distance(
                                indptr, indices, distance, faces[face, i], faces[face, j]
                            )
                            entry += 1
                        entry += 1
                entry = -1
                for i in range(k - 1):
                    entry += k - i
                    known[entry] = (
                        float(distance[here])
                        if k == 2
                        else _distance(indptr, indices, distance, faces[face, i], point)
                    )
                known[entry + 1] = float(distance[there])
                members[count, :k] = faces[face]
                members[count, k] = point
                distances[count] = known
                count += 1
                here += 1
                there += 1
        face += 1
    return count, face


def extensions(
    faces: Int32[np.ndarray, "faces k"], pairs: Pairs, start: int, stop: int
) -> Iterator[tuple[Int32[np.ndarray, "candidates k+1"], Float64[np.ndarray, " candidates"]]]:
    """Sets of k + 1 points, all pairs close, that have one of faces[start:stop] as the facet opposite their outermost point.

    The outermost point has the largest sum of distances to the others, which for squared distances makes it the one
    farthest from the mean. Up to rounding: a set with ties may come more than once.

    Args:
        faces: sets of k points.
        pairs: the close pairs in both directions: rows list neighbours on either side.
        start, stop: the part of the faces to extend.

    Yields:
        members, ascending, and the sum of the distances over all pairs. The arrays are overwritten by the next block.
    """
    k = faces.shape[1]
    room = max(BLOCK, int(np.diff(pairs.indptr).max(initial=0)))
    members, sums = np.empty((room, k + 1), np.int32), np.empty(room)
    while start < stop:
        count, start = _extend(faces, start, stop, pairs.indptr, pairs.indices, pairs.distance, members, sums)
        yield members[:count], sums[:count]


@njit(cache=True, nogil=True)
def _extend(faces, face, stop, indptr, indices, distance, members, sums):
    """Fills the arrays as long as there is room for all that a face may give; returns the count and the next face."""
    k = faces.shape[1]
    count = 0
    inner, outer = (
        np.empty(k),
        np.empty(k),
    )  # sums of the distances from each member, without and with the newcomer
    while face < stop:
        fewest = faces[face, 0]
        for i in range(k):
            u = faces[face, i]
            inner[i] = 0.0
            for j in range(k):
                if j != i:
                    inner[i] += _distance(indptr, indices, distance, u, faces[face, j])
            if indptr[u + 1] - indptr[u] < indptr[fewest + 1] - indptr[fewest]:
                fewest = u
        if count + indptr[fewest + 1] - indptr[fewest] > len(members):
            break
        for place in range(indptr[fewest], indptr[fewest + 1]):
            point = indices[place]
            reach, common = 0.0, True
            for i in range(k):
                u = faces[face, i]
                at = indptr[u] + np.searchsorted(indices[indptr[u] : indptr[u + 1]], point)
                if at == indptr[u + 1] or indices[at] != point:
                    common = False
                    break
                outer[i] = inner[i] + float(distance[at])
                reach += float(distance[at])
            if not common or reach * (1.0 + 1e-9) < outer.max():
                continue
            i = k
            while i > 0 and faces[face, i - 1] > point:
                members[count, i] = faces[face, i - 1]
                i -= 1
            members[count, i] = point
            members[count, :i] = faces[face, :i]
            sums[count] = 0.5 * (reach + outer.sum())
            count += 1
        face += 1
    return count, face
