"""Numbers as they are written: read exactly, spelled exactly and short, and refused where they are none."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motlp.errors import InvalidBudget
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact, spell
from motlp.problem.threat import Ball

DECIMALS = st.builds("{}e{}".format, st.integers(0, 10**20), st.integers(-320, 290)).map(Fraction)


@given(st.one_of(st.fractions(min_value=0), st.integers(0, 10**30).map(Fraction), DECIMALS))
def test_a_writing_is_exact(number):
    assert Fraction(spell(number)) == number


@pytest.mark.parametrize(
    ("text", "writing"),
    [
        ("1.0", "1"),
        ("0", "0"),
        ("1.0000005", "1.0000005"),
        ("0.33010", "0.3301"),
        ("1/3", "1/3"),
        ("2/8", "0.25"),
        ("1e-6", "0.000001"),
        ("1e-200", "1e-200"),
        ("125e-20", "1.25e-18"),
        ("1e20", "1e20"),
        ("100", "100"),
        ("0.1234567890126", "0.1234567890126"),
    ],
)
def test_a_writing_is_short(text, writing):
    assert spell(exact(text)) == writing


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.1, Fraction(1, 10)),
        ("0.3301", Fraction(3301, 10000)),
        (" 8/255 ", Fraction(8, 255)),
        (Decimal("1.5"), Fraction(3, 2)),
        (Fraction(1, 3), Fraction(1, 3)),
        (3, Fraction(3)),
        ("1e-3", Fraction(1, 1000)),
        (-0.0, Fraction(0)),
        (np.float64(0.1), Fraction(1, 10)),
        (np.float32(0.1), Fraction(1, 10)),
        (np.uint8(7), Fraction(7)),
        (Fraction(np.int64(297), np.int64(5000)), Fraction(297, 5000)),
    ],
)
def test_budgets_are_what_they_are_written_as(value, number):
    assert exact(value) == number
    assert type(exact(value).numerator) is type(exact(value).denominator) is int


def test_squares_of_numpy_integers_do_not_wrap():
    """Two points at distance 1 are not within a budget of 0.0594, whose fraction has squares beyond 64 bits."""
    measure = LabeledMeasure.from_arrays([[0.0], [1.0]], [0, 1])
    for bits in range(31, 62):
        eps = Fraction(np.int64(0.0594 * 2**bits), np.int64(2**bits))
        assert interactions(measure, Ball("l2"), eps, 2).counts[2] == 0


@pytest.mark.parametrize(
    "value",
    [
        *(-1, -1e-9, "-1/2", float("nan"), float("inf"), "", "one", "1/0", "1e999999999", "1e-999999999"),
        *(Decimal("nan"), True, "1" * 5000),
        pytest.param(10**5000, id="huge"),
    ],
)
def test_budgets_that_are_refused(value):
    with pytest.raises(InvalidBudget, match=r"eps is .*(; it must be|beyond the range)"):
        exact(value)
