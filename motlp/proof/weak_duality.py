"""From any multipliers, a proved bound on the optimum of a linear program.

For max cᵀx + c₀ over row_lower ≤ Ax ≤ row_upper, l ≤ x ≤ u, let y be any numbers, one for each row, and r = c − Aᵀy.
Then every feasible x has

    cᵀx + c₀  =  c₀ + yᵀAx + rᵀx
              ≤  c₀ + Σ_i max{ y_i z : row_lower_i ≤ z ≤ row_upper_i } + Σ_j max{ r_j z : l_j ≤ z ≤ u_j }.

So nothing has to be believed of the solver; with the multipliers of an optimum, the bound is the optimum. It is
infinite where y_i or r_j points at a side without a bound. Therefore y_i counts as 0 where its side is infinite;
columns get the bounds that the rows imply; and where r_j still has the wrong sign at a column without a bound, y is
shrunk until no such r_j has. Source: A. Neumaier, O. Shcherbina, "Safe bounds in linear and mixed-integer linear
programming" (2004).

All is rounded outwards: r is computed in floats with an a-priori bound on its error, as in `motlp.proof.bounds`; the
products are rounded up, each by one float; and they are added without rounding.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf
from sys import float_info

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float64

from motlp.problem.linear_form import LinearForm
from motlp.proof.bounds import FEW, UNIT_ROUNDOFF
from motlp.proof.decimals import float_above
from motlp.proof.implied_bounds import SMALLEST, tighten_columns
from motlp.proof.summation import exact_sum

MARGIN = 4.0  # times the error of r; a shrunken y still has the right signs when all its errors are added


def bound_optimum(form: LinearForm) -> float | None:
    """What the multipliers prove of the optimum: a maximum is at most this number, and a minimum at least.

    It holds whatever the multipliers are. The best is taken of the bounds that they prove, that those of the other
    sign prove, and that the bounds of the columns prove alone. The program is the one of the given floats. An optimum
    that does not exist, as nothing is feasible, counts as −∞ of a maximum and as ∞ of a minimum.

    Returns:
        The bound, in units of the objective; None where none of these is finite, or some coefficient is not.
    """
    if not all(np.isfinite(values).all() for values in (form.cost, form.constant, form.matrix.data)):
        return None
    program = prepare(form)
    proved = [value for y in candidates(program) if (value := prove(program, y)) is not None]
    if not proved or abs(min(proved)) > float_info.max:
        return None
    least = float_above(min(proved))
    return least if form.sense == "max" else 0.0 - least


def prepare(form: LinearForm) -> LinearForm:
    """The program as a maximum, with the bounds of columns that its rows imply, and without zeros in its matrix."""
    if form.sense == "min":
        form = replace(form, sense="max", cost=-form.cost, constant=-form.constant, multipliers=-form.multipliers)
    matrix = sp.csc_array(form.matrix, dtype=np.float64, copy=True)
    matrix.eliminate_zeros()
    row_lower, column_lower = (drop_infinite(side, -inf) for side in (form.row_lower, form.column_lower))
    row_upper, column_upper = (drop_infinite(side, inf) for side in (form.row_upper, form.column_upper))
    lower, upper = tighten_columns(matrix, row_lower, row_upper, column_lower, column_upper)
    return replace(
        form, matrix=matrix, row_lower=row_lower, row_upper=row_upper, column_lower=lower, column_upper=upper
    )


def drop_infinite(sides: Float64[np.ndarray, " _"], none: float) -> Float64[np.ndarray, " _"]:
    """The sides, and no bound where one is not finite."""
    return np.where(np.isfinite(sides), sides, none)


def candidates(program: LinearForm) -> Iterator[Float64[np.ndarray, " rows"]]:
    """The multipliers to try; a solver that stops early may leave them with the other sign."""
    yield np.zeros(len(program.multipliers))
    for given in (program.multipliers, -program.multipliers):
        y = np.where(np.isfinite(given), given, 0.0)
        y[(y > 0) & np.isinf(program.row_upper) | (y < 0) & np.isinf(program.row_lower)] = 0.0
        if y.any():
            yield y
            scale = find_scale(program, y)
            if scale < 1.0:
                yield y * scale


def find_scale(program: LinearForm, y: Float64[np.ndarray, " rows"]) -> float:
    """The largest θ ≤ 1 for which c − θAᵀy has the right sign at columns without a bound; 1 where there is none."""
    residual, error = reduce_costs(program, y)
    no_upper, no_lower = np.isinf(program.column_upper), np.isinf(program.column_lower)
    with np.errstate(all="ignore"):
        gained = program.cost - residual
        gained = np.concatenate([gained[no_upper], -gained[no_lower]])
        wanted = np.concatenate([program.cost[no_upper], -program.cost[no_lower]])
        wanted += MARGIN * np.concatenate([error[no_upper], error[no_lower]])
        # θ × gained ≥ wanted: a ceiling where both are negative, a floor where both are positive.
        ratio = wanted / gained
        scale = float(min(1.0, np.min(ratio[gained < 0], initial=1.0)))
        floor = np.max(np.where(gained > 0, ratio, inf)[wanted > 0], initial=0.0)
    return scale if max(floor, 0.0) <= scale else 1.0


def reduce_costs(
    program: LinearForm, y: Float64[np.ndarray, " rows"]
) -> tuple[Float64[np.ndarray, " columns"], Float64[np.ndarray, " columns"]]:
    """c − Aᵀy, and a bound on its error: n products with a sum of n + 1 terms lose (n + 1)u of Σ|terms| at most."""
    transposed = program.matrix.T
    terms = abs(transposed).sign() @ (y != 0).astype(np.float64)
    with np.errstate(all="ignore"):
        residual = program.cost - transposed @ y
        size = np.abs(program.cost) + abs(transposed) @ np.abs(y)
        error = (terms + FEW) * (UNIT_ROUNDOFF * size + SMALLEST)
    return residual, np.where(terms > 0, error, 0.0)


def prove(program: LinearForm, y: Float64[np.ndarray, " rows"]) -> Fraction | None:
    """The bound on the maximum that y proves, exactly or a little more; None if it is not finite."""
    residual, error = reduce_costs(program, y)
    if not (np.isfinite(residual).all() and np.isfinite(error).all()):  # huge multipliers
        return None
    with np.errstate(all="ignore"):
        # The most of r_j x_j is convex in r_j: it is largest at an end of the interval in which r_j lies.
        ends = [np.where(error > 0, np.nextafter(residual + s * error, s * inf), residual) for s in (-1.0, 1.0)]
        low, high = (most(end, program.column_lower, program.column_upper) for end in ends)
        terms = np.concatenate([most(y, program.row_lower, program.row_upper), np.maximum(low, high)])
    if not np.isfinite(terms).all():
        return None
    return exact_sum(terms) + Fraction(program.constant)


def most(
    factors: Float64[np.ndarray, " _"], lower: Float64[np.ndarray, " _"], upper: Float64[np.ndarray, " _"]
) -> Float64[np.ndarray, " _"]:
    """The most of factor × x over lower ≤ x ≤ upper, rounded up; not finite where there is no most."""
    sides = np.where(factors > 0, upper, lower)
    products = np.nextafter(factors * sides, inf)
    return np.where((factors == 0) | (sides == 0), 0.0, products)
