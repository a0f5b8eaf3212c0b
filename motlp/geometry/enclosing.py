"""Smallest enclosing balls: fast from pairwise squared distances with proved bounds, and exactly.

The squared radius of the smallest Euclidean ball around x_1, ..., x_k is, by convex duality,

    r² = max over λ in the simplex of ½ λᵀDλ,      D_uv = ‖x_u − x_v‖²,

and the centre is Σ λ_v x_v. The solver below looks for λ, and nothing rests on its convergence, because
*any* λ in the simplex proves both sides: ½ λᵀDλ <= r² by the formula, and the ball around Σ λ_v x_v that
reaches the farthest point, at squared distance max_u (Dλ)_u − ½ λᵀDλ, holds the set, so that is >= r².

Sources: E. A. Yıldırım, "Two algorithms for the minimum enclosing ball problem" (2008), for the duality;
K. Fischer, B. Gärtner, M. Kutz, "Fast smallest-enclosing-ball computation in high dimensions" (2003), for
the walk.
"""

import sys
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, combinations

import numpy as np
from jaxtyping import Bool, Float64, Int, Int8, Int32, Num

from motlp.geometry import enclosing_l1 as manhattan
from motlp.geometry.moments import slack
from motlp.geometry.scale import root
from motlp.geometry.tile import Norm, exact_distance
from motlp.system.compiled import njit

OUT, IN, UNSURE = 0, 1, 2
"""What floating point can say of a set: too wide for the ball, fitting, or too close to tell."""

BIRTH_ERROR = 1e-9
"""A birth is the radius with at most this relative error, or with one of 2⁻¹⁰⁷³ where that is larger."""

UNDERFLOW = 1e-300
"""What a squared distance may be off by, beside its relative error."""

LARGEST = Fraction(10**301)
"""No squared distance that is looked at exceeds this."""


def decide(
    points: Num[np.ndarray, "points dims"],
    norm: Norm,
    radius: Fraction,
    members: Int32[np.ndarray, "sets k"],
    distances: Float64[np.ndarray, "sets pairs"],
) -> tuple[Float64[np.ndarray, " sets"], Bool[np.ndarray, " sets"]]:
    """Which sets of points whose pairs fit into a ball do so themselves, exactly, and the births of those that do.

    Args:
        points, norm, radius, members, distances: as for `radii`.
    """
    births, verdicts = radii(points, norm, radius, members, distances)
    for row in np.flatnonzero(verdicts == UNSURE):
        square = radius_squared(points[members[row]], norm)
        births[row], verdicts[row] = root(square), IN if square <= radius**2 else OUT
    fits = verdicts == IN
    if norm == "l2" and points.dtype.kind == "f" and radius > 0:
        # Squared distances of points that nearly coincide vanish, or lose their digits.
        vanished = np.flatnonzero(fits & (births**2 <= UNDERFLOW / BIRTH_ERROR**2))
        apart = vanished[~equal(points, members[vanished])]
        births[vanished] = 0.0
        births[apart] = [root(radius_squared(points[members[row]], norm)) for row in apart]
    return births, fits


def radii(
    points: Num[np.ndarray, "points dims"],
    norm: Norm,
    radius: Fraction,
    members: Int32[np.ndarray, "sets k"],
    distances: Float64[np.ndarray, "sets pairs"],
) -> tuple[Float64[np.ndarray, " sets"], Int8[np.ndarray, " sets"]]:
    """Radii of the smallest balls around sets of two or more points whose pairs fit into a ball.

    Args:
        points: the points, in lattice units; `scale` sees to it that squares of the radius are normal numbers.
        norm: of the balls.
        radius: the largest allowed, in lattice units.
        members: the points of each set.
        distances: between the members (squared for l2), pairs in the order of `itertools.combinations`; each of them
            known to be at most twice the radius.

    Returns:
        births, with a relative error of at most `BIRTH_ERROR` where the verdict is IN (but for what underflows); and
        the verdicts OUT, IN (both proved, rounding included) or UNSURE.
    """
    k, error = members.shape[1], slack(points, members.shape[1])
    verdicts = np.full(len(members), UNSURE, dtype=np.int8)
    if radius == 0 or norm == "linf" or k == 2 or (norm == "l1" and k == 3):  # what fits pairwise fits
        longest = distances.max(axis=1, initial=0.0)
        verdicts[:] = IN
        return 0.5 * (np.sqrt(longest) if norm == "l2" else longest), verdicts
    power = 2 if norm == "l2" else 1
    threshold = float(min(radius**power, LARGEST))
    enough = threshold * (1.0 + 2.0 * error)
    if norm == "l1":
        lo, hi = manhattan.bounds(points, members, enough)
    elif k == 3:
        lo = hi = _triangles(distances)
    else:
        lo, hi = np.empty(len(members)), np.empty(len(members))
        _simplices(distances, k, enough, lo, hi)
    verdicts[(hi * (1.0 + error) + UNDERFLOW <= threshold) & (hi - lo <= 0.1 * BIRTH_ERROR * hi)] = IN
    verdicts[lo * (1.0 - error) - UNDERFLOW > threshold] = OUT
    if norm == "l2" and k == 3:  # a clearly obtuse triangle fits as its longest side does
        verdicts[distances.sum(axis=1) + UNDERFLOW <= (2.0 - error) * distances.max(axis=1, initial=0.0)] = IN
    return (0.5 * (lo + hi)) ** (1 / power), verdicts


