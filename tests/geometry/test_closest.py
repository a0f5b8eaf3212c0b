"""The closest pairs: exactly those of rational brute force, at all scales, however the guesses turn out."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.hearing import Heard

from motlp.errors import InvalidBudget, InvalidMeasure, MotlpError, TooManyInteractions
from motlp.geometry import closest as module
from motlp.geometry.closest import closest_pairs
from motlp.geometry.exact import root

NORMS = ["l2", "linf", "l1"]
FLOATS = st.floats(-4, 4) | st.sampled_from([0.1, 0.2, 0.3, 0.1 + 0.2, 1e-200, 5e-324, 1 / 3])
VALUES = {
    np.uint8: st.integers(0, 3) | st.integers(0, 255),
    np.int64: st.integers(-3, 3) | st.integers(-(2**27), 2**27),
    np.float64: FLOATS,
    np.float32: st.floats(-4, 4, width=32),
}


@st.composite
def clouds(draw, sizes=(2, 14)):
    """Points of any type, or floats at any scale; duplicates, and steps along a line, where distances are equal."""
    dtype = draw(st.sampled_from(list(VALUES)))
    shape = draw(st.integers(*sizes)), draw(st.sampled_from([1, 2, 3, 70]))
    if draw(st.booleans()):
        points = draw(arrays(dtype, shape, elements=VALUES[dtype]))
    else:
        steps = draw(arrays(dtype, (shape[0], 1), elements=st.integers(0, 8)))
        points = steps * draw(arrays(dtype, (1, shape[1]), elements=st.integers(0, 8)))
    if dtype == np.float64:
        points = np.ldexp(points, draw(st.sampled_from([0, -1000, -500, 500, 1000])))
    labels = np.sort(draw(arrays(np.int32, shape[0], elements=st.integers(0, 3))))
    labels[-1] += labels[-1] == labels[0]
    return points, labels


def brute_force(points, labels, norm):
    """Every pair of points of different labels with its distance, squared for l2, the nearest first."""
    exact = [[Fraction(x) for x in row] for row in points.tolist()]
    found = []
    for (i, x), (j, y) in combinations(enumerate(exact), 2):
        gaps = [abs(a - b) for a, b in zip(x, y, strict=True)]
        distance = {"l2": sum(gap * gap for gap in gaps), "l1": sum(gaps), "linf": max(gaps)}[norm]
        if labels[i] != labels[j]:
            found.append((distance, i, j))
    return sorted(found)


def check(closest, pairs, number, norm):
    """Whether these are the closest ones of all pairs."""
    last = pairs[number - 1][0]
    within = {(i, j): distance for distance, i, j in pairs if distance <= last}
    assert closest.distance == last
    assert sorted(map(tuple, closest.members.tolist())) == sorted(within)
    assert closest.births.tolist() == sorted(closest.births.tolist())
    for (i, j), birth in zip(closest.members.tolist(), closest.births.tolist(), strict=True):
        exact = root(within[i, j]) if norm == "l2" else float(within[i, j])
        assert 2 * birth == pytest.approx(exact, rel=1e-12, abs=2.0**-1073)


@pytest.mark.parametrize("pairs_for_all", [4, module.ALL])
@given(clouds(), st.sampled_from(NORMS), st.data())
def test_exactly_the_rational_brute_force(pairs_for_all, cloud, norm, data):
    """Few pairs are all looked at; here there are guesses for them, too."""
    pairs = brute_force(*cloud, norm)
    number = data.draw(st.integers(1, len(pairs)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ALL", pairs_for_all)
        check(closest_pairs(*cloud, number, norm), pairs, number, norm)


@given(clouds(), st.sampled_from(NORMS), st.data())
def test_no_guess_is_believed(cloud, norm, data):
    """Whatever is guessed, and whatever there is room for, the answer is right, or it is too large."""
    pairs = brute_force(*cloud, norm)
    number, most = data.draw(st.tuples(*[st.integers(1, len(pairs))] * 2))
    guesses = data.draw(st.lists(st.sampled_from([distance for distance, *_ in pairs]) | st.fractions(0, 9)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ALL", 1)
        patch.setattr(module, "_guess", lambda search, number, largest: map(Fraction, [*guesses, largest]))
        last = pairs[number - 1][0]
        surely = sum(distance <= last for distance, *_ in pairs)
        perhaps = sum(distance <= last * (1 + Fraction(1, 2**40)) for distance, *_ in pairs)
        try:
            check(closest_pairs(*cloud, number, norm, most=most), pairs, number, norm)
            assert surely <= most
        except TooManyInteractions:
            assert perhaps > most


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64, np.float32])
def test_many_points(dtype, norm, monkeypatch):
    monkeypatch.setattr(module, "ALL", 1000)
    points, labels = many(dtype)
    gaps = np.abs(points[:, None].astype(float) - points)
    distances = {"l2": (gaps**2).sum(2), "l1": gaps.sum(2), "linf": gaps.max(2)}[norm]
    distances[labels[:, None] >= labels] = np.inf
    for number in (1, 7, 500, 20_000):
        last = np.sort(distances.ravel())[number - 1]
        expected = np.argwhere(distances <= last)
        closest = closest_pairs(points, labels, number, norm)
        assert closest.distance == last
        assert sorted(map(tuple, closest.members.tolist())) == [tuple(pair) for pair in expected.tolist()]
        with ThreadPoolExecutor(3) as pool:
            again = closest_pairs(points, labels, number, norm, executor=pool)
        assert (closest.members == again.members).all()
        assert (closest.births == again.births).all()


def many(dtype):
    """Whole numbers of any type, with sums of squares that are exact in all of them."""
    random = np.random.default_rng(1)
    return random.integers(0, 200, (500, 6)).astype(dtype), np.sort(random.integers(0, 5, 500)).astype(np.int32)


def test_where_squares_vanish_beside_the_others():
    points = np.array([[0.0], [3e-200], [1.0], [1e-200], [2e-250], [1e90]])
    labels = np.array([0, 0, 0, 1, 1, 1], np.int32)
    pairs = brute_force(points, labels, "l2")
    for number in range(1, len(pairs) + 1):
        check(closest_pairs(points, labels, number, "l2"), pairs, number, "l2")


def test_sizes_that_no_scale_suits():
    """The large ones are far from all others, so that the others are found; but not how far away they are."""
    points, labels = np.array([[0.0], [1e-300], [1e250], [3e-300]]), np.array([0, 0, 1, 1], np.int32)
    for norm in NORMS:
        pairs = brute_force(points, labels, norm)
        for number in (1, 2):
            check(closest_pairs(points, labels, number, norm), pairs, number, norm)
        with pytest.raises(InvalidMeasure, match="too different in size for exact arithmetic with the distance"):
            closest_pairs(points, labels, 3, norm)


def test_floats_that_differ_in_the_last_place():
    """0.1 + 0.2 is larger than 0.3, and no float64 tells 1 − 2⁻⁶⁰ from 1."""
    points = np.array([[0.0, 0.0], [0.1 + 0.2, 0.0], [0.3, 0.0], [1.0, 2.0**-60], [1.0, 0.0]])
    labels = np.array([0, 1, 1, 1, 1], np.int32)
    for norm in NORMS:
        pairs = brute_force(points, labels, norm)
        for number in range(1, 5):
            check(closest_pairs(points, labels, number, norm), pairs, number, norm)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("value", [3, 0.1, 1e-300])
def test_points_that_are_all_equal(norm, value):
    points, labels = np.full((60, 2), value), np.repeat(np.arange(3, dtype=np.int32), 20)
    closest = closest_pairs(points, labels, 5, norm, most=1200)
    assert (closest.distance, len(closest.members), closest.births.any()) == (0, 1200, False)
    with pytest.raises(TooManyInteractions, match=r"more than 1,199\. Lower number, take fewer"):
        closest_pairs(points, labels, 5, norm, most=1199)


@pytest.mark.parametrize("norm", NORMS)
def test_one_point_a_class(norm):
    points, labels = np.arange(40)[:, None] ** 2, np.arange(40, dtype=np.int32)
    pairs = brute_force(points, labels, norm)
    for number in (1, 10, 780):
        check(closest_pairs(points, labels, number, norm), pairs, number, norm)


@pytest.mark.parametrize("norm", NORMS)
def test_ties_that_are_too_many(norm, monkeypatch):
    """Many pairs at one distance above zero, of floats: the distances below it hold too few."""
    points = np.repeat([[0.0], [0.1], [5.0]], [30, 30, 1], axis=0)
    labels = np.repeat(np.arange(3, dtype=np.int32), [30, 30, 1])
    assert len(closest_pairs(points, labels, 1, norm, most=900).members) == 900
    monkeypatch.setattr(module, "ALL", 1)
    for number in (1, 900):
        with pytest.raises(TooManyInteractions, match="there are more than 899"):
            closest_pairs(points, labels, number, norm, most=899)


REFUSALS = [
    ([0, 0, 0], 1, InvalidMeasure, "3 points of one class make no pairs; give points of at least two classes"),
    ([], 1, InvalidMeasure, "0 points"),
    ([0, 1, 1], 0, InvalidBudget, "number is 0, but there are 2 pairs of points of different classes; it must be"),
    ([0, 1, 1], 3, InvalidBudget, "number is 3, but there are 2 pairs of points of different classes; it must be"),
]


@pytest.mark.parametrize(("labels", "number", "error", "message"), REFUSALS)
def test_what_there_is_not_is_told(labels, number, error, message):
    with pytest.raises(error) as caught:
        closest_pairs(np.zeros((len(labels), 2)), np.array(labels, np.int32), number, "l2")
    assert message in str(caught.value)
    assert isinstance(caught.value, MotlpError)


def test_integers_whose_distances_no_type_holds():
    points = np.array([[0], [2**40], [1]])
    with pytest.raises(InvalidMeasure, match="their distances do not fit 64 bits"):
        closest_pairs(points, np.array([0, 1, 1], np.int32), 1, "l2")


def test_progress_is_that_of_searches():
    heard = Heard()
    closest_pairs(*many(np.uint8), 1, "l2", progress=heard)
    done, total = heard.updates.pop("pairs")[-1]
    assert done == total > 0
    assert not heard.updates
