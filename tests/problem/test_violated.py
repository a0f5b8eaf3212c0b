"""The most violated interactions, beside all interactions."""

from dataclasses import replace
from fractions import Fraction
from math import isqrt
from threading import Event
from time import sleep

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.measures import measures, threats

from motlp.errors import TooManyInteractions
from motlp.geometry import growing, heaviest
from motlp.geometry.heaviest import Effort
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.problem.violated import find_surroundings
from motlp.system import threads as system_threads

LEAST = 1e-9
MOST = 10**6
SCALES = (0, 1, -40, 200, -250)  # exponents of 2 that the features are multiplied by


def potentials(size: int):
    """Potentials with zeros and ties, or of any values."""
    ties = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 0.75, 1.0])
    return npst.arrays(np.float64, size, elements=ties) | npst.arrays(np.float64, size, elements=st.floats(0, 1))


def excess(hypergraph, potential) -> np.ndarray:
    """By how much each interaction is violated."""
    return hypergraph.memberships.sum_members(potential) - hypergraph.price


def listed(members, births) -> dict[tuple[int, ...], float]:
    """The births of interactions by their points."""
    return {
        tuple(row): birth
        for rows, born in zip(members, births, strict=True)
        for row, birth in zip(rows.tolist(), born.tolist(), strict=True)
    }


@given(st.data(), measures(), threats(norms=("l2", "linf", "l1")), st.sampled_from([1, 2, 50]))
def test_the_most_violated_one_is_found_and_nothing_else(data, measure, threat, each):
    potential = data.draw(potentials(measure.size))
    surroundings = find_surroundings(measure, *threat, most=MOST)
    everything = interactions(measure, *threat, measure.classes)
    found = surroundings.find_violated(potential, LEAST, Effort(each))
    births, mine = listed(everything.members, everything.births), listed(found.members, found.births)
    assert mine.items() <= births.items()
    violations = excess(everything, potential)
    ours = [sum(potential[list(A)]) - 1.0 - float(threat[0].costs(np.array([birth]))[0]) for A, birth in mine.items()]
    assert all(violation > LEAST - 1e-12 for violation in ours)
    assert max(ours, default=0.0) == pytest.approx(max(violations.max(), 0.0) if ours else 0.0, abs=1e-9)
    if not ours:
        assert violations.max() <= LEAST + 1e-12
    assert (found.feasible <= potential).all()
    assert (found.feasible >= 0).all()
    assert excess(everything, found.feasible).max() <= 0.0


@given(st.data(), measures(), threats(norms=("l2", "linf", "l1")), st.integers(1, 20))
def test_a_search_that_is_cut_short_still_makes_the_potential_feasible(data, measure, threat, work):
    potential = data.draw(potentials(measure.size))
    found = find_surroundings(measure, *threat, most=MOST).find_violated(potential, LEAST, Effort(2, work))
    everything = interactions(measure, *threat, measure.classes)
    assert excess(everything, found.feasible).max() <= 0.0
    assert listed(found.members, found.births).items() <= listed(everything.members, everything.births).items()


@given(st.data(), measures(classes=(3, 6)), threats(norms=("l2", "linf", "l1")), st.integers(2, 4), st.booleans())
def test_a_search_of_some_orders(data, measure, threat, order, limited):
    """Whether the search is limited to an order, or the problem."""
    potential = data.draw(potentials(measure.size))
    order = min(order, measure.classes)
    surroundings, effort = find_surroundings(measure, *threat, most=MOST), Effort(50)
    if limited:
        surroundings = replace(surroundings, order=order)
    else:
        effort = effort._replace(order=order)
    found = surroundings.find_violated(potential, LEAST, effort)
    everything = interactions(measure, *threat, order)
    births, mine = listed(everything.members, everything.births), listed(found.members, found.births)
    assert mine.items() <= births.items()
    assert bool(mine) == (excess(everything, potential).max() > LEAST)
    assert excess(everything, found.feasible).max() <= 0.0


@given(st.data(), measures(), threats(norms=("l2", "linf", "l1")))
def test_after_the_deadline_everything_is_bounded(data, measure, threat):
    potential = data.draw(potentials(measure.size))
    found = find_surroundings(measure, *threat, most=MOST).find_violated(potential, LEAST, Effort(50), deadline=0.0)
    assert excess(interactions(measure, *threat, measure.classes), found.feasible).max() <= 0.0


def test_an_interrupt_ends_the_search_in_all_threads(monkeypatch):
    measure, begun, heard = LabeledMeasure.from_arrays(np.zeros((200, 1)), [0, 1] * 100), [], Event()

    def interrupted(*arguments):
        begun.append(arguments[-2:])
        if len(begun) == 1:
            heard.wait(60)  # for the other thread, which is at work by then
            raise KeyboardInterrupt
        heard.set()
        sleep(0.02)  # so the other thread needs seconds for all that is left, and an instant for its end
        return genuine(*arguments)

    genuine = heaviest._search
    monkeypatch.setattr(heaviest, "_search", interrupted)
    monkeypatch.setattr(heaviest, "BLOCK", 1)
    monkeypatch.setattr(system_threads, "PARALLEL", 0)
    monkeypatch.setattr(system_threads, "thread_count", lambda: 2)
    with pytest.raises(KeyboardInterrupt):
        find_surroundings(measure, Ball("l2"), 1, most=MOST).find_violated(np.full(200, 0.6), LEAST, Effort(1))
    assert 2 <= len(begun) < 200


