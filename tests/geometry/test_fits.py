"""Sets that are given: who fits and what they cost, against rational arithmetic."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.points import point_sets, root, squared_distances

from motlp.geometry import exact, fits
from motlp.geometry.exact import radius_squared
from motlp.geometry.fits import fit_balls, price


@given(point_sets(3, 7), st.sampled_from(["l2", "linf", "l1"]), st.integers(2, 5), st.data())
def test_who_fits_is_decided_even_at_ties(points, norm, k, data):
    every = list(combinations(range(len(points)), min(k, len(points))))
    squares = [radius_squared(points[list(members)], norm) for members in every]
    radius = root(data.draw(st.sampled_from(squares)))
    births, found = fit_balls(points, np.array(every, np.int32), norm, radius)
    assert found.tolist() == [square <= radius**2 for square in squares]
    for birth, square in zip(births[found], np.array(squares, object)[found], strict=True):
        assert birth == pytest.approx(exact.root(square), rel=1e-9, abs=2.0**-1073)


@given(point_sets(3, 6), st.sampled_from([Fraction(1, 4), Fraction(1), Fraction(2, 7)]))
def test_costs_are_rounded_once_and_compared_exactly(points, factor):
    D = squared_distances(points)
    for k in (2, 3):
        every = list(combinations(range(len(points)), k))
        exactly = [factor * sum(D[u][v] for u, v in combinations(members, 2)) / k for members in every]
        costs, cheap = price(points, np.array(every, np.int32), factor)
        assert costs.tolist() == list(map(float, exactly))
        assert cheap.tolist() == [cost < k - 1 for cost in exactly]


def test_many_sets_are_looked_at_in_parts(monkeypatch):
    points = np.random.default_rng(0).integers(0, 9, (12, 3))
    members = np.array(list(combinations(range(12), 3)), np.int32)
    whole = fit_balls(points, members, "l2", Fraction(3))
    monkeypatch.setattr(fits, "CHUNK", 7)
    parts = fit_balls(points, members, "l2", Fraction(3))
    assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))
    assert 0 < whole[1].sum() < len(members)
