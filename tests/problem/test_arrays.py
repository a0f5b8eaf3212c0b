"""Which arrays make a measure, and which are refused."""

import numpy as np
import pytest

from motlp.errors import InvalidMeasure
from motlp.problem.measure import LabeledMeasure

X = np.array([[0, 3], [1, 1], [2, 5], [4, 4]])
Y = np.array([0, 1, 0, 1])
of = LabeledMeasure.from_arrays


@pytest.mark.parametrize(
    ("y", "names", "labels"),
    [
        ([7, 3, 7, 3], ("3", "7"), [1, 0, 1, 0]),
        ([2.0, 1.0, 2.0, 1.0], ("1", "2"), [1, 0, 1, 0]),
        ([0.5, 1.0, 0.5, 1.0], ("0.5", "1.0"), [0, 1, 0, 1]),
        (["dog", "cat", "dog", "cat"], ("cat", "dog"), [1, 0, 1, 0]),
        (np.array(["dog", "cat", "dog", "cat"], dtype=object), ("cat", "dog"), [1, 0, 1, 0]),
        ([True, False, True, False], ("False", "True"), [1, 0, 1, 0]),
    ],
)
def test_classes_are_the_labels_in_ascending_order(y, names, labels):
    measure = of(X, y)
    assert measure.class_names == names
    assert measure.labels.tolist() == labels


class Stubborn:
    """An array of another library that will not be read, as a tensor with a gradient."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("not while it learns.")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((X * np.nan, Y), "feature 0 of point 0 is nan"),
        ((np.where(X == 1, [0, np.inf], X), Y), "feature 1 of point 1 is inf"),
        ((X, Y[:3]), "4 points and y has 3 labels"),
        ((X[:3], Y), "3 points and y has 4 labels"),
        ((X[:0], Y[:0]), "(0, 2)"),
        ((X[:, :0], Y), "(4, 0)"),
        ((X[:, 0], Y), "reshape(-1, 1)"),
        ((3.0, Y), "one row per point"),
        ((X, Y.reshape(-1, 1)), "one-dimensional"),
        ((X, [0, 1, np.nan, 1]), "the label of point 2 is nan"),
        ((X, [0, 1, 0, -np.inf]), "the label of point 3 is -inf"),
        ((X, np.array(["2024-01-01", "NaT", "2024-01-01", "NaT"], "M8[D]")), "the label of point 1 is NaT"),
        ((X, np.array([0, np.nan, np.nan, 1], dtype=object)), "the label of point 1 is nan"),
        ((X, np.array([0, "a", None, 1], dtype=object)), "the label of point 2 is None"),
        ((X, np.array([0, "a", 1, 1], dtype=object)), "no order"),
        ((X, Y, [1, 10**400, 1, 1]), "beyond the range of floating point"),
        ((Stubborn(), Y), "X is no array of numbers of one length each: not while it learns."),
        ((X.astype(str), Y), "not real numbers"),
        ((X.astype(object), Y), "not real numbers"),
        ((X * 1j, Y), "not real numbers"),
        ((X.astype(np.longdouble), Y), "more than 64 bits"),
        (([[1, 2], [3], [4, 5], [6, 7]], Y), "X is no array"),
        ((np.ma.masked_equal(X, 5), Y), "masked"),
        ((X, Y, [1, 2, -1, 1]), "mass of point 2 is -1"),
        ((X, Y, [1, 2, np.nan, 1]), "mass of point 2 is nan"),
        ((X, Y, [1, 2, 3, np.inf]), "mass of point 3 is inf"),
        ((X, Y, [0, 0, 0, 0]), "every mass is 0"),
        ((X, Y, [1e308] * 4), "sum to infinity"),
        ((X, Y, [1, 2, 3]), "one mass a point"),
        ((X, Y, [[1, 2, 3, 4]]), "one mass a point"),
        ((X, Y, ["a", "b", "c", "d"]), "mass is no array"),
        ((X, Y, np.ones(4) * 1j), "not real numbers"),
    ],
)
def test_arrays_that_are_refused(arguments, reason):
    with pytest.raises(InvalidMeasure) as caught:
        of(*arguments)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
