"""Points shifted and scaled by a power of two, so that sketches of them are of size 1 at most."""

import numpy as np
from jaxtyping import Float64, Num

from motlp.geometry.distance import Points

Centre = Num[np.ndarray, " dims"]


def shift(points: Num[np.ndarray, "..."], centre: Centre) -> Float64[np.ndarray, "..."]:
    """The points with the centre at zero, off by a relative error of 2⁻⁵³."""
    return np.subtract(points, centre).astype(np.float64, copy=False)


def find_middle(points: Points) -> tuple[Centre, Float64[np.ndarray, " dims"]]:
    """About the middle of the points in each coordinate, and how far from it they are at most."""
    low, high = points.min(axis=0), points.max(axis=0)
    centre = low // 2 + high // 2 if points.dtype == np.int64 else low / 2.0 + high / np.float64(2)
    return centre, np.maximum(shift(high, centre), -shift(low, centre))


def find_scale(furthest: float) -> float:
    """A power of two above the size of shifted points, which may have been rounded."""
    return 2.0 ** np.ceil(np.log2(max(furthest, 1e-300) * 1.001))
