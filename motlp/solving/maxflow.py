"""Interactions of at most two points, exactly: a maximum flow.

Under a ball, the problem of order 2 is a fractional b-matching of a graph: its points, each with its mass, joined in
pairs,

    B_2 = min Σ_A π_A  s.t. Σ_{A∋v} π_A ≥ m_v, π ≥ 0  =  max Σ_v m_v g_v  s.t. g_u + g_v ≤ 1 for each pair, 0 ≤ g ≤ 1.

It is half-integral, and a maximum flow solves it. Every point has a left and a right copy, of capacity m_v each, and a
pair {u, v} joins the left copy of one to the right copy of the other, both ways. Half of the flow is the plan, and half
of its value the risk. The copies on their side of a minimum cut tell the potential, a half each. Where the points are
of two classes, left copies of one and right copies of the other suffice: the flow is the plan, its value the risk.

Source: G. L. Nemhauser, L. E. Trotter, "Vertex packings: structural properties and algorithms" (1975); for two classes
A. N. Bhagoji, D. Cullina, P. Mittal, "Lower bounds on adversarial robustness from optimal transport" (2019).
"""

from fractions import Fraction
from importlib.metadata import version
from time import perf_counter
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float64, Int32, Int64
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from motlp.errors import InvalidConfig, arg
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.solving.judgement import judge_plain
from motlp.solving.matching import NONE, maximum_matching
from motlp.solving.repair import Potential
from motlp.solving.solution import Solution
from motlp.solving.weights import LARGEST, whole_weights
from motlp.system.compiled import njit
from motlp.system.progress import SILENCE, Progress, check_progress


class Flow(NamedTuple):
    """The exact solution of order 2.

    Attributes:
        pairs: mass on each pair.
        alone: mass on each point by itself, which no pair takes.
        potential: g_v, one of 0, ½ and 1.
        risk: R_2 = 1 − B_2 of the masses as whole numbers.
        total: what these numbers sum to.
    """

    pairs: Float64[np.ndarray, " pairs"]
    alone: Float64[np.ndarray, " points"]
    potential: Float64[np.ndarray, " points"]
    risk: Fraction
    total: int


class Cover(NamedTuple):
    """Left and right copies of the points: the left copy of v is joined to the right copies `ends[starts[v]:…]`."""

    left: Bool[np.ndarray, " points"]
    right: Bool[np.ndarray, " points"]
    starts: Int64[np.ndarray, " rows"]
    ends: Int32[np.ndarray, " arcs"]


class Cut(NamedTuple):
    """A maximum flow, from left copies to right ones, and the copies on the side of the source of a minimum cut."""

    flow: sp.csr_array
    left: Bool[np.ndarray, " points"]
    right: Bool[np.ndarray, " points"]


def maxflow(hypergraph: Hypergraph, *, start: Potential | None = None, progress: Progress = SILENCE) -> Solution:
    """Solve the problem of order 2 to its optimum, in whole numbers.

    Args:
        hypergraph: points and pairs under a ball.
        start, progress: are not used: every flow starts from zero, and reports nothing before its end.

    Raises:
        InvalidConfig: there are interactions of more than two points, or the cost is quadratic.
        InvalidMeasure: the masses are not whole multiples of one number.
        InvalidHypergraph: `hypergraph` is not one.
    """
    check_hypergraph(hypergraph)
    check_progress(progress)
    check_pairs(hypergraph)
    began = perf_counter()
    indptr, indices, first = list_pairs(hypergraph)
    declared = perf_counter()
    flow = flow_on_pairs(indptr, indices, hypergraph.mass, hypergraph.measure.labels)
    plan, points = np.zeros(hypergraph.size), hypergraph.members[0][:, 0]
    plan[: len(points)] = flow.alone[points]
    plan[len(points) + first] = flow.pairs
    solution = Solution(
        hypergraph=hypergraph,
        model="primal",
        framework="sinkhorn",
        solver="maxflow",
        version=version("motlp"),
        status=Status.OPTIMAL,
        message=f"the risk is {flow.risk} exactly, with masses that are whole numbers of 1/{flow.total}",
        objective=float(1 - flow.risk),
        plan=plan,
        potential=flow.potential,
        seconds={"declare": declared - began, "solve": perf_counter() - declared},
    )
    return judge_plain(solution)


