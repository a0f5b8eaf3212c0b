"""Points near other points, beside all distances in rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motlp.errors import InvalidMeasure
from motlp.geometry import neighbours
from motlp.geometry.neighbours import find_near, find_nearest, join

NORMS = "l2", "linf", "l1"
TYPES = "u1", "i2", "i8", "f4", "f8"
GRID, FLOATS = st.integers(0, 3), st.floats(-2, 2) | st.sampled_from([1e-200, 1e200, -1e200, 1e308, 5e-324, -0.0])


@st.composite
def clouds(draw):
    """Queries and points, on a grid where ties abound, or floats of any size."""
    dims = draw(st.integers(1, 3))
    shapes = [(draw(st.integers(1, 8)), dims) for _ in range(2)]
    if draw(st.booleans()):
        return tuple(draw(npst.arrays(np.float64, shape, elements=FLOATS)) for shape in shapes)
    return tuple(
        draw(npst.arrays(np.int64, shape, elements=GRID)).astype(draw(st.sampled_from(TYPES))) for shape in shapes
    )


def distances(query, points, norm) -> list[Fraction]:
    """The exact distances, squared for l2."""
    combine = {"l2": lambda gaps: sum(gap * gap for gap in gaps), "l1": sum, "linf": max}[norm]
    exact = [[Fraction(x) for x in row] for row in points.tolist()]
    return [combine([abs(Fraction(a) - b) for a, b in zip(query.tolist(), row, strict=True)]) for row in exact]


def listed(queries, points, limit, norm) -> list[tuple[list[int], int]]:
    """What is found near each query, and the nearest; the shares are looked at here."""
    found = []
    for where, near in find_near(queries, points, limit, norm):
        assert where.start == len(found)
        for q in range(where.stop - where.start):
            part = slice(near.starts[q], near.starts[q + 1])
            exact = distances(queries[where][q], points, norm)
            shares = [float(exact[p] / limit) if limit else 0.0 for p in near.points[part].tolist()]
            assert near.share[part].tolist() == pytest.approx(shares, rel=1e-12, abs=1e-150)
            found.append((near.points[part].tolist(), int(near.nearest[q])))
    return found


def by_hand(queries, points, limit, norm) -> list[tuple[list[int], int]]:
    """The same in rational arithmetic."""
    found = []
    for query in queries:
        exact = distances(query, points, norm)
        near = [p for p, distance in enumerate(exact) if distance <= limit]
        found.append((near, min(near, key=exact.__getitem__, default=-1)))
    return found


@given(clouds(), st.sampled_from(NORMS), st.sampled_from([0, 1, 2, Fraction(1, 3), 5, 10**200]))
def test_all_points_within_a_limit_are_found_and_the_nearest_of_them(cloud, norm, limit):
    assert listed(*cloud, Fraction(limit), norm) == by_hand(*cloud, Fraction(limit), norm)


@given(clouds(), st.sampled_from(NORMS))
def test_the_nearest_point_is_the_first_of_those_at_the_least_distance(cloud, norm):
    queries, points = cloud
    expected = [min(range(len(points)), key=distances(query, points, norm).__getitem__) for query in queries]
    assert find_nearest(queries, points, norm).tolist() == expected


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", ["u1", "i4", "f8"])
def test_many_queries_take_several_limits(norm, dtype, monkeypatch):
    """Clusters of very different widths, with duplicates and ties; in few pairs at a time as well."""
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.integers(0, 4, (300, 2)), rng.integers(0, 250, (100, 2))]).astype(dtype)
    queries = np.concatenate([rng.integers(0, 4, (200, 2)), rng.integers(0, 250, (200, 2))]).astype(dtype)
    gaps = np.abs(queries[:, None].astype(int) - points[None].astype(int))
    exact = {"l2": (gaps**2).sum(axis=2), "l1": gaps.sum(axis=2), "linf": gaps.max(axis=2)}[norm]
    expected = exact.argmin(axis=1).tolist()
    assert find_nearest(queries, points, norm).tolist() == expected
    within = (exact <= 9).sum(axis=1).tolist()
    monkeypatch.setattr(neighbours, "ROOM", 3000)
    monkeypatch.setattr(neighbours, "TOGETHER", 150)
    parts = list(find_near(queries, points, Fraction(9), norm))
    assert len(parts) > 3
    assert [count for _, near in parts for count in np.diff(near.starts).tolist()] == within


@pytest.mark.parametrize("norm", NORMS)
def test_queries_far_away_have_a_nearest_point_too(norm):
    whole = np.array([[0, 0], [3, 1], [1, 3]])
    far = np.array([[2**62, 0], [-(2**62), 5], [2, 2], [2**61, 2**61 + 1]])
    assert find_nearest(far, whole, norm).tolist() == [row[1] for row in by_hand(far, whole, 10**60, norm)]
    assert [near for near, _ in listed(far, whole, Fraction(9), norm)] == [[], [], [0, 1, 2], []]
    real = np.array([[1e300, 0], [2.0, 2.0], [-1e308, 1e308]])
    assert find_nearest(real, whole, norm).tolist() == [row[1] for row in by_hand(real, whole, 10**700, norm)]


def test_floats_that_differ_less_than_their_distances_are_rounded_are_told_apart():
    points = np.array([[1.0, 1e-12], [1.0, 0.0], [-1.0, 0.0], [1.0, -0.0]])
    queries = np.zeros((1, 2))
    assert find_nearest(queries, points, "l2").tolist() == [1]
    assert listed(queries, points, Fraction(1), "l2") == [([1, 2, 3], 1)]


def test_types_are_joined_exactly_or_one_query_at_a_time():
    assert join(np.array([[1]], np.uint8), np.array([[-1]], np.int8)).dtype == np.int16
    assert join(np.array([[2**63 - 1]], np.uint64), np.array([[-1]])).tolist() == [[2**63 - 1], [-1]]
    with pytest.raises(InvalidMeasure, match="X holds integers that no float64 holds"):
        join(np.array([[2**53 + 1]]), np.array([[0.5]]))
    queries, points = np.array([[2**60 + 1], [1]]), np.array([[2.0**60], [0.0]])
    assert listed(queries, points, Fraction(1), "l2") == [([0], 0), ([1], 1)]
    assert find_nearest(np.empty((0, 1)), points, "l2").tolist() == []
