"""Proved bounds as floats and as decimals, which never claim more than is proved.

A proved bound is a rational number, and it is kept as a float that is not larger. But 0.2655 is no float, and the next
float below it would be printed as 0.265499…. So a kept float x stands for more: for the decimal of at most twelve
places between x and the next float, if there is one; x is chosen such that this decimal is proved as well.
"""

from fractions import Fraction
from math import ceil, floor, inf, nextafter
from typing import Any

import numpy as np

from motlp.errors import InvalidBudget, arg, shorten

Number = Fraction | float | np.integer | np.floating

MOST_PLACES = 1100  # more than any float has
PLACES = 12  # decimal places of what a float can stand for; no two such decimals in [0, 1] share a float


def float_below(number: Fraction) -> float:
    """The largest float that is at most a number."""
    nearest = float(number)
    return nearest if nearest <= number else nextafter(nearest, -inf)


def float_above(number: Fraction) -> float:
    """The smallest float that is at least a number."""
    nearest = float(number)
    return nearest if nearest >= number else nextafter(nearest, inf)


def keep_lower(proved: Fraction) -> float:
    """The largest float that stands for no more than a proved lower bound between 0 and 1."""
    kept = float_below(proved)
    return kept if read_lower(kept) <= proved else nextafter(kept, -inf)


def read_lower(kept: float) -> Fraction:
    """The lower bound that a float between 0 and 1 stands for."""
    decimal = Fraction(ceil(Fraction(kept) * 10**PLACES), 10**PLACES)
    return decimal if decimal < Fraction(nextafter(kept, inf)) else Fraction(kept)


def keep_upper(proved: Fraction) -> float:
    """The smallest float that stands for no less than a proved upper bound between 0 and 1."""
    kept = float_above(proved)
    return kept if read_upper(kept) >= proved else nextafter(kept, inf)


def read_upper(kept: float) -> Fraction:
    """The upper bound that a float between 0 and 1 stands for: the mirror image of `read_lower`."""
    decimal = Fraction(floor(Fraction(kept) * 10**PLACES), 10**PLACES)
    return decimal if decimal > Fraction(nextafter(kept, -inf)) else Fraction(kept)


def round_down(number: Number, places: int | np.integer) -> Fraction:
    """The largest decimal of so many places that is at most a number.

    Raises:
        InvalidBudget: `number` is not finite, or `places` is no whole number from 0 to 1,100.
    """
    scale = 10 ** read_places(places)
    return Fraction(floor(read_number(number) * scale), scale)


def round_up(number: Number, places: int | np.integer) -> Fraction:
    """The smallest decimal of so many places that is at least a number.

    Raises:
        InvalidBudget: `number` is not finite, or `places` is no whole number from 0 to 1,100.
    """
    return -round_down(-read_number(number), places)


def read_number(number: Any) -> Fraction:
    """A finite number, exactly."""
    try:
        return Fraction(number.item() if isinstance(number, np.generic) else number)  # NumPy's integers overflow
    except (ArithmeticError, TypeError, ValueError):
        raise InvalidBudget(f"{arg('number')} is {shorten(number)}; only a finite number can be rounded.") from None


def read_places(places: Any) -> int:
    """A number of decimal places."""
    if isinstance(places, bool) or not isinstance(places, int | np.integer) or not 0 <= places <= MOST_PLACES:
        raise InvalidBudget(f"{arg('places')} is {shorten(places)}; it must be a whole number from 0 to {MOST_PLACES}.")
    return int(places)
