"""Limits of a distance: which there are, how far they reach, and what they are at another scale.

A limit is a squared distance for l2, a distance for the other norms. Points are integers or floats, so every distance
is a whole multiple of one step: between two limits there are only so many others to try.
"""

from fractions import Fraction
from math import ceil

import numpy as np

from motlp.errors import InvalidMeasure
from motlp.geometry.distance import Norm, Points
from motlp.geometry.scale import SMALLEST, Scaled, exponent_of, scale


def reach_of(limit: Fraction, norm: Norm) -> Fraction:
    """A distance that no two points within the limit exceed: for l2 a power of two, at least the root of the limit."""
    if norm != "l2" or limit <= 0:
        return limit
    return Fraction(2) ** ((exponent_of(limit) + 2) // 2)


def scale_limit(limit: Fraction, scaled: Scaled, norm: Norm) -> Fraction:
    """The limit at the scale of points that were scaled to its reach."""
    return Fraction(0) if scaled.alike else limit * Fraction(4 if norm == "l2" else 2) ** scaled.exponent


def step_of(points: Points, norm: Norm) -> Fraction:
    """A number of which the limit that just holds any two of the points is a whole multiple."""
    if points.dtype.kind != "f":
        return Fraction(1)
    exponents = np.frexp(points)[1][points != 0]
    return Fraction(4 if norm == "l2" else 2) ** (int(exponents.min(initial=0)) - 53)


def between(low: Fraction, high: Fraction, step: Fraction) -> Fraction | None:
    """A multiple of the step between the two, with half as many digits where these differ; None if there is none."""
    first, last = max(low // step + 1, 0), ceil(high / step) - 1
    if first > last:
        return None
    short, long = first.bit_length(), last.bit_length()
    return step * (1 << ((short + long) // 2 - 1) if long > short + 1 else (first + last) // 2)


def largest_limit(points: Points, norm: Norm, step: Fraction) -> Fraction:
    """A limit that holds all pairs; or the largest one to whose reach the points can be scaled, if that is smaller."""
    # Twice as far as any two coordinates are apart, so that rounding leaves no doubt about the farthest pairs.
    spread = 2 * (Fraction(points.max().item()) - Fraction(points.min().item()))
    furthest = {"l2": points.shape[1] * spread**2, "l1": points.shape[1] * spread, "linf": spread}[norm]
    if furthest == 0 or _can_scale(points, beyond := exponent_of(reach_of(furthest, norm))):
        return furthest
    below = exponent_of(SMALLEST) - 1  # points that meet only if they are equal are never too different in size
    while beyond - below > 1:
        middle = (below + beyond) // 2
        below, beyond = (middle, beyond) if _can_scale(points, middle) else (below, middle)
    return (Fraction(4) ** (beyond - 1) if norm == "l2" else Fraction(2) ** beyond) - step


def _can_scale(points: Points, exponent: int) -> bool:
    """Whether a scale is exact for the points and a reach with this exponent."""
    try:
        scale(points, Fraction(2) ** exponent)
    except InvalidMeasure:
        return False
    return True
