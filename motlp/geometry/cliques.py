"""Growing sets of points one point at a time, from the pairs that are close.

Under a ball every subset of an interaction is one. So a set of k + 1 points is found as two sets of k points
that share all but their last points, which are a pair. Sorted, such *siblings* stand together; and the
neighbours of a set's last point that end a sibling of it give the candidates: nothing else is looked at.

Under the quadratic cost a useful set need only have some useful subset, and grows by any common neighbour.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit

BLOCK = 1 << 14
"""Candidates handed on at a time: few enough to stay in the processor's cache."""


def faces_of(pairs: Pairs) -> Int32[np.ndarray, "pairs 2"]:
    """The pairs as sets of two points, sorted."""
    rows = np.repeat(np.arange(len(pairs.indptr) - 1, dtype=np.int32), np.diff(pairs.indptr))
    return np.stack([rows, pairs.indices], axis=1)


def sort_rows(rows: Int32[np.ndarray, "sets k"]) -> tuple[Int64[np.ndarray, " sets"], Bool[np.ndarray, " sets"]]:
    """The order of the rows that sorts them, and which of them, in that order, are the same as the one before."""
    order = np.lexsort(rows.T[::-1])
    again = np.zeros(len(rows), bool)
    again[1:] = (rows[order[1:]] == rows[order[:-1]]).all(axis=1)
    return order, again


