"""Sums and products of floats with the error that rounding makes, which is a float as well.

Sources: D. Knuth, "The Art of Computer Programming", vol. 2, 4.2.2, theorem B (TwoSum); T. J. Dekker, "A floating-point
technique for extending the available precision" (1971) for the product.
"""

from motlp.system.compiled import njit


@njit(cache=True, nogil=True)
def two_sum(a, b):
    """a + b rounded, and the error made, which is a float as well."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@njit(cache=True, nogil=True)
def two_product(a, b):
    """a · b rounded, and the error made."""
    a_high, b_high = 134217729.0 * a, 134217729.0 * b  # 2²⁷ + 1 splits 53 bits in two halves
    a_high, b_high = a_high - (a_high - a), b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    product = a * b
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
