"""Masks for ℓ∞: bits of points of which one may prove that two points are far apart.

A question is a coordinate k and two levels b ≤ a − r, where r is the limit. Of a point x, its high bit says whether
x_k ≥ a, and its low bit whether x_k < b. If the high bit of x and the low bit of y are set, then

    x_k − y_k > a − b ≥ r,

so the pair is farther apart than the limit. Comparisons of numbers are exact in any type that holds both, and b is
rounded down from the exact a − r (among integers, b = a − ⌊r⌋ will do, as x_k − y_k is then an integer above ⌊r⌋).
So no pair within the limit is ever lost.

Which questions tell most is found from a sample: of each coordinate some levels that split the sample well, and of
these a cover of its pairs (see `cover.py`).
"""

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64, Int64, Num

from motlp.geometry.cover import Proofs, Sample, choose_cover, pack, prove_pairs
from motlp.geometry.distance import Points
from motlp.geometry.panels import LANES, Masks, count_panels, in_chunks
from motlp.system.compiled import njit

BITS = 32  # of a word in a panel; a fine word has two of these
LEVELS, OF_A_COORDINATE = 8, 3  # quantiles of a coordinate that are tried as levels; levels of it that are kept
CANDIDATES = 4096  # questions at most of which some are chosen

Levels = Int64[np.ndarray, " questions"] | Float64[np.ndarray, " questions"]


class Questions(NamedTuple):
    """Coordinates and their two levels, the telling ones first."""

    coordinate: Int64[np.ndarray, " questions"]
    high: Levels
    low: Levels

    def screen(self, points: Points, coarse: int) -> Masks:
        """The answers of uint8, int64 or floating points, of which the first `coarse` words come in panels."""
        fine = max(-(-(len(self.high) - BITS * coarse) // (2 * BITS)), 0)
        panels = count_panels(len(points))
        made = Masks(
            np.zeros((panels, coarse, 2, LANES), np.uint32),
            np.full((panels, LANES), ~np.uint32(0)),
            np.zeros((len(points), fine, 2), np.uint64),
        )
        made.empty.reshape(-1)[: len(points)] = 0

        def fill(start: int, stop: int) -> None:
            _answer(points[start:stop], *self, *made.block(start, stop))

        in_chunks(fill, len(points))
        return made


@njit(cache=True, nogil=True)
def _answer(points, coordinate, high, low, coarse, empty, fine):
    """Sets the bits of a block of points."""
    first = BITS * coarse.shape[1]
    for i in range(len(points)):
        panel, lane = i // LANES, i % LANES
        for q in range(len(coordinate)):
            value = points[i, coordinate[q]]
            if q < first:
                bit = np.uint32(np.uint32(value >= high[q]) << np.uint32(q % BITS))
                coarse[panel, q // BITS, 0, lane] |= bit
                bit = np.uint32(np.uint32(value < low[q]) << np.uint32(q % BITS))
                coarse[panel, q // BITS, 1, lane] |= bit
            else:
                word, place = (q - first) // (2 * BITS), np.uint64((q - first) % (2 * BITS))
                fine[i, word, 0] |= np.uint64(value >= high[q]) << place
                fine[i, word, 1] |= np.uint64(value < low[q]) << place


def find_questions(sample: Sample, limit: Fraction, number: int) -> Questions:
    """At most `number` questions that tell apart the points of a sample (see `cover.py`)."""
    candidates = _find_levels(sample, limit)
    chosen = choose_cover(prove(candidates, sample), number)
    return Questions(*(part[chosen] for part in candidates))


def prove(questions: Questions, sample: Sample) -> Proofs:
    """What each question proves of the pairs of a sample."""
    values = sample.T[questions.coordinate]
    above, below = pack(values >= questions.high[:, None]), pack(values < questions.low[:, None])
    return prove_pairs(lambda turn: (above & turn(below)) | (below & turn(above)))


def _find_levels(sample: Sample, limit: Fraction) -> Questions:
    """The candidates: of each coordinate those levels that most pairs of the sample lie on both sides of."""
    number, dims = sample.shape
    levels = min(max(number // dims, LEVELS), number // 4)
    columns = np.sort(np.ascontiguousarray(sample.T), axis=1)
    high, reach = _place_levels(columns[:, np.linspace(0, number - 1, levels).astype(int)], limit)
    above, below = (
        np.stack([np.searchsorted(*pair) for pair in zip(columns, level, strict=True)])
        for level in (high, high - reach)
    )
    scores, every, found = (number - above) * below, np.arange(dims), []
    for _ in range(max(levels // 2, OF_A_COORDINATE)):
        best = scores.argmax(axis=1)
        found.append((scores[every, best], every, high[every, best]))
        scores[np.abs(above - above[every, best][:, None]) < number // levels] = 0  # too much alike
    score, coordinate, upper = (np.concatenate(part) for part in zip(*found, strict=True))
    telling = np.argsort(-score, kind="stable")[:CANDIDATES]
    telling = telling[score[telling] > 0]
    return Questions(coordinate[telling], upper[telling], _lower(upper[telling], limit))


def _place_levels(ends: Num[np.ndarray, "dims ends"], limit: Fraction) -> tuple[Num[np.ndarray, "dims levels"], Any]:
    """Upper levels, such that the quantiles are upper or lower ones; and how much lower the lower ones are, about."""
    if ends.dtype.kind == "f":
        ends, real = ends.astype(np.float64), float(limit)
        return np.concatenate([ends, ends + real], axis=1), real
    ends, reach = ends.astype(np.int64), np.int64(limit.__floor__())
    least, most = np.iinfo(np.int64).min + reach, np.iinfo(np.int64).max - reach  # no lower or upper level overflows
    return np.concatenate([np.maximum(ends, least), np.minimum(ends, most - 1) + reach + 1], axis=1), reach


def _lower(high: Levels, limit: Fraction) -> Levels:
    """The lower levels: at least the limit below the upper ones, rounded down; ⌊limit⌋ below among integers."""
    if high.dtype.kind != "f":
        return high - limit.__floor__()
    exact = [Fraction(level) - limit for level in high.tolist()]
    low = np.array([float(level) for level in exact])
    above = [Fraction(level) > true for level, true in zip(low.tolist(), exact, strict=True)]
    return np.where(above, np.nextafter(low, -np.inf), low)
