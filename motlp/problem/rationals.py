"""Exact numbers as people write them: read without rounding, and spelled so that reading gives the same number.

The command line reads its flags by this, so it loads no NumPy.
"""

import numbers
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from motlp.errors import InvalidBudget, InvalidMeasure, arg, shorten

if TYPE_CHECKING:
    import numpy as np

    Number = int | float | str | Decimal | Fraction | np.integer | np.floating
else:  # NumPy registers its numbers as such, which static checkers do not know
    Number = str | Decimal | numbers.Integral | numbers.Real

MOST_BITS = 8192  # of numerator and denominator: Python writes no integer of more than 4,300 digits
MOST_PLACES = 1100  # decimal places of a number that is spelled as a decimal: every float has fewer


def exact(value: Number, name: str = "eps") -> Fraction:
    """The number that a value means as it is written: 0.1 is 1/10, not the nearest binary fraction.

    Raises:
        InvalidBudget: the value is negative, infinite, no number, or beyond the range of floats; the text calls it by
            `name`, the argument that it was given for.
    """
    try:
        number = rational(value)
    except Exception:  # any type: a value of any class may be asked for its text
        raise InvalidBudget(f"{arg(name)} is {shorten(value)}; it must be a finite number, such as 0.5.") from None
    try:
        vanishes = number != 0 and float(number) == 0
    except OverflowError:
        vanishes = True
    if vanishes:
        raise InvalidBudget(f"{arg(name)} is {shorten(value)}, beyond the range of floating point; scale the features.")
    if number < 0:
        least = "positive" if name == "tau" else "at least 0"
        given = value if isinstance(value, str) else shorten(value)
        raise InvalidBudget(f"{arg(name)} is {given}; it must be {least}.")
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS:
        raise InvalidBudget(f"{arg(name)} is a fraction of thousands of digits; round it.")
    return number


def check_whole(name: str, value: object) -> None:
    """Refuse what is no whole number of at least 1; `name` is the argument that it was given for."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or int(value) < 1:
        raise InvalidBudget(f"{arg(name)} is {shorten(value)}; it must be a whole number, at least 1.")


def check_count(name: str, value: Any, least: int) -> None:
    """Refuse an argument of a selection that is neither None nor a whole number of at least so much."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or int(value) < least:
        raise InvalidMeasure(f"{arg(name)} is {shorten(value)}; it must be a whole number, at least {least}.")


def rational(value: Any) -> Fraction:
    """The rational number that a value stands for, made of Python integers, as those of NumPy can overflow.

    Raises:
        ArithmeticError, AttributeError, TypeError, ValueError: the value stands for no finite number, or has an
            exponent far beyond that of any float, whose digits would fill the memory.
    """
    if isinstance(value, bool):  # one of NumPy is no number, and its text is none
        raise TypeError
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    text = str(value).strip()
    if "/" not in text and abs(Decimal(text).adjusted()) > 400:
        raise OverflowError
    return Fraction(text)


def spell(number: Fraction) -> str:
    """A number that is at least 0 as an exact text: a decimal, or a fraction such as 1/3 where no decimal is exact.

    A decimal of more than twelve characters is written with an exponent where that is shorter, such as 1e-200.
    """
    twos = (number.denominator & -number.denominator).bit_length() - 1
    rest, fives = number.denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest > 1 or places > MOST_PLACES:
        return str(number)
    decimal = Decimal(f"{number * 10**places}e-{places}")
    plain = f"{decimal:f}"
    if len(plain) <= 12:
        return plain
    digits = str(number * 10**places).rstrip("0")
    scientific = f"{digits[0]}.{digits[1:]}".rstrip(".") + f"e{decimal.adjusted()}"
    return min(plain, scientific, key=len)