def test_a_long_search_reports_and_ends_where_a_report_ends_it(monkeypatch):
    measure, heard = LabeledMeasure.from_arrays(np.zeros((200, 1)), [0, 1] * 100), []
    surroundings = find_surroundings(measure, Ball("l2"), 1, most=MOST)

    def report(done, total):
        heard.append((done, total))
        if done > 100:
            raise KeyboardInterrupt

    arguments = np.full(200, 0.6), LEAST, Effort(1)
    surroundings.find_violated(*arguments, report=report)
    assert not heard
    monkeypatch.setattr(heaviest, "SILENT", -1.0)
    monkeypatch.setattr(heaviest, "BLOCK", 10)
    with pytest.raises(KeyboardInterrupt):
        surroundings.find_violated(*arguments, report=report)
    assert heard == [(done, 200) for done in range(0, 111, 10)]


def test_equal_sums_do_not_multiply_the_work():
    """One point of each class weighs the same, in any order of adding: all 10¹⁴ sets are as heavy as the first."""
    potential = np.repeat(np.array([3, 10, 3, 4, 1, 3, 7, 3, 7, 7, 2, 7, 3, 10]) / 69.9, 10)
    measure = LabeledMeasure.from_arrays(np.zeros((140, 1)), np.repeat(range(14), 10), unit=1)
    found = find_surroundings(measure, Ball("linf"), 1, most=MOST).find_violated(potential, LEAST, Effort(1))
    assert found.feasible.reshape(14, 10).max(axis=1).sum() <= 1.0
    assert len(found.members[-1]) == 10  # one for each leader


