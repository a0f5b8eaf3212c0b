"""Places where points meet: whole numbers that show it, at any closeness and any scale."""

from fractions import Fraction
from itertools import combinations
from math import isqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motlp.geometry.centres import exact_weights, find_centres, weigh_centres
from motlp.geometry.enclosing_l1 import smallest_ball
from motlp.geometry.exact import radius_squared
from motlp.geometry.scale import scale


def clouds(points=(3, 5), dims=(1, 4), largest=12):
    """A few points on a grid, of several types."""
    shapes = st.tuples(st.integers(*points), st.integers(*dims))
    whole = shapes.flatmap(lambda shape: npst.arrays(np.int64, shape, elements=st.integers(0, largest)))
    return st.tuples(whole, st.sampled_from(["u1", "i8", "f8", "f4"])).map(lambda pair: pair[0].astype(pair[1]))


def features(points):
    """The points as fractions."""
    return [[Fraction(x) for x in row] for row in points.tolist()]


def weighted_place(points, weights):
    """Σ λ_v x_v / Σ λ_v, exactly."""
    total = sum(weights)
    return [sum(w * x for w, x in zip(weights, axis, strict=True)) / total for axis in zip(*points, strict=True)]


@given(clouds(), st.sampled_from([Fraction(0), Fraction(1, 10**12), Fraction(1, 10**6), Fraction(1, 10), Fraction(3)]))
@settings(max_examples=150, deadline=None)
def test_weights_show_that_points_meet(points, more):
    """Also where the ball has hardly any room to spare, or none: then the radius is no float."""
    square = radius_squared(points, "l2")
    radius = Fraction(isqrt(int(square * 10**30)) + 1, 10**15) + more
    rows = np.arange(len(points), dtype=np.int32)[None]
    scaled = scale(points, 2 * radius)
    ((*weights,),) = weigh_centres(scaled.points, rows, scaled.length(radius))
    assert min(weights) >= 0
    place = weighted_place(features(points), weights)
    for point in features(points):
        assert sum((a - b) ** 2 for a, b in zip(point, place, strict=True)) <= radius**2


def test_the_radius_itself_is_enough():
    """A right triangle of sides 6, 8, 10: radius 5, and the centre half way between two of them."""
    points = np.array([[0, 0], [6, 0], [0, 8]], np.uint8)
    assert weigh_centres(points, np.array([[0, 1, 2]], np.int32), Fraction(5)) in ([[0, 1, 1]], [[0, 32, 32]])
    with pytest.raises(ValueError, match="do not fit"):
        weigh_centres(points, np.array([[0, 1, 2]], np.int32), Fraction(49999999999, 10**10))


def test_an_acute_triangle_just_fits():
    """Squared circumradius 169/9 of an isosceles triangle; no float is its root, so weights must be exact."""
    points = np.array([[0, 0], [8, 0], [4, 8]], np.int64)
    assert radius_squared(points, "l2") == 25
    weights = exact_weights(points, np.arange(3, dtype=np.int32), Fraction(5))
    assert weighted_place(features(points), weights) == [4, 3]
    ((*found,),) = weigh_centres(points, np.array([[0, 1, 2]], np.int32), Fraction(5))
    assert weighted_place(features(points), found) == [4, 3]


@pytest.mark.parametrize("radius", [Fraction(10) ** 200, Fraction(10) ** 308])
def test_a_radius_whose_square_is_no_float(radius):
    points = np.array([[0, 0], [8, 0], [4, 8]], np.int64)
    ((*weights,),) = weigh_centres(points, np.array([[0, 1, 2]], np.int32), radius)
    assert min(weights) >= 0 < sum(weights)


def test_equal_points_need_no_radius():
    points = np.zeros((3, 2), np.uint8)
    assert weigh_centres(points, np.array([[0, 1, 2]], np.int32), Fraction(1, 10**9)) == [[1, 0, 0]]


def least_radius(points):
    """Of the smallest l1 ball, exactly."""
    if len(points) > 3:
        return smallest_ball(points)[0]
    rows = features(points)
    return max(sum(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in combinations(rows, 2)) / 2


@given(clouds(), st.sampled_from([Fraction(0), Fraction(1, 10**15), Fraction(1, 3), Fraction(2)]))
@settings(max_examples=150, deadline=None)
def test_places_in_l1(points, more):
    radius = least_radius(points) + more
    rows = np.arange(len(points), dtype=np.int32)[None]
    (place,), (parts,) = find_centres(points, rows, radius)
    assert parts > 0
    for point in features(points):
        assert sum(abs(a - Fraction(b, parts)) for a, b in zip(point, place, strict=True)) <= radius


@given(clouds())
@settings(max_examples=40, deadline=None)
def test_places_in_l1_that_do_not_exist(points):
    radius = least_radius(points)
    if radius > 0:
        with pytest.raises(ValueError, match="do not fit"):
            find_centres(points, np.arange(len(points), dtype=np.int32)[None], radius * Fraction(999, 1000))


@pytest.mark.parametrize("exponent", [-1000, -80, 80, 900])
def test_floats_of_every_size(exponent):
    rng = np.random.default_rng(0)
    points = np.ldexp(rng.normal(size=(4, 3)), exponent)
    rows = np.arange(4, dtype=np.int32)[None]
    (place,), (parts,) = find_centres(points, rows, smallest_ball(points)[0])
    radius = max(sum(abs(a - Fraction(b, parts)) for a, b in zip(p, place, strict=True)) for p in features(points))
    assert radius == smallest_ball(points)[0]
