"""Interactions against brute force in rational arithmetic, and known counts."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motlp.cost import Ball, Cost, Quadratic
from motlp.geometry.enclosing import radius_squared
from motlp.geometry.pairs import exact_distance
from motlp.interactions import interactions
from motlp.measure import LabeledMeasure

NORMS = ("l2", "linf", "l1")
SETS = settings(max_examples=60, deadline=None)


def by_brute_force(measure: LabeledMeasure, cost: Cost, eps: Fraction | None, order: int) -> list[set[tuple[int, ...]]]:
    """Every set of distinct classes, judged by itself in rational arithmetic."""
    answer = []
    for k in range(1, order + 1):
        kept = set()
        for members in combinations(range(measure.size), k):
            if len({measure.labels[v] for v in members}) < k:
                continue
            if isinstance(cost, Ball):
                inside = radius_squared(measure.points[list(members)], cost.norm) <= (eps / measure.unit) ** 2
            else:
                inside = exact_cost(measure, cost, members) < k - 1 or k == 1
            if inside:
                kept.add(members)
        answer.append(kept)
    return answer


def exact_cost(measure: LabeledMeasure, cost: Quadratic, members: tuple[int, ...]) -> Fraction:
    total = sum(exact_distance(measure.points, u, v, "l2") for u, v in combinations(members, 2))
    return cost.tau * measure.unit**2 * Fraction(total) / len(members)


def as_sets(hypergraph) -> list[set[tuple[int, ...]]]:
    found = [[tuple(sorted(row.tolist())) for row in rows] for rows in hypergraph.members]
    assert all(len(set(rows)) == len(rows) for rows in found)
    return [set(rows) for rows in found]


@st.composite
def measures(draw, classes: int = 5) -> LabeledMeasure:
    """Few points on a coarse grid, so that ties, duplicates and degenerate sets abound; integers or floats."""
    number, dimension = draw(st.integers(classes, 11)), draw(st.integers(1, 4))
    width = draw(st.sampled_from([1, 2, 4, 60]))
    grid = draw(
        st.lists(
            st.lists(st.integers(0, width), min_size=dimension, max_size=dimension),
            min_size=number,
            max_size=number,
        )
    )
    extra = draw(st.lists(st.integers(0, classes - 1), min_size=number - classes, max_size=number - classes))
    labels = draw(st.permutations([*range(classes), *extra]))
    step = draw(st.sampled_from([None, 1.0, 0.1, 1 / 3]))
    points = np.array(grid, dtype=np.uint8) if step is None else np.array(grid, dtype=np.float64) * step
    unit = draw(st.sampled_from([Fraction(1), Fraction(1, 16)]))
    return LabeledMeasure.from_arrays(points, np.array(labels), unit=unit)


@SETS
@given(measures(), st.sampled_from(NORMS), st.integers(1, 5), st.data())
def test_balls_are_those_of_brute_force_even_at_ties(measure, norm, order, data):
    some = data.draw(st.lists(st.integers(0, measure.size - 1), min_size=2, max_size=3, unique=True))
    square = radius_squared(measure.points[some], norm) * measure.unit**2
    eps = Fraction(data.draw(st.sampled_from([1, 1, Fraction(99, 100), Fraction(3, 2)]))) * root(square)
    found = interactions(measure, Ball(norm), eps, order)
    assert as_sets(found) == by_brute_force(measure, Ball(norm), eps, order)
    for rows, births in zip(found.members, found.births, strict=True):
        for row, birth in zip(rows, births, strict=True):
            assert birth == pytest.approx(float(radius_squared(measure.points[row], norm)), rel=1e-9, abs=1e-300)
            assert (np.diff(measure.labels[row]) > 0).all()


def root(square: Fraction) -> Fraction:
    """The square root if it is rational, so that a tie is a tie, or nearly."""
    wide = 10**12
    from math import isqrt

    numerator, denominator = isqrt(square.numerator), isqrt(square.denominator)
    if numerator**2 == square.numerator and denominator**2 == square.denominator:
        return Fraction(numerator, denominator)
    return Fraction(isqrt(square.numerator * square.denominator * wide**2), square.denominator * wide)


@SETS
@given(
    measures(),
    st.sampled_from([1, Fraction(1, 2), Fraction(1, 8), Fraction(1, 100)]),
    st.integers(1, 5),
    st.booleans(),
)
def test_useful_sets_are_those_of_brute_force(measure, tau, order, scaled):
    cost = Quadratic(tau / measure.unit**2 if scaled else tau)
    found = interactions(measure, cost, order=order)
    assert as_sets(found) == by_brute_force(measure, cost, None, order)
    for rows, costs in zip(found.members, found.births, strict=True):
        for row, value in zip(rows, costs, strict=True):
            assert value == float(exact_cost(measure, cost, tuple(row.tolist())))


@SETS
@given(measures(), st.sampled_from(NORMS), st.integers(2, 5))
def test_smaller_budgets_filter_larger_ones(measure, norm, order):
    square = radius_squared(measure.points[:3], norm) * measure.unit**2
    largest = interactions(measure, Ball(norm), root(square) * 2, order)
    for eps in (root(square), root(square) / 2, Fraction(0)):
        direct, filtered = interactions(measure, Ball(norm), eps, order), largest.at(eps)
        assert as_sets(filtered) == as_sets(direct)


@pytest.mark.parametrize("norm", NORMS)
def test_many_classes(norm):
    """Sets of up to nine points, degenerate ones among them."""
    corners = np.array(list(product([0, 2], repeat=3)) + [[1, 1, 1]], dtype=np.uint8)
    measure = LabeledMeasure.from_arrays(corners, np.arange(9), unit=1)
    eps = {"l2": root_up(3), "linf": Fraction(1), "l1": Fraction(3)}[norm]
    assert interactions(measure, Ball(norm), eps, 9).counts[9] == 1
    below = interactions(measure, Ball(norm), eps - Fraction(1, 10**6), 9)
    assert as_sets(below) == by_brute_force(measure, Ball(norm), below.eps, 9)


def root_up(square: int) -> Fraction:
    return root(Fraction(square)) + Fraction(1, 10**11)
