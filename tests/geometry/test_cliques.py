"""Growing sets whose subsets are all in, against a look at every set."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.geometry import cliques
from motlp.geometry.cliques import cofaces, faces_of
from motlp.geometry.distance import exact_distance
from motlp.geometry.exact import radius_squared
from motlp.geometry.pairs import pairs_within

PLANE = st.integers(3, 9).flatmap(lambda number: arrays(np.uint8, (number, 2), elements=st.integers(0, 4)))


def grow(points, limit, order, threshold=np.inf):
    """The sets of every size up to an order, and the distances of those of the last, where every point is a class."""
    pairs = pairs_within(points, np.arange(len(points), dtype=np.int32), Fraction(limit), "l2")
    faces, distances = faces_of(pairs), pairs.distance[:, None]
    for _ in range(order - 2):
        blocks = [(m.copy(), d.copy()) for m, d in cofaces(faces, pairs, 0, len(faces), threshold, 1e-12)]
        faces = np.concatenate([np.empty((0, faces.shape[1] + 1), np.int32), *(m for m, _ in blocks)])
        distances = np.concatenate([np.empty((0, len(list(combinations(faces[:1].T, 2))))), *(d for _, d in blocks)])
    return faces.tolist(), distances.tolist()


def squares(points, members):
    return [exact_distance(points, u, v, "l2") for u, v in combinations(members, 2)]


@pytest.mark.parametrize("block", [1, 1 << 14])
@pytest.mark.parametrize("order", [2, 3, 4, 5])
def test_all_sets_of_close_points_are_found(order, block, monkeypatch):
    monkeypatch.setattr(cliques, "BLOCK", block)

    @given(PLANE, st.integers(1, 20))
    def check(points, limit):
        every = map(list, combinations(range(len(points)), order))
        expected = [members for members in every if max(squares(points, members)) <= limit]
        found, distances = grow(points, limit, order)
        assert found == expected
        assert distances == [squares(points, members) for members in expected]

    check()


@given(PLANE, st.integers(1, 20))
def test_only_triangles_that_are_too_wide_are_left_out(points, limit):
    every, _ = grow(points, limit, 3)
    found, _ = grow(points, limit, 3, threshold=limit / 4)
    assert [members for members in every if members in found] == found
    for members in every:
        wide = radius_squared(points[members], "l2") > Fraction(limit, 4)
        assert (members not in found) == wide
