"""Growing sets of points one point at a time, where every subset of a valid set is valid, as under a ball.

So a set of k + 1 points is found as two sets of k points that share all but their last points, which are a pair. Where
the sets are sorted, such *siblings* stand together. The last point of a set has neighbours; those with which a sibling
of the set ends give the candidates, and nothing else is looked at.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64, Int32

from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit

BLOCK = 1 << 14  # candidates handed on at a time: few enough to stay in the cache of the processor


def faces_of(pairs: Pairs) -> Int32[np.ndarray, "pairs 2"]:
    """The pairs as sets of two points, sorted."""
    rows = np.repeat(np.arange(len(pairs.indptr) - 1, dtype=np.int32), np.diff(pairs.indptr))
    return np.stack([rows, pairs.indices], axis=1)


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
        faces: all valid sets of k points, sorted; for k = 2 those of `faces_of(pairs)`.
        pairs: the valid pairs.
        start, stop: the part of the faces to extend.
        threshold: a squared radius, where distances are squared Euclidean ones: sets with a triangle whose radius is
            clearly larger are left out. No pair has a larger one.
        error: relative error of radii that are computed from the distances.

    Yields:
        members, and the distances between them, pairs in the order of `itertools.combinations`. The next block
        overwrites the arrays.
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
    """The distance of the pair u < v, which must be among the pairs."""
    low, high = indptr[u], indptr[u + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if indices[middle] < v:
            low = middle + 1
        else:
            high = middle
    return float(distance[low])


@njit(cache=True, nogil=True)
def is_too_wide(a, b, c, error):
    """Whether the triangle with squared sides a, b, c is acute and has abc / 16 area² > 1 beyond doubt.

    The answer for a triangle that is right or obtuse, by its true sides, is always no: its longest side has c <= 4, and
    16 area² is smaller than 4ab by the square of a rounding error only.
    """
    total = a + b + c
    area = 2.0 * (a * b + b * c + c * a) - (a * a + b * b + c * c)
    acute = total > 2.0 * max(a, b, c)
    return acute & (a * b * c * (1.0 - error) > area + error * total * total)


@njit(cache=True, nogil=True)
def _join(faces, face, stop, indptr, indices, distance, scale, error, sibling, common, members, distances):
    """Fill the arrays while there is room for all that a face may give; return the count and the next face.

    sibling[v] is the set that ends in v and shares all but the last point with the face at hand, or -1.
    """
    k = faces.shape[1]
    count, first, end = 0, face, face
    inner = np.empty(k - 1)  # distances of the last point of the face to the others
    outer = np.empty(k - 1)  # and of the newcomer
    while face < stop:
        if face >= end:
            _forget(faces, first, end, sibling)
            first = face
            while end < len(faces) and (end == face or _are_siblings(faces, face, end)):
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
                wide |= is_too_wide(scale * inner[i], scale * outer[i], scale * across, error)
            if not wide:
                for i in range(k):
                    members[count, i] = faces[face, i]
                members[count, k] = point
                _list_distances(faces, face, indptr, indices, distance, inner, outer, across, distances, count)
                count += 1
        face += 1
    _forget(faces, first, end, sibling)
    return count, face


@njit(cache=True, nogil=True)
def _forget(faces, first, end, sibling):
    """Take faces[first:end] out of `sibling`."""
    for other in range(first, end):
        sibling[faces[other, faces.shape[1] - 1]] = -1


@njit(inline="always")
def _list_distances(faces, face, indptr, indices, distance, inner, outer, across, distances, row):
    """Fill in the distances between the points of a face and a newcomer, which is `across` from the last of them."""
    entry, others = 0, faces.shape[1] - 1
    for i in range(others):
        for j in range(i + 1, others):
            distances[row, entry] = _distance(indptr, indices, distance, faces[face, i], faces[face, j])
            entry += 1
        distances[row, entry] = inner[i]
        distances[row, entry + 1] = outer[i]
        entry += 2
    distances[row, entry] = across


@njit(cache=True, nogil=True)
def _are_siblings(faces, a, b):
    """Whether two sets share all but their last points."""
    for i in range(faces.shape[1] - 1):  # noqa: SIM110, as numba compiles no all()
        if faces[a, i] != faces[b, i]:
            return False
    return True
