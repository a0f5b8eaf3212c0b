"""Tables: the numbers that were computed, a gap rounded up, and no risk where there is none."""

from dataclasses import replace
from fractions import Fraction

import cvxpy as cp
from support.screen import text

import motlp
from motlp.problem.interactions import interactions
from motlp.problem.threat import Ball
from motlp.report.rows import sweep_table
from motlp.report.tables import bound_table, interactions_table


def squeeze(table) -> str:
    """What is printed of a table, in single spaces."""
    return " ".join(text(table).split())


def test_a_table_of_interactions(measure):
    shown = squeeze(interactions_table(interactions(measure, Ball("l2"), 1, 2), {"load": 0.1, "interactions": 1}))
    assert "points 2 of 1 features, unit 1/10000000 classes 2: 0, 1 adversary may move every input by 1 in ℓ2" in shown
    assert shown.endswith("interactions order 1: 2, order 2: 0 seconds load 0.10, interactions 1.00")


def test_the_budgets_of_a_sweep_are_printed_exactly(measure):
    rows = motlp.sweep(measure, ["1.0", "1.0000005", Fraction(4, 3)], framework="matrix")
    lines = [line.split() for line in text(sweep_table(rows)).splitlines() if line.endswith("optimal ")]
    assert [(line[0], line[3], line[5]) for line in lines] == [
        ("1", "0", "1"),
        ("1.0000005", "0.5", "0.5"),
        ("4/3", "0.5", "0.5"),
    ]


def test_a_gap_is_printed_as_no_less_than_it_is(measure):
    (row,) = motlp.sweep(measure, ["1"], framework="matrix")
    assert " 1.1e-9 " in text(sweep_table([replace(row, gap=1.01e-9)]))


def test_a_table_of_all_orders(measure):
    solution = motlp.untruncated(measure, Ball("l2"), 2)
    shown = squeeze(bound_table(solution, {}))
    assert "interactions generated: order 1: 2, order 2: 1 risk" in shown
    assert "≤ R*, the risk of all orders, ≤ 0.5" in shown


def test_orders_without_a_generated_interaction_are_left_out(measure):
    solution = motlp.untruncated(measure, Ball("l2"), 1)
    assert "interactions generated: order 1: 2 risk" in squeeze(bound_table(solution, {}))


def test_an_upper_end_has_a_column_where_there_is_one(measure):
    rows = motlp.sweep(measure, [2], orders=[2, "full"])
    numbered, full = [line.split() for line in text(sweep_table(rows)).splitlines() if line.endswith("optimal ")]
    assert "risk ≥ R* ≤ gap" in squeeze(sweep_table(rows))
    assert (numbered[1], numbered[3], len(numbered)) == ("2", "0.5", 8)
    assert (full[1], full[3], len(full)) == ("full", "0.5", 9)
    assert Fraction("0.5") <= Fraction(full[4]) <= Fraction("0.500001")
    assert "R* ≤" not in squeeze(sweep_table(rows[:1]))
    assert "0.500001" in squeeze(sweep_table([replace(rows[1], risk_upper=0.5000001)]))


def test_what_is_no_risk_is_not_called_one(measure):
    solution = motlp.solve(interactions(measure, Ball("l2"), 1, 2))
    assert "risk 0 as reported" in squeeze(bound_table(solution, {}))
    other = squeeze(bound_table(replace(solution, objective=-2.5, zero_one=False), {}))
    assert "risk none; the objective is -2.5" in other
    assert "risk none proved" in squeeze(bound_table(replace(solution, objective=None), {}))


def test_the_optimum_of_an_extended_model_has_a_row(measure):
    hypergraph = interactions(measure, Ball("l2"), 2, 2)
    assert " optimum " not in squeeze(bound_table(motlp.solve(hypergraph), {}))
    model = motlp.declare(hypergraph)
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential <= 0.25])
    solution = replace(motlp.solve(model), extended_bound=0.2500000000001)
    assert " optimum at most 0.250000000001 model " in squeeze(bound_table(solution, {}))
    least = replace(solution, sense="min", extended_bound=0.2499999999999)
    assert " optimum at least 0.249999999999 model " in squeeze(bound_table(least, {}))
