"""Arrays that a measure is made of: what they may hold, and what is refused."""

from math import inf
from typing import Any

import numpy as np
from jaxtyping import Int32, Shaped

from motlp.errors import InvalidMeasure, arg, one_line


def as_features(values: Any) -> Shaped[np.ndarray, "points ..."]:
    """The features as an array with one row a point, of any shape."""
    features = as_array(values, "X")
    if features.ndim < 2:
        raise InvalidMeasure(
            f"{arg('X')} has shape {features.shape}; it must have one row per point. "
            f"For one feature use {arg('X')}.reshape(-1, 1)."
        )
    return features


def as_labels(values: Any) -> Shaped[np.ndarray, " points"]:
    """The labels as an array, of any type."""
    labels = as_array(values, "y")
    if labels.ndim != 1:
        raise InvalidMeasure(f"{arg('y')} has shape {labels.shape}; it must be one-dimensional, one label per point.")
    check_labels(labels)
    return labels


def as_array(values: Any, name: str, dtype: type | None = None) -> Shaped[np.ndarray, "..."]:
    """The values as an array; refused if they are of different lengths, or if NumPy would lose some of them."""
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        raise InvalidMeasure(f"{arg(name)} has masked entries; remove or fill them first.")
    if hasattr(values, "toarray"):
        raise InvalidMeasure(f"{arg(name)} is a sparse array; give {arg(name)}.toarray().")
    try:
        array = np.asarray(values)
        return array if dtype is None or array.dtype.kind == "c" else array.astype(dtype)
    except OverflowError:
        raise InvalidMeasure(f"{arg(name)} has numbers beyond the range of floating point; scale them.") from None
    except Exception as error:  # arrays of other libraries raise errors of their own, such as tensors with a gradient
        raise InvalidMeasure(f"{arg(name)} is no array of numbers of one length each: {one_line(error)}.") from None


def check_features(points: Shaped[np.ndarray, "points dims"]) -> None:
    """Refuse features that are no finite real numbers."""
    if points.dtype.kind not in "uif":
        raise InvalidMeasure(f"features of type {points.dtype} are not real numbers; convert them first.")
    if points.dtype.itemsize > 8:
        raise InvalidMeasure(f"features of type {points.dtype} have more than 64 bits; round them to float64 first.")
    if points.ndim != 2:
        raise InvalidMeasure(f"the features have shape {points.shape}; there must be one row a point; use from_arrays.")
    if points.shape[0] == 0 or points.shape[1] == 0:
        raise InvalidMeasure(f"the features have shape {points.shape}; there must be a point and a feature.")
    if points.dtype.kind == "f" and not np.isfinite(points).all():
        row, column = np.argwhere(~np.isfinite(points))[0]
        raise InvalidMeasure(
            f"feature {column} of point {row} is {points[row, column]}; features must be finite. "
            "Remove or impute such points."
        )


def check_labels(labels: Shaped[np.ndarray, " points"]) -> None:
    """Refuse what is missing or no label: None, NaN, NaT, infinities, complex numbers."""
    if labels.dtype.kind == "c":
        raise InvalidMeasure(f"{arg('y')} holds complex numbers, which have no order; use whole numbers or texts.")
    if labels.dtype.kind in "fmM":
        odd = ~np.isfinite(labels)
    elif labels.dtype.kind == "O":
        odd = np.array([not is_label(label) for label in labels.tolist()])
    else:
        return
    if odd.any():
        worst = int(np.flatnonzero(odd)[0])
        label = " ".join(str(labels[worst]).split())[:60]
        raise InvalidMeasure(f"the label of point {worst} is {label}; every point needs a label. Remove such points.")


def is_label(value: Any) -> bool:
    """Whether a value can name a class; missing values are not equal to themselves, or raise an error when compared."""
    try:
        return value is not None and bool(value == value) and value not in (inf, -inf)
    except (TypeError, ValueError):
        return False


def number_labels(
    labels: Shaped[np.ndarray, " points"],
) -> tuple[Shaped[np.ndarray, " classes"], Int32[np.ndarray, " points"]]:
    """The distinct labels in ascending order, whole numbers as integers, and the place of each point's label in it."""
    try:
        values, numbers = np.unique(labels, return_inverse=True)
    except TypeError:
        raise InvalidMeasure(f"{arg('y')} mixes types that have no order; use numbers only or texts only.") from None
    whole = values.dtype.kind == "f" and (np.abs(values) < 2**53).all() and (values == np.floor(values)).all()
    return values.astype(np.int64) if whole else values, numbers.astype(np.int32)


def check_numbers(labels: Shaped[np.ndarray, "..."], points: int, classes: int) -> None:
    """Refuse labels that are not 0 … K-1, one a point and each in use."""
    if labels.shape != (points,):
        raise InvalidMeasure(f"{points} points but labels of shape {labels.shape}; every point needs one label.")
    if labels.dtype.kind not in "iu" or not np.array_equal(np.unique(labels), np.arange(classes)):
        raise InvalidMeasure(f"{arg('labels')} must be 0 … K-1, each in use, with one name each; use from_arrays.")


def check_mass(mass: Shaped[np.ndarray, "..."], points: int) -> None:
    """Refuse masses that no measure can have."""
    if mass.dtype.kind != "f":
        raise InvalidMeasure(f"masses of type {mass.dtype} are not real numbers; convert them first.")
    if mass.shape != (points,):
        raise InvalidMeasure(f"{arg('mass')} has shape {mass.shape} for {points} points; give one mass a point.")
    if not np.isfinite(mass).all() or (mass < 0).any():
        worst = int(np.flatnonzero(~(np.isfinite(mass) & (mass >= 0)))[0])
        raise InvalidMeasure(f"{arg('mass')} of point {worst} is {mass[worst]}; masses must be finite and at least 0.")
    if not mass.any():
        raise InvalidMeasure("every mass is 0; at least one point must have positive mass.")
    with np.errstate(over="ignore"):
        if not np.isfinite(mass.sum()):
            raise InvalidMeasure("the masses sum to infinity; scale them down.")
