"""Transport costs: what the adversary pays to move a point, and what that makes an interaction cost."""

import numbers
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import numpy as np

from motlp.errors import InvalidBudget, UnknownName, shorten
from motlp.geometry.distance import Norm

Number = int | float | str | Decimal | Fraction | np.integer | np.floating


MOST_BITS = 8192  # of the terms of a number: Python writes no integer of more than 4,300 digits
LONGEST = 1100  # digits behind the point of a decimal that is written out: those of any float


@dataclass(frozen=True, init=False)
class Ball:
    """Moving a point by at most ε in the norm is free, by more is impossible (c = 0 or ∞).

    A set of points of distinct classes is an interaction exactly when the closed ε-balls around them
    meet, and then its cost is 0.
    """

    norm: Norm

    def __init__(self, norm: str = "l2") -> None:
        if not isinstance(norm, str) or norm not in get_args(Norm):
            raise UnknownName("norm", norm, get_args(Norm))
        object.__setattr__(self, "norm", norm)


@dataclass(frozen=True, init=False)
class Quadratic:
    """Moving x to x' costs τ‖x − x'‖² (Euclidean), so that c_A = (τ/|A|) Σ_{u<v∈A} ‖x_u − x_v‖².

    Only sets with c_A < |A| − 1 are cheaper than their points taken singly: those are the interactions.
    """

    tau: Fraction

    def __init__(self, tau: Number) -> None:
        object.__setattr__(self, "tau", exact(tau, "tau"))
        if self.tau <= 0:
            raise InvalidBudget(f"tau is {tau}; it must be positive: the price of a unit of squared distance.")


Cost = Ball | Quadratic


def exact(value: Number, name: str = "eps") -> Fraction:
    """The number that a decimal writing means: 0.1 is 1/10, not its nearest binary fraction.

    Raises:
        InvalidBudget: the value is negative, infinite or not a number.
    """
    try:
        number = rational(value)
    except Exception:  # of numbers, and of whatever else may be asked for its text
        raise InvalidBudget(f"{name} is {shorten(value)}; it must be a finite number, such as 0.5.") from None
    try:
        vanishes = number != 0 and float(number) == 0
    except OverflowError:
        vanishes = True
    if vanishes:
        raise InvalidBudget(f"{name} is {shorten(value)}, beyond the range of floating point; scale the features.")
    if number < 0:
        least = "positive" if name == "tau" else "at least 0"
        said = value if isinstance(value, str) else shorten(value)
        raise InvalidBudget(f"{name} is {said}; it must be {least}.")
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS:
        raise InvalidBudget(f"{name} is a fraction of thousands of digits; round it.")
    return number


def rational(value: Any) -> Fraction:
    """The rational number that a value writes, of Python's own integers: NumPy's wrap where they overflow.

    Raises:
        ArithmeticError, AttributeError, TypeError, ValueError: it writes none, or one with an exponent beyond those of
            floats, which is not written out.
    """
    if isinstance(value, bool | np.bool_):
        raise TypeError
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    text = str(value).strip()
    if "/" not in text and abs(Decimal(text).adjusted()) > 400:
        raise OverflowError
    return Fraction(text)


def spell(number: Fraction) -> str:
    """The exact writing of a number that is at least 0: a decimal, or a fraction where no decimal ends.

    What takes more than a dozen characters has an exponent where that is shorter, such as 1e-200.
    """
    twos = (number.denominator & -number.denominator).bit_length() - 1
    rest, fives = number.denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest > 1 or places > LONGEST:
        return str(number)
    decimal = Decimal(f"{number * 10**places}e-{places}")
    plain = f"{decimal:f}"
    if len(plain) <= 12:
        return plain
    digits = str(number * 10**places).rstrip("0")
    scientific = f"{digits[0]}.{digits[1:]}".rstrip(".") + f"e{decimal.adjusted()}"
    return min(plain, scientific, key=len)
