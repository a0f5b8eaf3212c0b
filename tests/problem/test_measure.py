"""Labelled measures: from arrays, by selection, and what is refused."""

import pickle
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import jaxtyping
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from motlp.models import dual
from support.measures import measures

from motlp.errors import InvalidMeasure, UnknownName
from motlp.problem.arrays import check_mass
from motlp.problem.measure import LabeledMeasure
from motlp.problem.owned import own

X = np.array([[0, 3], [1, 1], [2, 5], [4, 4]])
Y = np.array([0, 1, 0, 1])
of = LabeledMeasure.from_arrays


@given(measures())
def test_measures_have_mass_one_and_every_class(measure):
    assert measure.mass.sum() == pytest.approx(1, abs=1e-12)
    assert np.array_equal(np.unique(measure.labels), np.arange(measure.classes))
    assert 4 <= measure.size <= 12


@pytest.mark.parametrize("dtype", ["u1", "i2", "i8", "f4", "f8", ">f8"])
def test_points_keep_their_dtype(dtype):
    measure = of(X.astype(dtype), Y)
    assert measure.points.dtype == np.dtype(dtype)
    assert measure.unit == (Fraction(1, 255) if dtype == "u1" else 1)
    assert np.array_equal(measure.points, X)


def test_points_of_several_axes_are_flattened_row_by_row():
    images = np.arange(48).reshape(4, 3, 4)
    measure = of(images, Y)
    assert np.array_equal(measure.points, images.reshape(4, 12))
    assert measure.shape == (3, 4)
    assert (measure.size, measure.dimension, measure.classes) == (4, 12, 2)


def test_truth_values_are_zero_and_one():
    measure = of(X > 2, Y)
    assert measure.unit == 1
    assert np.array_equal(measure.points, X > 2)


def test_class_names():
    assert of(X, Y, class_names=["cat", "dog"]).class_names == ("cat", "dog")


def test_mass_is_normalised():
    measure = of(X, Y, [1, 2, 0, 5])
    assert measure.mass.tolist() == [0.125, 0.25, 0, 0.625]
    assert of(X, Y).mass.tolist() == [0.25] * 4
    assert of(X, Y, [Fraction(1, 8)] * 4).mass.tolist() == [0.25] * 4


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("1/16", Fraction(1, 16)),
        (2, 2),
        (1.0, 1),
        ("0.1", Fraction(1, 10)),
        (Decimal("0.1"), Fraction(1, 10)),
        (np.float32(2), 2),
        (np.int64(3), 3),
        (Fraction(np.int64(1), np.int64(255)), Fraction(1, 255)),
    ],
)
def test_units_are_exact(unit, value):
    found = of(X, Y, unit=unit).unit
    assert found == value
    assert type(found.numerator) is type(found.denominator) is int


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"unit": np.float32(0.1)}, "exactly"),
        ({"unit": True}, "exactly"),
        ({"unit": 1 / 255}, "exactly"),
        ({"unit": "a pixel"}, "exactly"),
        ({"unit": float("nan")}, "exactly"),
        ({"unit": 0}, "positive"),
        ({"unit": "-1/255"}, "positive"),
        ({"class_names": ["a"]}, "1 class names for 2 classes"),
        ({"class_names": ["a", "a"]}, "'a'"),
    ],
)
def test_units_and_names_that_are_refused(options, reason):
    with pytest.raises(InvalidMeasure) as caught:
        of(X, Y, **options)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_class_is_refused():
    with pytest.raises(InvalidMeasure, match="one class only"):
        of(X, [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mass": np.ones(4)}, "sum to 4"),
        ({"labels": np.array([0, 2, 0, 2], np.int32)}, "0 … K-1"),
        ({"labels": np.array([0, -1, 0, 1], np.int32)}, "0 … K-1"),
        ({"class_names": ("a", "b", "c")}, "0 … K-1"),
        ({"points": X * np.nan}, "finite"),
    ],
)
def test_the_constructor_checks_too(change, reason):
    with pytest.raises(InvalidMeasure, match=reason):
        replace(of(X, Y), **change)


def test_a_measure_owns_its_arrays():
    given_ = X.astype(float), Y.copy(), np.ones(4)
    measure = of(*given_)
    for array in given_:
        array *= 100
    assert np.array_equal(measure.points, X)
    assert np.array_equal(measure.labels, Y)
    assert measure.mass.tolist() == [0.25] * 4
    direct = replace(measure, points=given_[0])
    given_[0][:] = 7
    assert np.array_equal(direct.points, 100 * X)
    for part in (measure, direct, measure.select(per_class=1), pickle.loads(pickle.dumps(measure))):
        for name in ("points", "labels", "mass"):
            with pytest.raises(ValueError, match="read-only"):
                getattr(part, name)[0] = 0
            with pytest.raises(ValueError, match="cannot set WRITEABLE"):
                getattr(part, name).flags.writeable = True
    assert replace(direct, name="again").points is direct.points  # copied once


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_of_a_measure_that_was_pickled_can_be_written_to(protocol):
    measure = LabeledMeasure.from_arrays(np.arange(6000.0).reshape(-1, 2), np.arange(3000) % 2)
    again = pickle.loads(pickle.dumps(measure, protocol))
    for name in ("points", "labels", "mass"):
        assert not getattr(again, name).flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            getattr(again, name).flags.writeable = True
        assert np.array_equal(getattr(again, name), getattr(measure, name))


