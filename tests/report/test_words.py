"""What is told of the adversary: the very numbers that were computed with."""

from dataclasses import replace
from fractions import Fraction

import pytest
from support.screen import text

import motlp
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic
from motlp.report import words as report


@pytest.fixture
def measure() -> LabeledMeasure:
    """Two points of two classes that meet at ε = 1.0000005, and not before."""
    return LabeledMeasure.from_arrays([[0], [20_000_010]], [0, 1], unit="1/10000000")


@pytest.mark.parametrize(("eps", "risk"), [("1", "0"), ("1.0000005", "0.5"), (Fraction(10, 3), "0.5")])
def test_the_budget_is_told_exactly(measure, eps, risk):
    solution = motlp.solve(interactions(measure, Ball("l2"), eps, 2))
    assert f"risk below {risk} on arrays against an adversary who may move every input by {eps} in ℓ2: none" in (
        report.answer(solution)
    )
    assert f"may move every input by {eps} in ℓ2 " in text(report.table(solution, {}))
    assert report.threat(solution.hypergraph)["eps"] == float(eps)


def test_the_price_is_told_exactly(measure):
    hypergraph = interactions(measure, Quadratic("0.12345678"), None, 2)
    assert report.adversary(hypergraph) == "pays 0.12345678 × squared ℓ2 distance to move an input"


def test_the_budgets_of_a_sweep_are_told_exactly(measure):
    rows = motlp.sweep(measure, ["1.0", "1.0000005", Fraction(4, 3)], framework="matrix")
    assert [report.row_line(row).split(", ")[0] for row in rows] == ["eps 1", "eps 1.0000005", "eps 4/3"]
    lines = [line.split() for line in text(report.sweep_table(rows)).splitlines() if line.endswith("optimal ")]
    assert [(line[0], line[3], line[5]) for line in lines] == [
        ("1", "0", "1"),
        ("1.0000005", "0.5", "0.5"),
        ("4/3", "0.5", "0.5"),
    ]


def test_a_gap_is_told_as_no_less_than_it_is(measure):
    (row,) = motlp.sweep(measure, ["1"], framework="matrix")
    table = text(report.sweep_table([motlp.SweepRow(**vars(row) | {"gap": 1.01e-9})]))
    assert " 1.1e-9 " in table


def test_what_is_no_risk_is_not_called_one(measure):
    solution = motlp.solve(interactions(measure, Ball("l2"), 1, 2))
    assert "risk 0 as reported" in " ".join(text(report.table(solution, {})).split())
    other = " ".join(text(report.table(replace(solution, objective=-2.5, zero_one=False), {})).split())
    assert "risk none; the objective is -2.5" in other
    nothing = " ".join(text(report.table(replace(solution, objective=None), {})).split())
    assert "risk none proved" in nothing


def test_a_budget_in_json_is_no_smaller_than_it_was(measure):
    """What is proved at ε holds at every larger one, and not at a smaller: 1/3 is no float."""
    for eps in (
        "0.3",
        "1.0000005",
        Fraction(1, 3),
        Fraction(2, 3),
        Fraction(5099019513592784830028224109023, 2 * 10**30),
    ):
        told = Fraction(repr(report.threat(interactions(measure, Ball("l2"), eps, 2))["eps"]))
        assert exact(eps) <= told < exact(eps) + Fraction(1, 10**15)
        tau = Fraction(repr(report.threat(interactions(measure, Quadratic(eps), None, 2))["tau"]))
        assert exact(eps) - Fraction(1, 10**15) < tau <= exact(eps)
    assert report.threat(interactions(measure, Ball("l2"), "0.3", 2))["eps"] == 0.3
