"""Smallest enclosing balls, fast: from pairwise distances, in floating point with proved bounds.

The squared radius of the smallest Euclidean ball around x_1, ..., x_k is, by convex duality,

    r² = max over λ in the simplex of ½ λᵀDλ,      D_uv = ‖x_u − x_v‖²,

and the centre is Σ λ_v x_v. The solver below looks for λ, and no bound needs it to converge, because *any* λ in the
simplex proves two: ½ λᵀDλ <= r² by the formula; and the ball around Σ λ_v x_v that reaches the farthest point, at
squared distance max_u (Dλ)_u − ½ λᵀDλ, holds the set, so that this distance is >= r².

Sources: E. A. Yıldırım, "Two algorithms for the minimum enclosing ball problem" (2008), for the duality; K. Fischer,
B. Gärtner, M. Kutz, "Fast smallest-enclosing-ball computation in high dimensions" (2003), for the walk.
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Float64, Int8, Int32, Num

from motlp.geometry import enclosing_l1
from motlp.geometry.distance import LARGEST, UNDERFLOW, Norm, Points, slack
from motlp.system.compiled import njit

OUT, IN, UNSURE = 0, 1, 2  # what floating point says of a set: too wide for the ball, fitting, or too close to tell
BIRTH_ERROR = 1e-9  # of a birth at most, relative to the radius; or 2⁻¹⁰⁷³ where that is larger


def radii(
    points: Points,
    norm: Norm,
    radius: Fraction,
    members: Int32[np.ndarray, "sets k"],
    distances: Float64[np.ndarray, "sets pairs"],
) -> tuple[Float64[np.ndarray, " sets"], Int8[np.ndarray, " sets"]]:
    """Radii of the smallest balls around sets of two or more points of which every two fit into a ball.

    Args:
        points: at a scale (see `scale.py`) at which the square of the radius is a normal number.
        norm: of the balls.
        radius: the largest allowed, in the unit of the points.
        members: the points of each set.
        distances: between the members (squared for l2), pairs in the order of `itertools.combinations`; each of them
            known to be at most twice the radius.

    Returns:
        births, with a relative error of at most `BIRTH_ERROR` where the verdict is IN (unless they underflow); and the
        verdicts: OUT and IN, which are proved, rounding included, or UNSURE.
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
        lo, hi = enclosing_l1.bounds(points, members, enough)
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
    # abc / (4ab − (a + b − c)²), written so that nothing cancels or overflows. The excess is at most a in floating
    # point, too, so the divisor lies between 3 and 4 however the sides are rounded.
    excess = np.maximum(a - (c - b), 0.0)
    sharp = np.divide(excess, a, out=np.zeros_like(a), where=a > 0) * np.divide(
        excess, b, out=np.zeros_like(a), where=b > 0
    )
    return c / (4.0 - sharp)


@njit(cache=True, nogil=True, error_model="numpy")
def _simplices(distances, order, enough, lower, upper):
    """Fill in bounds on the squared radii of sets; a radius beyond `enough` is not bounded any better."""
    D, weights = np.zeros((order, order)), np.empty(order)
    for row in range(len(distances)):
        fill_square(distances[row], D)
        lower[row], upper[row] = walk(D, enough, weights)


@njit(cache=True, nogil=True)
def fill_square(distances, D):
    """Fill in the symmetric matrix of the distances of pairs, which are in the order of `itertools.combinations`."""
    entry = 0
    for u in range(len(D)):
        for v in range(u + 1, len(D)):
            D[u, v] = D[v, u] = distances[entry]
            entry += 1


@njit(cache=True, nogil=True, error_model="numpy")
def walk(D, enough, weights):
    """Bounds lo <= r² <= hi from squared distances D, and the weights that prove them; stops once lo > enough.

    The weights are the barycentric coordinates of the circumcentre of an affinely independent support, at first the
    farthest pair. A step adds the point farthest from the centre and walks to the new circumcentre. ½ λᵀDλ grows.
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
        size = _step(D, support, size + 1, 1e-13 * scale, weights, gram, target)
        if size == 0:
            break
    return lo, hi


@njit(cache=True, nogil=True, error_model="numpy")
def _step(D, support, size, flat, weights, gram, target):
    """Walk to the circumcentre of the support; return the size of the support then, or 0 if there is no way.

    If a weight reaches zero on the way, its point leaves the support, and the walk turns.
    """
    turning = True
    while turning and size > 1:
        step = _aim(D, support[:size], flat, weights, gram, target)
        leaves = -1
        for i in range(size):
            weight = weights[support[i]]
            if weight + step * target[i] < 0.0:
                step, leaves = -weight / target[i], i
        if step == np.inf:
            return 0
        for i in range(size):
            weights[support[i]] = max(0.0, weights[support[i]] + step * target[i])
        turning = leaves >= 0
        if turning:
            weights[support[leaves]] = 0.0
            support[leaves : size - 1] = support[leaves + 1 : size].copy()
            size -= 1
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def _bounds(D, weights):
    """½ λᵀDλ, the largest squared distance from the centre, and whose it is; the sum of λ is made one."""
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
    """The direction to walk from the weights on a support whose last point is the newcomer, and how far (1 or ∞).

    With the Gram matrix G of the support around its first point, y in G y = ½ diag G are the coordinates of the
    circumcentre. In G = LPLᵀ the last pivot is the squared height of the newcomer above the hull of the others. If that
    is zero (at most `flat`), there is no circumcentre, and the newcomer replaces its projection.
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
        walk(D.astype(np.float64), np.inf, weights)
    return weights
