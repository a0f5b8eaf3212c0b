"""A maximum matching of a bipartite graph, and the minimum cut that proves it, by phases of shortest augmenting paths.

Source: J. Hopcroft, R. Karp, "An n^{5/2} algorithm for maximum matchings in bipartite graphs" (1973); D. Kőnig (1931)
for the cut. In each phase the left vertices are put into layers by their distance from a free one, along alternating
paths, and disjoint paths down the layers are augmented. The last phase reaches no free vertex on the right: what it
reached is one side of a minimum cut.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int32, Int64

from motlp.system.compiled import njit

NONE = -1  # instead of a vertex, a layer


class Matching(NamedTuple):
    """A maximum matching.

    Attributes:
        mate: the right vertex that each left one is matched to, or −1.
        reached_left, reached_right: the vertices that alternating paths from free left vertices reach. The left
            vertices that are not reached and the right ones that are cover every arc, and are as many as are matched.
    """

    mate: Int32[np.ndarray, " points"]
    reached_left: Bool[np.ndarray, " points"]
    reached_right: Bool[np.ndarray, " points"]


def maximum_matching(
    starts: Int64[np.ndarray, " rows"], ends: Int32[np.ndarray, " arcs"], left: Bool[np.ndarray, " points"]
) -> Matching:
    """A maximum matching of left copies of points with right copies.

    Args:
        starts, ends: the right copies that the left copy of v is joined to are `ends[starts[v]:starts[v + 1]]`.
        left: which points have a left copy; the others have no arcs.
    """
    mate = np.full(len(left), NONE, np.int32)
    owner, depth, queue = mate.copy(), mate.copy(), mate.copy()
    following = np.empty(len(left), np.int64)
    while (deepest := _layer(starts, ends, left, mate, owner, depth, queue)) != NONE:
        following[:] = starts[:-1]
        _augment(starts, ends, left, mate, owner, depth, deepest, following, queue)
    # A matched left vertex is reached through its mate alone.
    return Matching(mate, depth != NONE, (owner != NONE) & (depth[owner] != NONE))


@njit(cache=True, nogil=True)
def _layer(starts, ends, left, mate, owner, depth, queue):
    """Writes the layers; returns the last one that is needed, from which a free right vertex is reached, or NONE."""
    size, deepest = 0, NONE
    for u in range(len(left)):
        depth[u] = NONE
        if left[u] and mate[u] == NONE:
            depth[u] = 0
            queue[size] = u
            size += 1
    at = 0
    while at < size and deepest == NONE:
        u = queue[at]
        at += 1
        for q in range(starts[u], starts[u + 1]):
            w = owner[ends[q]]
            if w == NONE:
                deepest = depth[u]
            elif depth[w] == NONE:
                depth[w] = depth[u] + 1
                queue[size] = w
                size += 1
    return deepest


@njit(cache=True, nogil=True)
def _augment(starts, ends, left, mate, owner, depth, deepest, following, path):
    """Matches along paths down the layers, each from a free left vertex, as long as there is one; `path` is room."""
    for root in range(len(left)):
        if not left[root] or mate[root] != NONE:
            continue
        path[0], top = root, 0
        while top >= 0:
            u = path[top]
            if following[u] == starts[u + 1]:  # a dead end, for every other path too
                top -= 1
                if top >= 0:
                    following[path[top]] += 1
                continue
            w = owner[ends[following[u]]]
            if w == NONE:
                for k in range(top, -1, -1):
                    mate[path[k]] = ends[following[path[k]]]
                    owner[mate[path[k]]] = path[k]
                top = NONE
            elif depth[w] == depth[u] + 1 and depth[w] <= deepest:
                top += 1
                path[top] = w
            else:
                following[u] += 1
