"""Smallest enclosing Euclidean balls, from pairwise squared distances alone.

The squared radius of the smallest ball around x_1, ..., x_k is, by convex duality,

    r² = max over λ in the simplex of ½ λᵀDλ,      D_uv = ‖x_u − x_v‖²,

and the centre is Σ λ_v x_v. The solver below looks for λ; nothing rests on its convergence, because *any* λ in the
simplex proves both sides: ½ λᵀDλ <= r² by the formula, and the ball around Σ λ_v x_v that reaches the farthest point,
whose squared distance is (Dλ)_u − ½ λᵀDλ, contains the set, so its squared radius is >= r².

Source: K. Fischer, B. Gärtner, "The smallest enclosing ball of balls" (2004), for the walk; the duality is
folklore (e.g. Yıldırım, "Two algorithms for the minimum enclosing ball problem", 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float64, Int8, Shaped
from numba import njit

from motlp.geometry import manhattan
from motlp.geometry.pairs import exact_distance

OUT, IN, UNSURE = 0, 1, 2
"""What floating-point numbers can say about a set: its radius is above the budget, not above it, or too close to it."""

BIRTH_TOLERANCE = 1e-9
"""A birth is the squared radius to this relative error (or 1e-300), or better."""


def slack(dimension: int, order: int, exact: bool) -> float:
    """Relative error of the bounds that `radii` works out in floating point, generously.

    The bounds are sums of nonnegative products, so relative errors of the distances (none for `exact` distances but
    the rounding to float64, at most (dimension + 4)·2⁻⁵³ otherwise) carry over unmagnified; the difference in the upper
    bound and the two divisions in the triples' formula magnify them at most fourfold; the sums add `order` ulps each.
    """
    return (4 * (0 if exact else dimension + 4) + 8 * order + 64) * 2.0**-53


@njit(cache=True, nogil=True)
def _triple(a, b, c):
    """Squared radius for three points with squared sides a, b, c."""
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    # Heron's form a b c / (4ab - excess²), written so that nothing cancels: excess <= a holds in floating point too, so
    # the denominator stays within [3, 4], whatever the sides.
    excess = a - (c - b)
    if excess <= 0:  # right or obtuse: the ball on the longest side
        return 0.25 * c
    return c / (4.0 - (excess / a) * (excess / b))


@njit(cache=True, nogil=True)
def _walk(D, limit, weights, gradient, support, gram, coordinates, projection):
    """Bounds lo <= r² <= hi from the k × k matrix D, with the weights that prove them; stops early once lo > limit.

    The weights are the circumcentre's barycentric coordinates on an affinely independent support. Each step takes in
    the farthest point and walks to the circumcentre of the larger support, dropping whichever point's weight reaches
    zero on the way; ½ λᵀDλ grows all along.
    """
    k = D.shape[0]
    u0, v0 = 0, 1
    for u in range(k):
        weights[u] = 0.0
        for v in range(u + 1, k):
            if D[u, v] > D[u0, v0]:
                u0, v0 = u, v
    scale = D[u0, v0]
    weights[u0] = weights[v0] = 0.5
    support[0], support[1] = u0, v0
    size = 2
    lo, hi = 0.0, np.inf
    for _ in range(8 * k + 16):
        total = 0.0
        for u in range(k):
            total += weights[u]
        half = 0.0  # ½ λᵀDλ
        farthest = 0
        for u in range(k):
            weights[u] /= total
        for u in range(k):
            gradient[u] = 0.0
            for v in range(k):
                gradient[u] += D[u, v] * weights[v]
            half += 0.5 * weights[u] * gradient[u]
            if gradient[u] > gradient[farthest]:
                farthest = u
        lo, hi = half, gradient[farthest] - half
        if lo > limit or not hi - lo > 1e-14 * scale:
            break
        if weights[farthest] > 0.0:  # rounding: the walk can do no better
            break
        support[size] = farthest
        size += 1
        while True:
            # LDLᵀ of the Gram matrix of the support around its first point; the newcomer is last, so its pivot is the
            # squared height over the affine hull of the others, which are independent.
            base = support[0]
            m = size - 1
            for i in range(m):
                for j in range(i + 1):
                    u, v = support[i + 1], support[j + 1]
                    entry = 0.5 * (D[base, u] + D[base, v] - D[u, v])
                    for p in range(j):
                        entry -= gram[i, p] * gram[j, p] * gram[p, p]
                    gram[i, j] = entry if i == j or gram[j, j] == 0.0 else entry / gram[j, j]
            height = gram[m - 1, m - 1]
            if height > 1e-13 * scale:  # the circumcentre y of the support: G y = ½ diag G
                for i in range(m):
                    coordinates[i] = 0.5 * D[base, support[i + 1]]
                    for p in range(i):
                        coordinates[i] -= gram[i, p] * coordinates[p]
                for i in range(m - 1, -1, -1):
                    coordinates[i] = coordinates[i] / gram[i, i] if gram[i, i] != 0.0 else 0.0
                    for p in range(i + 1, m):
                        coordinates[i] -= gram[p, i] * coordinates[p]
                first = 1.0
                for i in range(m):
                    first -= coordinates[i]
                projection[0] = first - weights[base]
                for i in range(m):
                    projection[i + 1] = coordinates[i] - weights[support[i + 1]]
                step = 1.0
            else:  # affinely dependent: the newcomer replaces others along e_w - (its coordinates in their hull)
                for i in range(m - 2, -1, -1):
                    coordinates[i] = gram[m - 1, i]
                    for p in range(i + 1, m - 1):
                        coordinates[i] -= gram[p, i] * coordinates[p]
                first = 1.0
                for i in range(m - 1):
                    first -= coordinates[i]
                    projection[i + 1] = -coordinates[i]
                projection[0] = -first
                projection[m] = 1.0
                step = np.inf
            leaves = -1
            for i in range(size):
                if projection[i] < 0.0 and weights[support[i]] < -projection[i] * step:
                    step = -weights[support[i]] / projection[i]
                    leaves = i
            if step == np.inf:  # only rounding gets here
                return lo, hi
            for i in range(size):
                weights[support[i]] = max(0.0, weights[support[i]] + step * projection[i])
            if leaves < 0:
                break
            weights[support[leaves]] = 0.0
            for i in range(leaves, size - 1):
                support[i] = support[i + 1]
            size -= 1
            if size < 2:
                break
    return lo, hi


@njit(cache=True, nogil=True)
def _radii(distances, order, limit, relative, absolute, births, verdicts):
    """Squared radius and verdict for every row of squared distances (upper triangle, row by row)."""
    D = np.zeros((order, order))
    weights, gradient, coordinates = np.empty(order), np.empty(order), np.empty(order)
    projection, support, gram = np.empty(order), np.empty(order, np.int64), np.empty((order, order))
    for row in range(len(distances)):
        if order == 3:
            a, b, c = distances[row, 0], distances[row, 1], distances[row, 2]
            lo = hi = _triple(a, b, c)
            longest = max(a, b, c)
            if a + b + c <= (2.0 - relative) * longest:  # obtuse, and the longest side is known to fit
                births[row], verdicts[row] = lo, IN
                continue
        else:
            entry = 0
            for u in range(order):
                for v in range(u + 1, order):
                    D[u, v] = D[v, u] = distances[row, entry]
                    entry += 1
            above = limit * (1.0 + 2.0 * relative) + 2.0 * absolute
            lo, hi = _walk(D, above, weights, gradient, support, gram, coordinates, projection)
        births[row] = 0.5 * (lo + hi)
        if lo * (1.0 - relative) - absolute > limit:
            verdicts[row] = OUT
        elif hi * (1.0 + relative) + absolute <= limit and hi - lo <= 1e-10 * hi:
            verdicts[row] = IN
        else:  # NaN and infinity land here too
            verdicts[row] = UNSURE


def radii(
    distances: Float64[np.ndarray, "sets pairs"],
    order: int,
    threshold: Fraction,
    dimension: int,
    exact: bool,
) -> tuple[Float64[np.ndarray, " sets"], Int8[np.ndarray, " sets"]]:
    """Squared radii of the smallest balls around sets of three or more points, and whether they exceed a threshold.

    Args:
        distances: squared distances between the members of each set, pairs in the order of
            `itertools.combinations`; every pair is known to fit by itself.
        order: number of points in a set.
        threshold: largest squared radius allowed.
        dimension: number of features, which bounds the rounding of the distances.
        exact: whether the distances are exact (integer points).

    Returns:
        births, within `BIRTH_TOLERANCE` unless the verdict is OUT or UNSURE; and the verdicts OUT, IN or UNSURE. The
        first two are proved, rounding included.
    """
    births, verdicts = np.empty(len(distances)), np.empty(len(distances), dtype=np.int8)
    relative, absolute = slack(dimension, order, exact), 0.0 if exact else 1e-300
    _radii(distances, order, float(threshold), relative, absolute, births, verdicts)
    return births, verdicts


def centre_weights(D: Shaped[np.ndarray, "k k"]) -> Float64[np.ndarray, " k"]:
    """Weights λ of the centre Σ λ_v x_v of the smallest ball around points with squared distances D."""
    k = len(D)
    weights = np.ones(k)
    if k > 1:
        work = np.empty((4, k))
        support, gram = np.empty(k, np.int64), np.empty((k, k))
        _walk(D.astype(np.float64), np.inf, weights, work[0], support, gram, work[1], work[2])
    return weights


def exact_radius_squared(D: Sequence[Sequence[Fraction | int]]) -> Fraction:
    """Squared radius of the smallest ball around points with these exact squared distances.

    By enumeration: the centre is the circumcentre of an affinely independent support, with nonnegative barycentric
    coordinates, whose ball covers the rest. Conversely such weights satisfy the optimality conditions.
    """
    k = len(D)
    guess = centre_weights(np.array([[float(x) for x in row] for row in D]))
    likely = tuple(int(u) for u in np.flatnonzero(guess > 1e-9))
    every = (support for size in range(1, k + 1) for support in combinations(range(k), size))
    for support in (likely, *every):
        weights = _circumcentre(D, support)
        if weights is None or min(weights) < 0:
            continue
        reach = [sum(w * D[u][v] for w, v in zip(weights, support, strict=True)) for u in range(k)]
        if max(reach) == reach[support[0]]:
            return Fraction(reach[support[0]]) / 2
    raise AssertionError("some support always carries the smallest enclosing ball")


def _circumcentre(D: Sequence[Sequence[Fraction | int]], support: tuple[int, ...]) -> list[Fraction] | None:
    """Barycentric coordinates μ of the circumcentre: D_SS μ is constant and Σ μ = 1. None if S is dependent."""
    if len(support) < 3:
        return [Fraction(1, len(support))] * len(support)
    base, *rest = support
    m = len(rest)
    rows = [
        [Fraction(D[base][u] + D[base][v] - D[u][v]) for v in rest] + [Fraction(D[base][u])] for u in rest
    ]
    for i in range(
        m
    ):  # Gaussian elimination of G y = ½ diag G; G is positive semidefinite, so pivots stay in place
        if rows[i][i] == 0:
            return None
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(m):
            if j != i and rows[j][i]:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i], strict=True)]
    y = [row[m] for row in rows]
    return [1 - sum(y, Fraction(0)), *y]


def radius_squared(points: Shaped[np.ndarray, "k dims"], norm: str) -> Fraction:
    """Squared radius of the smallest ball around a set of points in the norm "l2", "linf" or "l1", exactly."""
    k = len(points)
    if k == 1:
        return Fraction(0)
    if norm == "l1" and k > 3:
        return manhattan.radius(points) ** 2
    pairs = {(u, v): exact_distance(points, u, v, norm) for u, v in combinations(range(k), 2)}
    if norm != "l2":  # boxes that meet pairwise meet; so do any three balls of one radius in the l1 norm
        return (Fraction(max(pairs.values())) / 2) ** 2
    return exact_radius_squared([[pairs.get((min(u, v), max(u, v)), 0) for v in range(k)] for u in range(k)])


def within(
    members: Shaped[np.ndarray, "sets k"],
    births: Float64[np.ndarray, " sets"],
    threshold: Fraction,
    points: Shaped[np.ndarray, "points dims"],
    norm: str,
) -> Bool[np.ndarray, " sets"]:
    """Which sets have a squared radius of at most the threshold, exactly.

    The births decide where they are clear of the threshold by more than their error, the points where they are not.
    """
    kept = births <= float(threshold)
    close = np.abs(births - float(threshold)) <= 2 * BIRTH_TOLERANCE * float(threshold) + 2e-300
    for row in np.flatnonzero(close):
        kept[row] = radius_squared(points[members[row]], norm) <= threshold
    return kept
