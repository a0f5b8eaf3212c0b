"""Tiny linear programs at random, and their optimum in rational arithmetic, from all vertices."""

from fractions import Fraction
from itertools import combinations
from math import inf

import numpy as np
import scipy.sparse as sp
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.brute import dot, solve_linear

from motlp.problem.linear_form import LinearForm

FAR = 1000  # stands for a bound that is infinite
Row = tuple[list[Fraction], Fraction]  # coefficients and the most that the row can be


def optimum(form: LinearForm) -> Fraction | None:
    """The optimum, where the variables stay between ∓FAR; None where nothing is feasible.

    It is attained in a vertex, where as many rows and bounds as there are columns are equations.
    """
    sign = 1 if form.sense == "max" else -1
    rows = list_rows(form)
    best = None
    for tight in combinations(rows, len(form.cost)):
        x = solve_linear([row for row, _ in tight], [side for _, side in tight])
        if x is not None and all(dot(row, x) <= side for row, side in rows):
            value = sign * (dot([Fraction(c) for c in form.cost.tolist()], x) + Fraction(form.constant))
            best = value if best is None else max(best, value)
    return None if best is None else sign * best


def list_rows(form: LinearForm) -> list[Row]:
    """All rows and bounds as Σ a x ≤ b, exactly."""
    columns = len(form.cost)
    lower = np.concatenate([form.row_lower, np.maximum(form.column_lower, -FAR)])
    upper = np.concatenate([form.row_upper, np.minimum(form.column_upper, FAR)])
    matrix = np.vstack([form.matrix.toarray(), np.eye(columns)])
    rows = []
    for row, least, greatest in zip(matrix.tolist(), lower.tolist(), upper.tolist(), strict=True):
        exact = [Fraction(a) for a in row]
        if greatest < inf:
            rows.append((exact, Fraction(greatest)))
        if least > -inf:
            rows.append(([-a for a in exact], -Fraction(least)))
    return rows


def holds(form: LinearForm, bound: float | None) -> bool:
    """Whether a bound is on the right side of the optimum, exactly."""
    value = optimum(form)
    if bound is None or value is None:
        return True
    return Fraction(bound) >= value if form.sense == "max" else Fraction(bound) <= value


# Numbers whose sums and products round, cancel or are exact.
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 0.1, -0.3, 1 / 3, 0.5, 2.0, -2.5, 1e-9, 7.0, 1e-200, 123456.7])


@st.composite
def programs(draw, columns=(1, 3), rows=(1, 3)) -> LinearForm:
    """Any of them: with bounds or without, with equations, without a feasible point."""
    m, n = draw(st.integers(*rows)), draw(st.integers(*columns))
    sides = np.sort(draw(npst.arrays(np.float64, (m, 2), elements=NUMBERS)), axis=1)
    limits = np.sort(draw(npst.arrays(np.float64, (n, 2), elements=NUMBERS)), axis=1)
    for pairs in (sides, limits):
        free = draw(npst.arrays(np.bool_, pairs.shape))
        pairs[free[:, 0], 0], pairs[free[:, 1], 1] = -inf, inf
    return LinearForm(
        sense=draw(st.sampled_from(["min", "max"])),
        cost=draw(npst.arrays(np.float64, n, elements=NUMBERS)),
        constant=draw(NUMBERS),
        matrix=sp.csc_array(draw(npst.arrays(np.float64, (m, n), elements=NUMBERS))),
        row_lower=sides[:, 0].copy(),
        row_upper=sides[:, 1].copy(),
        column_lower=limits[:, 0].copy(),
        column_upper=limits[:, 1].copy(),
        multipliers=np.zeros(m),
    )
