"""The closest pairs of a measure: they are the interactions that appear first, and their distances are exact."""

from fractions import Fraction
from math import nextafter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.brute import interactions as brute_force
from support.brute import squared
from support.measures import measures

from motlp.datasets import load
from motlp.errors import InvalidBudget, InvalidMeasure, TooManyInteractions
from motlp.problem.closest import closest_pairs
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic

NORMS = ["l2", "linf", "l1"]


def pairs_at(measure, norm, eps):
    """The pairs that are interactions at a budget."""
    return sorted(map(tuple, interactions(measure, Ball(norm), eps, 2).members[1].tolist()))


@given(measures(), st.sampled_from(NORMS), st.data())
def test_they_are_the_interactions_that_appear_first(measure, norm, data):
    number = data.draw(st.integers(1, len(pairs_at(measure, norm, 99))))
    closest = closest_pairs(measure, Ball(norm), number)
    members = list(map(tuple, closest.members.tolist()))
    assert len(members) >= number
    assert sorted(members) == pairs_at(measure, norm, closest.eps)
    if closest.eps > 0:
        below = nextafter(float(closest.eps), 0.0) if norm == "l2" else closest.eps * Fraction(999, 1000)
        assert len(pairs_at(measure, norm, Fraction(below))) < number
    assert (np.diff(measure.labels[closest.members], axis=1) > 0).all()
    assert (np.diff(closest.distances) >= 0).all()


@given(measures(), st.integers(1, 3))
def test_distances_are_in_feature_units(measure, number):
    measure = LabeledMeasure.from_arrays(measure.points, measure.labels, unit="1/3")
    closest = closest_pairs(measure, Ball("l2"), number)
    features = [[Fraction(x) / 3 for x in row] for row in measure.points.tolist()]
    exact = [squared(features[i], features[j]) for i, j in closest.members.tolist()]
    assert closest.squared == max(exact)
    assert closest.distances == pytest.approx([float(square) ** 0.5 for square in exact], rel=1e-12)


@given(measures(points=(4, 7), dimensions=(1, 2)), st.sampled_from(NORMS))
def test_below_the_separation_nothing_can_be_confused(measure, norm):
    separation = closest_pairs(measure, Ball(norm))
    ball = Ball(norm)
    assert max(map(len, brute_force(measure, ball, separation.eps, 2))) == 2
    if separation.eps > 0:
        assert max(map(len, brute_force(measure, ball, separation.eps * Fraction(999, 1000), 2))) == 1


def test_budgets_are_exact_where_they_are_rational():
    measure = LabeledMeasure.from_arrays([[0, 0], [3, 4], [9, 9]], [0, 1, 0], unit="1/10")
    expected = {"l2": (Fraction("0.25"), Fraction("0.25")), "linf": (Fraction("0.2"), Fraction("0.16"))}
    for norm, found in expected.items():
        closest = closest_pairs(measure, Ball(norm))
        assert (closest.eps, closest.squared) == found
        assert closest.members.tolist() == [[0, 1]]
    assert closest_pairs(measure, Ball("l2"), 2).squared == Fraction("0.61")
    assert Fraction(nextafter(0.61**0.5 / 2, 0)) <= closest_pairs(measure, Ball("l2"), 2).eps


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("exponent", [-1000, -300, 0, 300, 1000])
def test_all_scales(norm, exponent):
    points = np.ldexp([[1.0], [4.0], [2.5], [8.0]], exponent)
    closest = closest_pairs(LabeledMeasure.from_arrays(points, [0, 0, 1, 1]), Ball(norm), 2)
    assert closest.members.tolist() == [[0, 2], [1, 2]]
    assert closest.distances.tolist() == np.ldexp([1.5, 1.5], exponent).tolist()
    assert closest.eps == Fraction(3, 4) * Fraction(2) ** exponent
    assert closest.squared == Fraction(9, 4) * Fraction(4) ** exponent


def test_units_beyond_the_range_of_floats():
    points, labels = [[0], [3], [10**6]], [0, 1, 1]
    tiny = closest_pairs(LabeledMeasure.from_arrays(points, labels, unit=Fraction(1, 10**320)), Ball("l2"))
    assert tiny.distances[0] == pytest.approx(3e-320, rel=1e-3)
    far = LabeledMeasure.from_arrays(points, labels, unit=10**305)
    assert closest_pairs(far, Ball("l1")).distances.tolist() == pytest.approx([3e305])
    for norm in NORMS:
        with pytest.raises(InvalidMeasure, match="farther apart than any float says; scale the features"):
            closest_pairs(far, Ball(norm), 2)
    ends = LabeledMeasure.from_arrays([[-1.7e308, 0.0], [1.7e308, 1.0]], [0, 1])
    with pytest.raises(InvalidMeasure, match="farther apart than any float says"):
        closest_pairs(ends, Ball("l1"))


def test_nobody_can_write_to_them():
    closest = closest_pairs(LabeledMeasure.from_arrays([[0], [1], [3]], [0, 1, 0]), Ball("l1"))
    for array in (closest.members, closest.distances):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_what_is_asked_for_must_be_there():
    measure = LabeledMeasure.from_arrays([[0], [1], [3]], [0, 1, 0])
    with pytest.raises(InvalidBudget, match="number is 3, but there are 2 pairs of points of different classes"):
        closest_pairs(measure, Ball("l1"), 3)
    with pytest.raises(TooManyInteractions, match="number is 2, and with all pairs that"):
        closest_pairs(measure, Ball("l1"), 2, most=1)
    with pytest.raises(InvalidBudget, match="distances need a norm; take a Ball"):
        closest_pairs(measure, Quadratic(1))


def test_the_published_separation_of_mnist(mnist_root):
    """0.737 in Yang et al. (2020), table 1: the closest images of different classes in the training set."""
    measure = load("mnist", root=mnist_root, split="train")
    closest = closest_pairs(measure, Ball("linf"))
    assert 2 * closest.eps == Fraction(188, 255)
    difference = np.diff(measure.points[closest.members].astype(int), axis=1)
    assert (np.abs(difference).max(axis=(1, 2)) == 188).all()


def test_the_separation_of_mnist_in_the_euclidean_norm(mnist_root):
    closest = closest_pairs(load("mnist", root=mnist_root, split="train"), Ball("l2"))
    assert closest.squared == Fraction(374_141, 255**2)
