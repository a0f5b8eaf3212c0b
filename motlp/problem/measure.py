"""The labelled measure: points, labels and masses, checked once, at the door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import inf
from numbers import Integral
from typing import Any

import numpy as np
from jaxtyping import Float64, Int32, Num, Shaped

from motlp.errors import InvalidMeasure, UnknownName, shorten
from motlp.problem.owned import own
from motlp.problem.rationals import Number, rational


@dataclass(frozen=True, eq=False)
class LabeledMeasure:
    """A finite measure on features × classes, of total mass one.

    `points` keep the dtype they came in, row by row, and stand for the features `points * unit`: an
    8-bit image stays uint8 with a unit of 1/255, so that distances between images are exact integers. A measure owns
    its arrays: what is given is copied, and nobody can write to the copy, so that what was worked out from it holds.

    Attributes:
        points: features in units of `unit`.
        labels: class of each point, 0 … K-1; every class has at least one point.
        mass: mass of each point, nonnegative, of sum one.
        unit: the feature value of one lattice step.
        class_names: the K names, in the order of the labels.
        name: what to call the data set in tables and titles.
        shape: shape of one point before it was flattened, such as (28, 28).
    """

    points: Num[np.ndarray, "points dims"]
    labels: Int32[np.ndarray, " points"]
    mass: Float64[np.ndarray, " points"]
    unit: Fraction
    class_names: tuple[str, ...]
    name: str = "arrays"
    shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("points", "labels", "mass"):
            object.__setattr__(self, name, np.asarray(getattr(self, name)))
        object.__setattr__(self, "class_names", as_names(self.class_names))
        check_features(self.points)
        check_mass(self.mass, len(self.points))
        for name, dtype in (("points", None), ("mass", np.float64)):
            object.__setattr__(self, name, own(getattr(self, name), dtype))
        object.__setattr__(self, "unit", exact_unit(self.unit))
        if self.labels.shape != (len(self.points),):
            raise InvalidMeasure(
                f"{len(self.points)} points but labels of shape {self.labels.shape}; every point needs one label."
            )
        if abs(self.mass.sum() - 1) > 1e-9:
            raise InvalidMeasure(f"the masses sum to {self.mass.sum()}, not 1; from_arrays normalises them.")
        if self.unit <= 0:
            raise InvalidMeasure(f"unit is {shorten(self.unit)}; it must be positive: the feature value of one step.")
        names = self.class_names
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidMeasure(f"two classes are called {twice!r}; give every class a name of its own.")
        if self.labels.dtype.kind not in "iu" or not np.array_equal(np.unique(self.labels), np.arange(len(names))):
            raise InvalidMeasure("labels must be 0 … K-1, each in use, with one name each; use from_arrays.")
        object.__setattr__(self, "labels", own(self.labels, np.int32))
        if len(names) < 2:
            raise InvalidMeasure(
                f"the data hold one class only ({names[0]}); a risk needs at least two. Select more classes."
            )

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state | {name: own(state[name]) for name in ("points", "labels", "mass")})

    @classmethod
    def from_arrays(
        cls,
        X: Any,
        y: Any,
        mass: Any = None,
        *,
        unit: Number | None = None,
        class_names: Sequence[str] | None = None,
        name: str = "arrays",
    ) -> "LabeledMeasure":
        """The measure of N samples.

        Args:
            X: features, (N, ...); every axis after the first is flattened.
            y: labels, (N,), of any type that sorts; the classes are the distinct values in ascending order.
            mass: weights, (N,), nonnegative; normalised to sum one, as float64: what is proved is about the masses
                that are rounded so. Uniform by default.
            unit: feature value of one step of `X`, exactly: a fraction, a whole number or a text such as
                "1/255". By default 1/255 for uint8, which are taken for pixels between 0 and 1, and 1 for
                everything else.
            class_names: names of the distinct labels, in ascending order of the labels.

        Raises:
            InvalidMeasure: NaN or infinite features, lengths that differ, fewer than two classes,
                negative or all-zero mass, a unit that is not exact.
        """
        features = as_array(X, "X")
        if features.dtype == bool:
            features = features.view(np.uint8)
            unit = 1 if unit is None else unit
        if features.ndim < 2:
            raise InvalidMeasure(
                f"X has shape {features.shape}; it must have one row per point. For one feature use X.reshape(-1, 1)."
            )
        targets = as_array(y, "y")
        if targets.ndim != 1:
            raise InvalidMeasure(f"y has shape {targets.shape}; it must be one-dimensional, one label per point.")
        check_labels(targets)
        if len(features) != len(targets):
            raise InvalidMeasure(
                f"X has {len(features)} points and y has {len(targets)} labels; they must be of one length."
            )
        points = features.reshape(len(features), int(np.prod(features.shape[1:])))
        check_features(points)
        values, labels = distinct(targets)
        names = tuple(str(v) for v in values) if class_names is None else as_names(class_names)
        if len(names) != len(values):
            raise InvalidMeasure(f"{len(names)} class names for {len(values)} classes; give one name a class.")
        weights = np.ones(len(points)) if mass is None else as_array(mass, "mass", np.float64)
        check_mass(weights, len(points))
        if unit is None:
            unit = Fraction(1, 255) if points.dtype == np.uint8 else Fraction(1)
        return cls(
            points=points,
            labels=labels.astype(np.int32),
            mass=weights / weights.sum(),
            unit=exact_unit(unit),
            class_names=names,
            name=name,
            shape=tuple(int(s) for s in features.shape[1:]),
        )

    @property
    def size(self) -> int:
        """Number of points N."""
        return len(self.points)

    @property
    def dimension(self) -> int:
        """Number of features d."""
        return self.points.shape[1]

    @property
    def classes(self) -> int:
        """Number of classes K."""
        return len(self.class_names)

    def select(
        self,
        classes: Sequence[str | int] | None = None,
        per_class: int | None = None,
        seed: int | None = None,
    ) -> "LabeledMeasure":
        """The measure restricted to some classes and some points of each, renormalised.

        Args:
            classes: names of the classes to keep, or their numbers 0 … K-1 where the names are not numbers
                themselves; all by default. Classes and points stay in the order they are in.
            per_class: keep the first so many points of each class, or a random so many if `seed` is given.

        Raises:
            UnknownName: a class that is not there.
            InvalidMeasure: fewer points in a class than asked for, fewer than two classes, a class given twice, a seed
                without `per_class`.
        """
        if classes is not None and (isinstance(classes, str | bytes) or not isinstance(classes, Iterable)):
            raise InvalidMeasure(f"classes is {shorten(classes)}; give a list of names, such as ['1', '4'].")
        kept = sorted(range(self.classes) if classes is None else [self._class(c) for c in classes])
        if not kept:
            raise InvalidMeasure("no class is selected; name at least two.")
        for one, other in pairwise(kept):
            if one == other:
                raise InvalidMeasure(f"class {self.class_names[one]!r} is given twice; name every class once.")
        check_count("per_class", per_class, 1)
        check_count("seed", seed, 0)
        if seed is not None and per_class is None:
            raise InvalidMeasure(f"seed is {shorten(seed)}, but per_class is missing; give both, or leave seed out.")
        rng = None if seed is None else np.random.default_rng(seed)
        chosen = np.sort(np.concatenate([self._of_class(c, per_class, rng) for c in kept]))
        mass = self.mass[chosen]
        check_mass(mass, len(chosen))
        return replace(
            self,
            points=self.points[chosen],
            labels=np.searchsorted(np.array(kept), self.labels[chosen]).astype(np.int32),
            mass=mass / mass.sum(),
            class_names=tuple(self.class_names[c] for c in kept),
        )

    def _class(self, wanted: str | int) -> int:
        text = (wanted if isinstance(wanted, str) else shorten(wanted)).strip()
        if text in self.class_names:
            return self.class_names.index(text)
        numbered = any(name.lstrip("+-").replace(".", "").isdecimal() for name in self.class_names)
        if not numbered and text.isdecimal() and len(text) < 10 and int(text) < self.classes:
            return int(text)
        raise UnknownName("class", text, self.class_names)

    def _of_class(self, label: int, count: int | None, rng: np.random.Generator | None) -> Int32[np.ndarray, " n"]:
        found = np.flatnonzero(self.labels == label).astype(np.int32)
        if count is None:
            return found
        if count > len(found):
            raise InvalidMeasure(
                f"per_class is {shorten(count)} but class {self.class_names[label]!r} has {len(found)} points; "
                f"ask for {len(found)} at most."
            )
        return found[:count] if rng is None else rng.choice(found, count, replace=False)


def as_names(names: Any) -> tuple[str, ...]:
    """The names of classes, as texts."""
    if isinstance(names, str | bytes) or not isinstance(names, Iterable):
        raise InvalidMeasure(f"class_names is {shorten(names)}; give a list of names, one a class.")
    return tuple(name if isinstance(name, str) else shorten(name) for name in names)


def as_array(values: Any, name: str, dtype: type | None = None) -> Shaped[np.ndarray, "..."]:
    """The values as an array; refused where NumPy finds no regular one, or would drop a part of them."""
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        raise InvalidMeasure(f"{name} has masked entries; remove or fill them first.")
    if hasattr(values, "toarray"):
        raise InvalidMeasure(f"{name} is a sparse array; give {name}.toarray().")
    try:
        array = np.asarray(values)
        return array if dtype is None or array.dtype.kind == "c" else array.astype(dtype)
    except OverflowError:
        raise InvalidMeasure(f"{name} has numbers beyond the range of floating point; scale them.") from None
    except Exception as error:  # arrays of other libraries raise errors of their own, such as tensors with a gradient
        why = " ".join(str(error).split()).rstrip(".")
        raise InvalidMeasure(f"{name} is no array of numbers of one length each: {why}.") from None


def distinct(targets: Shaped[np.ndarray, " n"]) -> tuple[Shaped[np.ndarray, " k"], Shaped[np.ndarray, " n"]]:
    """The distinct labels in ascending order, whole numbers as such, and which of them each label is."""
    try:
        values, labels = np.unique(targets, return_inverse=True)
    except TypeError:
        raise InvalidMeasure("y mixes types that have no order; use numbers only or texts only.") from None
    whole = values.dtype.kind == "f" and (np.abs(values) < 2**53).all() and (values == np.floor(values)).all()
    return values.astype(np.int64) if whole else values, labels


def exact_unit(unit: Number) -> Fraction:
    """The unit as a fraction; a float such as 1/255 is a rounded number and would move every distance."""
    try:
        if isinstance(unit, np.ndarray):
            unit = unit[()]
        number = rational(unit)
        if isinstance(unit, float | np.floating) and number.denominator > 1:
            raise ValueError
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        raise InvalidMeasure(f"unit is {shorten(unit)}; give it exactly, such as Fraction(1, 255).") from None
    return number


def check_labels(targets: Shaped[np.ndarray, " n"]) -> None:
    """Refuse labels that are no labels: NaN, NaT, infinities, nothing."""
    if targets.dtype.kind == "c":
        raise InvalidMeasure("y holds complex numbers, which have no order; use whole numbers or texts.")
    if targets.dtype.kind in "fmM":
        odd = ~np.isfinite(targets)
    elif targets.dtype.kind == "O":
        odd = np.array([not is_label(label) for label in targets.tolist()])
    else:
        return
    if odd.any():
        worst = int(np.flatnonzero(odd)[0])
        label = " ".join(str(targets[worst]).split())[:60]
        raise InvalidMeasure(f"the label of point {worst} is {label}; every point needs a label. Remove such points.")


def is_label(value: Any) -> bool:
    """Whether a value can name a class: what is missing is not even equal to itself, or refuses to say."""
    try:
        return value is not None and bool(value == value) and value not in (inf, -inf)
    except (TypeError, ValueError):
        return False


def check_count(name: str, value: Any, least: int) -> None:
    """Refuse what is no whole number, or too small; None is no number at all."""
    if value is not None and (isinstance(value, bool | np.bool_) or not isinstance(value, Integral) or value < least):
        raise InvalidMeasure(f"{name} is {shorten(value)}; it must be a whole number, at least {least}.")


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


def check_mass(mass: Shaped[np.ndarray, "..."], points: int) -> None:
    """Refuse masses that no measure can have."""
    if mass.dtype.kind != "f":
        raise InvalidMeasure(f"masses of type {mass.dtype} are not real numbers; convert them first.")
    if mass.shape != (points,):
        raise InvalidMeasure(f"mass has shape {mass.shape} for {points} points; give one mass a point.")
    if not np.isfinite(mass).all() or (mass < 0).any():
        worst = int(np.flatnonzero(~(np.isfinite(mass) & (mass >= 0)))[0])
        raise InvalidMeasure(f"the mass of point {worst} is {mass[worst]}; masses must be finite and at least 0.")
    if not mass.any():
        raise InvalidMeasure("every mass is 0; at least one point must have positive mass.")
    with np.errstate(over="ignore"):
        if not np.isfinite(mass.sum()):
            raise InvalidMeasure("the masses sum to infinity; scale them down.")