def _triangles(sides: Float64[np.ndarray, "sets 3"]) -> Float64[np.ndarray, " sets"]:
    """Squared radii for three points each: the longest side's, or the circumcircle's if they are acute."""
    a, b, c = np.sort(sides, axis=1).T
    # abc / (4ab − (a + b − c)²), written so that nothing cancels or overflows. The excess is at most a in
    # floating point too, so the divisor lies between 3 and 4 whatever the rounding of the sides.
    excess = np.maximum(a - (c - b), 0.0)
    sharp = np.divide(excess, a, out=np.zeros_like(a), where=a > 0) * np.divide(
        excess, b, out=np.zeros_like(a), where=b > 0
    )
    return c / (4.0 - sharp)


@njit(cache=True, nogil=True, error_model="numpy")
def _simplices(distances, order, enough, lower, upper):
    """Bounds on the squared radii of sets of points; no better than needed where the radius exceeds `enough`."""
    D, weights = np.zeros((order, order)), np.empty(order)
    for row in range(len(distances)):
        entry = 0
        for u in range(order):
            for v in range(u + 1, order):
                D[u, v] = D[v, u] = distances[row, entry]
                entry += 1
        lower[row], upper[row] = _walk(D, enough, weights)


@njit(cache=True, nogil=True, error_model="numpy")
def _walk(D, enough, weights):
    """Bounds lo <= r² <= hi from squared distances D, and the weights that prove them; stops once lo > enough.

    The weights are the barycentric coordinates of the circumcentre of an affinely independent support,
    at first the farthest pair. A step takes in the point farthest from the centre and walks to the new
    circumcentre; if a weight reaches zero on the way, its point leaves and the walk turns. ½ λᵀDλ grows.
    """
    k = len(D)
    support, gram, target = np.empty(k, np.int64), np.empty((k, k)), np.empty(k)
    farthest = np.argmax(D)
    support[0], support[1], size = farthest // k, farthest % k, 2
    weights[:] = 0.0
    weights[support[0]] = weights[support[1]] = 0.5
    scale = D[support[0], support[1]]
    lo, hi = 0.0, np.inf
    for _ in range(8 * k):
        lo, hi, farthest = _bounds(D, weights)
        if lo > enough or not hi - lo > 1e-14 * scale or np.any(support[:size] == farthest):
            break  # or there is nothing left but rounding
        support[size] = farthest
        size += 1
        turning = True
        while turning and size > 1:
            step = _aim(D, support[:size], 1e-13 * scale, weights, gram, target)
            leaves = -1
            for i in range(size):
                weight = weights[support[i]]
                if weight + step * target[i] < 0.0:
                    step, leaves = -weight / target[i], i
            if step == np.inf:
                return lo, hi
            for i in range(size):
                weights[support[i]] = max(0.0, weights[support[i]] + step * target[i])
            turning = leaves >= 0
            if turning:
                weights[support[leaves]] = 0.0
                support[leaves : size - 1] = support[leaves + 1 : size].copy()
                size -= 1
    return lo, hi


@njit(cache=True, nogil=True, error_model="numpy")
def _bounds(D, weights):
    """½ λᵀDλ, the largest squared distance from the centre, and whose it is; brings the sum of λ to one."""
    k = len(D)
    total, half, reach, farthest = weights.sum(), 0.0, -1.0, 0
    for u in range(k):
        weights[u] /= total
    for u in range(k):
        gradient = 0.0
        for v in range(k):
            gradient += D[u, v] * weights[v]
        half += 0.5 * weights[u] * gradient
        if gradient > reach:
            reach, farthest = gradient, u
    return half, reach - half, farthest


