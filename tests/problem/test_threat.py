"""Threats: which norms, budgets and prices they take, and what they make of births."""

from fractions import Fraction
from typing import get_args

import numpy as np
import pytest

from motlp.errors import InvalidBudget, UnknownName
from motlp.geometry.distance import Norm
from motlp.problem.terms import NORMS
from motlp.problem.threat import Ball, Quadratic, check_threat


def test_norms():
    assert Ball() == Ball("l2")
    assert Ball("linf").norm == "linf"
    with pytest.raises(UnknownName, match=r"unknown norm 'l_inf'. Did you mean 'linf'"):
        Ball("l_inf")


def test_prices():
    assert Quadratic("0.1").tau == Fraction(1, 10)
    for tau in (0, -1, float("nan")):
        with pytest.raises(InvalidBudget, match="tau"):
            Quadratic(tau)
    with pytest.raises(InvalidBudget, match=r"tau is 0; it must be positive: the price of a unit"):
        Quadratic(0)


def test_budgets():
    assert Ball("l1").budget("0.1") == Fraction(1, 10)
    assert Quadratic(1).budget(None) is None
    for threat, eps, message in [
        (Ball("l2"), None, "eps is missing"),
        (Ball("l2"), -1, "eps is -1; it must be at least 0"),
        (Quadratic(1), "0.1", "eps is '0.1', but the quadratic cost has no budget"),
    ]:
        with pytest.raises(InvalidBudget, match=message):
            threat.budget(eps)


def test_costs_and_parameters():
    births = np.array([0.0, 0.5])
    assert Ball("linf").costs(births).tolist() == [0.0, 0.0]
    assert Quadratic(2).costs(births).tolist() == [0.0, 0.5]
    assert Ball("linf").parameters() == {"norm": "linf"}
    assert Quadratic("1/3").parameters() == {"tau": "1/3"}


def test_what_is_no_threat():
    check_threat(Ball("l2"))
    with pytest.raises(InvalidBudget, match=r"threat is 'l2'; it must be a Ball or Quadratic"):
        check_threat("l2")


def test_the_norms_that_are_known_without_numpy_are_those_of_the_kernels():
    assert tuple(NORMS) == get_args(Norm)
