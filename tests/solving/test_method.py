"""How all orders are solved, and which of the two methods is asked for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bounds import SMALL, true_risk
from support.measures import threats

from motlp.errors import InvalidConfig, UnknownName
from motlp.frameworks.answer import Status
from motlp.problem.interactions import interactions
from motlp.problem.threat import Ball
from motlp.solving.method import FullMethod, Method, choose_method
from motlp.solving.solve import solve


@settings(max_examples=25)
@given(SMALL, threats())
def test_all_orders_are_worth_every_order(measure, threat):
    full = FullMethod().solve(measure, *threat)
    assert full.status is Status.OPTIMAL
    risk = true_risk(measure, *threat, measure.classes)
    assert full.risk_lower <= risk <= full.risk_upper <= 1
    for order in range(1, measure.classes + 1):
        lower = solve(interactions(measure, *threat, order), framework="matrix").risk_lower
        assert lower <= full.risk_upper
        assert lower - 1e-6 <= full.risk_lower


@settings(max_examples=10)
@given(SMALL, st.sampled_from(["0", "1", "1.3"]), st.sampled_from(["0.5", "1.3", "2"]))
def test_it_starts_from_another_budget_and_proves_the_same(measure, first, then):
    start = FullMethod().solve(measure, Ball("l2"), min(first, then, key=float))
    warm, cold = (FullMethod().solve(measure, Ball("l2"), then, start=begin) for begin in (start, None))
    assert max(warm.risk_lower, cold.risk_lower) <= min(warm.risk_upper, cold.risk_upper)
    assert warm.status is cold.status is Status.OPTIMAL


def test_numbered_orders_say_which_method_is_asked_for():
    assert isinstance(choose_method(["full"], None, None, None, {"tol": 1}), FullMethod)
    for orders in ([], [None], [2], [2, "full"]):
        assert isinstance(choose_method(orders, None, "matrix", None, None), Method)


def test_options_are_read_as_numbers():
    assert FullMethod(options={"tol": 1, "time_limit": 60}).options == {"tol": 1.0, "time_limit": 60.0}


@pytest.mark.parametrize(
    ("asked", "kind", "text"),
    [
        ({"model": "dual"}, InvalidConfig, "model is 'dual', but all orders are solved in one way; leave out model"),
        ({"framework": "matrix"}, InvalidConfig, "leave out framework: there are only the options tol and time_limit."),
        ({"solver": "highs"}, InvalidConfig, "leave out solver"),
        ({"options": {"eta": 1}}, UnknownName, "unknown untruncated option 'eta'. Known: time_limit, tol."),
        ({"options": {"time_limit": "soon"}}, InvalidConfig, "'time_limit' takes a number, not 'soon'"),
    ],
)
def test_what_all_orders_do_not_take_is_refused(asked, kind, text):
    with pytest.raises(kind) as refusal:
        FullMethod(**asked)
    assert text in str(refusal.value)
