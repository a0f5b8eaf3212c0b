"""Small sets of points, and what is known of them in rational arithmetic."""

from fractions import Fraction
from math import isqrt

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2]])


def point_sets(smallest: int, largest: int):
    """Sets of points on coarse grids, where degenerate ones abound, and of any small floats."""
    shapes = st.tuples(st.integers(smallest, largest), st.integers(1, 4))
    grids = shapes.flatmap(lambda shape: npst.arrays(np.int64, shape, elements=st.integers(0, 3)))
    floats = st.floats(-1, 1, allow_subnormal=False).map(lambda x: 0.0 if abs(x) < 1e-100 else x)
    return grids | shapes.flatmap(lambda shape: npst.arrays(np.float64, shape, elements=floats))


def root(square: Fraction) -> Fraction:
    """The square root where it is rational, so that a tie is a tie; else a little less."""
    fine = 10**120
    return Fraction(isqrt(square.numerator * square.denominator * fine**2), square.denominator * fine)


def squared_distances(points: np.ndarray) -> list[list[Fraction]]:
    """The squared Euclidean distances of every two points, exactly."""
    exact = [[Fraction(x) for x in row] for row in points.tolist()]
    return [[sum(((a - b) ** 2 for a, b in zip(u, v, strict=True)), Fraction(0)) for v in exact] for u in exact]
