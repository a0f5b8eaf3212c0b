"""Limits of a distance: every one is a multiple of the step, and there are only so many between two of them."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.errors import InvalidMeasure
from motlp.geometry.distance import exact_distance
from motlp.geometry.limits import between, largest_limit, reach_of, scale_limit, step_of
from motlp.geometry.scale import scale

NORMS = ["l2", "linf", "l1"]
ANY = st.floats(allow_nan=False, allow_infinity=False)
POINTS = arrays(np.float64, (4, 2), elements=ANY) | arrays(np.int64, (4, 2), elements=st.integers(-9, 9))


@given(POINTS, st.sampled_from(NORMS))
def test_distances_are_multiples_of_the_step(points, norm):
    step = step_of(points, norm)
    for i, j in combinations(range(len(points)), 2):
        assert (Fraction(exact_distance(points, i, j, norm)) / step).denominator == 1


@given(POINTS, st.sampled_from(NORMS))
def test_the_largest_limit_holds_all_pairs_or_is_the_last_at_a_scale(points, norm):
    step = step_of(points, norm)
    limit = largest_limit(points, norm, step)
    scale(points, reach_of(limit, norm))
    furthest = max(Fraction(exact_distance(points, i, j, norm)) for i, j in combinations(range(len(points)), 2))
    if limit < furthest:
        with pytest.raises(InvalidMeasure):
            scale(points, reach_of(limit + step, norm))


@given(st.fractions(0, 10**9), st.sampled_from(NORMS))
def test_no_distance_within_a_limit_exceeds_its_reach(limit, norm):
    reach = reach_of(limit, norm)
    assert limit <= (reach**2 if norm == "l2" else reach)
    assert reach**2 <= 4 * limit or norm != "l2"


@pytest.mark.parametrize(("norm", "scaled"), [("l2", 3 * 4**900), ("linf", 3 * 2**900), ("l1", 3 * 2**900)])
def test_a_limit_is_scaled_with_the_points(norm, scaled):
    made = scale(np.array([[1.0], [2.0]]) * 2.0**-600, Fraction(1, 2**600))
    limit = Fraction(3) / (4**600 if norm == "l2" else 2**600)
    assert scale_limit(limit, made, norm) == Fraction(scaled, 4**600 if norm == "l2" else 2**600)


@given(st.integers(-1, 2**80), st.integers(0, 2**80), st.sampled_from([Fraction(1), Fraction(1, 2**1074)]), st.data())
def test_every_limit_between_is_found(one, other, step, data):
    low, high = sorted((one, other))
    wanted = data.draw(st.integers(low, high))
    bottom, top, tries = low * step, high * step, 0
    while (limit := between(bottom, top, step)) is not None:
        assert bottom < limit < top
        assert (limit / step).denominator == 1
        if limit == wanted * step:
            break
        bottom, top = (limit, top) if limit < wanted * step else (bottom, limit)
        tries += 1
    assert limit is not None or wanted in (low, high)
    assert tries <= 95
