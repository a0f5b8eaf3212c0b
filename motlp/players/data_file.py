"""A measure as a data set in a file, which `motlp.datasets.load` reads."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from motlp.errors import InvalidFile
from motlp.problem.archive import check_path
from motlp.problem.measure import LabeledMeasure
from motlp.system.atomic import write_atomically


def write_data(measure: LabeledMeasure, path: str | Path, **more: Shaped[np.ndarray, " points"]) -> None:
    """Write `x`, `y`, `mass` and `unit`, and more arrays, to a `.npz` file.

    Raises:
        InvalidFile: the file cannot be written, or a name of a class ends in a null character, which arrays of texts do
            not keep; what was there before is untouched.
    """
    place, shape = check_path(path), measure.shape or (measure.dimension,)
    for name in measure.class_names:
        if name.endswith("\0"):
            raise InvalidFile(f"the class {name!r} has a name that no array of texts keeps; give it another one.")
    arrays: dict[str, Any] = more | {
        "x": measure.points.reshape(-1, *shape),
        "y": as_values(measure.class_names)[measure.labels],
        "mass": measure.mass,
        "unit": np.array(str(measure.unit)),
    }
    with write_atomically(place) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)


def as_values(names: tuple[str, ...]) -> Shaped[np.ndarray, " classes"]:
    """The names of classes as whole numbers where all are, else as texts: read again, they are the same names."""
    whole = all(re.fullmatch("0|-?[1-9][0-9]{0,17}", name) for name in names)
    return np.array([int(name) for name in names] if whole else names)
