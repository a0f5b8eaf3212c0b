"""The attack of a plan: masses, places, budget and risk, against definitions in rational arithmetic."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bounds import make_solution, true_risk
from support.certificates import put_together, take_apart
from support.clouds import hypergraphs
from support.measures import measures, threats
from support.problems import pair, triangles

from motlp.datasets import load
from motlp.errors import InvalidFile, InvalidHypergraph, NoPlan
from motlp.players.adversary import Attack, attack
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.certificate import Certificate
from motlp.solving.sinkhorn import sinkhorn
from motlp.solving.solution import Solution
from motlp.solving.solve import solve
from motlp.solving.untruncated import untruncated


def features(measure: LabeledMeasure, v: int) -> list[Fraction]:
    return [Fraction(x) * measure.unit for x in measure.points[v].tolist()]


def moved(one: Attack, row: int) -> Fraction:
    """How far a row moves, by definition; squared for l2."""
    gaps = [abs(a - b) for a, b in zip(features(one.source, int(one.origin[row])), one.place(row), strict=True)]
    return {"l1": sum(gaps), "linf": max(gaps), "l2": sum(gap * gap for gap in gaps)}[one.threat.norm] + Fraction(0)


def risk_by_definition(one: Attack) -> Fraction:
    """1 − Σ over places of the largest mass of a class, exactly."""
    places: dict[tuple[Fraction, ...], dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row, mass in enumerate(one.mass.tolist()):
        places[tuple(one.place(row))][int(one.measure.labels[row])] += Fraction(mass)
    total = sum(map(Fraction, one.mass.tolist()))
    return 1 - sum((max(masses.values()) for masses in places.values()), Fraction(0)) / total


def assert_sound(one: Attack, solution: Solution) -> None:
    """All that holds of every attack, whatever the plan."""
    source, rows = one.source, range(len(one.origin))
    assert one.check() is one
    assert np.array_equal(one.measure.labels, source.labels[one.origin])
    assert (one.measure.class_names, one.measure.unit, one.measure.shape) == (
        source.class_names,
        source.unit,
        source.shape,
    )
    back = np.bincount(one.origin, one.mass, source.size)
    assert back == pytest.approx(source.mass, rel=1e-14, abs=1e-320)
    assert (one.mass[source.mass[one.origin] > 0] > 0).all()
    lengths = [moved(one, row) for row in rows]
    power = 2 if one.threat.norm == "l2" else 1
    if one.eps is not None:
        assert max(lengths) <= one.eps**power
    assert max(lengths) <= Fraction(one.farthest) ** power <= max(lengths) * (1 + Fraction(1, 2**50))
    for row in rows:
        exact = [x / source.unit for x in one.place(row)]
        assert one.measure.points[row].tolist() == [float(x) for x in exact]
        assert one.meeting[row] >= 0 or exact == [Fraction(x) for x in source.points[one.origin[row]].tolist()]
    paid = sum((Fraction(m) * d for m, d in zip(one.mass.tolist(), lengths, strict=True)), Fraction(0))
    tau = one.threat.tau if isinstance(one.threat, Quadratic) else Fraction(0)
    assert one.cost == pytest.approx(float(tau * paid), rel=1e-12, abs=1e-15)
    assert one.bayes_risk == pytest.approx(float(risk_by_definition(one)), abs=1e-13)
    assert one.value >= solution.risk_lower - 1e-12
    assert_meetings(one)


def assert_meetings(one: Attack) -> None:
    """Every meeting is at one place, of two rows or more, and no heavier than the one before."""
    numbers = one.meeting[one.meeting >= 0]
    assert np.array_equal(np.unique(numbers), np.arange(numbers.max(initial=-1) + 1))
    gathered = np.bincount(numbers, one.mass[one.meeting >= 0])
    assert (np.diff(gathered) <= 1e-15).all()
    for number in range(len(gathered)):
        rows = np.flatnonzero(one.meeting == number).tolist()
        assert len(rows) >= 2
        assert len({tuple(one.place(row)) for row in rows}) == 1
        assert len(set(one.measure.labels[rows].tolist())) == len(rows)


@st.composite
def problems(draw: st.DrawFn) -> Hypergraph:
    """Grids, where places coincide, and clouds of whole numbers and of floats at several scales; some without mass."""
    if draw(st.booleans()):
        return draw(hypergraphs())
    measure = draw(measures(points=(4, 10)))
    threat, eps = draw(threats(norms=("l2", "linf", "l1")))
    budget = None if eps is None else Fraction(eps)
    exponent = draw(st.sampled_from([0, 0, -40, 300]))
    if measure.points.dtype.kind == "f" and exponent and budget is not None:
        jitter = np.random.default_rng(measure.size).random(measure.points.shape) * draw(st.sampled_from([0, 0.3]))
        measure = replace(measure, points=np.ldexp(measure.points + jitter, exponent))
        budget *= Fraction(2) ** exponent
    return interactions(measure, threat, budget, draw(st.integers(2, measure.classes)))


@given(problems())
@settings(max_examples=24)
def test_optimal_plans(hypergraph):
    solution = solve(hypergraph, framework="matrix", solver="simplex")
    one = attack(solution)
    assert_sound(one, solution)
    if hypergraph.order == hypergraph.measure.classes:
        assert one.value == pytest.approx(solution.risk_lower, abs=1e-9)
    again = Attack.from_certificate(solution.certificate(), hypergraph.measure)
    assert_equal(one, again)


def assert_equal(one: Attack, other: Attack) -> None:
    assert (one.threat, one.eps) == (other.threat, other.eps)
    for name in ("origin", "meeting", "mass"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert np.array_equal(one.measure.points, other.measure.points)


@given(problems(), st.data())
@settings(max_examples=40)
def test_any_plan_at_all(hypergraph, data):
    """Plans that cover too often and too little, with garbage in them."""
    weight = st.one_of(st.floats(0, 0.3), st.sampled_from([0.0, 1.0, 1e-17, 5e-324, np.nan, -1.0, np.inf]))
    plan = np.array(data.draw(st.lists(weight, min_size=hypergraph.size, max_size=hypergraph.size)))
    solution = make_solution(hypergraph, plan)
    assert_sound(attack(solution), solution)


@given(measures(classes=(2, 4), points=(4, 7), dimensions=(1, 2)), threats(norms=("l2", "linf", "l1")), st.data())
@settings(max_examples=25)
def test_no_attack_is_worth_more_than_the_least_risk(measure, threat, data):
    hypergraph = interactions(measure, *threat, 2)
    plan = np.array(data.draw(st.lists(st.floats(0, 0.3), min_size=hypergraph.size, max_size=hypergraph.size)))
    least = true_risk(measure, *threat, measure.classes)
    assert attack(make_solution(hypergraph, plan)).value <= float(least) + 1e-12


@given(hypergraphs(), st.sampled_from(["sinkhorn", "sinkhorn+lp", "full"]))
@settings(max_examples=12)
@pytest.mark.filterwarnings("ignore")
def test_plans_of_every_solver(hypergraph, kind):
    if kind == "full":
        solution = untruncated(hypergraph.measure, hypergraph.threat, hypergraph.eps, time_limit=1)
    else:
        solution = solve(hypergraph, solver=kind) if kind != "sinkhorn" else sinkhorn(hypergraph, max_sweeps=200)
    one = attack(solution)
    assert_sound(one, solution)
    if kind == "full":
        assert solution.risk_upper is not None
        assert one.value <= solution.risk_upper + 1e-12


def test_maxflow():
    hypergraph = triangles().truncate(2)
    two = interactions(hypergraph.measure.select(["0", "1"]), Ball("l2"), "0.6", 2)
    solution = solve(two, solver="maxflow")
    assert_sound(attack(solution), solution)
    assert attack(solution).value == pytest.approx(solution.risk_lower, abs=1e-12)


def test_a_cover_with_excess_by_hand():
    """b has mass 0.2, which two interactions want: the heavier takes all of it, and no more of the other."""
    measure = LabeledMeasure.from_arrays([[0], [2], [4]], ["a", "b", "a"], [0.3, 0.2, 0.5], unit=1, name="line")
    hypergraph = interactions(measure, Ball("l2"), 1, 2)
    plan = np.where((hypergraph.sizes == 2), [0, 0, 0, 0.2, 0.25], 0.0)
    assert hypergraph.members[1].tolist() == [[0, 1], [2, 1]]
    one = attack(make_solution(hypergraph, plan))
    assert one.origin.tolist() == [2, 1, 0, 2]
    assert one.meeting.tolist() == [0, 0, -1, -1]
    assert one.mass.tolist() == pytest.approx([0.2, 0.2, 0.3, 0.3])
    assert one.measure.points.tolist() == [[3], [3], [0], [4]]
    assert one.bayes_risk == pytest.approx(0.2)
    assert (one.cost, one.farthest, one.measure.name) == (0.0, 1.0, "line, attacked")
    moves = one.moves(2)
    assert (moves.rows.tolist(), moves.places.tolist()) == ([0, 3], [[3], [4]])
    assert moves.mass == pytest.approx([0.2, 0.3])


def test_what_lies_at_one_place_is_one():
    """Two meetings at 1, and a point of a third class at home there: the largest class there is all that is right."""
    measure = LabeledMeasure.from_arrays([[0], [2], [0], [2], [1]], [0, 1, 1, 0, 2], unit=1)
    hypergraph = interactions(measure, Ball("linf"), 1, 2)
    wanted = {frozenset((0, 1)), frozenset((2, 3))}
    plan = np.array([0.2 * (frozenset(A) in wanted) for rows in hypergraph.members for A in rows.tolist()])
    one = attack(make_solution(hypergraph, plan))
    assert sorted(one.meeting.tolist()) == [-1, 0, 0, 1, 1]
    assert one.bayes_risk == pytest.approx(3 / 5)  # two meetings by themselves would give 2/5


def test_duplicates_of_different_classes():
    solution = solve(pair())
    one = attack(solution)
    assert (one.value, one.farthest) == (0.5, 0.0)
    alone = attack(replace(solution, plan=np.zeros(solution.hypergraph.size)))
    assert alone.meeting.tolist() == [-1, -1]
    assert alone.bayes_risk == 0.5


def test_whole_numbers_that_no_float_holds():
    big = 2**62
    measure = LabeledMeasure.from_arrays(np.array([[big], [big + 1], [big + 5]], "u8"), [0, 1, 1], unit=1)
    solution = solve(interactions(measure, Ball("l1"), "0.5", 2))
    one = attack(solution).check()
    assert sorted(map(tuple, (one.place(row) for row in range(3)))) == [
        *(2 * [(Fraction(2 * big + 1, 2),)]),
        (Fraction(big + 5),),
    ]
    assert one.bayes_risk == pytest.approx(1 / 3)


def test_points_that_do_not_meet_are_refused():
    solution = solve(triangles())
    with pytest.raises(InvalidHypergraph, match=r"point \d+ would move farther than the budget 0\.3"):
        replace(attack(solution), eps=Fraction(3, 10)).check()


def test_a_plan_that_costs_more_than_it_gains_moves_nothing():
    """Of three in a line, the two at the ends pay for a mean that the one in the middle hardly shares."""
    measure = LabeledMeasure.from_arrays([[0], [0], [3]], [0, 1, 2], [0.5, 0.49, 0.01], unit=1)
    alone = interactions(measure, Quadratic(1), None, 3)
    hypergraph = replace(
        alone,
        members=(*alone.members[:2], np.array([[0, 1, 2]], np.int32)),
        births=(*alone.births[:2], np.array([6.0])),
    )
    plan = np.where(hypergraph.sizes == 3, 0.5, 0.0)
    one = attack(make_solution(hypergraph, plan))
    assert (one.meeting < 0).all()
    assert (one.cost, one.value) == (0.0, pytest.approx(0.49))


def test_two_points_of_one_class_are_no_set():
    measure = LabeledMeasure.from_arrays([[0], [0], [0]], [0, 1, 1])
    hypergraph = interactions(measure, Ball("l2"), 1, 2)
    forged = replace(hypergraph, members=(hypergraph.members[0], np.array([[1, 2], [0, 1]], np.int32)))
    with pytest.raises(InvalidHypergraph, match=r"the set \[1, 2\] has two points of one class"):
        attack(make_solution(forged, np.full(forged.size, 0.1)))


def test_without_a_plan():
    with pytest.raises(NoPlan, match=r"no plan \(the reason\); try another solver"):
        attack(replace(solve(triangles()), plan=None, message="the reason"))


@pytest.mark.parametrize(("cost", "eps", "order"), [("l2", "1.4", 4), ("l1", "6.5", 4), ("linf", "0.45", 4)])
def test_certificates_of_files(cost, eps, order, tmp_path):
    measure = load("digits", per_class=6)
    solution = solve(interactions(measure, Ball(cost), eps, order))
    solution.certificate().save(tmp_path / "some.npz")
    one = Attack.from_certificate(Certificate.load(tmp_path / "some.npz"), measure)
    assert_equal(one, attack(solution))
    assert max(len(meetings.members) and meetings.members.shape[1] for meetings in one.meetings) > 2
    with pytest.raises(InvalidFile, match="about other data: their points is 60, not 50"):
        Attack.from_certificate(solution.certificate(), load("digits", per_class=5))
    with pytest.raises(InvalidFile, match="about other data: their sha256_points"):
        Attack.from_certificate(solution.certificate(), replace(measure, points=measure.points[::-1]))


def forge(parts, k, norm):
    if norm == "l2":
        parts[f"centres_{k}"] = np.eye(k, dtype="<i8")[np.zeros(len(parts[f"centres_{k}"]), int)]
    else:
        parts[f"denominators_{k}"] = parts[f"denominators_{k}"] * 2


@pytest.mark.parametrize(("norm", "eps"), [("l2", "1.4"), ("l1", "6.5")])
def test_forged_places_are_refused(norm, eps, tmp_path):
    measure = load("digits", per_class=6)
    certificate = solve(interactions(measure, Ball(norm), eps, 3)).certificate()

    def forged(change) -> Certificate:
        parts = take_apart(certificate)
        change(parts)
        return Certificate.load(put_together(parts, tmp_path / "forged.npz"))

    with pytest.raises(InvalidHypergraph, match="farther than the budget"):
        Attack.from_certificate(forged(lambda parts: forge(parts, 3, norm)), measure)
    with pytest.raises(InvalidHypergraph, match="farther than the budget"):
        Attack.from_certificate(forged(lambda parts: parts["claim"].update(eps="0.5")), measure)
    name = "centres_3" if norm == "l2" else "denominators_3"
    for numbers in (0, -1):
        with pytest.raises(InvalidFile, match="cannot be read: a place has"):
            Attack.from_certificate(
                forged(lambda parts, n=numbers: parts.update({name: np.full_like(parts[name], n)})), measure
            )
    with pytest.raises(InvalidFile, match="cannot be read: invalid literal"):
        Attack.from_certificate(
            forged(lambda parts: parts.update(centres_3=np.full(parts["centres_3"].shape, b"x"))), measure
        )


@given(problems())
@settings(max_examples=10)
def test_saved_and_loaded_it_has_the_same_risk(tmp_path_factory, hypergraph):
    one = attack(solve(hypergraph, framework="matrix", solver="simplex"))
    path = tmp_path_factory.mktemp("attacks") / "attack.npz"
    one.save(path)
    loaded = load(path)
    assert np.array_equal(loaded.points, one.measure.points)
    assert np.array_equal(loaded.mass, one.measure.mass)
    assert (loaded.unit, loaded.class_names, loaded.shape) == (one.measure.unit, one.measure.class_names, loaded.shape)
    with np.load(path) as file:
        assert np.array_equal(file["origin"], one.origin)
        assert np.array_equal(file["meeting"], one.meeting)
    fine = interactions(loaded, Ball("l2"), 0, loaded.classes)
    assert solve(fine, framework="matrix", solver="simplex").risk_lower == pytest.approx(one.bayes_risk, abs=1e-9)


@pytest.mark.parametrize("names", [("cat", "dog", "eel"), ("-3", "0", "12"), ("1", "2", "02"), ("0.5", "1.5", "nan")])
def test_names_of_classes_come_back(names, tmp_path):
    measure = replace(triangles().measure, class_names=names)
    attack(solve(interactions(measure, Ball("l2"), "0.6", 3))).save(tmp_path / "some.npz")
    loaded = load(tmp_path / "some.npz")
    assert set(loaded.class_names) == set(names)
    kind = np.load(tmp_path / "some.npz")["y"].dtype.kind
    assert kind == ("i" if names[1] == "0" else "U")


def test_a_class_without_mass_stays():
    measure = LabeledMeasure.from_arrays([[0], [1], [2]], [0, 1, 2], [0.5, 0.5, 0.0])
    one = attack(solve(interactions(measure, Ball("l2"), 1, 3)))
    assert sorted(one.origin.tolist()) == [0, 1, 2]
    assert one.measure.classes == 3
    assert one.bayes_risk == 0.5


def test_digits():
    measure = load("digits", per_class=100)
    solution = solve(interactions(measure, Ball("l2"), "1.0", 3))
    one = attack(solution).check()
    assert one.value == pytest.approx(0.2655, abs=1e-9)
    assert (one.measure.shape, one.farthest) == ((8, 8), 1.0)


def test_mnist(mnist_root):
    measure = load("mnist", root=mnist_root, per_class=100)
    solution = solve(interactions(measure, Ball("l2"), "3.5", 3))
    one = attack(solution).check()
    assert solution.risk_lower > 0.1
    assert one.value == pytest.approx(solution.risk_lower, abs=1e-9)
    assert 3.4 < one.farthest <= 3.5
