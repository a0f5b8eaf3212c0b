"""Numbers as they are told: exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motlp.problem.rationals import exact, spell

DECIMALS = st.builds("{}e{}".format, st.integers(0, 10**20), st.integers(-320, 290)).map(Fraction)


@given(st.one_of(st.fractions(min_value=0), st.integers(0, 10**30).map(Fraction), DECIMALS))
def test_a_writing_is_exact(number):
    assert Fraction(spell(number)) == number


@pytest.mark.parametrize(
    ("text", "told"),
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
def test_a_writing_is_short(text, told):
    assert spell(exact(text)) == told
