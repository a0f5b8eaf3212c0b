"""What is wanted of a data set."""

from importlib.util import find_spec

import numpy as np
import pytest

from motlp.datasets import load
from motlp.datasets.selection import Selection
from motlp.errors import MotlpError, UnknownName


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


@pytest.mark.parametrize(
    ("name", "options", "flags"),
    [
        ("digits", {"seed": 3}, "--seed is 3, but without --per_class all points are kept; give both, or leave --seed"),
        ("gaussians", {"per_class": 10**9}, "--per_class is 1000000000; of gaussians"),
        ("digits", {"per_class": 500}, "--per_class is 500 but class '0' has 178 points"),
        ("two.npz", {"per_class": 3}, "two.npz: --per_class is 3 but class"),
        ("two.npz", {"split": "test"}, "leave --split out."),
        ("mnist", {"root": "nowhere"}, "set --download to get it, or give its folder as --root."),
    ],
)
def test_arguments_can_be_spelled_as_flags(name, options, flags, tmp_path, monkeypatch):
    if name == "mnist" and find_spec("torchvision") is None:
        pytest.skip("needs the extra 'vision'")
    monkeypatch.chdir(tmp_path)
    np.savez("two.npz", x=[[0], [1]], y=["a", "b"])
    with pytest.raises(MotlpError) as caught:
        load(name, **options)
    assert flags in caught.value.spell(lambda argument: f"--{argument}")
    assert flags.replace("--", "") in str(caught.value)
