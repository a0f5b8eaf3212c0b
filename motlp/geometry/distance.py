"""Norms, and distances between points: exact, in floating point with a proved error, and for the kernels.

Points are rationals: integers or floats. The kernels work on them in a form that is `comparable`: bytes, 64-bit
integers or floats, in blocks of coordinates.
"""

from fractions import Fraction
from typing import Literal

import numpy as np
from jaxtyping import Float64, Num

from motlp.errors import InvalidMeasure
from motlp.system.compiled import njit, overload, types

Norm = Literal["l2", "linf", "l1"]
Points = Num[np.ndarray, "points dims"]

CODE = {"l2": 2, "l1": 1, "linf": 0}  # the norms as the kernels know them
LARGEST = Fraction(10**301)  # no distance that is looked at, squared for l2, exceeds this
UNDERFLOW = 1e-300  # what a squared distance, or a sum of some, may be off by beside its relative error
_BLOCK: dict[type, int] = {
    np.uint8: 64,
    np.int64: 4,
    np.float32: 4,
    np.float64: 4,
}  # coordinates that the kernels take at a time
LARGEST_INTEGER = 2**63 - 1  # of 64 bits


def diameter(radius: Fraction, norm: Norm) -> Fraction:
    """The largest distance, squared for l2, of two points in one ball of this radius."""
    return (2 * radius) ** 2 if norm == "l2" else 2 * radius


def exact_distance(points: Points, i: int, j: int, norm: Norm) -> Fraction | int:
    """The distance of two points, squared for l2, as an integer (integer points) or a rational."""
    whole, step = integers(points[[i, j]])
    gaps = [abs(a - b) for a, b in zip(*whole.tolist(), strict=True)]
    if norm == "l2":
        return sum(gap * gap for gap in gaps) * step**2
    return (sum(gaps) if norm == "l1" else max(gaps, default=0)) * step


def integers(points: Points) -> tuple[np.ndarray, Fraction | int]:
    """The points as exact integers (Python's, of any size) times a step."""
    if points.dtype.kind != "f":
        return points.astype(object), 1
    mantissas, exponents = np.frexp(points.astype(np.float64))
    lowest = int(exponents.min(initial=0)) - 53
    whole = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
    return whole * 2 ** (exponents.astype(object) - 53 - lowest), Fraction(2) ** lowest


def floats(points: Points) -> Float64[np.ndarray, "points dims"]:
    """The points as float64; of integers every coordinate is shifted to begin at 0, exact if its range is below 2⁵³.

    Coordinates may be of very different sizes, such as a time stamp beside a pixel: each is shifted by itself.
    """
    if points.dtype.kind == "f":
        return points.astype(np.float64)
    return (points.astype(np.int64) - points.min(axis=0).astype(np.int64)).astype(np.float64)


def slack(points: Points, order: int) -> float:
    """A bound on the relative error of the radii and sums of `order` points that are computed from their distances.

    A squared distance has a relative error of u = 2⁻⁵³ if it is exact before it is rounded to float64, and of at most
    (d + 4)u if its coordinates are rounded. Radii and sums are sums of nonnegative products of distances: that makes
    the error at most four times as large, differences and quotients included, and every member adds a few u.
    """
    return (4 * (points.shape[1] + 4) + 8 * order + 64) * 2.0**-53


