"""Sketches of points: a few numbers each that never exaggerate a distance, and so tell which pairs are far apart.

With K orthonormal columns Q and a centre m, the map

    f(x) = (Qᵀu, ‖u − QQᵀu‖),  u = x − m,

is 1-Lipschitz: the parts of u − u' inside and outside the span are orthogonal, and norms obey the triangle inequality.
So ‖f(x) − f(x')‖ > r proves ‖x − x'‖ > r. With principal directions for Q little is lost.

Why rounding never discards a true pair. Let δ bound ‖QᵀQ − I‖ (computed: Frobenius norm plus its own rounding).

* The exact f has ‖f(x) − f(x')‖² ≤ (1 + δ + δ²) ‖x − x'‖², because Qᵀ·Q + (I − QQᵀ)² = I + Q(QᵀQ − I)Qᵀ.
* The points are scaled by a power of two to ‖u‖ ≤ 1. In float64, Qᵀu is off by at most d√K 2⁻⁵³ and ‖u − QQᵀu‖²,
  computed as ‖u‖² − ‖Qᵀu‖², by at most e = 4(d + K)√K 2⁻⁵³ + 2δ, hence its root by √e (|√a − √b| ≤ √|a − b|).
  Rounding to float32 adds 2⁻²⁴. Together a sketch is off by at most η = 2√e + 2⁻²³.
* So a pair within r has sketches within t = √(1 + δ + δ²) r + 2η of each other.
* The coarse test, z·z' − ‖z'‖²/2 ≥ ‖z‖²/2 − t²/2, is a float32 sum of 34 terms of total size below 1.6, as a coarse
  sketch has 32 numbers: off by less than 2⁻¹⁸, in any order. The fine test sums 64 squares: off by less than a factor
  1 + 2⁻¹⁷, in any order. Both are relaxed by as much.
"""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64, Num
from threadpoolctl import threadpool_limits

from motlp.geometry.distance import Points
from motlp.system.threads import thread_count

LANES = 16  # points side by side in a panel
ROWS = 8  # points compared with a panel at a time
COARSE = 32  # numbers a point for a first look at all pairs
FINE = 64  # for a second look at what is left
_SAMPLE = 2000  # points that the directions are found from
_CHUNK = 1024  # points projected at a time


