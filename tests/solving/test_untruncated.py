"""The untruncated optimum, beside closed forms, all interactions, brute force and published numbers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.bounds import SMALL, true_risk
from support.clouds import linear
from support.hearing import Heard
from support.measures import measures, threats

import motlp.solving.rounds as rounds_module
import motlp.solving.untruncated as generation
from motlp import Ball, LabeledMeasure, Quadratic, Status, interactions, solve, untruncated
from motlp.datasets import load
from motlp.errors import InvalidBudget, InvalidConfig, InvalidHypergraph, TooManyInteractions
from motlp.geometry.heaviest import Effort
from motlp.solving.primal_dual import PrimalDual

DIGITS = {"per_class": 40}


def spread(measure: LabeledMeasure) -> LabeledMeasure:
    """The same points with masses that are no small whole numbers."""
    weights = np.random.default_rng(measure.size).exponential(size=measure.size) ** 4
    return replace(measure, mass=weights / weights.sum())


@pytest.mark.parametrize("classes", [2, 3, 4, 7])
@pytest.mark.parametrize("norm", ["l2", "linf", "l1"])
def test_points_that_meet_leave_the_share_of_one(classes, norm):
    measure = LabeledMeasure.from_arrays(np.eye(classes, dtype=np.uint8), range(classes), unit=1)
    solution = untruncated(measure, Ball(norm), 1)
    assert solution.status is Status.OPTIMAL
    assert solution.risk_lower == pytest.approx(1 - 1 / classes, abs=1e-9)
    assert solution.risk_upper == pytest.approx(1 - 1 / classes, abs=1e-6)
    for order in range(2, classes + 1):
        assert solve(interactions(measure, Ball(norm), 1, order)).risk_lower == pytest.approx(1 - 1 / order, abs=1e-9)


@pytest.fixture(params=["simplex", "steps"])
def method(request):
    """Small programs solved by simplex, or by the first-order method like large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds_module, "SMALL", {"simplex": rounds_module.SMALL, "steps": 0}[request.param])
        yield request.param


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(measures(classes=(2, 5), points=(4, 30)), threats(norms=("l2", "linf", "l1")), st.booleans())
def test_it_is_the_enumeration_of_all_orders(method, measure, threat, uneven):
    measure = spread(measure) if uneven else measure
    everything = interactions(measure, *threat, measure.classes)
    solution = untruncated(measure, *threat, tol=1e-9)
    peer = solve(everything, framework="matrix", solver="simplex")
    assert solution.risk_upper - solution.risk_lower <= 1e-9
    assert peer.risk_lower <= solution.risk_upper
    assert solution.risk_lower <= peer.risk_lower + peer.gap
    assert peer.gap <= 1e-6
    solution.hypergraph.check()
    excess = everything.memberships.sum_members(solution.potential) - everything.price
    assert excess.max() <= 1e-15


@settings(max_examples=40)
@given(st.data(), measures(classes=(2, 5), points=(4, 30)), threats(norms=("l2", "linf", "l1")))
def test_masses_of_any_size(data, measure, threat):
    sizes = st.sampled_from([0, 1e-300, 1e-9, 0.3, 1, 2, 5, 1e6])
    weights = data.draw(npst.arrays(np.float64, measure.size, elements=sizes).filter(np.any))
    solution = untruncated(replace(measure, mass=weights / weights.sum()), *threat)
    assert solution.status is Status.OPTIMAL


def test_where_simplex_fails_steps_do_it(monkeypatch):
    measure = load("digits", **DIGITS)
    by_simplex = untruncated(measure, Ball("l2"), "0.9")
    monkeypatch.setattr(rounds_module, "CLOSE", {"simplex_iteration_limit": 0})
    by_steps = untruncated(measure, Ball("l2"), "0.9")
    assert "1 rounds, 0 steps" in by_simplex.message
    assert by_steps.status is Status.OPTIMAL
    assert int(by_steps.message.split()[-2]) > 0
    assert by_steps.risk_lower == pytest.approx(by_simplex.risk_lower, abs=2e-6)


@settings(max_examples=20)
@given(SMALL, threats())
def test_the_truth_lies_between_the_ends(measure, threat):
    solution = untruncated(measure, *threat)
    assert solution.risk_lower <= true_risk(measure, *threat, measure.classes) <= solution.risk_upper


@pytest.mark.parametrize("eps", ["0.9", "1.4"])
def test_orders_end_at_it(eps):
    measure = load("digits", **DIGITS)
    solution = untruncated(measure, Ball("l2"), eps)
    assert solution.status is Status.OPTIMAL
    ends = [solve(interactions(measure, Ball("l2"), eps, order)).risk_lower for order in (2, 3, 4)]
    assert ends == sorted(ends)
    assert ends[-1] <= solution.risk_upper
    assert solution.order == "full"


