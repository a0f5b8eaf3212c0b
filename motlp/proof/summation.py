"""Sums of floats without a rounding error.

A float is a whole number times a power of two, so floats of one exponent are added as whole numbers, and the sums of
all exponents as one fraction. Where as many sums are wanted as there are points, each is kept as the unevaluated sum
of two floats: the rounding error of an addition is itself a float, which six operations find. Source: D. Knuth, "The
Art of Computer Programming", vol. 2, 4.2.2, theorem B (TwoSum).
"""

from fractions import Fraction

import numpy as np
from jaxtyping import Float64

from motlp.geometry.error_free import two_sum
from motlp.problem.hypergraph import Hypergraph
from motlp.system.compiled import njit

FRACTION_BITS = 52  # of a float, below the leading one
HALF = 26  # bits of the lower half of a whole number; sums of so many halves as memory holds fit into 64 bits
SMALLEST_EXPONENT = -1074  # of two: every float is a multiple of that power


def exact_sum(values: Float64[np.ndarray, " _"]) -> Fraction:
    """The sum of finite floats of any sign."""
    high, low = np.zeros(2048, np.int64), np.zeros(2048, np.int64)
    _tally(np.ascontiguousarray(values).view(np.int64), high, low)
    total = 0
    for exponent in np.flatnonzero(high | low).tolist():
        total += ((int(high[exponent]) << HALF) + int(low[exponent])) << (exponent - 1)
    return Fraction(total, 1 << -SMALLEST_EXPONENT)


def shortfall(
    hypergraph: Hypergraph, plan: Float64[np.ndarray, " interactions"], mass: Float64[np.ndarray, " points"]
) -> Fraction:
    """Σ_v max(0, m_v − Σ_{A∋v} π_A) for a plan π ≥ 0 and masses m.

    It is exact where two floats hold the sum of every point, some thirty decimal digits; what they cannot hold
    counts as missing.
    """
    high, low, lost = -mass, np.zeros(len(mass)), np.zeros(len(mass))
    start = 0
    for rows in hypergraph.members:
        _cover(rows, plan[start : start + len(rows)], high, low, lost)
        start += len(rows)
    high, low = two_sum(high, low)  # now `high` has the sign of the sum
    short = high < 0
    perhaps = high <= 2 * lost
    return exact_sum(lost[perhaps]) - exact_sum(high[short]) - exact_sum(low[short])


@njit(cache=True, nogil=True)
def _tally(bits, high, low):
    """Adds the floats with these bits up by exponent, the upper and the lower halves of their digits apart."""
    for b in bits:
        exponent = (b >> FRACTION_BITS) & 2047
        digits = b & ((1 << FRACTION_BITS) - 1)
        if exponent == 0:
            exponent = 1  # and no leading one
        else:
            digits |= 1 << FRACTION_BITS
        if b < 0:
            digits = -digits
        high[exponent] += digits >> HALF
        low[exponent] += digits & ((1 << HALF) - 1)


@njit(cache=True, nogil=True)
def _cover(members, plan, high, low, lost):
    """Adds to each point, in two floats, what its interactions have; `lost` is at least what these cannot hold."""
    for a in range(len(members)):
        if plan[a] > 0.0:
            for v in members[a]:
                high[v], rest = two_sum(high[v], plan[a])
                if rest != 0.0:
                    low[v], rest = two_sum(low[v], rest)
                    if rest != 0.0:
                        lost[v] = (lost[v] + abs(rest)) * (1.0 + 2.0**-50)
