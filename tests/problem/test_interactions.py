"""Interactions against brute force in rational arithmetic, and known counts."""

import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hearing import Heard
from support.measures import measures
from support.points import root

from motlp import datasets
from motlp.errors import InvalidBudget, InvalidMeasure, TooManyInteractions
from motlp.geometry import exact
from motlp.geometry.distance import exact_distance
from motlp.geometry.exact import radius_squared
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic, Threat

NORMS = ("l2", "linf", "l1")


def brute_force(measure: LabeledMeasure, cost: Threat, eps: Fraction, order: int) -> list[set[tuple[int, ...]]]:
    """Every set of points of distinct classes, judged by itself in rational arithmetic."""

    def judge(members: tuple[int, ...]) -> bool:
        if len(members) == 1:
            return True
        if isinstance(cost, Ball):
            return radius_squared(measure.points[list(members)], cost.norm) <= (eps / measure.unit) ** 2
        return exact_cost(measure, cost, members) < len(members) - 1

    sets = [
        [members for members in combinations(range(measure.size), k) if len(set(measure.labels[list(members)])) == k]
        for k in range(1, order + 1)
    ]
    return [{members for members in some if judge(members)} for some in sets]


def exact_cost(measure: LabeledMeasure, cost: Quadratic, members: tuple[int, ...]) -> Fraction:
    total = sum(exact_distance(measure.points, u, v, "l2") for u, v in combinations(members, 2))
    return cost.tau * measure.unit**2 * Fraction(total) / len(members)


def as_sets(hypergraph: Hypergraph) -> list[set[tuple[int, ...]]]:
    found = [[tuple(sorted(row)) for row in rows.tolist()] for rows in hypergraph.members]
    assert all(len(set(rows)) == len(rows) for rows in found)
    return [set(rows) for rows in found]


def scaled(measure: LabeledMeasure, step: float | None) -> LabeledMeasure:
    """The same grid in another unit, or its points moved to floats that are no short binary fractions."""
    if step is None:
        return LabeledMeasure.from_arrays(measure.points, measure.labels, unit=Fraction(1, 16))
    return LabeledMeasure.from_arrays(measure.points * step, measure.labels, unit=1)


small = st.builds(scaled, measures(classes=(2, 5), points=(4, 10)), st.sampled_from([None, None, 0.1, 1 / 3, 1e-9]))


@given(small, st.sampled_from(NORMS), st.data())
def test_balls_are_those_of_brute_force_even_at_ties(measure, norm, data):
    order = data.draw(st.integers(1, measure.classes))
    some = data.draw(st.lists(st.integers(0, measure.size - 1), min_size=2, max_size=4, unique=True))
    factor = data.draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1), Fraction(99, 100), Fraction(3, 2)]))
    eps = factor * measure.unit * root(radius_squared(measure.points[some], norm))
    found = interactions(measure, Ball(norm), eps, order)
    assert as_sets(found) == brute_force(measure, Ball(norm), eps, order)
    for rows, births in zip(found.members, found.births, strict=True):
        exactly = [exact.root(radius_squared(measure.points[row], norm)) for row in rows]
        np.testing.assert_allclose(births, exactly, rtol=1e-9, atol=1e-322)
        assert (np.diff(measure.labels[rows]) > 0).all()


@given(small, st.sampled_from([4, 1, Fraction(1, 2), Fraction(1, 8), Fraction(2, 7)]), st.data())
def test_useful_sets_are_those_of_brute_force(measure, tau, data):
    order = data.draw(st.integers(1, measure.classes))
    grid = np.abs(measure.points).max() / 4 or 1  # makes some costs come out as whole numbers
    cost = Quadratic(tau / (Fraction(float(grid)) * measure.unit) ** 2)
    found = interactions(measure, cost, order=order)
    assert as_sets(found) == brute_force(measure, cost, Fraction(0), order)
    for rows, costs in zip(found.members, found.births, strict=True):
        assert costs.tolist() == [float(exact_cost(measure, cost, tuple(row))) for row in rows.tolist()]


@given(small, st.sampled_from(NORMS), st.integers(2, 5))
def test_smaller_budgets_filter_larger_ones(measure, norm, order):
    order, radius = min(order, measure.classes), measure.unit * root(radius_squared(measure.points[:3], norm))
    largest = interactions(measure, Ball(norm), radius * 2, order)
    for eps in (radius * 2, radius, radius / 2, Fraction(0)):
        assert as_sets(largest.at(eps)) == as_sets(interactions(measure, Ball(norm), eps, order))