@njit(cache=True, nogil=True, error_model="numpy")
def _aim(D, support, flat, weights, gram, target):
    """Direction to walk from the weights on a support whose last point is the newcomer, and how far (1 or ∞).

    With the Gram matrix G of the support around its first point, y in G y = ½ diag G are the coordinates
    of the circumcentre. In G = LPLᵀ the last pivot is the squared height of the newcomer over the hull of
    the others. If that is zero (`flat`), there is no circumcentre, and the newcomer replaces its projection.
    """
    base, m = support[0], len(support) - 1
    for i in range(m):
        for j in range(i + 1):
            u, v = support[i + 1], support[j + 1]
            entry = 0.5 * (D[base, u] + D[base, v] - D[u, v])
            for p in range(j):
                entry -= gram[i, p] * gram[j, p] * gram[p, p]
            gram[i, j] = entry if i == j else entry / gram[j, j]
    high = gram[m - 1, m - 1] > flat
    target[:] = 0.0
    if high:
        for i in range(m):
            target[i + 1] = 0.5 * D[base, support[i + 1]]
            for p in range(i):
                target[i + 1] -= gram[i, p] * target[p + 1]
        for i in range(m):
            target[i + 1] /= gram[i, i]
    else:
        target[m] = 1.0
    for i in range(m - 1, -1, -1):
        for p in range(i + 1, m):
            target[i + 1] -= gram[p, i] * target[p + 1]
    target[0] = (1.0 if high else 0.0) - target[1:].sum()
    if not high:
        return np.inf
    for i in range(m + 1):
        target[i] -= weights[support[i]]
    return 1.0


def centre_weights(D: Num[np.ndarray, "k k"]) -> Float64[np.ndarray, " k"]:
    """Weights λ of the centre Σ λ_v x_v of the smallest Euclidean ball around points with squared distances D."""
    weights = np.ones(len(D))
    if len(D) > 1:
        _walk(D.astype(np.float64), np.inf, weights)
    return weights


def exact_radius_squared(D: Sequence[Sequence[Fraction | int]]) -> Fraction:
    """Squared radius of the smallest Euclidean ball around points with these squared distances, exactly.

    By enumeration: the ball is the circumscribed ball of some affinely independent support, its centre a
    convex combination of it. Conversely, such weights prove that they are optimal, as lower and upper
    bound agree.
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
            return Fraction(reach[support[0]]) / 2
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


def radius_squared(points: Num[np.ndarray, "k dims"], norm: Norm) -> Fraction:
    """Squared radius of the smallest ball around a set of points, exactly, in squared lattice units."""
    k = len(points)
    if norm == "l1" and k > 3:
        return manhattan.radius(points) ** 2
    between = {(u, v): exact_distance(points, u, v, norm) for u, v in combinations(range(k), 2)}
    if norm == "l2":
        return exact_radius_squared([[between.get((min(u, v), max(u, v)), 0) for v in range(k)] for u in range(k)])
    # For boxes, being pairwise within 2r is enough. So it is for three points in l1: their coordinatewise median
    # m lies between any two of them, d_uv = d_um + d_mv <= 2r. If m is farther than r from one of them, by e,
    # then a step of e from m towards that one stays within 2r − (r + e) + e = r of the others.
    return Fraction(max(between.values(), default=0)) ** 2 / 4


def within(
    members: Int[np.ndarray, "sets k"],
    births: Float64[np.ndarray, " sets"],
    radius: Fraction,
    points: Num[np.ndarray, "points dims"],
    norm: Norm,
) -> Bool[np.ndarray, " sets"]:
    """Which sets have a smallest ball of at most this radius, exactly.

    The births decide where they are clear of the radius by more than their error, the points elsewhere.
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


def equal(points: Num[np.ndarray, "points dims"], members: Int[np.ndarray, "sets k"]) -> Bool[np.ndarray, " sets"]:
    """Which sets consist of points that coincide."""
    block = max(1, (1 << 24) // (points[:1].nbytes * members.shape[1] + 1))  # sets in 16 MiB
    parts = [members[start : start + block] for start in range(0, len(members), block)]
    same = [(points[part] == points[part[:, :1]]).all(axis=(1, 2)) for part in parts]
    return np.concatenate([np.empty(0, bool), *same])