def test_two_classes_are_a_flow():
    measure = load("mnist", classes=["3", "7"], per_class=1000)
    solution = untruncated(measure, Ball("l2"), 4)
    assert "the risk is 13/80 exactly" in solution.message
    assert solution.risk_lower == pytest.approx(0.1625, abs=1e-15)
    assert solution.risk_upper == pytest.approx(0.1625, abs=1e-12)
    uneven = untruncated(spread(measure), Ball("l2"), 4)
    assert uneven.status is Status.OPTIMAL
    assert "rounds" in uneven.message


def test_thousands_of_images_with_orders_that_matter():
    measure = load("mnist", classes=["1", "4", "7"], per_class=1000)
    solution = untruncated(measure, Ball("l2"), 4)
    assert solution.status is Status.OPTIMAL
    assert solution.risk_lower == pytest.approx(0.408333, abs=1.5e-6)


def test_every_round_has_proved_ends_that_only_come_nearer():
    measure, heard = load("digits", **DIGITS), Heard()
    solution = untruncated(measure, Ball("l2"), "1.4", progress=heard)
    lower, upper = (np.array([ends[name] for ends in heard.intervals]) for name in ("lower", "upper"))
    assert [ends["round"] for ends in heard.intervals] == list(range(1, len(lower) + 1))
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper) <= 0).all()
    risk = solution.risk_lower
    assert (lower <= risk + 1e-6).all()
    assert (upper >= risk - 1e-6).all()
    assert heard.updates["pairs"]


def test_near_pairs_first_and_short_searches_lead_to_the_same(monkeypatch):
    measure = load("digits", **DIGITS)
    alone = untruncated(measure, Ball("l2"), "1.4")
    monkeypatch.setattr(generation, "NEAR", (3, 10))
    monkeypatch.setattr(generation, "EFFORTS", (Effort(6, work=50), Effort(6, order=3), Effort(6)))
    staged = untruncated(measure, Ball("l2"), "1.4")
    assert staged.status is Status.OPTIMAL
    assert staged.risk_lower == pytest.approx(alone.risk_lower, abs=2e-6)


@pytest.mark.parametrize("first", ["1", "1.6"])
def test_it_begins_from_another_budget(first):
    measure = load("digits", **DIGITS)
    start = untruncated(measure, Ball("l2"), first)
    cold, warm = (untruncated(measure, Ball("l2"), "1.4", start=begin) for begin in (None, start))
    assert warm.risk_lower == pytest.approx(cold.risk_lower, abs=2e-6)
    assert warm.hypergraph.eps == Fraction("1.4")
    warm.hypergraph.check()


def test_what_was_found_is_kept_when_time_is_up_or_the_user_has_enough():
    measure = load("digits", **DIGITS)
    late = untruncated(measure, Ball("l2"), "1.4", time_limit=1e-9)
    assert late.status is Status.LIMIT
    assert "time limit" in late.message
    assert (late.risk_lower, late.risk_upper) == (0.0, 1.0)

    class Enough(Heard):
        def interval(self, lower, upper, **where):
            if where["round"] == 2:
                raise KeyboardInterrupt

    stopped = untruncated(measure, Ball("l2"), "1.4", progress=Enough())
    assert stopped.status is Status.LIMIT
    assert stopped.message.startswith("interrupted after 2 rounds")
    whole = untruncated(measure, Ball("l2"), "1.4")
    assert 0 < stopped.risk_lower <= whole.risk_upper
    assert whole.risk_lower <= stopped.risk_upper < 1