def test_a_simplex_of_very_many_classes():
    """Its 12,720 distances are equal, so that a sum over them would round the same way each time."""
    classes = 160
    measure = LabeledMeasure.from_arrays(np.eye(classes, dtype=np.uint8), range(classes), unit=1)
    radius = Fraction(isqrt((classes - 1) * 10**60 // classes) + 1, 10**30)  # just above that of all
    potential = np.full(classes, 1 / (classes - 0.5))
    found = find_surroundings(measure, Ball("l2"), radius, most=MOST).find_violated(potential, LEAST, Effort(6))
    assert sum(map(Fraction, found.feasible.tolist())) <= 1


@given(st.data(), measures(dtypes=("f8",)), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from(SCALES))
def test_at_every_scale(data, measure, norm, exponent):
    potential, eps = data.draw(potentials(measure.size)), Fraction(13, 10) * Fraction(2) ** exponent
    scaled = LabeledMeasure.from_arrays(np.ldexp(measure.points, exponent), measure.labels, measure.mass)
    found = find_surroundings(scaled, Ball(norm), eps, most=MOST).find_violated(potential, LEAST, Effort(50))
    same = find_surroundings(measure, Ball(norm), "1.3", most=MOST).find_violated(potential, LEAST, Effort(50))
    assert [rows.tolist() for rows in found.members] == [rows.tolist() for rows in same.members]


def test_sets_that_miss_the_ball_by_less_than_floats_can_tell():
    """An acute triangle whose circumradius exceeds the budget by one part in 10²⁰: its sides alone are interactions."""
    points, radius = np.array([[0, 0], [6, 0], [3, 5]]), Fraction(17, 5)  # of circumradius 34/10
    measure = LabeledMeasure.from_arrays(points, [0, 1, 2], unit=1)
    potential = np.array([0.6, 0.6, 0.6])
    for each in (1, 2):
        exactly = find_surroundings(measure, Ball("l2"), radius, most=MOST).find_violated(
            potential, LEAST, Effort(each)
        )
        assert len(exactly.members[1]) == 1
        short = radius - Fraction(1, 10**20)
        less = find_surroundings(measure, Ball("l2"), short, most=MOST).find_violated(potential, LEAST, Effort(each))
        assert len(less.members[0]) == 3
        assert sum(map(len, less.members[1:])) == 0
        assert less.feasible.sum() <= 1.5
        assert less.feasible[1:] == pytest.approx([0.5] * 2)


@pytest.mark.parametrize("far", [0, 2.0**30, 2.0**44, 2**30, 2**54])
def test_l1_balls_far_from_the_origin(far):
    """Four corners of a cube: their l1 radius is three times its half side, however large the coordinates are."""
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    points = corners * 3 + int(far) if isinstance(far, int) else corners * 0.1875 + far
    points = np.vstack([points, np.zeros((1, 3), points.dtype)])  # and the origin, far from them
    measure = LabeledMeasure.from_arrays(points, [0, 1, 2, 3, 0], unit=1)
    eps = 9 if isinstance(far, int) else Fraction(9, 16)
    found = find_surroundings(measure, Ball("l1"), eps, most=MOST).find_violated(np.full(5, 0.3), LEAST, Effort(5))
    assert len(found.members[-1]) >= 1
    assert found.members[-1].shape[1] == 4


def test_many_points_on_a_circle_that_just_misses_the_ball():
    """Every subset misses it by less than floats can tell, and there are too many subsets to look at them all."""
    triples = [(a, b) for a in range(1106) for b in range(1106) if a * a + b * b == 1105**2]
    points = np.array([(a, b) for a, b in triples if a >= b > 0] + [(-b, a) for a, b in triples if a > b > 0])[:14]
    points = np.vstack([points, -points])[:16]
    measure = LabeledMeasure.from_arrays(points, range(len(points)), unit=1)
    eps = 1105 - Fraction(1, 10**20)
    potential = np.full(len(points), 0.4)
    found = find_surroundings(measure, Ball("l2"), eps, most=MOST).find_violated(potential, LEAST, Effort(3))
    for rows in found.members:
        for row in rows:
            assert found.feasible[row].sum() <= 1.0
    assert found.feasible.sum() < potential.sum()


def test_distances_that_hardly_any_float_holds():
    points = np.array([[0.0], [3.85e-161], [1.0]])
    measure = LabeledMeasure.from_arrays(points, [0, 1, 1])
    near = find_surroundings(measure, Ball("l2"), Fraction("1e-100"), most=MOST).keep_nearest(1)
    assert len(near.pairs.indices) == 1


def test_all_points_in_one_place_are_one_interaction():
    measure = LabeledMeasure.from_arrays(np.zeros((7, 2)), range(7))
    for threat, eps in ((Ball("l2"), 0), (Ball("l1"), 1), (Ball("linf"), 0), (Quadratic(1), None)):
        found = find_surroundings(measure, threat, eps, most=MOST).find_violated(np.full(7, 0.5), LEAST, Effort(1))
        assert found.members[-1].tolist() == [list(range(7))]
        assert found.feasible.sum() <= 1.0


@pytest.mark.parametrize("norm", ["l2", "l1", "linf"])
def test_lists_that_have_no_room_to_be_kept(norm, monkeypatch):
    rng = np.random.default_rng(3)
    measure = LabeledMeasure.from_arrays(rng.random((120, 3)), np.repeat(np.arange(5), 24))
    potential = rng.random(120) * 0.6
    surroundings = find_surroundings(measure, Ball(norm), "0.3", most=MOST)
    kept = surroundings.find_violated(potential, LEAST, Effort(8))
    monkeypatch.setattr(growing, "KEPT", 1)
    found = surroundings.find_violated(potential, LEAST, Effort(8))
    everything = interactions(measure, Ball(norm), "0.3", 5)
    most = excess(everything, potential).max()
    assert most > 0.2
    assert max(potential[rows].sum(axis=1).max(initial=0.0) for rows in found.members) - 1 == pytest.approx(most)
    assert excess(everything, found.feasible).max() <= 0
    assert listed(*found[:2]).keys() == listed(*kept[:2]).keys()


def test_many_candidates():
    potential = np.full(2000, 0.05)
    potential[::400] = 0.3  # one of each class
    points = np.random.default_rng(3).random((2000, 2))
    measure = LabeledMeasure.from_arrays(points, np.repeat(np.arange(5), 400))
    found = find_surroundings(measure, Ball("l2"), 1, most=2 * MOST).find_violated(potential, LEAST, Effort(1))
    assert (0, 400, 800, 1200, 1600) in listed(*found[:2])
    assert found.feasible.reshape(5, 400).max(axis=1).sum() <= 1


def test_nearest_pairs_are_pairs():
    rng = np.random.default_rng(0)
    measure = LabeledMeasure.from_arrays(rng.normal(size=(200, 2)), rng.integers(0, 4, 200))
    everything = find_surroundings(measure, Ball("l2"), 1, most=MOST)
    near = everything.keep_nearest(3)
    all_pairs, some = listed(*everything.list_pairs()), listed(*near.list_pairs())
    assert some.items() < all_pairs.items()
    for v in range(200):  # the three nearest of every point are among them
        mine = sorted((birth, A) for A, birth in all_pairs.items() if v in A)
        assert {A for _, A in mine[:3]} <= some.keys()


def test_too_many_pairs_are_refused_with_their_number_and_memory():
    rng = np.random.default_rng(0)
    measure = LabeledMeasure.from_arrays(rng.normal(size=(300, 2)), rng.integers(0, 3, 300))
    text = r"about 30,000 pairs .* more than the 1,000 allowed; to search them takes about 0.0 GiB of memory. Lower eps"
    with pytest.raises(TooManyInteractions, match=text):
        find_surroundings(measure, Ball("l2"), 10, most=1000)
