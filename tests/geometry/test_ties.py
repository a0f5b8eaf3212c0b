"""Ties of floats are decided as rationals are, and many of them at once."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motlp.geometry import ties
from motlp.geometry.distance import exact_distance
from motlp.geometry.ties import decide_ties

NUMBERS = st.sampled_from([0.0, 1.0, 0.5, 0.1, 1 / 3, 1e-170, 1e16, 3.0, 1e150]) | st.floats(-2, 2)


@given(
    st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(lambda shape: arrays(float, shape, elements=NUMBERS)),
    st.sampled_from(["l2", "linf", "l1"]),
    st.data(),
)
def test_every_pair_is_decided_as_rationals_are(points, norm, data):
    rows, columns = (part.ravel().astype(np.int32) for part in np.indices((len(points), len(points))))
    exact = [Fraction(exact_distance(points, i, j, norm)) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]
    limit = data.draw(st.sampled_from(exact)) * data.draw(st.sampled_from([1, 1 - Fraction(1, 2**70)]))
    found = decide_ties(points, points, rows, columns, limit, norm)
    assert found.tolist() == [distance <= limit for distance in exact]


@pytest.mark.parametrize("norm", ["l2", "linf", "l1"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_of_few_digits_are_never_worked_out_one_by_one(norm, dtype, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("worked out one by one")

    monkeypatch.setattr(ties, "exact_distance", refuse)
    random = np.random.default_rng(0)
    points = (random.integers(0, 256, (300, 30)) / 256).astype(dtype)
    rows, columns = (part.ravel().astype(np.int32) for part in np.indices((300, 300)))
    gaps = np.abs(points[:, None].astype(float) - points.astype(float))
    distances = {"l2": (gaps**2).sum(2), "linf": gaps.max(2), "l1": gaps.sum(2)}[norm].ravel()  # all exact
    limit = Fraction(float(np.median(distances)))
    assert decide_ties(points, points, rows, columns, limit, norm).tolist() == (distances <= float(limit)).tolist()
