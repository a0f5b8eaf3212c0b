"""Interactions on disk: one .npz that holds the measure, the threat and the hypergraph, and no pickles.

A file is checked when it is loaded. Its digest tells whether anything was altered. Every interaction is also computed
anew from its points, so that a file that was altered and given a new digest cannot make a false bound either.
"""

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from motlp.errors import InvalidFile, MotlpError, arg, one_line, shorten
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.problem.measure import LabeledMeasure, check_measure, exact_unit
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic
from motlp.system.atomic import write_atomically

FORMAT = "motlp interactions"
VERSION = 2
DTYPES = {"labels": np.int32, "mass": np.float64, "shape": np.int64}


def save(hypergraph: Hypergraph, path: str | Path) -> None:
    """Write a hypergraph, with its points, to a `.npz` file.

    Raises:
        InvalidFile: the file cannot be written; what was there before is untouched.
        InvalidHypergraph: `hypergraph` is no Hypergraph.
    """
    check_hypergraph(hypergraph)
    place = check_path(path)
    arrays = list_arrays(hypergraph)
    arrays["digest"] = np.array(digest_arrays(arrays))
    with write_atomically(place) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)


def list_arrays(hypergraph: Hypergraph) -> dict[str, Any]:
    """The arrays that make up a file, but for their digest; `build_hypergraph` reads them."""
    measure, threat = hypergraph.measure, hypergraph.threat
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "points": measure.points,
        "labels": measure.labels,
        "mass": measure.mass,
        "unit": np.array(str(measure.unit)),
        "class_names": np.array(measure.class_names),
        "name": np.array(measure.name),
        "shape": np.array(measure.shape, dtype=np.int64),
        "norm": np.array(threat.parameters().get("norm", "")),
        "tau": np.array(threat.parameters().get("tau", "")),
        "eps": np.array("" if hypergraph.eps is None else str(hypergraph.eps)),
    }
    for order in range(hypergraph.order):
        arrays[f"members_{order + 1}"] = hypergraph.members[order]
        arrays[f"births_{order + 1}"] = hypergraph.births[order]
    return arrays


def is_archive(path: str | Path) -> bool:
    """Whether a path names saved interactions, as far as the file can be read at all."""
    try:
        with zipfile.ZipFile(path) as file:
            return {"format.npy", "members_1.npy"} <= set(file.namelist())
    except Exception:  # from the file system, or from a zip file that is damaged or of a kind that Python cannot read
        return False


def load(path: str | Path, measure: LabeledMeasure | None = None) -> Hypergraph:
    """Read a hypergraph that `save` wrote.

    Args:
        path: the `.npz` file.
        measure: refuse the file unless its points, labels, masses and unit are those of this measure.

    Raises:
        InvalidMeasure: `measure` is not one.
        InvalidFile: the file is damaged, altered, of another kind or version, or of another measure, and the text says
            what differs; or a set in it is no interaction of its points.
    """
    path = check_path(path)
    if measure is not None:
        check_measure(measure)
    arrays = read_arrays(path)
    if str(arrays.get("format")) != FORMAT:
        raise InvalidFile(
            f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}, not saved interactions; motlp.save writes them."
        )
    if (version := str(arrays.get("version"))) != str(VERSION):
        raise InvalidFile(f"{path} is of format version {version}, this motlp reads {VERSION}; save it again.")
    if str(arrays.pop("digest", "")) != digest_arrays(arrays):
        raise InvalidFile(f"{path} was altered after it was saved: its digest does not fit; save it again.")
    try:
        found = build_hypergraph(arrays).check()
    except (KeyError, ValueError, TypeError, ArithmeticError, MotlpError) as error:
        # In plain words even where marks of arguments are: it is the file that has the value, no argument.
        raise InvalidFile(f"{path} is damaged ({one_line(error)}); save it again.") from None
    if measure is not None and (differing := find_difference(found.measure, measure)):
        raise InvalidFile(f"{path} is of another data set: {differing}.")
    return found


def read_arrays(path: Path) -> dict[str, Any]:
    """The arrays of a .npz file; nothing in it is ever unpickled."""
    try:
        with zipfile.ZipFile(path) as _, np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except FileNotFoundError:
        raise InvalidFile(f"{path} does not exist; write it with motlp.save.") from None
    except Exception as error:  # its type, one of a dozen, depends on where the damage is
        why = "it holds pickled objects" if "allow_pickle" in str(error) else one_line(error)
        raise InvalidFile(f"{path} is damaged or no .npz file ({why}); save it again.") from None


def build_hypergraph(arrays: dict[str, Any]) -> Hypergraph:
    """The hypergraph that the arrays of a file describe.

    Raises:
        KeyError, ValueError, TypeError, ArithmeticError, MotlpError: an array is missing, or holds what it cannot.
    """
    for name, dtype in DTYPES.items():
        if arrays[name].dtype != dtype:
            raise ValueError(f"{name} are of type {arrays[name].dtype}, not {np.dtype(dtype)}")
    measure = LabeledMeasure(
        points=arrays["points"],
        labels=arrays["labels"],
        mass=arrays["mass"],
        unit=exact_unit(str(arrays["unit"])),
        class_names=tuple(str(name) for name in arrays["class_names"]),
        name=str(arrays["name"]),
        shape=tuple(int(s) for s in arrays["shape"]),
    )
    eps, norm = str(arrays["eps"]), str(arrays["norm"])
    numbered = sum(key.startswith(("members_", "births_")) for key in arrays)
    orders = range(1, 1 + (numbered + 1) // 2)
    return Hypergraph(
        measure=measure,
        threat=Ball(norm) if norm else Quadratic(str(arrays["tau"])),
        eps=exact(eps) if eps else None,
        members=tuple(arrays[f"members_{k}"] for k in orders),
        births=tuple(arrays[f"births_{k}"] for k in orders),
    )


def digest_arrays(arrays: dict[str, Any]) -> str:
    """SHA-256 of the names, types, shapes and bytes of the arrays."""
    summed = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        summed.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        summed.update(np.ascontiguousarray(array).tobytes())
    return summed.hexdigest()


def check_path(path: str | Path) -> Path:
    """The path of a file, once it is known to be a path."""
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise InvalidFile(f"{arg('path')} is {shorten(path)}; give the path of a .npz file.")
    return Path(path)


def find_difference(saved: LabeledMeasure, given: LabeledMeasure) -> str:
    """The first difference between two measures, in words; empty if there is none."""
    traits = {
        "points": (saved.size, given.size),
        "features": (saved.dimension, given.dimension),
        "classes": (saved.class_names, given.class_names),
        "unit": (saved.unit, given.unit),
        "type of features": (saved.points.dtype, given.points.dtype),
    }
    for trait, (there, here) in traits.items():
        if there != here:
            return f"{trait}: {there} there, {here} here (saved from {saved.name!r})"
    for trait in ("points", "labels", "mass"):
        if not np.array_equal(getattr(saved, trait), getattr(given, trait)):
            return f"the {trait} differ (saved from {saved.name!r})"
    return ""