@pytest.mark.parametrize(("norm", "radius"), [("l2", Fraction(5)), ("linf", Fraction(4)), ("l1", Fraction(9))])
def test_sets_of_up_to_nine_points(norm, radius):
    """The corners of a box, all equally far from its centre, and the centre."""
    corners = [*product([0, 8], [0, 6], [0, 0]), *product([0, 8], [0, 6], [4, 4])][:8]
    points = np.array([*corners, (4, 3, 2)], dtype=np.uint8)
    measure = LabeledMeasure.from_arrays(points, np.arange(9), unit=1)
    smallest = root(radius_squared(points, norm))
    below = smallest - Fraction(1, 10**6)
    assert interactions(measure, Ball(norm), smallest + Fraction(1, 10**9), 9).counts[9] == 1
    assert interactions(measure, Ball(norm), below, 9).counts[9] == 0
    assert as_sets(interactions(measure, Ball(norm), below, 9)) == brute_force(measure, Ball(norm), below, 9)


def test_floats_tied_only_as_the_rationals_they_are():
    """0.1 is not a tenth: its binary fraction is larger, so two points 0.2 apart exceed a budget of a tenth."""
    measure = LabeledMeasure.from_arrays([[0.0], [0.2]], [0, 1])
    assert interactions(measure, Ball("l2"), "0.1", 2).counts == {1: 2, 2: 0}
    assert interactions(measure, Ball("l2"), Fraction(0.2) / 2, 2).counts == {1: 2, 2: 1}


@pytest.fixture(scope="module")
def digits() -> LabeledMeasure:
    return datasets.load("digits")


@pytest.mark.parametrize(
    ("per_class", "norm", "eps", "counts"),
    [(100, "l2", "1.0", [1000, 2361, 38]), (60, "linf", "0.3301", [600, 91, 0, 0])],
)
def test_counts_on_digits(digits, per_class, norm, eps, counts):
    found = interactions(digits.select(per_class=per_class), Ball(norm), eps, len(counts))
    assert list(found.counts.values()) == counts
    assert [rows.shape for rows in found.members] == [(count, k) for k, count in enumerate(counts, start=1)]


def test_counts_on_mnist(mnist_root):
    measure = datasets.load("mnist", split="train", root=mnist_root)
    few = interactions(measure.select(per_class=200), Ball("l2"), "3.5", 3)
    assert few.counts == {1: 2000, 2: 11740, 3: 2916}
    assert interactions(measure, Ball("l2"), "2.75", 3).counts == {1: 60_000, 2: 384_219, 3: 104_489}


@pytest.mark.parametrize("cost", [Ball("l2"), Ball("linf"), Quadratic("0.35")])
def test_the_answer_depends_on_nothing_else(digits, cost):
    """Not on the executor, not on the dtype, and on the order of the points only in their numbers."""
    measure = digits.select(per_class=30)
    eps = None if isinstance(cost, Quadratic) else {"l2": "1.3", "linf": "0.42"}[cost.norm]
    alone = interactions(measure, cost, eps, 4)
    assert min(alone.counts.values()) > 0
    for pool in (ThreadPoolExecutor(3), ProcessPoolExecutor(1)):
        with pool:
            other = interactions(measure, cost, eps, 4, executor=pool)
        for here, there in zip((*alone.members, *alone.births), (*other.members, *other.births), strict=True):
            np.testing.assert_array_equal(here, there)
    floats = LabeledMeasure.from_arrays(measure.points / 16, measure.labels)
    assert as_sets(interactions(floats, cost, eps, 4)) == as_sets(alone)
    shuffle = np.random.default_rng(1).permutation(measure.size)
    shuffled = LabeledMeasure.from_arrays(measure.points[shuffle], measure.labels[shuffle], unit=measure.unit)
    back = [
        {tuple(sorted(shuffle[list(row)].tolist())) for row in rows}
        for rows in as_sets(interactions(shuffled, cost, eps, 4))
    ]
    assert back == as_sets(alone)


def test_progress_reaches_the_end(digits):
    heard = Heard()
    interactions(digits.select(per_class=20), Ball("l2"), "1.2", 4, progress=heard)
    assert list(heard.updates) == ["pairs", "order 3", "order 4"]
    assert all(steps[-1][0] == steps[-1][1] for steps in heard.updates.values())