def check_pairs(hypergraph: Hypergraph) -> None:
    """Refuse all but points and pairs under a ball.

    Raises:
        InvalidConfig: as `maxflow` does.
    """
    if not hypergraph.threat.has_budget:
        raise InvalidConfig(
            "under the quadratic cost the pairs have prices, which a maximum flow cannot take into account; "
            f"{arg('solver')} 'maxflow' needs a ball; take 'highs' or 'sinkhorn+lp'."
        )
    larger = sum(count for size, count in hypergraph.counts.items() if size > 2)
    if larger:
        raise InvalidConfig(
            f"there {'is 1 interaction' if larger == 1 else f'are {larger:,} interactions'} of more than 2 points, and "
            f"{arg('solver')} 'maxflow' takes pairs only; set {arg('order')} to 2, as truncate(2) does, "
            "or take another solver, such as 'sinkhorn+lp'."
        )


def list_pairs(
    hypergraph: Hypergraph,
) -> tuple[Int64[np.ndarray, " rows"], Int32[np.ndarray, " pairs"], Int64[np.ndarray, " pairs"]]:
    """The pairs in compressed rows, as `flow_on_pairs` takes them, and where each stands in the hypergraph."""
    members = hypergraph.members[1] if hypergraph.order > 1 else np.empty((0, 2), np.int32)
    n = hypergraph.measure.size
    ends = np.sort(members, axis=1)
    # A pair that somebody lists twice counts once.
    keys, first = np.unique(ends[:, 0].astype(np.int64) * n + ends[:, 1], return_index=True)
    indptr = np.searchsorted(keys, np.arange(n + 1, dtype=np.int64) * n)
    return indptr, ends[first, 1], first


def flow_on_pairs(
    indptr: Int64[np.ndarray, " rows"],
    indices: Int32[np.ndarray, " pairs"],
    mass: Float64[np.ndarray, " points"],
    labels: Int32[np.ndarray, " points"],
) -> Flow:
    """The exact solution of order 2 on pairs in compressed rows.

    Besides what is given, 8 bytes a pair are needed while the flow is found, where all masses are equal, and several
    times as much where they are not.

    Args:
        indptr, indices: the pairs {i, j}, each once, i < j; the partners j of i are `indices[indptr[i]:indptr[i + 1]]`,
            ascending, as `pairs_within` lists them. The points of a pair have different labels.
        mass: masses of the points, of which at least one is positive.
        labels: classes of the points.

    Raises:
        InvalidMeasure: the masses are not whole multiples of one number, with a sum below 2³¹.
    """
    weights = whole_weights(mass)
    cover = copy_points(indptr, indices, labels, weights > 0)
    cut = match(cover) if weights.max() == weights[weights > 0].min() else find_flow(cover, weights)
    left, right = cover.left, cover.right
    del cover  # its arcs take more memory than all else
    share, total = int((left & right).any()) + 1, int(weights.sum())
    paired, taken = np.zeros(len(indices)), np.zeros(len(weights), np.int64)
    _collect(indptr, indices, cut.flow.indptr, cut.flow.indices, cut.flow.data, paired, taken)
    whole, scale = float(mass.sum()), float(share * total)
    np.multiply(paired, whole, out=paired)
    np.divide(paired, scale, out=paired)  # in this order a weight gives the very mass that it was read from
    return Flow(
        pairs=paired,
        alone=(share * weights - taken) * whole / scale,
        # A left copy is worth one on the side of the source, a right copy on the other side.
        potential=((left & cut.left).astype(np.float64) + (right & ~cut.right)) / share,
        risk=Fraction(int(cut.flow.data.sum(dtype=np.int64)), share * total),
        total=total,
    )


