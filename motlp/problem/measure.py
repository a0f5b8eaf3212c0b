"""The labelled measure: points, labels and masses, checked once, when it is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from jaxtyping import Float64, Int32, Num

from motlp.errors import InvalidMeasure, UnknownName, arg, shorten
from motlp.problem.arrays import (
    as_array,
    as_features,
    as_labels,
    check_features,
    check_mass,
    check_numbers,
    number_labels,
)
from motlp.problem.owned import own
from motlp.problem.rationals import Number, check_count, rational

SUM_ERROR = 1e-9  # of masses of sum one


@dataclass(frozen=True, eq=False)
class LabeledMeasure:
    """A finite measure on features × classes, of total mass one.

    `points` keep the dtype in which they were given and stand for the features `points * unit`: an 8-bit image stays
    uint8 with a unit of 1/255, so that squared distances between images are exact integers, in squared units. A
    measure owns its arrays: what is given is copied, and the copies are read-only, so that results computed from them
    stay true.

    Attributes:
        points: features in units of `unit`.
        labels: class of each point, 0 … K-1; every class has at least one point.
        mass: mass of each point, nonnegative, of sum one.
        unit: the feature value of one step of `points`.
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
        points, labels, mass = (np.asarray(array) for array in (self.points, self.labels, self.mass))
        names = as_names(self.class_names)
        check_features(points)
        check_mass(mass, len(points))
        mass = own(mass, np.float64)
        if abs(mass.sum() - 1) > SUM_ERROR:
            raise InvalidMeasure(f"the masses sum to {mass.sum()}, not 1; from_arrays normalises them.")
        check_numbers(labels, len(points), len(names))
        if len(names) < 2:
            raise InvalidMeasure(
                f"the data hold one class only ({names[0]}); a risk needs at least two. Select more classes."
            )
        parts = {
            "points": own(points),
            "labels": own(labels, np.int32),
            "mass": mass,
            "unit": exact_unit(self.unit),
            "class_names": names,
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)

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
            mass: weights, (N,), nonnegative; normalised in float64, unless they sum to one already, to within 1e-9. All
                that is proved is about these rounded masses. Uniform by default.
            unit: feature value of one step of `X`, exactly: a fraction, a whole number or a text such as
                "1/255". By default 1/255 for uint8, which is taken for pixels between 0 and 1, and 1 for
                all other types.
            class_names: names of the distinct labels, in ascending order of the labels.

        Raises:
            InvalidMeasure: NaN or infinite features, lengths that differ, fewer than two classes,
                negative or all-zero mass, a unit that is not exact or not positive.
        """
        features, targets = as_features(X), as_labels(y)
        if len(features) != len(targets):
            raise InvalidMeasure(
                f"{arg('X')} has {len(features)} points and {arg('y')} has {len(targets)} labels; "
                "they must be of one length."
            )
        if unit is None:
            unit = Fraction(1, 255) if features.dtype == np.uint8 else Fraction(1)
        shape = tuple(int(s) for s in features.shape[1:])
        points = features.reshape(len(features), prod(shape))
        if points.dtype == bool:
            points = points.view(np.uint8)
        check_features(points)
        values, labels = number_labels(targets)
        names = tuple(str(v) for v in values) if class_names is None else as_names(class_names)
        if len(names) != len(values):
            raise InvalidMeasure(f"{len(names)} class names for {len(values)} classes; give one name a class.")
        weights = share_evenly(len(points)) if mass is None else as_array(mass, "mass", np.float64)
        check_mass(weights, len(points))
        return cls(
            points=points,
            labels=labels,
            mass=normalise(weights),
            unit=exact_unit(unit),
            class_names=names,
            name=name,
            shape=shape,
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
                themselves; all by default. Classes and points keep their order.
            per_class: how many points of each class to keep; all by default.
            seed: chooses these points at random; without it the first ones are kept.

        Raises:
            UnknownName: a class that is not there.
            InvalidMeasure: fewer points in a class than asked for, fewer than two classes, a class given twice, a seed
                without `per_class`.
        """
        kept = self._numbers(classes)
        check_count("per_class", per_class, 1)
        check_count("seed", seed, 0)
        if seed is not None and per_class is None:
            raise InvalidMeasure(
                f"{arg('seed')} is {shorten(seed)}, but {arg('per_class')} is missing; "
                f"give both, or leave {arg('seed')} out."
            )
        rng = None if seed is None else np.random.default_rng(seed)
        chosen = np.sort(np.concatenate([self._choose(label, per_class, rng) for label in kept]))
        mass = self.mass[chosen]
        check_mass(mass, len(chosen))
        even = bool((mass == mass[0]).all())  # n equal masses become 1/n, as those of n given points are
        return replace(
            self,
            points=self.points[chosen],
            labels=np.searchsorted(np.array(kept), self.labels[chosen]).astype(np.int32),
            mass=share_evenly(len(mass)) if even else normalise(mass),
            class_names=tuple(self.class_names[label] for label in kept),
        )

    def _numbers(self, classes: Sequence[str | int] | None) -> list[int]:
        """The numbers of the classes to keep, in ascending order."""
        if classes is None:
            return list(range(self.classes))
        if isinstance(classes, str | bytes) or not isinstance(classes, Iterable):
            raise InvalidMeasure(f"{arg('classes')} is {shorten(classes)}; give a list of names, such as ['1', '4'].")
        kept = sorted(self._number(wanted) for wanted in classes)
        if not kept:
            raise InvalidMeasure("no class is selected; name at least two.")
        for one, other in pairwise(kept):
            if one == other:
                raise InvalidMeasure(f"class {self.class_names[one]!r} is given twice; name every class once.")
        return kept

    def _number(self, wanted: str | int) -> int:
        """The number of a class, given by its name or number."""
        text = (wanted if isinstance(wanted, str) else shorten(wanted)).strip()
        if text in self.class_names:
            return self.class_names.index(text)
        numbered = any(name.lstrip("+-").replace(".", "").isdecimal() for name in self.class_names)
        if not numbered and text.isdecimal() and len(text) < 10 and int(text) < self.classes:
            return int(text)
        raise UnknownName("class", text, self.class_names)

    def _choose(self, label: int, count: int | None, rng: np.random.Generator | None) -> Int32[np.ndarray, " n"]:
        """The points of a class to keep: the first, or random ones, in no order; all without a count."""
        found = np.flatnonzero(self.labels == label).astype(np.int32)
        if count is None:
            return found
        if count > len(found):
            raise InvalidMeasure(
                f"{arg('per_class')} is {shorten(count)} but class {self.class_names[label]!r} "
                f"has {len(found)} points; ask for {len(found)} at most."
            )
        return found[:count] if rng is None else rng.choice(found, count, replace=False)