class Sketch(NamedTuple):
    """What the two looks need: `coarse` in panels of 16 points, `half` their ‖z‖²/2 (inf for no point), and `fine`."""

    coarse: Float32[np.ndarray, "panels 32 16"]
    half: Float32[np.ndarray, "panels 16"]
    fine: Float32[np.ndarray, "points 64"]

    def block(self, start: int, stop: int) -> "Sketch":
        """The sketches of the points from `start`, a multiple of 16, to `stop`."""
        panels = slice(start // LANES, -(-stop // LANES))
        return Sketch(self.coarse[panels], self.half[panels], self.fine[start:stop])


class Reach(NamedTuple):
    """How far apart the sketches of a pair within the radius can be, as the two tests want it."""

    coarse: np.float32
    fine: np.float32


@threadpool_limits.wrap(limits=1, user_api="blas")  # our threads share the work; nested ones only wait on each other
def sketch(points: Points, squared: Fraction) -> tuple[Sketch, Reach]:
    """Sketches of uint8, int64 or float64 points, and their reach for pairs at most √`squared` apart."""
    number, dims = points.shape
    sample = points[:: max(number // _SAMPLE, 1)]
    low, high = points.min(axis=0), points.max(axis=0)
    centre = np.clip(sample.mean(axis=0), low, high)
    if points.dtype != np.float64:
        centre = np.rint(centre).astype(np.int64 if points.dtype == np.int64 else np.float64)
    furthest = _length(np.maximum(_shift(high, centre), -_shift(low, centre)))
    scale = 2.0 ** np.ceil(np.log2(max(furthest, 1e-300) * 1.001))
    directions = _directions(_shift(sample, centre) / scale, min(FINE - 1, dims))

    panels = -(-number // LANES)
    made = Sketch(
        np.empty((panels, COARSE, LANES), np.float32),
        np.full((panels, LANES), np.inf, np.float32),
        np.empty((number, FINE), np.float32),
    )

    def fill(start: int) -> None:
        block = points[start : start + _CHUNK]
        _fill(made.block(start, start + len(block)), _shift(block, centre) / scale, directions)

    with ThreadPoolExecutor(thread_count()) as pool:
        list(pool.map(fill, range(0, number, _CHUNK)))
    return made, _reach(directions, scale, squared)


def _fill(
    made: Sketch, shifted: Float64[np.ndarray, "points dims"], directions: Float64[np.ndarray, "dims directions"]
) -> None:
    """Fill in the sketches of a block of points, which are shifted and scaled."""
    inner, square = shifted @ directions, np.einsum("ij,ij->i", shifted, shifted)
    made.fine[:] = _append_rest(inner, square, FINE)
    short = np.zeros((-(-len(inner) // LANES) * LANES, COARSE), np.float32)
    short[: len(inner)] = _append_rest(inner, square, COARSE)
    made.coarse[:] = short.reshape(-1, LANES, COARSE).transpose(0, 2, 1)
    half = 0.5 * np.einsum("ij,ij->i", short, short, dtype=np.float64)
    made.half.reshape(-1)[: len(inner)] = half[: len(inner)]


def _length(vector: Float64[np.ndarray, " dims"]) -> float:
    """The norm of a vector whose entries have squares that no float holds."""
    largest = float(np.abs(vector).max(initial=0.0))
    return largest * float(np.linalg.norm(vector / largest)) if largest > 0 else 0.0


def _shift(points: Num[np.ndarray, "..."], centre: Num[np.ndarray, " dims"]) -> Float64[np.ndarray, "..."]:
    """The points with the centre at zero."""
    return np.subtract(points, centre).astype(np.float64, copy=False)


def _directions(points: Float64[np.ndarray, "sample dims"], number: int) -> Float64[np.ndarray, "dims directions"]:
    """About the leading principal directions, orthonormal up to rounding, by subspace iteration.

    Source: Halko, Martinsson, Tropp, "Finding structure with randomness" (2011), algorithm 4.3.
    """
    small = (points / max(np.abs(points).max(initial=0.0), 1e-300)).astype(np.float32)
    width = min(number + 8, points.shape[1])
    basis = np.random.default_rng(0).standard_normal((points.shape[1], width), np.float32)
    for _ in range(2):
        basis = small.T @ (small @ basis)
        basis /= max(np.abs(basis).max(initial=0.0), np.float32(1e-30))
    basis = np.linalg.qr(basis.astype(np.float64))[0]
    inner = small @ basis.astype(np.float32)
    turn = np.linalg.eigh((inner.T @ inner).astype(np.float64))[1][:, ::-1]
    return np.ascontiguousarray(basis @ turn[:, :number])


def _append_rest(
    inner: Float64[np.ndarray, "points directions"], square: Float64[np.ndarray, " points"], size: int
) -> Float64[np.ndarray, "points size"]:
    """The first `size` − 1 coordinates, and the norm of the rest after them."""
    kept = inner[:, : size - 1]
    made = np.zeros((len(inner), size))
    made[:, : kept.shape[1]] = kept
    made[:, -1] = np.sqrt(np.maximum(square - np.einsum("ij,ij->i", kept, kept), 0.0))
    return made


def _reach(directions: Float64[np.ndarray, "dims directions"], scale: float, squared: Fraction) -> Reach:
    """The bounds of the module's docstring."""
    dims, number = directions.shape
    skew = directions.T @ directions - np.eye(number)
    delta = np.linalg.norm(skew) + number * (dims + 2) * 2.0**-52
    error = 2 * np.sqrt(4 * (dims + number) * np.sqrt(number) * 2.0**-53 + 2 * delta) + 2.0**-23
    radius = np.sqrt(float(min(max(squared, Fraction(0)) / Fraction(scale) ** 2, Fraction(16))))
    furthest = min((np.sqrt(1 + delta + delta**2) * radius + 2 * error) ** 2 * (1 + 2.0**-40), 16.0)
    up = 1 + 2.0**-20  # more than rounding to float32 takes away
    return Reach(np.float32((furthest / 2 + 2.0**-18) * up), np.float32(furthest * (1 + 2.0**-17) * up))
