"""Masks: a bit proves what it says, however the levels were rounded."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from motlp.geometry.cover import SAMPLE, draw_sample
from motlp.geometry.masks import BITS, find_questions

sizes = st.floats(1e-3, 1e3) | st.sampled_from([1 / 3, 0.1, 1.0, 1e-3])


@given(st.lists(sizes, min_size=2, max_size=6), st.fractions(Fraction(1, 10**6), 10) | sizes.map(Fraction))
def test_levels_of_floats_are_at_least_the_limit_apart(values, limit):
    """Also where the limit itself is no float, and far larger than the lower level."""
    grid = np.array([*values, *(value + float(limit) for value in values)])
    questions = find_questions(draw_sample(grid[:, None], 0), limit, 4 * BITS)
    for high, low in zip(questions.high.tolist(), questions.low.tolist(), strict=True):
        assert Fraction(high) - Fraction(low) >= limit
        assert Fraction(high) - Fraction(np.nextafter(low, np.inf)) < limit  # and no further than it must be


def test_levels_of_integers_are_the_whole_limit_apart():
    ends = np.array([-(2**62), -(2**62) + 1, 0, 2**62 - 2, 2**62 - 1])[:, None]
    for limit in (Fraction(0), Fraction(1, 2), Fraction(7, 2), Fraction(2**63 - 3)):
        questions = find_questions(draw_sample(ends, 0), limit, 4 * BITS)
        assert len(questions.high)
        for high, low in zip(questions.high.tolist(), questions.low.tolist(), strict=True):
            assert high - low == limit.__floor__()


def test_bits_are_the_answers():
    random = np.random.default_rng(0)
    points = random.integers(0, 256, (100, 20)).astype(np.uint8)
    questions = find_questions(draw_sample(points, 0), Fraction(60), 5 * BITS)
    number = len(questions.high)
    made = questions.screen(points, 2)
    assert made.coarse.shape == (7, 2, 2, 16)
    assert made.fine.shape == (100, -(-(number - 2 * BITS) // 64), 2)
    values = points[:, questions.coordinate].astype(int)
    for side, answers in enumerate((values >= questions.high, values < questions.low)):
        coarse = made.coarse[:, :, side].transpose(0, 2, 1).reshape(-1, 2)[:100]
        fine = made.fine[:, :, side]
        for q in range(number):
            word, bit = (coarse, q) if q < 2 * BITS else (fine, q - 2 * BITS)
            width = 8 * word.itemsize
            assert np.array_equal((word[:, bit // width] >> bit % width) & 1, answers[:, q])
    assert not made.empty.reshape(-1)[:100].any()
    assert (made.empty.reshape(-1)[100:] == 2**32 - 1).all()


def test_a_sample_holds_as_many_points_whatever_there_are():
    assert len(draw_sample(np.zeros((1, 3)), 0)) == len(draw_sample(np.zeros((5000, 3)), 0)) == SAMPLE
