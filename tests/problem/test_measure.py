"""The door: what is a labelled measure, budget or norm, and what is refused."""

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

from motlp.errors import InvalidBudget, InvalidMeasure, MotlpError, UnknownName
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure, check_mass
from motlp.problem.owned import own
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic

X = np.array([[0, 3], [1, 1], [2, 5], [4, 4]])
Y = np.array([0, 1, 0, 1])
of = LabeledMeasure.from_arrays


# arrays


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


class Stubborn:
    """An array of another library that will not be read, as a tensor with a gradient."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("not while it learns.")


@pytest.mark.parametrize(
    ("arguments", "options", "reason"),
    [
        ((X * np.nan, Y), {}, "feature 0 of point 0 is nan"),
        ((np.where(X == 1, [0, np.inf], X), Y), {}, "feature 1 of point 1 is inf"),
        ((X, Y[:3]), {}, "4 points and y has 3 labels"),
        ((X[:3], Y), {}, "3 points and y has 4 labels"),
        ((X, [1, 1, 1, 1]), {}, "one class only"),
        ((X[:0], Y[:0]), {}, "(0, 2)"),
        ((X[:, :0], Y), {}, "(4, 0)"),
        ((X[:, 0], Y), {}, "reshape(-1, 1)"),
        ((3.0, Y), {}, "one row per point"),
        ((X, Y.reshape(-1, 1)), {}, "one-dimensional"),
        ((X, [0, 1, np.nan, 1]), {}, "the label of point 2 is nan"),
        ((X, [0, 1, 0, -np.inf]), {}, "the label of point 3 is -inf"),
        ((X, np.array(["2024-01-01", "NaT", "2024-01-01", "NaT"], "M8[D]")), {}, "the label of point 1 is NaT"),
        ((X, np.array([0, np.nan, np.nan, 1], dtype=object)), {}, "the label of point 1 is nan"),
        ((X, np.array([0, "a", None, 1], dtype=object)), {}, "the label of point 2 is None"),
        ((X, np.array([0, "a", 1, 1], dtype=object)), {}, "no order"),
        ((X, Y, [1, 10**400, 1, 1]), {}, "beyond the range of floating point"),
        ((Stubborn(), Y), {}, "X is no array of numbers of one length each: not while it learns."),
        ((X, Y), {"unit": np.float32(0.1)}, "exactly"),
        ((X, Y), {"unit": True}, "exactly"),
        ((X.astype(str), Y), {}, "not real numbers"),
        ((X.astype(object), Y), {}, "not real numbers"),
        ((X * 1j, Y), {}, "not real numbers"),
        ((X.astype(np.longdouble), Y), {}, "more than 64 bits"),
        (([[1, 2], [3], [4, 5], [6, 7]], Y), {}, "X is no array"),
        ((np.ma.masked_equal(X, 5), Y), {}, "masked"),
        ((X, Y, [1, 2, -1, 1]), {}, "mass of point 2 is -1"),
        ((X, Y, [1, 2, np.nan, 1]), {}, "mass of point 2 is nan"),
        ((X, Y, [1, 2, 3, np.inf]), {}, "mass of point 3 is inf"),
        ((X, Y, [0, 0, 0, 0]), {}, "every mass is 0"),
        ((X, Y, [1e308] * 4), {}, "sum to infinity"),
        ((X, Y, [1, 2, 3]), {}, "one mass a point"),
        ((X, Y, [[1, 2, 3, 4]]), {}, "one mass a point"),
        ((X, Y, ["a", "b", "c", "d"]), {}, "mass is no array"),
        ((X, Y, np.ones(4) * 1j), {}, "not real numbers"),
        ((X, Y), {"unit": 1 / 255}, "exactly"),
        ((X, Y), {"unit": "a pixel"}, "exactly"),
        ((X, Y), {"unit": float("nan")}, "exactly"),
        ((X, Y), {"unit": 0}, "positive"),
        ((X, Y), {"unit": "-1/255"}, "positive"),
        ((X, Y), {"class_names": ["a"]}, "1 class names for 2 classes"),
        ((X, Y), {"class_names": ["a", "a"]}, "'a'"),
    ],
)
def test_arrays_that_are_refused(arguments, options, reason):
    with pytest.raises(InvalidMeasure) as caught:
        of(*arguments, **options)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


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


# budgets and costs


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.1, Fraction(1, 10)),
        ("0.3301", Fraction(3301, 10000)),
        (" 8/255 ", Fraction(8, 255)),
        (Decimal("1.5"), Fraction(3, 2)),
        (Fraction(1, 3), Fraction(1, 3)),
        (3, Fraction(3)),
        ("1e-3", Fraction(1, 1000)),
        (-0.0, Fraction(0)),
        (np.float64(0.1), Fraction(1, 10)),
        (np.float32(0.1), Fraction(1, 10)),
        (np.uint8(7), Fraction(7)),
        (Fraction(np.int64(297), np.int64(5000)), Fraction(297, 5000)),
    ],
)
def test_budgets_are_what_they_are_written_as(value, number):
    assert exact(value) == number
    assert type(exact(value).numerator) is type(exact(value).denominator) is int


def test_squares_of_numpy_integers_do_not_wrap():
    """Two points at distance 1 are not within a budget of 0.0594, whose fraction has squares beyond 64 bits."""
    measure = of([[0.0], [1.0]], [0, 1])
    for bits in range(31, 62):
        eps = Fraction(np.int64(0.0594 * 2**bits), np.int64(2**bits))
        assert interactions(measure, Ball("l2"), eps, 2).counts[2] == 0


@pytest.mark.parametrize(
    "value",
    [
        *(-1, -1e-9, "-1/2", float("nan"), float("inf"), "", "one", "1/0", "1e999999999", "1e-999999999"),
        *(Decimal("nan"), True, "1" * 5000),
        pytest.param(10**5000, id="huge"),
    ],
)
def test_budgets_that_are_refused(value):
    with pytest.raises(InvalidBudget, match=r"eps is .*(; it must be|beyond the range)"):
        exact(value)


def test_norms():
    assert Ball() == Ball("l2")
    assert Ball("linf").norm == "linf"
    with pytest.raises(UnknownName, match=r"unknown norm 'l_inf'. Did you mean 'linf'"):
        Ball("l_inf")


def test_prices():
    assert Quadratic("0.1").tau == Fraction(1, 10)
    for tau in (0, -1, float("nan")):
        with pytest.raises(InvalidBudget, match="tau"):
            Quadratic(tau)


# errors and checks


def test_errors_survive_the_way_back_from_a_worker():
    error = UnknownName("solver", "Hihgs", ["highs", "glpk"], "See the table.")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert str(error) == "unknown solver 'Hihgs'. Did you mean 'highs'? Known: highs, glpk. See the table."
    assert isinstance(error, MotlpError)


def test_shapes_and_types_are_checked_while_tests_run():
    with pytest.raises(jaxtyping.TypeCheckError):
        check_mass("mass", 4)
    with pytest.raises(jaxtyping.TypeCheckError):
        dual.matrix("hypergraph")
    with pytest.raises(jaxtyping.TypeCheckError):
        replace(of(X, Y), labels=Y.astype(np.int64))
