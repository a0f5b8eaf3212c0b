"""A few candidates among many, such that together they prove of as many pairs as possible that they are far apart.

The pairs are those of a sample of points and the same points in another order, for some orders. What a candidate proves
of the pairs is a row of bits.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int64, Num, UInt64

from motlp.geometry.instructions import count_bits
from motlp.system.compiled import njit

SAMPLE = 1024  # points
_WORDS = SAMPLE // 64
Sample = Num[np.ndarray, "sample dims"]
Proofs = UInt64[np.ndarray, "candidates words"]


def draw_sample(points: Num[np.ndarray, "points dims"], seed: int) -> Sample:
    """SAMPLE points in random order, some of them perhaps several times."""
    return points[np.random.default_rng(seed).integers(len(points), size=SAMPLE)]


def pack(answers: Bool[np.ndarray, "candidates sample"]) -> UInt64[np.ndarray, "candidates words"]:
    """Answers about the points of a sample as bits."""
    return np.packbits(answers, axis=1, bitorder="little").view(np.uint64)


def prove_pairs(prove: Callable[[Callable[[Any], Any]], Proofs]) -> Proofs:
    """What is proved of all pairs: `prove(turn)` is what is proved of the sample and the turned sample.

    `turn` takes bits, or numbers of the points of the sample in rows. No pair comes twice.
    """

    def turned(shift: int) -> Proofs:
        return prove(lambda row: np.roll(row, shift * row.shape[1] // _WORDS, axis=1))

    return np.concatenate([turned(shift) for shift in range(1, _WORDS // 2)], axis=1)


def choose_cover(proofs: Proofs, number: int) -> Int64[np.ndarray, " chosen"]:
    """At most `number` candidates, the telling ones first: each proves most of the pairs that none before it proves.

    When all is proved that can be, what counts is to prove a pair twice, and so on: so hard pairs matter most.
    """
    return _choose_cover(proofs.copy(), np.empty(min(number, len(proofs)), np.int64))


@njit(cache=True, nogil=True)
def _choose_cover(left, chosen):
    """Fills in `chosen`, and returns how much of it was needed; `left` is used up."""
    times = np.zeros(64 * left.shape[1], np.int64)  # that a pair is proved
    wanted = np.full(left.shape[1], ~np.uint64(0))  # pairs that are proved `least` times at most
    number, least = 0, 0
    while number < len(chosen):
        best, most = 0, np.uint64(0)
        for c in range(len(left)):
            gain = np.uint64(0)
            for w in range(len(wanted)):
                gain += count_bits(left[c, w] & wanted[w])  # type: ignore[call-arg]
            if gain > most:
                best, most = c, gain
        if most:
            chosen[number] = best
            number += 1
            _record(left[best], times)
            left[best] = 0
        elif least > times.max():
            break
        else:
            least += 1
        for w in range(len(wanted)):
            wanted[w] = 0
            for bit in range(64):
                wanted[w] |= np.uint64(times[64 * w + bit] <= least) << np.uint64(bit)
    return chosen[:number]


@njit(cache=True, nogil=True)
def _record(proved, times):
    """Counts the pairs that a candidate proves."""
    for w in range(len(proved)):
        for bit in range(64):
            times[64 * w + bit] += (proved[w] >> np.uint64(bit)) & np.uint64(1)


def share_unproved(proofs: Proofs) -> Float64[np.ndarray, " candidates+1"]:
    """The share of the pairs of which none of the first 0, 1, 2, … candidates proves anything."""
    left = np.ones(len(proofs) + 1)
    proved = np.bitwise_or.accumulate(proofs, axis=0)
    left[1:] -= np.unpackbits(proved.view(np.uint8), axis=1).mean(axis=1)
    return left
