"""Growing sets by an outermost point, against a look at every set."""

from itertools import combinations

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.geometry.extensions import extensions, sort_rows
from motlp.geometry.pairs import Pairs

LINE = st.integers(2, 8).flatmap(lambda number: arrays(np.int64, number, elements=st.integers(0, 6)))


def close_pairs(x, reach):
    """The pairs within reach, each listed from either end, and the matrix of all squared distances."""
    squares = (x[:, None] - x) ** 2
    rows, columns = np.nonzero((squares <= reach) & ~np.eye(len(x), dtype=bool))
    both = sp.csr_array((squares[rows, columns] + 1, (rows, columns)), shape=squares.shape)
    return Pairs(both.indptr.astype(np.int64), both.indices.astype(np.int32), both.data - 1), squares


@given(LINE, st.integers(0, 20), st.integers(0, 40), st.integers(1, 3), st.sampled_from([0.0, 1e-9]), st.data())
def test_sets_come_from_those_without_their_outermost_point(x, reach, limit, k, error, data):
    pairs, squares = close_pairs(x, reach)
    close = [
        members
        for members in combinations(range(len(x)), k + 1)
        if max(squares[u, v] for u, v in combinations(members, 2)) <= reach
    ]
    subsets = list(combinations(range(len(x)), k))
    chosen = sorted(data.draw(st.sets(st.sampled_from(subsets)))) if subsets else []
    near = [face for face in chosen if all(squares[u, v] <= reach for u, v in combinations(face, 2))]
    faces = np.array(near, np.int32).reshape(-1, k)

    def total(members):
        return sum(squares[u, v] for u, v in combinations(members, 2))

    def outermost(members):
        sums = {v: sum(squares[u, v] for u in members) for v in members}
        if error and max(sums.values()) > 0:  # the error is relative
            return [v for v in members if sums[v] == max(sums.values())]
        return [max(members, key=lambda v: (sums[v], v))]

    expected = [
        (members, float(total(members)))
        for members in close
        for last in outermost(members)
        if tuple(v for v in members if v != last) in near and total(members) <= limit
    ]
    blocks = extensions(faces, pairs, 0, len(faces), float(limit), error)
    found = [(tuple(row), value) for rows, sums in blocks for row, value in zip(rows.tolist(), sums, strict=True)]
    assert sorted(found) == sorted(expected)


@given(arrays(np.int32, st.tuples(st.integers(0, 12), st.integers(1, 3)), elements=st.integers(0, 2)))
def test_rows_are_sorted_and_repetitions_marked(rows):
    order, again = sort_rows(rows)
    assert rows[order].tolist() == sorted(rows.tolist())
    assert rows[order][~again].tolist() == sorted(map(list, set(map(tuple, rows.tolist()))))
