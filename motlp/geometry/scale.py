"""Points brought to a scale where squares of what matters neither overflow nor underflow, and stay exact.

What matters is a reach: sets are of interest only if no two of their points are farther apart. Multiplication by a
power of two is exact in floating point. Afterwards the kernels can rely on three facts:

* No coordinate exceeds 2⁸¹ times the reach. One beyond 2⁶⁰ times the reach differs from every other float by more than
  the reach, as floats of that size lie farther apart: it matters only whether two are equal, and a code that tells them
  apart stands in its place.
* The reach, scaled, lies between 2⁻³⁰⁰ and 2³⁰¹, so that its square is a normal number, and so are the squares of all
  distances that are not negligible beside it.
* Points that meet only if they are equal, since the reach is below the smallest difference there can be, are numbered.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from motlp.errors import InvalidMeasure, arg
from motlp.geometry.distance import Points

ORDINARY = 300  # exponents of a reach that need no scaling, on either side of 0; also of a reach that was scaled
FAR = 61  # exponent, relative to the reach, from which on two different coordinates are out of reach
CHEAPEST = Fraction(1, 10**290)  # price of a squared distance between integers
SMALLEST = Fraction(1, 2**1074)  # difference of two floats


class Scaled(NamedTuple):
    """Points times 2^`exponent`; where `alike`, points are numbers that meet only if equal."""

    points: Points
    exponent: int
    alike: bool = False

    def length(self, length: Fraction) -> Fraction:
        """A length of the reach at most, at this scale."""
        return Fraction(0) if self.alike else length * Fraction(2) ** self.exponent

    def price(self, price: Fraction, order: int) -> Fraction:
        """The price of a squared distance at this scale; of numbers, one that no set of `order` points pays."""
        return Fraction(2 * order) if self.alike else price / Fraction(4) ** self.exponent


def scale(points: Points, reach: Fraction) -> Scaled:
    """The points at a scale that suits the reach, a distance in their unit beyond which no two points matter.

    Raises:
        InvalidMeasure: the coordinates are of sizes so different that no scale is exact for all of them.
    """
    if reach < (SMALLEST if points.dtype.kind == "f" else 1):
        return Scaled(number_equal(points), 0, alike=True)
    if points.dtype.kind != "f":
        return Scaled(points, 0)
    low, size = exponent_of(reach), float(np.abs(points).max(initial=0.0))
    if abs(low) <= ORDINARY and size <= 2.0**ORDINARY:
        return Scaled(points, 0)
    exact = points.astype(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        made = np.ldexp(exact, ORDINARY - low)
        back = np.ldexp(made, low - ORDINARY)
    far = np.abs(exact) > (2.0 ** (low + FAR) if low + FAR < 1024 else np.inf)
    if (back[~far] != exact[~far]).any():
        least = float(np.abs(exact[exact != 0]).min())
        raise InvalidMeasure(
            f"features between {least:g} and {size:g}, in units of the measure, are too different in size for exact "
            "arithmetic at this budget; scale or shift them, or lower the budget."
        )
    for column in np.flatnonzero(far.any(axis=0)):
        beyond = far[:, column]
        _, codes = np.unique(exact[beyond, column], return_inverse=True)
        made[beyond, column] = np.ldexp(2.0**16 + codes, ORDINARY + FAR - 12)
    return Scaled(made, ORDINARY - low)


def scale_costs(points: Points, price: Fraction, order: int) -> Scaled:
    """The points at a scale that suits a price of squared distances, and sets of two to `order` points.

    In a set that is worth its price no squared distance is above 2(order − 1)/price.

    Raises:
        InvalidMeasure: as for `scale`, or costs so small that no float64 holds them.
    """
    if points.dtype.kind != "f" and price < CHEAPEST:
        raise InvalidMeasure(
            "the quadratic cost of one squared step between points is below 1e-290, which no float64 holds; "
            f"scale {arg('tau')} or the points."
        )
    return scale(points, Fraction(2) ** ((exponent_of(2 * (order - 1) / price) + 2) // 2))


def exponent_of(number: Fraction) -> int:
    """The e with 2^e ≤ number < 2^(e + 1), for a positive number."""
    e = number.numerator.bit_length() - number.denominator.bit_length()
    return e if Fraction(2) ** e <= number else e - 1


def number_equal(points: Points) -> Int64[np.ndarray, "points 1"]:
    """Every point replaced by a number that it shares with the points equal to it, and with no other."""
    rows = np.ascontiguousarray(points + points.dtype.type(0))  # −0.0 becomes 0.0
    whole = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    return np.unique(whole, return_inverse=True)[1].reshape(-1, 1).astype(np.int64)
