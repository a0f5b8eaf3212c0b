"""Sketches for ℓ∞: a few of the coordinates, those that tell most pairs apart.

No coordinate of x − x' exceeds ‖x − x'‖∞. The points are shifted and scaled by a power of two to numbers of size 1 at
most: off by 2⁻⁵³ in float64, and by 2⁻²⁴ more in float32, together by less than η = 2⁻²³. So a pair within r has
numbers that differ by r + 2η at most, and by a factor of 1 + 2⁻²⁴ more where the difference is rounded.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64, Num

from motlp.geometry.cover import Proofs, Sample, choose_cover, pack, prove_pairs
from motlp.geometry.distance import Points
from motlp.geometry.panels import Numbers, Sketch, make_sketch
from motlp.geometry.shifted import find_middle, find_scale, shift


class Coordinates(NamedTuple):
    """Some coordinates, the telling ones first, how they are shifted and scaled, and how far sketches reach."""

    chosen: Int64[np.ndarray, " chosen"]
    centre: Num[np.ndarray, " chosen"]
    scale: float
    reach: np.float32

    def screen(self, points: Points, coarse: int) -> Sketch:
        """The sketches of uint8, int64 or floating points, `coarse` numbers for the first look."""

        def project(block: Points) -> Numbers:
            numbers = self.numbers(block)
            return Numbers(numbers[:, :coarse], np.zeros(len(block)), numbers)

        return make_sketch(points, project, self.reach, self.reach)

    def numbers(self, points: Points) -> Float32[np.ndarray, "points chosen"]:
        """The coordinates of some points."""
        return (shift(points[:, self.chosen], self.centre) / self.scale).astype(np.float32)


def find_coordinates(points: Points, sample: Sample, limit: Fraction, number: int) -> Coordinates:
    """At most `number` coordinates that tell apart the points of a sample (see `cover.py`), one at least."""
    centre, widths = find_middle(points)
    scale = find_scale(widths.max(initial=0.0))
    radius = float(min(max(limit, Fraction(0)) / Fraction(scale), Fraction(4)))
    reach = np.float32((radius + 2.0**-22) * (1 + 2.0**-20))
    every = Coordinates(np.arange(points.shape[1]), centre, scale, reach)
    chosen = choose_cover(prove(every, sample), number)
    chosen = chosen if len(chosen) else every.chosen[:1]
    return every._replace(chosen=chosen, centre=centre[chosen])


def prove(coordinates: Coordinates, sample: Sample) -> Proofs:
    """What each coordinate proves of the pairs of a sample."""
    numbers = np.ascontiguousarray(coordinates.numbers(sample).T)
    return prove_pairs(lambda turn: pack(np.abs(numbers - turn(numbers)) > coordinates.reach))
