"""A heaviest independent set of the points in conflict, by integer programming.

    max Σ_v m_v g_v   subject to   Σ_{v∈C} g_v ≤ 1 for each clique C of a cover of all pairs,  g ∈ {0, 1}

An optimal g of order 2, of halves, as a maximum flow gives it, says more than its value: some heaviest independent set
holds every point with g_v = 1, and none with g_v = 0. So the integer program is about the points with g_v = ½ alone.
Source: G. L. Nemhauser, L. E. Trotter, "Vertex packings: structural properties and algorithms" (1975), theorem 2.

Nothing is proved here. `proof/independent.py` makes an independent set of what is found, and adds up its mass; that no
set is heavier rests on the solver.
"""

from typing import NamedTuple

import highspy
import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float64

from motlp.frameworks.highs import SilentHighs
from motlp.problem.hypergraph import Hypergraph
from motlp.solving.clique_cover import cover_by_cliques

HALF = 0.5
MOST_PAIRS = 500_000  # more take too long to cover, and HiGHS would not get far with the rows
OPTIMAL, LIMIT = "optimal, says HiGHS", "limit"
GREEDY = f"greedy: more than {MOST_PAIRS:,} pairs"


class Found(NamedTuple):
    """What the search has found.

    Attributes:
        robust: the points of the heaviest set, as the solver gives it.
        most: the mass that no set exceeds, in the solver's own word, which nothing proves; None where it has no word.
        status: how the search ended.
    """

    robust: Bool[np.ndarray, " points"]
    most: float | None
    status: str


def find_independent(
    hypergraph: Hypergraph,
    halves: Float64[np.ndarray, " points"],
    start: Bool[np.ndarray, " points"],
    time_limit: float,
) -> Found:
    """Look for a heaviest independent set.

    Args:
        hypergraph: all pairs of points within reach, under a ball, and any larger interactions.
        halves: an optimal potential of order 2 of 0, ½ and 1; or ½ everywhere, which says nothing.
        start: an independent set to begin from.
        time_limit: seconds after which HiGHS ends.
    """
    mass, unsettled = hypergraph.mass, (halves == HALF) & (hypergraph.mass > 0)
    robust, settled = halves > HALF, float(hypergraph.mass[halves > HALF].sum())
    pairs, *larger = (rows[unsettled[rows].all(axis=1)] for rows in hypergraph.members[1:])
    if not unsettled.any():
        return Found(robust, settled, OPTIMAL)
    if len(pairs) > MOST_PAIRS:
        return Found(start, None, GREEDY)
    rows = cover_by_cliques(pairs, reversed(larger), len(mass))[:, np.flatnonzero(unsettled)]
    scale = float(mass[unsettled].max())  # equal masses become ones: HiGHS then knows that a sum is a whole number
    highs = solve_integers(rows, mass[unsettled] / scale, start[unsettled], time_limit)
    point, bound = np.array(highs.getSolution().col_value), highs.getInfo().mip_dual_bound
    if len(point):
        robust[unsettled] = point > HALF
    ended = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Found(robust, settled - bound * scale if np.isfinite(bound) else None, OPTIMAL if ended else LIMIT)


def solve_integers(
    rows: sp.csc_array,
    weights: Float64[np.ndarray, " columns"],
    start: Bool[np.ndarray, " columns"],
    time_limit: float,
) -> SilentHighs:
    """HiGHS after its work on max weights·x over x ∈ {0, 1} with rows x ≤ 1, stated as a minimum."""
    count, columns = rows.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, count
    lp.col_cost_ = -weights
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
    lp.row_lower_, lp.row_upper_ = np.full(count, -np.inf), np.ones(count)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, count
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    highs, known = SilentHighs(), highspy.HighsSolution()
    # Without presolve: on so many overlapping rows it takes all the time there is, and removes hardly any.
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("time_limit", time_limit)
    highs.passModel(lp)
    known.col_value = start.astype(float).tolist()
    highs.setSolution(known)
    highs.run()
    return highs
