"""The labelled measure: points, labels and masses, checked once, at the door."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from jaxtyping import Float64, Int32, Num

from motlp.errors import InvalidMeasure, UnknownName


@dataclass(frozen=True, eq=False)
class LabeledMeasure:
    """A finite measure on features × classes, of total mass one.

    `points` keep the dtype they came in, row by row, and stand for the features `points * unit`: an
    8-bit image stays uint8 with a unit of 1/255, so that distances between images are exact integers.

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
        check_features(self.points)
        check_mass(self.mass, len(self.points))
        if len(self.labels) != len(self.points):
            raise InvalidMeasure(
                f"{len(self.points)} points but {len(self.labels)} labels; every point needs exactly one label."
            )
        present = np.unique(self.labels)
        if len(present) < 2:
            names = ", ".join(self.class_names[i] for i in present) or "none"
            raise InvalidMeasure(
                f"the data hold one class only ({names}); a risk needs at least two. Select more classes."
            )
        if not np.array_equal(present, np.arange(len(self.class_names))):
            raise InvalidMeasure("labels must be 0 … K-1, each in use, with one name each; use from_arrays.")

    @classmethod
    def from_arrays(
        cls,
        X: Any,
        y: Any,
        mass: Any = None,
        *,
        unit: Fraction | int | str | None = None,
        class_names: Sequence[str] | None = None,
        name: str = "arrays",
    ) -> "LabeledMeasure":
        """The measure of N samples.

        Args:
            X: features, (N, ...); every axis after the first is flattened.
            y: labels, (N,), of any type that sorts; the classes are the distinct values in ascending order.
            mass: weights, (N,), nonnegative; normalised to sum one. Uniform by default.
            unit: feature value of one step of `X`. By default 1/255 for uint8, which are taken for pixels
                between 0 and 1, and 1 for everything else.
            class_names: names of the distinct labels, in ascending order of the labels.

        Raises:
            InvalidMeasure: NaN or infinite features, lengths that differ, fewer than two classes,
                negative or all-zero mass.
        """
        features = np.asarray(X)
        if features.dtype == bool:
            features = features.view(np.uint8)
            unit = 1 if unit is None else unit
        if features.ndim < 2:
            raise InvalidMeasure(
                f"X has shape {features.shape}; it must have one row per point. "
                "For one feature use X.reshape(-1, 1)."
            )
        targets = np.asarray(y)
        if targets.ndim != 1:
            raise InvalidMeasure(
                f"y has shape {targets.shape}; it must be one-dimensional, one label per point."
            )
        if targets.dtype.kind == "f" and np.isnan(targets).any():
            raise InvalidMeasure("y contains NaN; every point needs a label. Remove those points.")
        if len(features) != len(targets):
            raise InvalidMeasure(
                f"X has {len(features)} points and y has {len(targets)} labels; they must be of one length."
            )
        points = features.reshape(len(features), int(np.prod(features.shape[1:])))
        check_features(points)
        values, labels = np.unique(targets, return_inverse=True)
        names = tuple(str(v) for v in values) if class_names is None else tuple(class_names)
        if len(names) != len(values):
            raise InvalidMeasure(f"{len(names)} class names for {len(values)} classes; give one name a class.")
        weights = np.ones(len(points)) if mass is None else np.asarray(mass, dtype=np.float64)
        check_mass(weights, len(points))
        if unit is None:
            unit = Fraction(1, 255) if points.dtype == np.uint8 else Fraction(1)
        return cls(
            points=np.ascontiguousarray(points),
            labels=labels.astype(np.int32),
            mass=weights / weights.sum(),
            unit=Fraction(unit),
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
            classes: names or numbers of the classes to keep; all by default. A name wins over a number.
            per_class: keep the first so many points of each class, or a random so many if `seed` is given.

        Raises:
            UnknownName: a class that is not there.
            InvalidMeasure: fewer points in a class than asked for, or fewer than two classes.
        """
        kept = range(self.classes) if classes is None else sorted({self._class(c) for c in classes})
        if per_class is not None and per_class < 1:
            raise InvalidMeasure(f"per-class is {per_class}; it must be at least 1.")
        rng = None if seed is None else np.random.default_rng(seed)
        chosen = np.sort(np.concatenate([self._of_class(c, per_class, rng) for c in kept]))
        mass = self.mass[chosen]
        check_mass(mass, len(chosen))
        return replace(
            self,
            points=np.ascontiguousarray(self.points[chosen]),
            labels=np.searchsorted(np.array(kept), self.labels[chosen]).astype(np.int32),
            mass=mass / mass.sum(),
            class_names=tuple(self.class_names[c] for c in kept),
        )

    def _class(self, wanted: str | int) -> int:
        text = str(wanted).strip()
        if text in self.class_names:
            return self.class_names.index(text)
        if text.isdecimal() and int(text) < self.classes:
            return int(text)
        raise UnknownName("class", text, self.class_names)

    def _of_class(
        self, label: int, count: int | None, rng: np.random.Generator | None
    ) -> Int32[np.ndarray, " n"]:
        found = np.flatnonzero(self.labels == label).astype(np.int32)
        if count is None:
            return found
        if count > len(found):
            raise InvalidMeasure(
                f"per-class is {count} but class {self.class_names[label]!r} has {len(found)} points; "
                f"ask for {len(found)} at most."
            )
        return found[:count] if rng is None else rng.choice(found, count, replace=False)


def check_features(points: Num[np.ndarray, "points dims"]) -> None:
    """Refuse features that are no finite real numbers."""
    if points.dtype.kind not in "uif":
        raise InvalidMeasure(f"features of type {points.dtype} are not real numbers; convert them first.")
    if points.shape[0] == 0 or points.shape[1] == 0:
        raise InvalidMeasure(f"the features have shape {points.shape}; there must be a point and a feature.")
    if points.dtype.kind == "f" and not np.isfinite(points).all():
        row, column = np.argwhere(~np.isfinite(points))[0]
        raise InvalidMeasure(
            f"feature {column} of point {row} is {points[row, column]}; features must be finite. "
            "Remove or impute such points."
        )


def check_mass(mass: Float64[np.ndarray, " n"], points: int) -> None:
    """Refuse masses that no measure can have."""
    if mass.shape != (points,):
        raise InvalidMeasure(f"mass has shape {mass.shape} for {points} points; give one mass a point.")
    if not np.isfinite(mass).all() or (mass < 0).any():
        worst = int(np.flatnonzero(~(np.isfinite(mass) & (mass >= 0)))[0])
        raise InvalidMeasure(f"the mass of point {worst} is {mass[worst]}; masses must be finite and at least 0.")
    if not mass.sum() > 0:
        raise InvalidMeasure("every mass is 0; at least one point must have positive mass.")
