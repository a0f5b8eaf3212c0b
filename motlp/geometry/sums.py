"""Sketches for ℓ1: sums over blocks of coordinates, which never exaggerate a distance.

Let the blocks B cut the coordinates into parts. Then Σ_B |Σ_{k∈B} (x_k − x'_k)| ≤ ‖x − x'‖₁. Little is lost where the
coordinates of a block go up and down together, so the blocks are made by cutting all coordinates in two again and
again, across the direction in which they differ most among the points of a sample (principal direction divisive
partitioning, Boley 1998). Where there are many, the coarse blocks consist of two fine ones each.

Why rounding never discards a true pair. The points are shifted and scaled by a power of two to ‖u‖₁ ≤ 1. The sums of u
in float64 are off by (d + 2) 2⁻⁵³ in all, and their rounding to float32 adds 2⁻²⁴ of what they add up to: together less
than η = 2⁻²³ + d 2⁻⁵². So a pair within r has sums with Σ_B |z_B − z'_B| ≤ r + 2η, and this sum of at most 64 terms in
float32, in any order, is off by less than a factor of 1 + 2⁻¹⁷.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int64, Num

from motlp.geometry.cover import Sample
from motlp.geometry.distance import Points
from motlp.geometry.panels import FINE, Numbers, Sketch, make_sketch
from motlp.geometry.shifted import find_middle, find_scale, shift

COARSE = 32  # blocks at most for a first look at all pairs, a power of two
_STEPS = 8  # of the power iteration that finds a direction
_SAMPLE = 512  # points that the blocks are found from


class Blocks(NamedTuple):
    """Coordinates in an order in which blocks stand together, where each begins; shift, scale and reach."""

    order: Int64[np.ndarray, " dims"]
    starts: Int64[np.ndarray, " blocks"]
    centre: Num[np.ndarray, " dims"]
    scale: float
    reach: np.float32

    def screen(self, points: Points) -> Sketch:
        """The sketches of uint8, int64 or floating points."""
        return make_sketch(points, self._project, self.reach, self.reach)

    def _project(self, block: Points) -> Numbers:
        shifted = shift(block, self.centre) / self.scale
        fine = np.add.reduceat(shifted[:, self.order], self.starts, axis=1)
        few = fine.shape[1] <= COARSE
        coarse = fine if few else np.add.reduceat(fine, np.arange(0, fine.shape[1], 2), axis=1)
        return Numbers(coarse, np.zeros(len(block)), fine)


def find_blocks(points: Points, sample: Sample, limit: Fraction) -> Blocks:
    """Blocks of coordinates that go up and down together among the points of a sample."""
    centre, widths = find_middle(points)
    scale = find_scale(widths.sum())
    radius = float(min(max(limit, Fraction(0)) / Fraction(scale), Fraction(4)))
    reach = np.float32((radius + 2.0**-22 + points.shape[1] * 2.0**-51) * (1 + 2.0**-16))
    parts = [np.arange(points.shape[1])]
    some = shift(sample[:_SAMPLE], centre) / scale
    columns = (some - some.mean(axis=0)).T
    for _ in range(FINE.bit_length() - 1):
        parts = [half for part in parts for half in _halve(part, columns)]
    starts = np.cumsum([0] + [len(part) for part in parts[:-1]])
    return Blocks(np.concatenate(parts), starts, centre, scale, reach)


def _halve(
    part: Int64[np.ndarray, " part"], columns: Float64[np.ndarray, "dims sample"]
) -> list[Int64[np.ndarray, " half"]]:
    """The coordinates of a block in two blocks that vary about equally much; one block of a single coordinate."""
    if len(part) < 2:
        return [part]
    values = columns[part]
    different = values - values.mean(axis=0)
    direction = different[np.abs(different).sum(axis=1).argmax()]
    for _ in range(_STEPS):
        direction = different.T @ (different @ direction)
        direction = direction / max(np.abs(direction).max(), 1e-300)
    by_place = np.argsort(different @ direction, kind="stable")
    weight = np.cumsum(np.abs(values).sum(axis=1)[by_place])
    middle = int(np.searchsorted(weight, weight[-1] / 2)) + 1
    cut = min(max(middle, 1), len(part) - 1)
    return [part[by_place[:cut]], part[by_place[cut:]]]
