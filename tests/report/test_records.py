"""Records: of numbers that are no floats, those of the stronger adversary."""

from fractions import Fraction

import cvxpy as cp
import pytest

import motlp
from motlp.problem.interactions import interactions
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic
from motlp.report.records import bound_record, interactions_record, threat_record


def test_a_record_of_interactions(measure):
    record = interactions_record(interactions(measure, Ball("linf"), "1.0000005", 2), {"load": 0.123456})
    assert record == {
        "data": {"name": "arrays", "points": 2, "dimension": 1, "classes": 2, "unit": "1/10000000"},
        "threat": {"cost": "ball", "norm": "linf", "eps": 1.0000005},
        "order": 2,
        "interactions": {"1": 2, "2": 1},
        "seconds": {"load": 0.1235},
    }


def test_a_record_says_whether_the_bound_is_of_all_orders(measure):
    truncated = bound_record(motlp.solve(interactions(measure, Ball("l2"), 2, 2)), {})
    assert (truncated["order"], truncated["risk_upper"]) == (2, None)
    solution = motlp.untruncated(measure, Ball("l2"), 2)
    full = bound_record(solution, {})
    assert (full["order"], full["risk_upper"], full["gap"]) == ("full", solution.risk_upper, solution.gap)
    assert list(full) == list(truncated)


def test_a_record_tells_what_is_proved_of_the_optimum_of_the_model(measure):
    hypergraph = interactions(measure, Ball("l2"), 2, 2)
    plain = bound_record(motlp.solve(hypergraph), {})
    assert (plain["sense"], plain["value_bound"]) == ("max", 0.5)
    model = motlp.declare(hypergraph)
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential <= 0.25])
    solution = motlp.solve(model)
    record = bound_record(solution, {})
    assert record["value_bound"] == solution.value_bound == pytest.approx(0.25)
    assert record["risk_lower"] == solution.risk_lower


@pytest.mark.parametrize(
    "number",
    [
        "0.3",
        "1.0000005",
        Fraction(1, 3),
        Fraction(2, 3),
        Fraction(10, 3),
        Fraction(5099019513592784830028224109023, 2 * 10**30),
    ],
)
def test_a_budget_is_no_smaller_than_it_was_and_a_price_no_larger(number):
    """What is proved at ε holds at every larger one, and not at a smaller: 1/3 is no float."""
    eps = Fraction(repr(threat_record(Ball("l2"), exact(number))["eps"]))
    assert exact(number) <= eps < exact(number) + Fraction(1, 10**15)
    tau = Fraction(repr(threat_record(Quadratic(number), None)["tau"]))
    assert exact(number) - Fraction(1, 10**15) < tau <= exact(number)


def test_a_short_decimal_is_the_float_that_is_written_so():
    assert threat_record(Ball("l2"), exact("0.3"))["eps"] == 0.3
