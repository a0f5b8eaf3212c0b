"""Floats and decimals of proved bounds: at most what is proved, and as near to it as they can be."""

import inspect
from fractions import Fraction
from math import inf, nextafter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from motlp.errors import InvalidBudget
from motlp.proof.decimals import PLACES, float_above, float_below, keep_lower, read_lower, round_down, round_up

SHORT = st.integers(0, 10**6).map(lambda n: Fraction(n, 10**6))
# A hair's breadth beside a short decimal, or anything at all.
NUMBERS = st.one_of(
    st.tuples(SHORT, st.floats(-1e-15, 1e-15).map(Fraction)).map(sum).filter(lambda number: 0 <= number <= 1),
    st.fractions(0, 1),
    st.floats(0, 1).map(Fraction),
)


@given(NUMBERS)
@example(Fraction(1, 10**400))
def test_the_nearest_floats(number):
    below, above = float_below(number), float_above(number)
    assert below <= number < nextafter(below, inf)
    assert nextafter(above, -inf) < number <= above


@given(NUMBERS)
def test_a_float_that_is_kept_stands_for_nothing_but_what_is_proved(number):
    kept = keep_lower(number)
    after = Fraction(nextafter(kept, inf))
    assert Fraction(kept) <= read_lower(kept) <= number
    assert read_lower(kept) < after
    step = Fraction(1, 10**PLACES)
    decimal = -(-Fraction(kept) // step) * step
    assert decimal <= number or decimal >= after
    assert number < nextafter(nextafter(kept, inf), inf)


@given(SHORT)
def test_a_decimal_that_is_proved_is_read_back(decimal):
    assert read_lower(keep_lower(decimal)) == decimal


@given(NUMBERS, st.integers(0, 12))
def test_rounding_to_places(number, places):
    down, up, step = round_down(number, places), round_up(number, places), Fraction(1, 10**places)
    assert down <= number < down + step
    assert up - step < number <= up
    assert (down / step).denominator == (up / step).denominator == 1
    assert round_down(float(number), places) <= float(number) <= round_up(float(number), places)


@pytest.mark.parametrize("number", [10, 10.0, np.int64(10), np.uint8(10), np.float32(10), np.float64(10), Fraction(10)])
def test_numbers_of_any_type_are_rounded(number):
    assert round_down(number, 18) == round_up(number, np.int64(18)) == 10


@pytest.mark.parametrize(("number", "places"), [(np.nan, 2), (-np.inf, 2), ("x", 2), (0.5, -1), (0.5, True)])
def test_what_cannot_be_rounded_is_refused(number, places):
    for act in (round_down, round_up):
        with pytest.raises(InvalidBudget):
            inspect.unwrap(act)(number, places)
