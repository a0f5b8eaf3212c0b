"""Smallest enclosing balls, exactly: rational arithmetic decides who fits where floating point leaves a doubt."""

import sys
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, combinations
from math import isqrt, ldexp

import numpy as np
from jaxtyping import Bool, Float64, Int, Int32, Num

from motlp.geometry import enclosing_l1
from motlp.geometry.distance import UNDERFLOW, Norm, Points, exact_distance
from motlp.geometry.enclosing import BIRTH_ERROR, IN, OUT, UNSURE, centre_weights, radii
from motlp.geometry.scale import exponent_of


def decide(
    points: Points,
    norm: Norm,
    radius: Fraction,
    members: Int32[np.ndarray, "sets k"],
    distances: Float64[np.ndarray, "sets pairs"],
) -> tuple[Float64[np.ndarray, " sets"], Bool[np.ndarray, " sets"]]:
    """Births of sets of points of which every two fit into a ball, and which of the sets fit into it, exactly.

    Births are right where sets fit. All arguments are as for `radii`.
    """
    births, verdicts = radii(points, norm, radius, members, distances)
    for row in np.flatnonzero(verdicts == UNSURE):
        square = radius_squared(points[members[row]], norm)
        births[row], verdicts[row] = root(square), IN if square <= radius**2 else OUT
    fits = verdicts == IN
    if norm == "l2" and points.dtype.kind == "f" and radius > 0:
        # Squared distances of points that nearly coincide become zero, or lose their digits.
        vanished = np.flatnonzero(fits & (births**2 <= UNDERFLOW / BIRTH_ERROR**2))
        apart = vanished[~equal(points, members[vanished])]
        births[vanished] = 0.0
        births[apart] = [root(radius_squared(points[members[row]], norm)) for row in apart]
    return births, fits


def within(
    members: Int[np.ndarray, "sets k"],
    births: Float64[np.ndarray, " sets"],
    radius: Fraction,
    points: Points,
    norm: Norm,
) -> Bool[np.ndarray, " sets"]:
    """Which sets have a smallest ball of at most this radius, exactly.

    The births decide where they differ from the radius by more than their error, the points elsewhere.
    """
    if members.shape[1] == 1:
        return np.ones(len(members), bool)
    if radius == 0:
        return equal(points, members)
    limit = float(min(radius, Fraction(sys.float_info.max)))
    kept = births <= limit
    for row in np.flatnonzero(np.abs(births - limit) <= 2 * BIRTH_ERROR * limit + 2.0**-1070):
        kept[row] = radius_squared(points[members[row]], norm) <= radius**2
    return kept


def equal(points: Points, members: Int[np.ndarray, "sets k"]) -> Bool[np.ndarray, " sets"]:
    """Which sets consist of points that coincide."""
    block = max(1, (1 << 24) // (points[:1].nbytes * members.shape[1] + 1))  # sets in 16 MiB
    parts = [members[start : start + block] for start in range(0, len(members), block)]
    same = [(points[part] == points[part[:, :1]]).all(axis=(1, 2)) for part in parts]
    return np.concatenate([np.empty(0, bool), *same])


def radius_squared(points: Num[np.ndarray, "k dims"], norm: Norm) -> Fraction:
    """Squared radius of the smallest ball around a set of points, exactly, in the squared unit of the points."""
    k = len(points)
    if norm == "l1" and k > 3:
        return enclosing_l1.radius(points) ** 2
    between = {(u, v): exact_distance(points, u, v, norm) for u, v in combinations(range(k), 2)}
    if norm == "l2":
        return exact_radius_squared([[between.get((min(u, v), max(u, v)), 0) for v in range(k)] for u in range(k)])
    # For boxes it is enough that every two points are within 2r. So it is for three points in l1: their coordinatewise
    # median m lies between any two of them, d_uv = d_um + d_mv <= 2r. If m is farther than r from one of them, by e,
    # then a step of e from m towards that one stays within 2r − (r + e) + e = r of the others.
    return Fraction(max(between.values(), default=0)) ** 2 / 4


def exact_radius_squared(D: Sequence[Sequence[Fraction | int]]) -> Fraction:
    """Squared radius of the smallest Euclidean ball around points with these squared distances, exactly."""
    return exact_ball(D)[0]


def exact_ball(D: Sequence[Sequence[Fraction | int]]) -> tuple[Fraction, list[Fraction]]:
    """The smallest Euclidean ball around points with these squared distances: squared radius, weights of its centre.

    By enumeration: the ball is the circumscribed ball of some affinely independent support, and its centre is a convex
    combination of the support. The weights of such a combination prove that they are optimal, as both bounds agree.
    """
    every = chain.from_iterable(combinations(range(len(D)), size) for size in range(1, len(D) + 1))
    if len(D) > 3 and (largest := max(map(max, D))) > 0:  # no float need hold the distances themselves
        guess = centre_weights(np.array([[float(Fraction(entry) / largest) for entry in row] for row in D]))
        every = chain([tuple(np.flatnonzero(guess > 1e-9).tolist())], every)
    for support in every:
        weights = _circumcentre(D, support)
        if weights is None or min(weights) < 0:
            continue
        reach = [sum(w * row[v] for w, v in zip(weights, support, strict=True)) for row in D]
        if max(reach) == reach[support[0]]:
            found = dict(zip(support, weights, strict=True))
            return Fraction(reach[support[0]]) / 2, [found.get(v, Fraction(0)) for v in range(len(D))]
    raise AssertionError("every set has a support")


def _circumcentre(D: Sequence[Sequence[Fraction | int]], support: tuple[int, ...]) -> list[Fraction] | None:
    """Barycentric coordinates of the circumcentre of the support, exactly; None if it is affinely dependent."""
    base, *rest = support
    rows = [[Fraction(D[base][u] + D[base][v] - D[u][v]) for v in rest] + [Fraction(D[base][u])] for u in rest]
    for i, pivots in enumerate(rows):  # 2G y = diag G; G is positive semidefinite, so a zero pivot means dependence
        if pivots[i] == 0:
            return None
        pivots[:] = [entry / pivots[i] for entry in pivots]
        for row in rows:
            if row is not pivots and row[i] != 0:
                row[:] = [entry - row[i] * pivot for entry, pivot in zip(row, pivots, strict=True)]
    y = [row[-1] for row in rows]
    return [1 - sum(y, Fraction(0)), *y]


def root(square: Fraction) -> float:
    """√square, with a relative error of at most 2⁻⁵², or an error of 2⁻¹⁰⁷⁴ where that is larger."""
    if square == 0:
        return 0.0
    shift = 64 - exponent_of(square) // 2
    return ldexp(isqrt(int(square * Fraction(4) ** shift)), -shift)