def share_evenly(points: int) -> Float64[np.ndarray, " points"]:
    """Equal masses of sum one."""
    return np.full(points, 1.0 / points)


def normalise(weights: Float64[np.ndarray, " points"]) -> Float64[np.ndarray, " points"]:
    """Masses of sum one; those that sum to one already stay as they are."""
    total = weights.sum()
    return weights if abs(total - 1) <= SUM_ERROR else weights / total


def as_names(names: Any) -> tuple[str, ...]:
    """The names of classes, as texts, which must differ."""
    if isinstance(names, str | bytes) or not isinstance(names, Iterable):
        raise InvalidMeasure(f"{arg('class_names')} is {shorten(names)}; give a list of names, one a class.")
    texts = tuple(name if isinstance(name, str) else shorten(name) for name in names)
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise InvalidMeasure(f"two classes are called {twice!r}; give every class a name of its own.")
    return texts


def exact_unit(unit: Number) -> Fraction:
    """The unit as a fraction; refused if it is a float such as 1/255, as rounding would change every distance."""
    try:
        if isinstance(unit, np.ndarray):
            unit = unit[()]
        number = rational(unit)
        if isinstance(unit, float | np.floating) and number.denominator > 1:
            raise ValueError
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        raise InvalidMeasure(f"{arg('unit')} is {shorten(unit)}; give it exactly, such as Fraction(1, 255).") from None
    if number <= 0:
        raise InvalidMeasure(f"{arg('unit')} is {shorten(unit)}; it must be positive: the feature value of one step.")
    return number


def check_measure(value: object) -> None:
    """Refuse what is no measure."""
    if not isinstance(value, LabeledMeasure):
        raise InvalidMeasure(
            f"{arg('measure')} is {shorten(value)}; it must be a LabeledMeasure, as datasets.load and "
            "LabeledMeasure.from_arrays make them."
        )