def comparable(points: Points, norm: Norm) -> Num[np.ndarray, "points padded"]:
    """Points with the same distances, as the kernels want them: shifted, padded, uint8, int64, float32 or float64.

    Raises:
        InvalidMeasure: the distances do not fit 64 bits.
    """
    if norm not in CODE:
        raise ValueError(f"norm is {norm!r}; it must be one of {', '.join(CODE)}.")
    if points.dtype == np.uint8:
        return _pad(points, np.uint8)
    if points.dtype.kind not in "iuf" or points.dtype.itemsize > 8:
        raise InvalidMeasure(f"points are of type {points.dtype}; give integers, or floats of up to 64 bits.")
    low, high = (points.min().item(), points.max().item()) if points.size else (0, 0)
    fits = bool(np.isfinite([low, high]).all())
    if fits:
        spread = Fraction(high) - Fraction(low)
        furthest = {"l2": points.shape[1] * spread**2, "l1": points.shape[1] * spread, "linf": spread}[norm]
        largest = max(furthest, abs(low), abs(high))
        fits = furthest <= 10**300 if points.dtype.kind == "f" else largest <= LARGEST_INTEGER
    if not fits:
        raise InvalidMeasure(
            f"points lie between {low} and {high}: their distances do not fit 64 bits; scale or shift them."
        )
    if points.dtype.kind == "f":
        return _pad(points, np.float64 if points.dtype.itemsize == 8 else np.float32)
    if spread <= 255:
        return _pad(points - points.dtype.type(low), np.uint8)
    return _pad(points, np.int64)


def _pad(points: Points, dtype: type) -> Num[np.ndarray, "points padded"]:
    """Append zeros that fill the last block: they change no distance, and the kernels meet whole blocks only."""
    number, dims = points.shape
    padded = -(-dims // _BLOCK[dtype]) * _BLOCK[dtype]
    if padded == dims:
        return np.ascontiguousarray(points, dtype)
    longer = np.zeros((number, padded), dtype)
    longer[:, :dims] = points
    return longer


def as_blocks(points: Num[np.ndarray, "points padded"]) -> Num[np.ndarray, "points blocks block"]:
    """Comparable points as the kernels take them: so many coordinates at a time."""
    return points.reshape(len(points), -1, _BLOCK[points.dtype.type])


def separation(x, y, bound, code):
    """The distance (squared for l2) of two points, given as blocks, or a lower bound of it that is above `bound`."""
    raise NotImplementedError  # compiled only


@overload(separation)
def _choose_separation(x, y, bound, code):
    if x.dtype == types.uint8:
        return _gap_bytes
    widen = _as_double if x.dtype == types.float32 else _as_it_is

    def gap_wide(x, y, bound, code):
        """Blocks of 4 numbers in the type of `bound`, int64 or float64: four sums side by side, in a fixed order."""
        a = b = c = d = bound - bound
        for block in range(len(x)):
            u, v = x[block], y[block]
            a = _add(a, widen(u[0]) - widen(v[0]), code)
            b = _add(b, widen(u[1]) - widen(v[1]), code)
            c = _add(c, widen(u[2]) - widen(v[2]), code)
            d = _add(d, widen(u[3]) - widen(v[3]), code)
            if block % 8 == 7 and ((a + b) + (c + d) if code else max(a, b, c, d)) > bound:
                break
        return (a + b) + (c + d) if code else max(a, b, c, d)

    return gap_wide


@njit(inline="always")
def _as_double(number):
    return np.float64(number)


@njit(inline="always")
def _as_it_is(number):
    return number


def _gap_bytes(x, y, bound, code):
    """Blocks of 64 bytes in 32-bit integers: the compiler makes a few vector instructions of loops of fixed length."""
    total = np.int64(0)
    for block in range(len(x)):
        u, v = x[block], y[block]
        part = np.int32(0)
        if code == 2:
            for k in range(64):
                t = np.int32(u[k]) - np.int32(v[k])
                part = np.int32(part + t * t)
            total += part
        elif code == 1:
            for k in range(64):
                part = np.int32(part + abs(np.int32(u[k]) - np.int32(v[k])))
            total += part
        else:
            for k in range(64):
                part = np.int32(max(part, abs(np.int32(u[k]) - np.int32(v[k]))))
            total = max(total, np.int64(part))
        if block % 4 == 3 and total > bound:
            break
    return total


@njit(inline="always")
def _add(total, t, code):
    if code == 2:
        return total + t * t
    return total + abs(t) if code == 1 else max(total, abs(t))
