"""Data sets in .npz files."""

from pathlib import Path
from zipfile import is_zipfile

import numpy as np

from motlp.datasets.selection import Selection
from motlp.errors import InvalidFile, InvalidMeasure, arg, one_line
from motlp.problem.measure import LabeledMeasure


def npz_file(path: Path, selection: Selection) -> LabeledMeasure:
    """The arrays `x`, `y` and, where they are there, `mass` and `unit` of a .npz file; nothing is ever unpickled."""
    selection.refuse_split(str(path))
    if not is_zipfile(path):
        raise InvalidFile(f"{path} is no .npz file, or is cut short; np.savez(path, x=…, y=…) writes one.")
    try:
        with np.load(path, allow_pickle=False) as file:
            found = ", ".join(file.files) or "nothing"
            arrays = {key: file[key] for key in ("x", "y", "mass", "unit") if key in file}
    except Exception as error:  # of a dozen types: it depends on where the damage is
        why = "it holds pickled objects" if "allow_pickle" in str(error) else one_line(error)
        raise InvalidFile(f"{path} cannot be read: {why}; save plain arrays by np.savez.") from None
    if "x" not in arrays or "y" not in arrays:
        raise InvalidFile(f"{path} holds {found}; a data set has arrays x and y, and may have mass and unit.")
    try:
        unit = str(arrays["unit"]) if "unit" in arrays else None
        mass = arrays.get("mass")
        return selection.apply(LabeledMeasure.from_arrays(arrays["x"], arrays["y"], mass, unit=unit, name=path.stem))
    except InvalidMeasure as error:
        text = error.spell(lambda name: "x" if name == "X" else arg(name))  # as the file has it
        raise InvalidMeasure(f"{path}: {text}") from None
