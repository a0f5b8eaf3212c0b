"""Proved bounds as floats and as decimals, which never claim more than is proved.

What is proved is a rational number; the float below it is what arrays, JSON and tables keep. But 0.2655 is no float:
the one below it, written out, begins with 0.265499. So a float x that is kept stands for the decimal of at most twelve
places between x and the next float, if there is one, and x is chosen such that this decimal is proved as well.
"""

from fractions import Fraction
from math import ceil, floor, inf, nextafter

PLACES = 12  # of a decimal that a float can stand for; two such decimals between 0 and 1 never share a float


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


def round_down(number: Fraction | float, places: int) -> Fraction:
    """The largest decimal of so many places that is at most a number."""
    return Fraction(floor(Fraction(number) * 10**places), 10**places)


def round_up(number: Fraction | float, places: int) -> Fraction:
    """The smallest decimal of so many places that is at least a number."""
    return -round_down(-number, places)
