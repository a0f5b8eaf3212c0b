"""Which screen suits the points: what each would leave of the pairs of a sample, and what that costs.

The costs are rough times of one pair in nanoseconds. A wrong choice costs time only, never a pair.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from jaxtyping import Float64

from motlp.geometry import coordinates, masks
from motlp.geometry.cover import Sample, draw_sample, share_unproved
from motlp.geometry.directions import find_directions
from motlp.geometry.distance import Norm, Points
from motlp.geometry.panels import Screen
from motlp.geometry.sums import find_blocks

STEP = 0.1  # of one number, or word, at the first look
AGAIN, EXACT, EXACT_COORDINATE = 30, 30, 0.1  # of a second look, and of an exact distance
CHEAP = 0.5  # nothing is much cheaper
WORDS, NUMBERS = (1, 2, 4, 6, 8), (1, 2, 4, 8, 16, 32)  # of a point for the first look
MORE_WORDS, MORE_NUMBERS = 32, 32  # for a second look


def choose_screen(points: Points, limit: Fraction, norm: Norm) -> Screen | None:
    """A screen of points that are `comparable`, or None where it is best to look at all pairs one by one."""
    if not len(points) or not points.shape[1] or limit < 0:
        return None
    sample, other = (draw_sample(points, seed) for seed in range(2))
    with np.errstate(over="ignore"):  # of means and levels, which are no good then, and do no harm
        if norm == "l2":
            return find_directions(points, sample, limit).screen(points)
        if norm == "l1":
            return find_blocks(points, sample, limit).screen(points)
        return _choose_for_linf(points, sample, other, limit)


def _choose_for_linf(points: Points, sample: Sample, other: Sample, limit: Fraction) -> Screen | None:
    """Masks, or some coordinates, or none of both."""
    if limit >= Fraction(points.max().item()) - Fraction(points.min().item()):
        return None
    exact = EXACT + EXACT_COORDINATE * points.shape[1]
    for words in (0, MORE_WORDS):
        questions = masks.find_questions(sample, limit, masks.BITS * (WORDS[-1] + words))
        by_masks, length = _cheapest(share_unproved(masks.prove(questions, other)), WORDS, masks.BITS, exact)
        if by_masks < CHEAP:
            return questions.screen(points, length)
    some = coordinates.find_coordinates(points, sample, limit, NUMBERS[-1] + MORE_NUMBERS)
    by_numbers, numbers = _cheapest(share_unproved(coordinates.prove(some, other)), NUMBERS, 1, exact)
    if min(by_masks, by_numbers) > exact:
        return None
    return questions.screen(points, length) if by_masks <= by_numbers else some.screen(points, numbers)


def _cheapest(left: Float64[np.ndarray, " _"], lengths: Sequence[int], bits: int, exact: float) -> tuple[float, int]:
    """The least cost of a screen, and the length of its first look, where `left` is left by so many candidates."""

    def after(candidates: int) -> float:
        return float(left[min(candidates, len(left) - 1)])

    costs = {length: STEP * length + AGAIN * after(bits * length) + exact * after(len(left) - 1) for length in lengths}
    best = min(costs, key=costs.__getitem__)
    return costs[best], best
