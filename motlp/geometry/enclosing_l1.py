"""Smallest enclosing balls in the l1 norm, which pairs do not decide: floating point with proved bounds, and exactly.

For points x_1, ..., x_k, by minimax,

    r = min over x' of max_v ‖x_v − x'‖₁ = max over λ in the simplex of min over x' of Σ_v λ_v ‖x_v − x'‖₁,

a game between λ and the centre x'. For a given λ the best x' is the weighted median of each coordinate, so only
finitely many centres matter; and norms are convex, so the mean of a mix of centres is at least as good as the mix. The
game is the linear program

    1/r = max Σ_c y_c   s.t.   Σ_c ‖x_v − c‖₁ y_c <= 1 for every v,   y >= 0,

which is solved by column generation: the weighted median for the multipliers of the simplex method prices the centres.
Any λ and any mix of centres prove a bound, so that no bound needs the method to converge.
"""

from fractions import Fraction
from math import lcm

import numpy as np
from jaxtyping import Float64, Int32, Num

from motlp.geometry.distance import Points, floats, integers
from motlp.system.compiled import njit


def bounds(
    points: Points, members: Int32[np.ndarray, "sets k"], enough: float
) -> tuple[Float64[np.ndarray, " sets"], Float64[np.ndarray, " sets"]]:
    """Bounds lo <= r <= hi for sets of points, up to rounding; not improved any more where lo exceeds `enough`."""
    lo, hi = np.empty(len(members)), np.empty(len(members))
    for row, some in enumerate(members):
        x = floats(points[some])
        lo[row], hi[row] = bound_radius(x, np.argsort(x, axis=0), enough)
    return lo, hi


@njit(cache=True, nogil=True, error_model="numpy")
def bound_radius(x, ranks, enough):
    """Column generation for the points x, sorted in every coordinate by ranks."""
    k = len(x)
    inverse, level = np.eye(k), np.ones(k)  # of the basis, slacks at first, and the values of its variables
    centres, priced = np.zeros((k, k)), np.zeros(k)  # distances from a basic centre; 1 for those, 0 for slacks
    lo, hi, scale = 0.0, np.inf, 0.0  # distances in the program are in units of the scale
    for _ in range(50 * k):
        weights, column, entering = priced @ inverse, np.zeros(k), 0.0
        least = np.argmin(weights)
        if weights[least] < -1e-13 * weights.max():
            column[least] = 1.0
        else:
            weights = np.maximum(weights, 0.0) if weights.any() else np.ones(k)
            weights /= weights.sum()
            _price(x, ranks, weights, column)
            scale = scale or float(column.max())
            lo, entering = max(lo, float(weights @ column)), 1.0
            column /= scale or 1.0
        if scale == 0.0 or lo > enough or (hi < np.inf and hi - lo <= 1e-14 * hi):
            break
        leaving = _pivot(inverse, level, inverse @ column)
        if leaving < 0:
            break
        centres[leaving], priced[leaving] = column, entering
        mix = level * priced
        if mix.any():
            hi = min(hi, scale * ((mix / mix.sum()) @ centres).max())
    return lo, hi if scale > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _pivot(inverse, level, change):
    """Bring a variable into the basis that changes the basic ones so; return the row of the one that leaves, or -1."""
    leaving = -1
    for i in range(len(change)):
        if change[i] > 1e-12 and (leaving < 0 or level[i] * change[leaving] < level[leaving] * change[i]):
            leaving = i
    if leaving < 0:
        return leaving
    inverse[leaving] /= change[leaving]
    level[leaving] /= change[leaving]
    for i in range(len(change)):
        if i != leaving:
            inverse[i] -= change[i] * inverse[leaving]
            level[i] = max(0.0, level[i] - change[i] * level[leaving])
    return leaving


@njit(cache=True, nogil=True, error_model="numpy")
def _price(x, ranks, weights, column):
    """Add to a column of zeros the distances from the weighted median, the best centre for the weights."""
    k = len(x)
    for d in range(x.shape[1]):
        below, place = weights[ranks[0, d]], 0
        while below < 0.5 and place < k - 1:
            place += 1
            below += weights[ranks[place, d]]
        for v in range(k):
            column[v] += abs(x[v, d] - x[ranks[place, d], d])


def radius(points: Num[np.ndarray, "k dims"]) -> Fraction:
    """Radius of the smallest l1 ball around the points, exactly."""
    return smallest_ball(points)[0]


def smallest_ball(points: Num[np.ndarray, "k dims"]) -> tuple[Fraction, list[Fraction]]:
    """Radius and centre of the smallest l1 ball around the points, exactly."""
    x, step = integers(points)
    k = len(x)
    if (x == x[0]).all():
        return Fraction(0), [entry * Fraction(step) for entry in x[0].tolist()]
    ranks = np.argsort(x, axis=0, kind="stable")
    inverse = [[Fraction(int(u == v)) for v in range(k)] for u in range(k)]  # of the basis matrix, slacks at first
    level = [Fraction(1)] * k  # values of the basic variables
    priced = [False] * k  # whether the basic variable of a row is a centre (price 1) or a slack (price 0)
    centres = [x[0]] * k  # these centres
    while True:
        weights = [sum((inverse[i][v] for i in range(k) if priced[i]), Fraction(0)) for v in range(k)]
        if min(weights) < 0:
            slack = weights.index(min(weights))
            entering, column = False, [Fraction(int(v == slack)) for v in range(k)]
        else:
            centre = weighted_median(x, ranks, weights if any(weights) else [Fraction(1)] * k)
            entering, column = True, [Fraction(int(s)) for s in np.abs(x - centre).sum(axis=1)]
            if sum(w * s for w, s in zip(weights, column, strict=True)) >= 1:
                shares = [y if is_centre else Fraction(0) for y, is_centre in zip(level, priced, strict=True)]
                mean = sum(share * place for share, place in zip(shares, centres, strict=True)) * step / sum(shares)
                return Fraction(step) / sum(shares), mean.tolist()
        leaving = _pivot_exactly(inverse, level, column)
        priced[leaving] = entering
        if entering:
            centres[leaving] = centre


def _pivot_exactly(inverse: list[list[Fraction]], level: list[Fraction], column: list[Fraction]) -> int:
    """Bring the variable of a column into the basis; return the row of the one that leaves."""
    k = len(column)
    change = [sum(a * b for a, b in zip(row, column, strict=True)) for row in inverse]
    # The lexicographic rule: no basis ever comes back, whatever enters.
    leaving = min(
        (i for i in range(k) if change[i] > 0),
        key=lambda i: [level[i] / change[i], *(a / change[i] for a in inverse[i])],
    )
    pivot = change[leaving]
    inverse[leaving] = [a / pivot for a in inverse[leaving]]
    level[leaving] /= pivot
    for i in range(k):
        if i != leaving and change[i]:
            inverse[i] = [a - change[i] * b for a, b in zip(inverse[i], inverse[leaving], strict=True)]
            level[i] -= change[i] * level[leaving]
    return leaving


def weighted_median(x: np.ndarray, ranks: np.ndarray, weights: list[Fraction]) -> np.ndarray:
    """In every coordinate, a point where half of the weight lies on either side."""
    scale = lcm(*(w.denominator for w in weights))
    whole = np.array([int(w * scale) for w in weights], dtype=object)
    below = np.cumsum(whole[ranks], axis=0)
    middle = np.argmax(2 * below >= below[-1], axis=0)
    columns = np.arange(x.shape[1])
    return x[ranks[middle, columns], columns]