class Stopped(Heard):
    """Ends the search after some rounds."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds

    def interval(self, lower, upper, **where):
        super().interval(lower, upper, **where)
        if where["round"] == self.rounds:
            raise KeyboardInterrupt


@pytest.mark.parametrize("rounds", [1, 2, 4])
@pytest.mark.parametrize("classes", [20, 60])
def test_a_search_that_ends_early_claims_no_more_than_it_has_proved(rounds, classes):
    """Potentials far below 1 are feasible as they are; what was not found yet forbids to scale them up."""
    measure = LabeledMeasure.from_arrays(np.zeros((classes, 2)), range(classes))
    heard = Stopped(rounds)
    solution = untruncated(measure, Ball("l2"), 1, progress=heard)
    assert solution.risk_lower <= 1 - 1 / classes <= solution.risk_upper
    assert solution.risk_upper >= heard.intervals[-1]["upper"] - 1e-12
    assert Fraction(solution.risk_upper) >= 1 - sum(
        (Fraction(m) * Fraction(g) for m, g in zip(measure.mass.tolist(), solution.potential.tolist(), strict=True)),
        Fraction(0),
    ) / sum(map(Fraction, measure.mass.tolist()))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(measures(classes=(3, 6), points=(6, 20)), threats(norms=("l2", "linf", "l1")), st.integers(1, 3))
def test_no_early_end_is_false(method, measure, threat, rounds):
    everything = interactions(measure, *threat, measure.classes)
    peer = solve(everything, framework="matrix", solver="simplex")
    early = untruncated(measure, *threat, progress=Stopped(rounds))
    loose = untruncated(measure, *threat, tol=0.6)
    for solution in (early, loose):
        assert solution.risk_upper >= peer.risk_lower
        assert solution.risk_lower <= peer.risk_lower + peer.gap


def test_an_interrupt_that_a_kernel_turns_into_another_error_is_one():
    class Odd(Heard):
        def interval(self, lower, upper, **where):
            raise SystemError("a kernel returned a result with an exception set") from KeyboardInterrupt()

    measure = load("digits", per_class=10)
    assert untruncated(measure, Ball("l2"), 1, progress=Odd()).message.startswith("interrupted")

    class Broken(Heard):
        def interval(self, lower, upper, **where):
            raise SystemError("something else")

    with pytest.raises(SystemError, match="something else"):
        untruncated(measure, Ball("l2"), 1, progress=Broken())


@pytest.mark.usefixtures("method")
def test_points_without_mass_are_in_nobodys_way():
    """A plan from elsewhere leads to interactions that have them among their points."""
    mass = [0.125, 0.125, 0.375, 0, 0, 0.375]
    measure = LabeledMeasure.from_arrays([[0.0], [0.0], [1.0], [1.0], [1.0], [1.0]], [0, 5, 4, 3, 2, 1], mass)
    start = solve(interactions(measure, Quadratic(30), None, 1))
    solution = untruncated(measure, Quadratic(30), start=replace(start, plan=measure.mass, potential=None))
    assert solution.status is Status.OPTIMAL
    assert solution.risk_lower == pytest.approx(0.5, abs=1e-9)
    assert (solution.potential[measure.mass == 0] == 0).all()


def test_a_start_of_other_lengths_is_refused_and_a_wild_one_does_no_harm():
    measure = load("digits", per_class=10)
    start = untruncated(measure, Ball("l2"), 1)
    for part in ("plan", "potential"):
        with pytest.raises(InvalidHypergraph, match=f"the {part} has shape"):
            untruncated(measure, Ball("l2"), "1.2", start=replace(start, **{part: np.zeros(3)}))
        wild = replace(start, **{part: np.full_like(getattr(start, part), np.nan)})
        assert untruncated(measure, Ball("l2"), "1.2", start=wild).status is Status.OPTIMAL


GARBAGE = {
    "scaled": lambda values: 3.0 * values,
    "halved": lambda values: 0.5 * values,
    "negative": lambda values: -values,
    "noise": lambda values: np.random.default_rng(0).normal(size=len(values)),
    "nan": lambda values: np.full(len(values), np.nan),
    "infinite": lambda values: np.full(len(values), np.inf),
}


@pytest.mark.parametrize(
    ("plan", "potential"), [*zip(GARBAGE, GARBAGE, strict=True), ("scaled", "nan"), ("nan", "scaled")]
)
def test_no_master_makes_a_false_end(monkeypatch, plan, potential):
    """The method for the linear program is not believed, whatever it returns."""
    measure = load("digits", per_class=10)
    risk = linear(interactions(measure, Ball("l2"), "1.4", 10))

    class Broken(PrimalDual):
        @property
        def plan(self):
            return GARBAGE[plan](super().plan)

        @property
        def potential(self):
            return GARBAGE[potential](super().potential)

    monkeypatch.setattr(rounds_module, "PrimalDual", Broken)
    monkeypatch.setattr(generation, "PATIENCE", 5)
    heard = Heard()
    solution = untruncated(measure, Ball("l2"), "1.4", progress=heard)
    ends = [(solution.risk_lower, solution.risk_upper), *((e["lower"], e["upper"]) for e in heard.intervals)]
    for lower, upper in ends:
        assert -1e-9 <= lower <= risk + 1e-9
        assert risk - 1e-9 <= upper <= 1 + 1e-9


def test_what_cannot_be_asked_for_is_refused():
    measure = load("digits", **DIGITS)
    for limit in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InvalidBudget, match=r"time_limit is .* positive and finite"):
            untruncated(measure, Ball("l2"), 1, time_limit=limit)
        with pytest.raises(InvalidBudget, match=r"tol is .* positive and finite"):
            untruncated(measure, Ball("l2"), 1, tol=limit)
    with pytest.raises(TooManyInteractions, match=r"pairs of points .* GiB of memory"):
        untruncated(measure, Ball("l2"), 3, most=1000)
    start = untruncated(measure, Ball("l2"), 1)
    for other, threat in ((load("digits", per_class=39), Ball("l2")), (measure, Ball("l1")), (measure, Quadratic(1))):
        eps = 1 if isinstance(threat, Ball) else None
        with pytest.raises(InvalidConfig, match="start is a solution for other points or another threat"):
            untruncated(other, threat, eps, start=start)
    far = interactions(measure, Ball("l2"), 2, 2)
    false = replace(far, eps=Fraction(1))  # its pairs are too far apart
    with pytest.raises(InvalidHypergraph, match="is no interaction"):
        untruncated(measure, Ball("l2"), 1, start=replace(start, hypergraph=false, plan=None))
