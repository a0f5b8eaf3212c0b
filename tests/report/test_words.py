"""Sentences: the very numbers that were computed with, and no end that is printed claims more than is proved."""

import re
from dataclasses import asdict, replace
from fractions import Fraction

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.bounds import FLOATS, SMALL, make_solution, true_risk, weighted
from support.measures import threats
from support.problems import pair
from support.screen import text

import motlp
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.bounds import cover_cost
from motlp.proof.decimals import float_above
from motlp.report.rows import row_line, sweep_table
from motlp.report.tables import bound_table
from motlp.report.words import adversary, summary
from motlp.solving.solution import Solution
from motlp.studies.rows import Study, make_row, parse_row


@pytest.mark.parametrize(("eps", "risk"), [("1", "0"), ("1.0000005", "0.5"), (Fraction(10, 3), "0.5")])
def test_the_budget_is_printed_exactly(measure, eps, risk):
    solution = motlp.solve(interactions(measure, Ball("l2"), eps, 2))
    assert f"risk below {risk} on arrays against an adversary who may move every input by {eps} in ℓ2: none" in (
        summary(solution)
    )
    assert f"may move every input by {eps} in ℓ2 " in text(bound_table(solution, {}))


def test_the_price_is_printed_exactly(measure):
    hypergraph = interactions(measure, Quadratic("0.12345678"), None, 2)
    assert adversary(hypergraph.threat, hypergraph.eps) == "pays 0.12345678 × squared ℓ2 distance to move an input"


def test_the_line_of_a_row(measure):
    rows = motlp.sweep(measure, ["1.0", "1.0000005", Fraction(4, 3)], framework="matrix")
    assert [row_line(row).split(" (")[0] for row in rows] == [
        "eps 1, order 2: risk at least 0",
        "eps 1.0000005, order 2: risk at least 0.5",
        "eps 4/3, order 2: risk at least 0.5",
    ]


def printed_ends(solution: Solution) -> tuple[list[Fraction], list[Fraction]]:
    """Every lower and every upper end of the risk that is printed, as the numbers that are read there."""
    row = make_row(solution, Study(*[""] * 7))
    row = parse_row({name: "" if value is None else str(value) for name, value in asdict(row).items()})
    everything = "\n".join([summary(solution), text(bound_table(solution, {})), row_line(row)])
    low = re.findall(r"(?:risk below|proved +at least|risk at least|proved) +([\d.e-]+)[ ,]", everything + " ")
    high = re.findall(r"at most ([\d.e-]+)(?:\.$| \()|≤ ([\d.e-]+)", everything, re.MULTILINE)
    (accuracy,) = re.findall(r"accuracy above ([\d.e-]+) %", everything)
    *_, cells = text(sweep_table([row])).strip().splitlines()
    has_gap, has_upper = row.gap is not None, row.risk_upper is not None
    _, _, _, lower, *more, above = cells.split()[: 5 + has_upper + has_gap]
    assert row.gap is None or Fraction(more[-1]) >= Fraction(row.gap)
    lows = [*map(Fraction, [*low, lower]), 1 - Fraction(accuracy) / 100, 1 - Fraction(above)]
    return lows, [Fraction(a or b) for a, b in high] + [Fraction(end) for end in more[:has_upper]]


@settings(max_examples=30)
@given(weighted(), threats(), st.integers(2, 4), st.data())
def test_no_end_that_is_printed_is_false(measure, threat, order, data):
    order = min(order, measure.classes)
    hypergraph, risk = interactions(measure, *threat, order), true_risk(measure, *threat, order)
    for _ in range(5):
        plan = data.draw(npst.arrays(np.float64, hypergraph.size, elements=FLOATS))
        potential = data.draw(npst.arrays(np.float64, measure.size, elements=FLOATS))
        lows, highs = printed_ends(make_solution(hypergraph, plan, potential))
        assert len(lows) == 6
        assert max(lows) <= max(Fraction(0), 1 - cover_cost(hypergraph, plan))
        assert risk <= min(highs, default=1)


@settings(max_examples=20)
@given(SMALL, threats(), st.integers(2, 4))
def test_at_the_optimum_too(measure, threat, order):
    order = min(order, measure.classes)
    lows, highs = printed_ends(motlp.solve(interactions(measure, *threat, order), framework="matrix"))
    assert max(lows) <= true_risk(measure, *threat, order) <= min(highs)