def cofaces(
    faces: Int32[np.ndarray, "faces k"],
    pairs: Pairs,
    start: int,
    stop: int,
    threshold: float = np.inf,
    error: float = 0.0,
) -> Iterator[tuple[Int32[np.ndarray, "candidates k+1"], Float64[np.ndarray, "candidates _"]]]:
    """Candidates that extend faces[start:stop] beyond their last point, sorted, a block at a time.

    Args:
        faces: all sets of k points that are in, sorted; for k = 2 those of `faces_of(pairs)`.
        pairs: the pairs that are in.
        start, stop: the part of the faces to extend.
        threshold: distances being squared Euclidean ones, leaves out sets that hold a triangle whose
            squared radius is clearly larger; every pair is known to have a smaller one.
        error: relative error of radii worked out from the distances.

    Yields:
        members, and the distances between them, pairs in the order of `itertools.combinations`. The
        arrays are overwritten by the next block.
    """
    k = faces.shape[1]
    room = max(BLOCK, int(np.diff(pairs.indptr).max(initial=0)))
    members = np.empty((room, k + 1), np.int32)
    distances = np.empty((room, k * (k + 1) // 2))
    sibling, common = np.full(len(pairs.indptr) - 1, -1, np.int32), np.empty(room, np.int64)
    while start < stop:
        count, start = _join(faces, start, stop, *pairs, 1.0 / threshold, error, sibling, common, members, distances)
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
def _too_wide(a, b, c, error):
    """Whether the triangle with squared sides a, b, c is acute and has abc / 16 area² > 1 beyond doubt.

    One whose true sides make it right or obtuse never is: its longest side has c <= 4, and 16 area² falls
    short of 4ab by the square of a rounding error only.
    """
    total = a + b + c
    area = 2.0 * (a * b + b * c + c * a) - (a * a + b * b + c * c)
    acute = total > 2.0 * max(a, b, c)
    return acute & (a * b * c * (1.0 - error) > area + error * total * total)


@njit(cache=True, nogil=True)
def _join(faces, face, stop, indptr, indices, distance, scale, error, sibling, common, members, distances):
    """Fills the arrays while there is room for all that a face may give; returns the count and the next face.

    sibling[v] is the set that ends in v and shares all but the last point with the face at hand, or -1.
    """
    k = faces.shape[1]
    count, first, end = 0, face, face
    inner = np.empty(k - 1)  # distances of the last point of the face to the others
    outer = np.empty(k - 1)  # and of the newcomer
    while face < stop:
        if face >= end:
            for other in range(first, end):
                sibling[faces[other, k - 1]] = -1
            first = face
            while end < len(faces) and (end == face or _siblings(faces, face, end)):
                sibling[faces[end, k - 1]] = end
                end += 1
        last = faces[face, k - 1]
        if count + indptr[last + 1] - indptr[last] > len(members):
            break
        shared = 0
        for place in range(indptr[last], indptr[last + 1]):
            common[shared] = place
            shared += sibling[indices[place]] >= 0  # no branch to mispredict
        for i in range(k - 1):
            inner[i] = distance[face] if k == 2 else _distance(indptr, indices, distance, faces[face, i], last)
        for place in common[:shared]:
            point = indices[place]
            across = float(distance[place])
            wide = False
            for i in range(k - 1):
                if k == 2:
                    outer[i] = distance[sibling[point]]
                else:
                    outer[i] = _distance(indptr, indices, distance, faces[face, i], point)
                wide |= _too_wide(scale * inner[i], scale * outer[i], scale * across, error)
            if wide:
                continue
            entry = 0
            for i in range(k - 1):
                members[count, i] = faces[face, i]
                for j in range(i + 1, k - 1):
                    distances[count, entry] = _distance(indptr, indices, distance, faces[face, i], faces[face, j])
                    entry += 1
                distances[count, entry] = inner[i]
                distances[count, entry + 1] = outer[i]
                entry += 2
            distances[count, entry] = across
            members[count, k - 1] = last
            members[count, k] = point
            count += 1
        face += 1
    for other in range(first, end):
        sibling[faces[other, k - 1]] = -1
    return count, face


@njit(cache=True, nogil=True)
def _siblings(faces, a, b):
    """Whether two sets share all but their last points."""
    for i in range(faces.shape[1] - 1):  # noqa: SIM110, as numba compiles no all()
        if faces[a, i] != faces[b, i]:
            return False
    return True


def extensions(
    faces: Int32[np.ndarray, "faces k"], pairs: Pairs, start: int, stop: int, limit: float, error: float
) -> Iterator[tuple[Int32[np.ndarray, "candidates k+1"], Float64[np.ndarray, " candidates"]]]:
    """Sets of pairwise close points that leave one of faces[start:stop] when they lose their outermost point.

    The outermost point has the largest sum of squared distances to the others, that is, it is the farthest from the
    mean; of several, the last.

    Args:
        faces: sets of k points.
        pairs: the close pairs, with the neighbours of a point listed on either side of it.
        start, stop: the part of the faces to extend.
        limit: leaves out sets whose squared distances sum to more.
        error: relative error of the sums, 0 if there is none. Points whose sums differ by less are all taken for the
            outermost one, and a set may come more than once.

    Yields:
        members, ascending, and the sum of the squared distances over all pairs, a block at a time. The arrays are
        overwritten by the next block.
    """
    k = faces.shape[1]
    room = max(BLOCK, int(np.diff(pairs.indptr).max(initial=0)))
    members, sums = np.empty((room, k + 1), np.int32), np.empty(room)
    near, centre = np.full((len(pairs.indptr) - 1, k), np.inf), np.full(k, -1)
    while start < stop:
        count, start = _extend(faces, start, stop, *pairs, limit, error, near, centre, members, sums)
        yield members[:count], sums[:count]


@njit(cache=True, nogil=True)
def _extend(faces, face, stop, indptr, indices, distance, limit, error, near, centre, members, sums):
    """Fills the arrays while there is room for all that a face may give; returns the count and the next face.

    near[v, i] is the squared distance from v to centre[i], the i-th point of the face at hand, or infinite.
    """
    k = faces.shape[1]
    count = 0
    inner = np.empty(k)  # sums of the distances from each point of the face to the others
    while face < stop:
        last = faces[face, k - 1]
        if count + indptr[last + 1] - indptr[last] > len(members):
            break
        for i in range(k):
            if centre[i] != faces[face, i]:
                if centre[i] >= 0:
                    for place in range(indptr[centre[i]], indptr[centre[i] + 1]):
                        near[indices[place], i] = np.inf
                centre[i] = faces[face, i]
                for place in range(indptr[centre[i]], indptr[centre[i] + 1]):
                    near[indices[place], i] = float(distance[place])
        within = 0.0
        for i in range(k):
            inner[i] = 0.0
            for j in range(k):
                if j != i:
                    inner[i] += near[faces[face, j], i]
            within += 0.5 * inner[i]
        for place in range(indptr[last], indptr[last + 1]):
            point = indices[place]
            reach = 0.0
            for i in range(k):
                reach += near[point, i]
            if within + reach > limit:
                continue
            outermost, bound = True, reach * (1.0 + error)
            for i in range(k):
                sum_i = inner[i] + near[point, i]
                outermost &= sum_i < bound or (sum_i == bound and faces[face, i] < point)
            if not outermost:
                continue
            i = k
            while i > 0 and faces[face, i - 1] > point:
                members[count, i] = faces[face, i - 1]
                i -= 1
            members[count, i] = point
            for j in range(i):
                members[count, j] = faces[face, j]
            sums[count] = within + reach
            count += 1
        face += 1
    return count, face