def copy_points(
    indptr: Int64[np.ndarray, " rows"],
    indices: Int32[np.ndarray, " pairs"],
    labels: Int32[np.ndarray, " points"],
    used: Bool[np.ndarray, " points"],
) -> Cover:
    """The copies of the points that are used: both of each, or one of each if they are of two classes."""
    classes = np.unique(labels[used])
    left, right = used, used
    if len(classes) <= 2:
        left, right = used & (labels == classes[0]), used & (labels != classes[0])
    return Cover(left, right, *_list_arcs(indptr, indices, left, right))


def match(cover: Cover) -> Cut:
    """A maximum flow where all capacities are 1."""
    found = maximum_matching(cover.starts, cover.ends, cover.left)
    matched = found.mate != NONE
    starts = np.concatenate([[0], np.cumsum(matched)])
    arrays = np.ones(matched.sum(), np.int64), found.mate[matched], starts
    return Cut(sp.csr_array(arrays, shape=(len(matched),) * 2), found.reached_left, found.reached_right)


def find_flow(cover: Cover, weights: Int64[np.ndarray, " points"]) -> Cut:
    """A maximum flow where the copies of a point have its weight for a capacity.

    The source is vertex 0; left copies, right copies and the sink follow.
    """
    n, sink = len(weights), 2 * len(weights) + 1
    ends = np.concatenate([np.arange(1, n + 1), cover.ends + np.int64(n + 1), np.full(n, sink)])
    capacity = np.concatenate([weights * cover.left, np.full(len(cover.ends), LARGEST), weights * cover.right])
    from_left = n + cover.starts
    starts = np.concatenate([[0], from_left, from_left[-1] + np.arange(1, n + 1), [len(ends)]])
    arrays = (array.astype(np.int32) for array in (capacity, ends, starts))
    graph = sp.csr_array(tuple(arrays), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, 0, sink).flow
    residual = graph - flow
    residual.eliminate_zeros()
    reached = np.zeros(sink + 1, bool)
    reached[breadth_first_order(residual, 0, return_predecessors=False)] = True
    across = flow[1 : n + 1, n + 1 : sink].maximum(0)
    return Cut(sp.csr_array(across), reached[1 : n + 1], reached[n + 1 : sink])


@njit(cache=True, nogil=True)
def _list_arcs(indptr, indices, left, right):
    """From every left copy to the right copies of its partners, in compressed rows."""
    n = len(left)
    starts = np.zeros(n + 1, np.int64)
    for i in range(n):
        for q in range(indptr[i], indptr[i + 1]):
            j = indices[q]
            starts[i + 1] += left[i] and right[j]
            starts[j + 1] += left[j] and right[i]
    for i in range(n):
        starts[i + 1] += starts[i]
    cursor, ends = starts[:-1].copy(), np.empty(starts[n], np.int32)
    for i in range(n):
        for q in range(indptr[i], indptr[i + 1]):
            j = indices[q]
            if left[i] and right[j]:
                ends[cursor[i]] = j
                cursor[i] += 1
            if left[j] and right[i]:
                ends[cursor[j]] = i
                cursor[j] += 1
    return starts, ends


@njit(cache=True, nogil=True)
def _collect(indptr, indices, starts, ends, amounts, paired, taken):
    """Adds the flow of both directions to each pair, and what each point gives to both of its copies."""
    for u in range(len(taken)):
        for k in range(starts[u], starts[u + 1]):
            v = ends[k]
            i, j = min(u, v), max(u, v)
            q = indptr[i] + np.searchsorted(indices[indptr[i] : indptr[i + 1]], j)
            paired[q] += amounts[k]
            taken[u] += amounts[k]
            taken[v] += amounts[k]
