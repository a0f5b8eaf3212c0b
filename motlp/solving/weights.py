"""Masses as whole numbers, where they are multiples of one number: integer weights before they were normalised."""

from fractions import Fraction
from math import ceil
from typing import TypeVar

import numpy as np
from jaxtyping import Float64, Int64

from motlp.errors import InvalidMeasure, arg

LARGEST = 2**31 - 1  # of the sum: what a flow in 32-bit integers can carry
ROUNDING = 8 * 2.0**-53  # relative: each mass was divided once or twice, and is divided and multiplied again here

Value = TypeVar("Value", float, Float64[np.ndarray, " _"])


def whole_weights(mass: Float64[np.ndarray, " points"]) -> Int64[np.ndarray, " points"]:
    """The smallest whole numbers that the masses are multiples of one number by, apart from rounding; 0 for 0.

    Raises:
        InvalidMeasure: there are none with a sum below 2³¹.
    """
    least, scale = mass[mass > 0].min(), 1
    with np.errstate(over="ignore"):  # of tiny masses beside others, which are refused below
        ratios, weights = np.unique(mass[mass > 0]) / least, mass / least
    while len(between := find_between(ratios * scale)):
        scale *= simplest(*around(between[0])).denominator
        if scale * (mass.sum() / least) > LARGEST:
            break
    weights = weights * scale
    if len(between) or weights.sum() > LARGEST:
        raise InvalidMeasure(
            f"{arg('mass')} has values that are not whole multiples of one number with a sum below 2³¹ (such as "
            f"{mass.max():.6g} and {least:.6g}), and maxflow works in whole numbers; give whole weights, or take "
            "another solver, such as 'sinkhorn+lp' or 'highs'."
        )
    return np.rint(weights).astype(np.int64)


def find_between(values: Float64[np.ndarray, " _"]) -> Float64[np.ndarray, " _"]:
    """Those of the values, all positive, that are no whole numbers, apart from rounding."""
    low, high = around(values)
    return values[np.ceil(low) > high]


def around(value: Value) -> tuple[Value, Value]:
    """The ends between which a value may lie, apart from rounding."""
    return value * (1 - ROUNDING), value * (1 + ROUNDING)


def simplest(low: float | Fraction, high: float | Fraction) -> Fraction:
    """The fraction of smallest denominator in [low, high], 0 < low < high, by continued fractions."""
    low, high = Fraction(low), Fraction(high)
    whole = ceil(low)
    if whole <= high:
        return Fraction(whole)
    return whole - 1 + 1 / simplest(1 / (high - whole + 1), 1 / (low - whole + 1))
