"""The greedy cover of pairs, against one that is chosen step by step."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.geometry.cover import SAMPLE, choose_cover, pack, prove_pairs, share_unproved

proofs = st.tuples(st.integers(0, 8), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.uint64, shape, elements=st.integers(0, 7) | st.integers(0, 2**64 - 1))
)


def bits(rows):
    return np.unpackbits(rows.view(np.uint8), axis=-1).astype(bool)


@given(proofs, st.integers(0, 9))
def test_each_proves_most_of_what_is_proved_least(rows, number):
    chosen = choose_cover(rows, number).tolist()
    truth = bits(rows)
    assert len(set(chosen)) == len(chosen) <= number
    left, times, least = set(range(len(rows))), np.zeros(truth.shape[1], int), 0
    for candidate in chosen:
        while not max(int(truth[c, times <= least].sum()) for c in left):
            least += 1
        gains = {c: int(truth[c, times <= least].sum()) for c in left}
        assert gains[candidate] == max(gains.values()) > 0
        left.remove(candidate)
        times += truth[candidate]
    if len(chosen) < min(number, len(rows)):
        assert not truth[list(left)].any()


@given(proofs)
def test_what_is_left_unproved(rows):
    shares = share_unproved(rows)
    truth = bits(rows)
    assert shares[0] == 1
    for count in range(1, len(rows) + 1):
        assert abs(shares[count] - (~truth[:count].any(axis=0)).mean()) < 1e-12


def test_no_pair_of_points_comes_twice():
    names = np.arange(SAMPLE)[None]
    met = set()

    def record(turn):
        met.update((min(pair), max(pair)) for pair in zip(names[0].tolist(), turn(names)[0].tolist(), strict=True))
        return pack(np.zeros((1, SAMPLE), bool))

    pairs = 64 * prove_pairs(record).shape[1]
    assert len(met) == pairs
    assert all(one != other for one, other in met)
