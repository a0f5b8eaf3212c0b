"""Smallest enclosing balls in the l1 norm, where pairs do not tell: proved bounds, and exactly.

For points x_1, ..., x_k, by minimax,

    r = min over x' of max_v ‖x_v − x'‖₁ = max over λ in the simplex of min over x' of Σ_v λ_v ‖x_v − x'‖₁,

a game between λ and the centre x'. For given λ the best x' is the coordinatewise weighted median, made of coordinates
of the points: finitely many centres matter, and norms are convex, so a mix of centres is as good as its mean. The game
is the linear program

    1/r = max Σ_c y_c   s.t.   Σ_c ‖x_v − c‖₁ y_c <= 1 for every v,   y >= 0,

solved by column generation: the weighted median for the simplex multipliers prices the centres. Any λ and any mix of
centres prove a bound, so that in floating point, too, nothing rests on convergence.
"""

from fractions import Fraction
from math import lcm

import numpy as np
from jaxtyping import Float64, Int32, Num

from motlp.geometry.moments import floats
from motlp.geometry.tile import integers
from motlp.system.compiled import njit


def bounds(
    points: Num[np.ndarray, "points dims"], members: Int32[np.ndarray, "sets k"], enough: float
) -> tuple[Float64[np.ndarray, " sets"], Float64[np.ndarray, " sets"]]:
    """Bounds lo <= r <= hi for sets of points, up to rounding; no better than needed where lo exceeds `enough`."""
    lo, hi = np.empty(len(members)), np.empty(len(members))
    for row, some in enumerate(members):
        x = floats(points[some])
        lo[row], hi[row] = _bounds(x, np.argsort(x, axis=0), enough)
    return lo, hi


@njit(cache=True, nogil=True, error_model="numpy")
def _bounds(x, ranks, enough):
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
            _distances(x, ranks, weights, column)
            scale = scale or float(column.max())
            lo, entering = max(lo, float(weights @ column)), 1.0
            column /= scale or 1.0
        if scale == 0.0 or lo > enough or (hi < np.inf and hi - lo <= 1e-14 * hi):
            break
        change = inverse @ column
        leaving = -1
        for i in range(k):
            if change[i] > 1e-12 and (leaving < 0 or level[i] * change[leaving] < level[leaving] * change[i]):
                leaving = i
        if leaving < 0:
            break
        inverse[leaving] /= change[leaving]
        level[leaving] /= change[leaving]
        for i in range(k):
            if i != leaving:
                inverse[i] -= change[i] * inverse[leaving]
                level[i] = max(0.0, level[i] - change[i] * level[leaving])
        centres[leaving], priced[leaving] = column, entering
        mix = level * priced
        if mix.any():
            hi = min(hi, scale * ((mix / mix.sum()) @ centres).max())
    return lo, hi if scale > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _distances(x, ranks, weights, column):
    """Distances from the weighted median, the best centre for the weights."""
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
    x, step = integers(points)
    k = len(x)
    if (x == x[0]).all():
        return Fraction(0)
    ranks = np.argsort(x, axis=0, kind="stable")
    inverse = [[Fraction(int(u == v)) for v in range(k)] for u in range(k)]  # of the basis matrix, slacks at first
    level = [Fraction(1)] * k  # values of the basic variables
    priced = [False] * k  # whether the basic variable of a row is a centre (price 1) or a slack (price 0)
    while True:
        weights = [sum((inverse[i][v] for i in range(k) if priced[i]), Fraction(0)) for v in range(k)]
        if min(weights) < 0:
            slack = weights.index(min(weights))
            entering, column = False, [Fraction(int(v == slack)) for v in range(k)]
        else:
            centre = weighted_median(x, ranks, weights if any(weights) else [Fraction(1)] * k)
            entering, column = True, [Fraction(int(s)) for s in np.abs(x - centre).sum(axis=1)]
            if sum(w * s for w, s in zip(weights, column, strict=True)) >= 1:
                return Fraction(step) / sum(y for y, centre in zip(level, priced, strict=True) if centre)
        change = [sum(a * b for a, b in zip(row, column, strict=True)) for row in inverse]
        # The lexicographic rule: no basis ever comes back, whatever enters.
        leaving = min(
            (i for i in range(k) if change[i] > 0),
            key=lambda i: [level[i] / change[i], *(a / change[i] for a in inverse[i])],
        )
        pivot = change[leaving]
        inverse[leaving] = [a / pivot for a in inverse[leaving]]
        level[leaving] /= pivot
        priced[leaving] = entering
        for i in range(k):
            if i != leaving and change[i]:
                inverse[i] = [a - change[i] * b for a, b in zip(inverse[i], inverse[leaving], strict=True)]
                level[i] -= change[i] * level[leaving]


def weighted_median(x: np.ndarray, ranks: np.ndarray, weights: list[Fraction]) -> np.ndarray:
    """In every coordinate, a point where half of the weight lies on either side."""
    scale = lcm(*(w.denominator for w in weights))
    whole = np.array([int(w * scale) for w in weights], dtype=object)
    below = np.cumsum(whole[ranks], axis=0)
    middle = np.argmax(2 * below >= below[-1], axis=0)
    columns = np.arange(x.shape[1])
    return x[ranks[middle, columns], columns]