@settings(max_examples=20)
@given(weighted(), threats(), st.data())
def test_no_end_for_all_orders_is_false_either(measure, threat, data):
    order = data.draw(st.integers(2, measure.classes), "of the interactions that were generated, at most")
    hypergraph, risk = interactions(measure, *threat, order), true_risk(measure, *threat, measure.classes)
    for _ in range(5):
        plan = data.draw(npst.arrays(np.float64, hypergraph.size, elements=FLOATS))
        solution = make_solution(hypergraph, plan)
        least = max(float_above(risk), solution.risk_lower)
        upper = data.draw(st.one_of(st.floats(least, 1), st.floats(least, min(1.0, least + 2e-6))), "proved")
        solution = replace(solution, risk_upper=upper)
        lows, highs = printed_ends(solution)
        assert len(lows) == 6
        assert max(lows) <= max(Fraction(0), 1 - cover_cost(hypergraph, plan))
        assert risk <= Fraction(upper) <= min(highs)
        printed = summary(solution)
        assert ("A classifier attains it" in printed) == (solution.gap <= 1e-6)
        if solution.gap <= 1e-6:
            (within,) = re.findall(r"attains it, to within ([\d.]+) \(all orders\)\.$", printed)
            assert Fraction(upper) <= lows[0] + Fraction(within) <= Fraction(upper) + Fraction(3, 10**6)


@pytest.mark.parametrize(
    ("upper", "said"),
    [
        (0.5, "A classifier attains it, to within 0.000001 (all orders)."),
        (0.5000001, "A classifier attains it, to within 0.000001 (all orders)."),
        (0.5000011, "The best classifier has a risk of at most 0.500002 (all orders)."),
        (1.0, "The best classifier has a risk of at most 1 (all orders)."),
    ],
)
def test_what_all_orders_tell_of_the_best_classifier(upper, said):
    solution = replace(make_solution(pair(), np.array([0.0, 0.0, 0.5])), risk_upper=upper)
    assert summary(solution).endswith(f"above 50 %. {said}")


def test_the_line_of_a_row_of_all_orders(measure):
    (row,) = motlp.sweep(measure, [2], orders=["full"])
    line = row_line(replace(row, risk_upper=0.5000001))
    assert line == "eps 2, order full: risk at least 0.5, R* at most 0.500001 (optimal)"


@pytest.mark.parametrize("missing", [0.0, 6e-17, 1e-15, 5e-14])
def test_a_decimal_is_printed_where_it_is_proved_and_not_a_hair_below(missing):
    """0.2655 is no float: the risk is the float above it, and a plan that misses a little proves less than 0.2655."""
    mass = np.array([0.2655, 0.5, 0.5 - 0.2655])
    hypergraph = interactions(LabeledMeasure.from_arrays([[0], [0], [9]], [0, 1, 0], mass, unit=1), Ball("l2"), 1, 2)
    together = mass[0] - missing
    solution = make_solution(hypergraph, np.array([0.0, 0.0, 0.0, together]))
    assert 1 - cover_cost(hypergraph, solution.plan) == Fraction(together)
    lows, _ = printed_ends(solution)
    assert max(lows) <= Fraction(together)
    whole = missing == 0.0
    assert (Fraction(together) >= Fraction("0.2655")) == whole
    assert ("risk below 0.2655 on" in summary(solution)) == whole
    assert ("above 73.45 %" in summary(solution)) == whole


def test_what_an_extended_dual_proves_of_those_who_keep_to_it(measure):
    hypergraph = interactions(measure, Ball("l2"), 2, 2)
    assert "Of those" not in summary(motlp.solve(hypergraph))
    model = motlp.declare(hypergraph)
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential <= 0.25])
    solution = motlp.solve(model)
    told = "Of those that satisfy the constraints of this model, none has risk below "
    assert f"{told}0.75" in summary(replace(solution, extended_bound=0.25))
    assert f"{told}0.749999." in summary(replace(solution, extended_bound=0.2500000001))
    for silent in ({"extended_bound": None}, {"sense": "min"}, {"zero_one": False}, {"extended_bound": 1.5}):
        assert told not in summary(replace(solution, **silent))
