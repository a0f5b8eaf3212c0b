"""The k-th smallest distance: as sorting the rational ones gives it."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.geometry.distance import exact_distance
from motlp.geometry.order_statistic import smallest, smallest_box, smallest_sum, smallest_whole

FLOATS = st.floats(-2, 2) | st.sampled_from([0.1, 0.2, 0.3, 0.1 + 0.2, 1.0, 2.0**-60, 5e-324, 1 / 3])
PAIRS = np.array(list(combinations(range(6), 2)), np.int32)


def exact_distances(points, norm):
    return [Fraction(exact_distance(points, i, j, norm)) for i, j in PAIRS.tolist()]


def check(found, exact, rank):
    distance, kept = found
    assert distance == sorted(exact)[rank - 1]
    assert kept.tolist() == [one <= distance for one in exact]


@given(arrays(np.float64, (6, 2), elements=FLOATS), st.integers(1, len(PAIRS)))
def test_boxes(points, rank):
    check(smallest_box(points, PAIRS, rank), exact_distances(points, "linf"), rank)


@given(arrays(np.float64, (6, 2), elements=FLOATS), st.integers(1, len(PAIRS)), st.sampled_from(["l1", "l2"]))
def test_sums_whose_rounding_errs(points, rank, norm):
    """Rounded the other way in every other place, by as much as may be."""
    exact = exact_distances(points, norm)
    wrong = [float(one) * (1 + (-1) ** place * 5 * 2.0**-53) for place, one in enumerate(exact)]
    check(smallest_sum(points, PAIRS, np.array(wrong), rank, norm), exact, rank)


@given(arrays(np.int64, 6, elements=st.integers(0, 2**62)), st.integers(1, 6))
def test_whole_numbers(gaps, rank):
    distance, kept = smallest_whole(gaps, rank)
    assert distance == sorted(gaps.tolist())[rank - 1] == smallest(gaps, rank)
    assert kept.tolist() == [gap <= distance for gap in gaps.tolist()]


def test_many_equal_boxes_take_no_time_each():
    """Pixels as floats: k/255 − j/255 is rounded in many ways, and 100,000 pairs are within the last places of 1."""
    pixels = np.random.default_rng(0).integers(0, 256, (450, 30)) / 255
    pairs = np.array(list(combinations(range(450), 2)), np.int32)
    distance, kept = smallest_box(pixels, pairs, 50_000)
    gaps = np.abs(pixels[pairs[:, 0]] - pixels[pairs[:, 1]]).max(axis=1)
    assert float(distance) == np.sort(gaps)[49_999]
    assert 50_000 <= np.count_nonzero(kept) <= np.count_nonzero(gaps <= float(distance))
    assert distance == pytest.approx(0.9, abs=0.1)
