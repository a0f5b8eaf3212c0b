"""What rounding drops from a sum or a product is found exactly."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from motlp.geometry.error_free import two_product, two_sum

NUMBERS = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


@given(NUMBERS, NUMBERS)
def test_the_error_of_a_sum(a, b):
    total, error = two_sum(a, b)
    assert total == a + b
    assert Fraction(total) + Fraction(error) == Fraction(a) + Fraction(b)


@given(NUMBERS, NUMBERS)
def test_the_error_of_a_product(a, b):
    product, error = two_product(a, b)
    assert product == a * b
    assert Fraction(product) + Fraction(error) == Fraction(a) * Fraction(b)
