"""A few large cliques that hold all pairs of a graph: the same independent sets from fewer and stronger rows.

Of points that are in conflict pairwise, a deterministic classifier is robust at one at most, even where no place is
within reach of all of them. So Σ_{v∈C} g_v ≤ 1 for every clique C, which the pairs alone say for g ∈ {0, 1}, but not
for g of halves. Source: M. Padberg, "On the facial structure of set packing polyhedra" (1973).
"""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
from jaxtyping import Int32


def cover_by_cliques(
    pairs: Int32[np.ndarray, "pairs 2"], seeds: Iterable[Int32[np.ndarray, "_ _"]], points: int
) -> sp.csc_array:
    """Cliques, none of which can be extended, that hold every pair: a row for each, with a 1 for each of its points.

    Args:
        pairs: of the graph.
        seeds: known cliques, as rows of arrays, that are to be within some row of the cover if they hold a pair that no
            earlier one holds.
        points: number of points.
    """
    near: list[set[int]] = [set() for _ in range(points)]
    for u, v in pairs.tolist():
        near[u].add(v)
        near[v].add(u)
    left = [set(around) for around in near]  # of the neighbours, those that no clique holds yet with the point
    cliques: list[list[int]] = []
    for rows in (*seeds, pairs):
        for seed in rows.tolist():
            clique = set(seed)
            if any(left[v] & clique for v in clique):
                extend(clique, near, left)
                for v in clique:
                    left[v] -= clique
                cliques.append(sorted(clique))
    lengths = [len(clique) for clique in cliques]
    columns = np.array([v for clique in cliques for v in clique], np.int32)
    cells = np.repeat(np.arange(len(cliques)), lengths), columns
    return sp.csc_array((np.ones(len(columns)), cells), shape=(len(cliques), points))


def extend(clique: set[int], near: list[set[int]], left: list[set[int]]) -> None:
    """Add points to a clique until none can be added: each time one with the most pairs that are left to hold."""
    common = set.intersection(*(near[v] for v in clique))
    while common:
        chosen = max(common, key=lambda v: (len(left[v] & clique), -v))
        clique.add(chosen)
        common &= near[chosen]
