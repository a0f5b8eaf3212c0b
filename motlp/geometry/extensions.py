"""Growing sets of points one point at a time, where a valid set need have no more than one valid subset.

So it is under the quadratic cost: a valid set is valid, too, without its outermost point. A set grows by any common
neighbour of its points.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from motlp.geometry.cliques import BLOCK
from motlp.geometry.pairs import Pairs
from motlp.system.compiled import njit


def extensions(
    faces: Int32[np.ndarray, "faces k"], pairs: Pairs, start: int, stop: int, limit: float, error: float
) -> Iterator[tuple[Int32[np.ndarray, "candidates k+1"], Float64[np.ndarray, " candidates"]]]:
    """Sets of pairwise close points that without their outermost point are one of faces[start:stop].

    The outermost point has the largest sum of squared distances to the others, so it is the farthest from the mean. Of
    several it is the last.

    Args:
        faces: sets of k points.
        pairs: the close pairs, with the neighbours of a point listed on either side of it.
        start, stop: the part of the faces to extend.
        limit: leaves out sets whose squared distances sum to more.
        error: relative error of the sums, 0 if there is none. Points whose sums differ by less all count as outermost,
            and a set may come more than once.

    Yields:
        members, ascending, and the sum of the squared distances over all pairs, a block at a time. The next block
        overwrites the arrays.
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
    """Fill the arrays while there is room for all that a face may give; return the count and the next face.

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
                _move_centre(i, faces[face, i], indptr, indices, distance, near, centre)
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
            if outermost:
                _insert(faces[face], point, members[count])
                sums[count] = within + reach
                count += 1
        face += 1
    return count, face


@njit(cache=True, nogil=True)
def _move_centre(i, point, indptr, indices, distance, near, centre):
    """Make a point the i-th centre: its neighbours take the place of those of the centre before in `near`."""
    if centre[i] >= 0:
        for place in range(indptr[centre[i]], indptr[centre[i] + 1]):
            near[indices[place], i] = np.inf
    centre[i] = point
    for place in range(indptr[point], indptr[point + 1]):
        near[indices[place], i] = float(distance[place])


@njit(cache=True, nogil=True)
def _insert(face, point, row):
    """Fill in the points of a face, which ascend, and one more in its place."""
    i = len(face)
    while i > 0 and face[i - 1] > point:
        row[i] = face[i - 1]
        i -= 1
    row[i] = point
    for j in range(i):
        row[j] = face[j]


def sort_rows(rows: Int32[np.ndarray, "sets k"]) -> tuple[Int64[np.ndarray, " sets"], Bool[np.ndarray, " sets"]]:
    """The order of the rows that sorts them, and which of them, in that order, are the same as the one before."""
    order = np.lexsort(rows.T[::-1])
    again = np.zeros(len(rows), bool)
    again[1:] = (rows[order[1:]] == rows[order[:-1]]).all(axis=1)
    return order, again