@pytest.mark.parametrize("most", [29_000, 100_000])
@pytest.mark.parametrize(("cost", "eps"), [(Ball("l2"), 0), (Quadratic(1), None)])
def test_too_many_are_refused(most, cost, eps):
    """A hundred equal points in each of three classes: 30,000 pairs and a million triples."""
    crowd = LabeledMeasure.from_arrays(np.zeros((300, 2), np.uint8), np.arange(300) % 3)
    assert interactions(crowd, cost, eps, 2).counts == {1: 300, 2: 30_000}
    with pytest.raises(TooManyInteractions) as refusal:
        interactions(crowd, cost, eps, 3, most=most)
    if most == 100_000:
        told = re.match(r"300 of order 1, 30,000 of order 2 and about ([\d,]+) of order 3", str(refusal.value))
        assert told is not None
        assert float(told[1].replace(",", "")) == pytest.approx(1e6, rel=0.2)


@pytest.mark.parametrize(
    ("cost", "eps", "order", "told"),
    [
        (Ball("l2"), "1", 0, "order is 0"),
        (Ball("l2"), "1", 11, "between 1 and 10"),
        (Ball("l2"), None, 2, "eps is missing"),
        (Ball("l2"), "-1", 2, "eps is -1"),
        (Ball("l2"), float("nan"), 2, "eps is nan"),
        (Quadratic(1), "1", 2, "has no budget"),
    ],
)
def test_bad_requests_are_refused(digits, cost, eps, order, told):
    with pytest.raises(InvalidBudget, match=told):
        interactions(digits, cost, eps, order)


def test_coordinates_of_very_different_sizes():
    # Nanoseconds since 1970 beside small numbers: float64 does not hold the former, but it does their differences.
    time = 1_700_000_000_000_000_000
    x = np.array([[16, 25, 57], [13, 82, 0], [89, 64, 43], [50, 21, 0]])
    for shift in (0, time):
        measure = LabeledMeasure.from_arrays(x + np.array([0, 0, shift]), [0, 1, 2, 3])
        for eps, counts in (("77", 0), ("77.5", 1)):  # the four fit into a ball of radius 155/2, no smaller one
            assert interactions(measure, Ball("l1"), eps, 4).counts[4] == counts


@pytest.mark.parametrize("norm", ["l2", "linf", "l1"])
def test_tiny_budgets(norm):
    measure = LabeledMeasure.from_arrays([[0.0, 0], [1e-200, 0], [0, 1e-200], [3, 1]], [0, 1, 2, 3])
    assert interactions(measure, Ball(norm), "1e-200", 3).counts == {1: 4, 2: 3, 3: 1}


@pytest.mark.parametrize("exponent", [-1070, -1000, -540, -400, 0, 400, 540, 1000])
def test_an_acute_triangle_of_any_size(exponent):
    """Its sides fit into a ball of radius 1.2, and it does not: at the size at which squares underflow, neither."""
    points = np.ldexp([[0.0, 0], [2, 0], [1, 2]], exponent)
    measure, step = LabeledMeasure.from_arrays(points, [0, 1, 2]), Fraction(2) ** exponent
    for eps, counts in ((Fraction(6, 5), {1: 3, 2: 3, 3: 0}), (Fraction(5, 4), {1: 3, 2: 3, 3: 1})):
        found = interactions(measure, Ball("l2"), eps * step, 3)
        assert found.counts == counts
        assert interactions(measure, Ball("l2"), 2 * step, 3).at(eps * step).counts == counts
    assert found.births[2][0] == pytest.approx(1.25 * 2.0**exponent, rel=1e-9, abs=2.0**-1073)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("exponent", [-1000, -600, -540, 600, 1000])
def test_no_pair_is_lost_or_slow_to_find_at_any_scale(norm, exponent):
    """So many points that they are sketched; too many for rational arithmetic on every pair."""
    rng = np.random.default_rng(0)
    points, labels = rng.integers(0, 256, (6_000, 64)) / 256, np.arange(6_000) % 2
    eps = Fraction({"l2": "1.1", "linf": "0.4", "l1": "6.7"}[norm])
    usual = interactions(LabeledMeasure.from_arrays(points, labels), Ball(norm), eps, 2)
    assert usual.counts[2] > 0
    measure = LabeledMeasure.from_arrays(np.ldexp(points, exponent), labels)
    found = interactions(measure, Ball(norm), eps * Fraction(2) ** exponent, 2)
    assert np.array_equal(found.members[1], usual.members[1])
    np.testing.assert_allclose(found.births[1], np.ldexp(usual.births[1], exponent), rtol=1e-15)