def test_views_from_before_write_to_nothing_of_a_measure():
    points = np.zeros((4, 1))
    view = points[:]
    points.flags.writeable = False
    measure = LabeledMeasure(points, Y.astype(np.int32), np.full(4, 0.25), Fraction(1), ("a", "b"))
    buffers = []
    data = pickle.dumps(measure, protocol=5, buffer_callback=buffers.append)
    memory = [bytearray(buffer.raw()) for buffer in buffers]
    again = pickle.loads(data, buffers=memory)
    view[:] = 7
    for buffer in memory:
        buffer[:] = b"\xff" * len(buffer)
    assert not measure.points.any()
    assert not again.points.any()
    assert again.mass.tolist() == [0.25] * 4


@pytest.mark.parametrize("dtype", [">f8", "f4"])
def test_masses_of_any_type_are_float64(dtype):
    mass = np.array([0.5, 0.25, 0.125, 0.125]).astype(dtype)
    found = own(mass, np.float64)
    assert found.dtype == np.dtype(np.float64)
    assert found.tolist() == [0.5, 0.25, 0.125, 0.125]


# selections


def numbered(*names: str) -> LabeledMeasure:
    """Point i is (i, 0); three points a class, the classes mixed."""
    k = len(names)
    points = np.stack([np.arange(3 * k), np.zeros(3 * k, int)], axis=1)
    return of(points, np.arange(3 * k) % k, np.arange(1, 3 * k + 1), class_names=names)


def test_selected_classes_keep_their_order_names_and_relative_mass():
    part = numbered("a", "b", "c").select(["c", "a"])
    assert part.class_names == ("a", "c")
    assert part.points[:, 0].tolist() == [0, 2, 3, 5, 6, 8]
    assert part.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert part.mass == pytest.approx(np.array([1, 3, 4, 6, 7, 9]) / 30)


def test_the_first_of_each_class():
    part = numbered("a", "b", "c").select(per_class=2)
    assert part.points[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


@given(measures(points=(8, 12)), st.integers(0, 2**40))
def test_random_points_of_each_class(measure, seed):
    fewest = int(np.bincount(measure.labels).min())
    marked = replace(measure, points=np.arange(measure.size).reshape(-1, 1))
    part = marked.select(per_class=fewest, seed=seed)
    assert np.bincount(part.labels).tolist() == [fewest] * measure.classes
    kept = part.points[:, 0]
    assert (np.diff(kept) > 0).all()
    assert np.array_equal(measure.labels[kept], part.labels)
    assert np.array_equal(kept, marked.select(per_class=fewest, seed=seed).points[:, 0])


def test_seeds_differ():
    measure = of(np.arange(200).reshape(-1, 1), np.arange(200) % 2)
    chosen = {tuple(measure.select(per_class=5, seed=seed).points[:, 0]) for seed in range(5)}
    assert len(chosen) == 5


def test_classes_by_number():
    assert numbered("a", "b", "c").select([2, "0"]).class_names == ("a", "c")


def test_numbers_are_names_where_names_are_numbers():
    measure = numbered("1", "4", "7")
    assert measure.select([7, "1"]).class_names == ("1", "7")
    with pytest.raises(UnknownName, match="Known: 1, 4, 7"):
        measure.select([0, 1])


@pytest.mark.parametrize(
    ("options", "error", "reason"),
    [
        ({"classes": ["a", "B"]}, UnknownName, "Did you mean 'b'"),
        ({"classes": ["a", 3]}, UnknownName, "Known: a, b, c"),
        ({"classes": ["a", -1]}, UnknownName, "'-1'"),
        ({"classes": ["a"]}, InvalidMeasure, "one class only"),
        ({"classes": ["a", "b", "a"]}, InvalidMeasure, "class 'a' is given twice"),
        ({"classes": [0, "a"]}, InvalidMeasure, "class 'a' is given twice"),
        ({"seed": 3}, InvalidMeasure, "per_class is missing"),
        ({"per_class": True}, InvalidMeasure, "per_class is True; it must be a whole number"),
        ({"classes": []}, InvalidMeasure, "no class"),
        ({"per_class": 4}, InvalidMeasure, "class 'a' has 3 points"),
        ({"per_class": 0}, InvalidMeasure, "at least 1"),
        ({"per_class": 2, "seed": -1}, InvalidMeasure, "at least 0"),
    ],
)
def test_selections_that_are_refused(options, error, reason):
    with pytest.raises(error, match=reason):
        numbered("a", "b", "c").select(**options)


def test_a_selection_without_mass_is_refused():
    measure = of(X, [0, 1, 2, 2], [0, 0, 1, 1])
    with pytest.raises(InvalidMeasure, match="every mass is 0"):
        measure.select([0, 1])


def test_shapes_and_types_are_checked_while_tests_run():
    with pytest.raises(jaxtyping.TypeCheckError):
        check_mass("mass", 4)
    with pytest.raises(jaxtyping.TypeCheckError):
        dual.matrix("hypergraph")
    with pytest.raises(jaxtyping.TypeCheckError):
        replace(of(X, Y), labels=Y.astype(np.int64))
