"""What is wanted of a data set."""

import numpy as np
import pytest

from motlp.datasets import load
from motlp.datasets.selection import Selection
from motlp.errors import UnknownName


def test_selections_reach_the_data():
    measure = load("digits", classes=["1", "4", 7], per_class=5)
    assert measure.class_names == ("1", "4", "7")
    assert np.bincount(measure.labels).tolist() == [5, 5, 5]
    other = load("digits", classes=["1", "4", 7], per_class=5, seed=3)
    assert not np.array_equal(measure.points, other.points)


def test_a_selection_is_that_of_the_measure():
    whole = load("gaussians")
    part = Selection(classes=["2", "3"], per_class=4, seed=1).apply(whole)
    assert np.array_equal(part.points, whole.select(["2", "3"], 4, 1).points)
    assert np.array_equal(Selection().apply(whole).points, whole.points)


def test_splits_of_data_in_one_piece():
    Selection().refuse_split("mine")
    with pytest.raises(UnknownName) as caught:
        Selection(split="train").refuse_split("mine")
    assert str(caught.value).endswith("mine has no splits; leave split out.")
    assert caught.value.spell(lambda name: f"--{name}").endswith("mine has no splits; leave --split out.")