def test_sizes_that_have_nothing_to_do_with_each_other():
    """Coordinates out of reach matter only where they are equal, however large; tiny ones only where they are near."""
    tiny, huge = 2.0**-1000, 2.0**1000
    points = np.array([[0, huge], [tiny, huge], [0, -huge], [2 * tiny, np.nextafter(huge, 0)], [0, 0], [tiny, 0]])
    measure = LabeledMeasure.from_arrays(points, [0, 1, 2, 3, 4, 5])
    for norm in NORMS:
        assert interactions(measure, Ball(norm), Fraction(tiny) / 2, 2).members[1].tolist() == [[0, 1], [4, 5]]
        assert interactions(measure, Ball(norm), Fraction(tiny) / 2 * Fraction(999, 1000), 2).counts[2] == 0
        with pytest.raises(InvalidMeasure, match="too different in size"):
            interactions(measure, Ball(norm), Fraction(huge) / 2, 2)


def test_a_budget_of_nothing_brings_equal_points_together_at_once():
    points = np.repeat(np.random.default_rng(0).normal(size=(500, 20)) * 1e-200, 4, axis=0)
    points[::4] *= -0.0 + 1.0
    measure = LabeledMeasure.from_arrays(points, np.arange(2000) % 4)
    for eps in (0, Fraction(1, 10**320)):
        found = interactions(measure, Ball("l2"), eps, 4)
        assert list(found.counts.values()) == [2000, 3000, 2000, 500]
        assert not np.concatenate(found.births).any()
        assert interactions(measure, Ball("l2"), 1e-200, 3).at(eps).counts == {1: 2000, 2: 3000, 3: 2000}


def test_prices_of_any_size():
    """Of integers a price beyond all floats is paid by equal points only; one below all floats is refused."""
    measure = LabeledMeasure.from_arrays([[0], [1], [1], [2]], [0, 1, 2, 3], unit="1e60")
    assert interactions(measure, Quadratic("1e200"), None, 3).members[1].tolist() == [[1, 2]]
    measure = LabeledMeasure.from_arrays([[0], [1], [2]], [0, 1, 2], unit="1e-100")
    with pytest.raises(InvalidMeasure, match="scale tau"):
        interactions(measure, Quadratic("1e-200"), None, 3)


@pytest.mark.parametrize(("exponent", "tau"), [(-500, Fraction(4) ** 500), (500, Fraction(1, 4**500))])
def test_the_quadratic_cost_at_any_scale(exponent, tau):
    points = np.random.default_rng(2).normal(size=(30, 3))
    usual = interactions(LabeledMeasure.from_arrays(points, np.arange(30) % 4), Quadratic(1), None, 4)
    assert min(usual.counts.values()) > 0
    measure = LabeledMeasure.from_arrays(np.ldexp(points, exponent), np.arange(30) % 4)
    found = interactions(measure, Quadratic(tau), None, 4)
    for one, other in zip((*found.members, *found.births), (*usual.members, *usual.births), strict=True):
        assert np.array_equal(one, other)


def test_a_price_of_more_digits_than_a_float_holds():
    tau = Fraction(3**700, 3**700 + 1)
    for dtype in ("u1", "i8", "f8"):
        measure = LabeledMeasure.from_arrays(np.array([[0], [1], [1]], dtype), [0, 1, 2], unit=1)
        assert interactions(measure, Quadratic(tau), None, 3).births[1].tolist() == [0.5, 0.5, 0.0]


def test_distances_beyond_all_floats_are_measured():
    square = 1e200 * np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    measure = LabeledMeasure.from_arrays(square, [0, 1, 2, 3])
    assert interactions(measure, Ball("linf"), "1e200", 4).counts[4] == 1
    assert interactions(measure, Ball("l1"), "1e200", 4).counts[4] == 1
    assert interactions(measure, Ball("l2"), "1e199", 4).counts[2] == 0


def test_integers_whose_squares_overflow_are_refused():
    measure = LabeledMeasure.from_arrays(np.array([[0], [2**62]]), [0, 1])
    with pytest.raises(InvalidMeasure, match="scale or shift"):
        interactions(measure, Ball("l2"), 2**61, 2)


def test_three_points_or_what_there_is():
    measure = LabeledMeasure.from_arrays(np.zeros((4, 1)), [0, 1, 2, 3])
    assert interactions(measure, Ball("l2"), 1).order == 3
    assert interactions(measure.select(["0", "1"]), Ball("l2"), 1).order == 2
