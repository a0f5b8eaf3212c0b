"""Memberships against SciPy's sparse matrices, by interaction and by point."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from support.measures import measures, threats

from motlp.problem.interactions import interactions
from motlp.problem.memberships import Memberships, list_memberships
from motlp.system.threads import PARALLEL


def make_members(points: int, counts: list[int], seed: int) -> tuple[np.ndarray, ...]:
    """For each order so many sets of distinct points, in any order."""
    rng = np.random.default_rng(seed)
    shuffles = [np.argsort(rng.random((count, points)), axis=1).astype(np.int32) for count in counts]
    return tuple(rows[:, :k] for k, rows in enumerate(shuffles, start=1))


def make_matrix(members: tuple[np.ndarray, ...], points: int) -> sp.csc_array:
    """Points × interactions, 1 where the point is a member."""
    sizes = np.concatenate([np.full(len(rows), rows.shape[1]) for rows in members])
    places = np.concatenate([rows.ravel() for rows in members]), np.repeat(np.arange(len(sizes)), sizes)
    return sp.coo_array((np.ones(len(places[0])), places), shape=(points, len(sizes))).tocsc()


def check(found: Memberships, matrix: sp.csc_array, seed: int) -> None:
    """Memberships hold the matrix by column and by row, and sum and compare as it does."""
    by_column, by_row = matrix.copy(), matrix.tocsr()
    for kept in (by_column, by_row):
        kept.sort_indices()
    assert (found.starts.tolist(), found.points.tolist()) == (by_column.indptr.tolist(), by_column.indices.tolist())
    assert (found.indptr.tolist(), found.interactions.tolist()) == (by_row.indptr.tolist(), by_row.indices.tolist())
    rng = np.random.default_rng(seed)
    at_points, at_sets = rng.normal(size=matrix.shape[0]), rng.normal(size=matrix.shape[1])
    np.testing.assert_allclose(found.sum_members(at_points), matrix.T @ at_points, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.sum_around(at_sets), matrix @ at_sets, rtol=1e-12, atol=1e-12)
    dense = matrix.toarray()  # points that are no members count as 0, the least that is found
    np.testing.assert_array_equal(found.largest_member(at_points), (dense * at_points[:, None]).max(axis=0, initial=0))
    np.testing.assert_array_equal(found.largest_around(at_sets), (dense * at_sets).max(axis=1, initial=0))


@given(st.integers(4, 9), st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(0, 1000))
def test_random_sets(points, counts, seed):
    members = make_members(points, counts, seed)
    check(list_memberships(members, points), make_matrix(members, points), seed)


@given(measures(), threats(norms=("l2", "linf", "l1")), st.integers(1, 5))
def test_random_hypergraphs(measure, threat, order):
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    check(hypergraph.memberships, make_matrix(hypergraph.members, measure.size), order)
    assert (hypergraph.incidence != make_matrix(hypergraph.members, measure.size)).nnz == 0


def test_so_many_that_threads_share_them():
    members = make_members(40, [40, 60_000, 70_000], 0)
    found = list_memberships(members, 40)
    assert len(found.points) > PARALLEL
    check(found, make_matrix(members, 40), 1)
