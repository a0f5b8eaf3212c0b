"""Digits and Gaussians."""

from fractions import Fraction

import numpy as np
import pytest
from support.refusals import refusal

from motlp.datasets import load
from motlp.errors import InvalidMeasure, UnknownName


def test_digits():
    measure = load("digits")
    assert measure.points.shape == (1797, 64)
    assert measure.points.dtype == np.uint8
    assert (measure.points.min(), measure.points.max()) == (0, 16)
    assert (measure.unit, measure.shape, measure.name) == (Fraction(1, 16), (8, 8), "digits")
    assert measure.class_names == tuple("0123456789")
    assert np.bincount(measure.labels)[0] == 178


def test_digits_have_no_splits():
    assert "no splits" in refusal(UnknownName, "digits", split="train")


def test_gaussians():
    measure = load("gaussians", per_class=400)
    assert measure.points.dtype == np.float64
    assert (measure.unit, measure.shape, measure.classes, measure.size) == (1, (2,), 6, 2400)
    means = np.array([measure.points[measure.labels == k].mean(axis=0) for k in range(6)])
    centres = [[-2, -2], [-2, 2], [2, -2], [2, 2], [6, -2], [6, 2]]
    assert np.allclose(means, centres, atol=0.25)
    assert measure.points[measure.labels == 0].std(axis=0) == pytest.approx(1, abs=0.15)


def test_gaussians_are_seeded_and_fewer_are_the_first_of_more():
    many, few = load("gaussians", per_class=9, seed=5), load("gaussians", per_class=4, seed=5, classes=[2, 3])
    for k, name in enumerate(few.class_names):
        first = many.points[many.labels == int(name)][:4]
        assert np.array_equal(few.points[few.labels == k], first)
    assert not np.array_equal(many.points, load("gaussians", per_class=9).points)


def test_gaussians_have_no_splits():
    assert refusal(UnknownName, "gaussians", split="train").endswith("gaussians has no splits; leave split out.")


def test_more_points_than_memory_holds():
    assert "10000000 points a class are drawn at most" in refusal(InvalidMeasure, "gaussians", per_class=10**20)
