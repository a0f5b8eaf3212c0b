"""Sketches for ℓ2: coordinates along principal directions, which never exaggerate a distance.

With K orthonormal columns Q and a centre m, the map

    f(x) = (Qᵀu, ‖u − QQᵀu‖),  u = x − m,

is 1-Lipschitz: the parts of u − u' inside and outside the span are orthogonal, and norms obey the triangle inequality.
So ‖f(x) − f(x')‖ > r proves ‖x − x'‖ > r. With principal directions for Q little is lost.

Why rounding never discards a true pair. Let δ bound ‖QᵀQ − I‖ (computed: Frobenius norm plus its own rounding).

* The exact f has ‖f(x) − f(x')‖² ≤ (1 + δ + δ²) ‖x − x'‖², because Qᵀ·Q + (I − QQᵀ)² = I + Q(QᵀQ − I)Qᵀ.
* The points are scaled by a power of two to ‖u‖ ≤ 1. In float64, u is off by 2⁻⁵³, Qᵀu by at most d√K 2⁻⁵³ more and
  ‖u − QQᵀu‖², computed as ‖u‖² − ‖Qᵀu‖², by at most e = 4(d + K)√K 2⁻⁵³ + 2δ, hence its root by √e, as
  |√a − √b| ≤ √|a − b|. Rounding to float32 adds 2⁻²⁴. Together a sketch is off by at most η = 2√e + 2⁻²³.
* So a pair within r has sketches within t = √(1 + δ + δ²) r + 2η of each other.
* The coarse test, z·z' − ‖z'‖²/2 ≥ ‖z‖²/2 − t²/2, is a float32 sum of 34 terms of total size below 1.6, as a coarse
  sketch has 32 numbers: off by less than 2⁻¹⁸, in any order. The fine test sums 64 squares: off by less than a factor
  1 + 2⁻¹⁷, in any order. Both are relaxed by as much.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Num
from threadpoolctl import threadpool_limits

from motlp.geometry.cover import Sample
from motlp.geometry.distance import Points
from motlp.geometry.panels import FINE, Numbers, Sketch, make_sketch
from motlp.geometry.shifted import find_scale, shift

COARSE = 32  # numbers a point for a first look at all pairs; the bounds above hold for as many at most


class Directions(NamedTuple):
    """Orthonormal directions, up to rounding; the centre and the scale of the points; and how far sketches reach."""

    centre: Num[np.ndarray, " dims"]
    scale: float
    basis: Float64[np.ndarray, "dims directions"]
    coarse_reach: np.float32
    fine_reach: np.float32

    @threadpool_limits.wrap(limits=1, user_api="blas")  # our threads share the work; nested ones only wait
    def screen(self, points: Points) -> Sketch:
        """The sketches of uint8, int64 or floating points."""
        return make_sketch(points, self._project, self.coarse_reach, self.fine_reach)

    def _project(self, block: Points) -> Numbers:
        shifted = shift(block, self.centre) / self.scale
        inner, square = shifted @ self.basis, np.einsum("ij,ij->i", shifted, shifted)
        coarse = _append_rest(inner, square, COARSE).astype(np.float32)
        half = 0.5 * np.einsum("ij,ij->i", coarse, coarse, dtype=np.float64)
        return Numbers(coarse, half, _append_rest(inner, square, FINE))


@threadpool_limits.wrap(limits=1, user_api="blas")
def find_directions(points: Points, sample: Sample, squared: Fraction) -> Directions:
    """Directions that tell apart the points of a sample, for pairs of points at most √`squared` apart."""
    low, high = points.min(axis=0), points.max(axis=0)
    centre = np.clip(sample.mean(axis=0, dtype=np.float64), low, high)
    if points.dtype.kind != "f":
        centre = np.rint(centre)
    if points.dtype == np.int64:
        centre = np.clip(np.clip(centre, -(2.0**62), 2.0**62).astype(np.int64), low, high)
    furthest = _length(np.maximum(shift(high, centre), -shift(low, centre)))
    scale = find_scale(furthest)
    basis = _principal_directions(shift(sample, centre) / scale, min(FINE - 1, points.shape[1]))
    return Directions(centre, scale, basis, *_reach(basis, scale, squared))


def _length(vector: Float64[np.ndarray, " dims"]) -> float:
    """The norm of a vector whose entries have squares that no float holds."""
    largest = float(np.abs(vector).max(initial=0.0))
    return largest * float(np.linalg.norm(vector / largest)) if largest > 0 else 0.0


def _principal_directions(
    points: Float64[np.ndarray, "sample dims"], number: int
) -> Float64[np.ndarray, "dims directions"]:
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


def _reach(
    basis: Float64[np.ndarray, "dims directions"], scale: float, squared: Fraction
) -> tuple[np.float32, np.float32]:
    """How far apart the sketches of a pair within the radius can be, as the two looks want it: the bounds above."""
    dims, number = basis.shape
    skew = basis.T @ basis - np.eye(number)
    delta = np.linalg.norm(skew) + number * (dims + 2) * 2.0**-52
    error = 2 * np.sqrt(4 * (dims + number) * np.sqrt(number) * 2.0**-53 + 2 * delta) + 2.0**-23
    radius = np.sqrt(float(min(max(squared, Fraction(0)) / Fraction(scale) ** 2, Fraction(16))))
    furthest = min((np.sqrt(1 + delta + delta**2) * radius + 2 * error) ** 2 * (1 + 2.0**-40), 16.0)
    up = 1 + 2.0**-20  # more than rounding to float32 takes away
    return np.float32((furthest / 2 + 2.0**-18) * up), np.float32(furthest * (1 + 2.0**-17) * up)
