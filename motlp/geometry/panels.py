"""What lets most pairs of points be discarded unseen, side by side in panels as the comparisons want it.

A screen holds a few numbers or bits of each point. It never tells two points apart that are within the limit it was
made for: `Sketch` holds numbers that do not exaggerate a distance, `Masks` answers to questions of which one may prove
that two points are far apart. The `coarse` part is for a first look at all pairs, the `fine` one for a second look at
what is left. Its `block` is the part of some of the points.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Float64, UInt32, UInt64

from motlp.geometry.distance import Points
from motlp.system.threads import thread_count

LANES = 16  # points side by side in a panel
ROWS = 8  # points compared with a panel at a time
FINE = 64  # numbers of a sketch for the second look
_CHUNK = 1024  # points filled in at a time


class Sketch(NamedTuple):
    """Numbers of points: `coarse` in panels of 16 points, and `fine`.

    For l2, `half` is half the square of a point's coarse part, else 0. It is infinite for no point. No two points
    within the limit are farther apart than `coarse_reach` and `fine_reach`, as the comparisons want these.
    """

    coarse: Float32[np.ndarray, "panels coarse 16"]
    half: Float32[np.ndarray, "panels 16"]
    fine: Float32[np.ndarray, "points 64"]
    coarse_reach: np.float32
    fine_reach: np.float32

    def block(self, start: int, stop: int) -> "Sketch":
        """The part of the points from `start`, a multiple of 16, to `stop`."""
        panels = slice(start // LANES, -(-stop // LANES))
        return self._replace(coarse=self.coarse[panels], half=self.half[panels], fine=self.fine[start:stop])


class Masks(NamedTuple):
    """Bits of points, high and low ones: `coarse` in panels of 16 points, and `fine`.

    Two points are far apart if a bit is among the high ones of one point and among the low ones of the other. All bits
    of `empty` are set for no point.
    """

    coarse: UInt32[np.ndarray, "panels words 2 16"]
    empty: UInt32[np.ndarray, "panels 16"]
    fine: UInt64[np.ndarray, "points words 2"]

    def block(self, start: int, stop: int) -> "Masks":
        """The part of the points from `start`, a multiple of 16, to `stop`."""
        panels = slice(start // LANES, -(-stop // LANES))
        return Masks(self.coarse[panels], self.empty[panels], self.fine[start:stop])


Screen = Sketch | Masks


class Numbers(NamedTuple):
    """The numbers of some points, before they are put into panels."""

    coarse: Float[np.ndarray, "points coarse"]
    half: Float64[np.ndarray, " points"]
    fine: Float64[np.ndarray, "points fine"]


def make_sketch(
    points: Points, project: Callable[[Points], Numbers], coarse_reach: np.float32, fine_reach: np.float32
) -> Sketch:
    """The sketch of points, some of them projected at a time by every thread."""
    few = project(points[:1])
    assert few.coarse.shape[1] > 0  # a comparison looks at one number at least
    assert np.isfinite([coarse_reach, fine_reach]).all()  # or no pair at all would be within reach
    panels = count_panels(len(points))
    made = Sketch(
        np.zeros((panels, few.coarse.shape[1], LANES), np.float32),
        np.full((panels, LANES), np.inf, np.float32),
        np.zeros((len(points), FINE), np.float32),
        coarse_reach,
        fine_reach,
    )

    def fill(start: int, stop: int) -> None:
        block, numbers = made.block(start, stop), project(points[start:stop])
        padded = np.zeros((len(block.coarse) * LANES, few.coarse.shape[1]), np.float32)
        padded[: stop - start] = numbers.coarse
        block.coarse[:] = padded.reshape(len(block.coarse), LANES, -1).transpose(0, 2, 1)
        block.half.reshape(-1)[: stop - start] = numbers.half
        block.fine[:, : few.fine.shape[1]] = numbers.fine

    in_chunks(fill, len(points))
    return made


def in_chunks(fill: Callable[[int, int], None], number: int) -> None:
    """Fill in the parts of so many points, some points at a time, by every thread."""
    starts = range(0, number, _CHUNK)
    with ThreadPoolExecutor(thread_count()) as pool:
        list(pool.map(fill, starts, [min(start + _CHUNK, number) for start in starts]))


def count_panels(number: int) -> int:
    """The panels of so many points."""
    return -(-number // LANES)
