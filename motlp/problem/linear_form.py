"""A linear program in general form, as plain arrays, and what a solver gave for its rows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float64

Sense = Literal["min", "max"]


@dataclass(frozen=True, eq=False)
class LinearForm:
    """min or max costᵀx + constant  s.t.  row_lower ≤ matrix x ≤ row_upper,  column_lower ≤ x ≤ column_upper.

    Bounds may be infinite; an equation has two that are equal.

    Attributes:
        multipliers: of the rows, any numbers. Those of an optimum say how fast it grows with the sides of the rows.
    """

    sense: Sense
    cost: Float64[np.ndarray, " columns"]
    constant: float
    matrix: sp.csc_array
    row_lower: Float64[np.ndarray, " rows"]
    row_upper: Float64[np.ndarray, " rows"]
    column_lower: Float64[np.ndarray, " columns"]
    column_upper: Float64[np.ndarray, " columns"]
    multipliers: Float64[np.ndarray, " rows"]
