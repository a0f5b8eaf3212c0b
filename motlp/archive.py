"""Interactions on disk: one .npz that holds the measure, the threat and the hypergraph, and no pickles."""

import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from motlp.atomic import written
from motlp.cost import Ball, Cost, Quadratic
from motlp.errors import InvalidFile, MotlpError
from motlp.hypergraph import Hypergraph
from motlp.measure import LabeledMeasure

FORMAT = "motlp interactions"
VERSION = 1


def save(hypergraph: Hypergraph, path: str | Path) -> None:
    """Write a hypergraph, with its points, to a `.npz` file.

    Raises:
        InvalidFile: the file cannot be written; what was there before is untouched.
    """
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
        "norm": np.array(threat.norm if isinstance(threat, Ball) else ""),
        "tau": np.array(str(threat.tau) if isinstance(threat, Quadratic) else ""),
        "eps": np.array("" if hypergraph.eps is None else str(hypergraph.eps)),
    }
    for order in range(hypergraph.order):
        arrays[f"members_{order + 1}"] = hypergraph.members[order]
        arrays[f"births_{order + 1}"] = hypergraph.births[order]
    with written(Path(path)) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)


def is_archive(path: str | Path) -> bool:
    """Whether a path names saved interactions, as far as the file can be read at all."""
    try:
        with zipfile.ZipFile(path) as file:
            return {"format.npy", "members_1.npy"} <= set(file.namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def load(path: str | Path, measure: LabeledMeasure | None = None) -> Hypergraph:
    """Read a hypergraph back.

    Args:
        path: a file that `save` wrote.
        measure: refuse the file unless it is of this very measure.

    Raises:
        InvalidFile: damaged, truncated, of another kind or version, or of another measure: says what differs.
    """
    arrays = contents(path)
    if str(arrays.get("format")) != FORMAT:
        raise InvalidFile(f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}, no saved interactions.")
    if (version := str(arrays.get("version"))) != str(VERSION):
        raise InvalidFile(f"{path} is of format version {version}, this motlp reads {VERSION}; save it again.")
    try:
        found = restored(arrays)
    except (KeyError, ValueError, TypeError, ArithmeticError, MotlpError) as error:
        raise InvalidFile(f"{path} is damaged ({error}); save it again.") from None
    if measure is not None and (differing := difference(found.measure, measure)):
        raise InvalidFile(f"{path} is of another data set: {differing}.")
    return found


def replaceable(path: Path, measure: LabeledMeasure, threat: Cost) -> None:
    """Refuse to save over anything but interactions of the same measure and threat.

    Raises:
        InvalidFile: what is there is something else; says what differs.
    """
    if not path.exists():
        return
    try:
        found = load(path, measure)
        if found.threat != threat:
            raise InvalidFile(f"{path} is of {found.threat}, not {threat}.")
    except InvalidFile as error:
        raise InvalidFile(f"{error} It is not overwritten: remove it, or give another name to --save.") from None


def contents(path: str | Path) -> dict[str, Any]:
    """The arrays of a .npz file; nothing in it is ever unpickled."""
    try:
        with zipfile.ZipFile(path) as _, np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except FileNotFoundError:
        raise InvalidFile(f"{path} does not exist; write it with `motlp interactions … --save {path}`.") from None
    except Exception as error:  # a dozen types, by where the damage is
        why = "it holds pickled objects" if "allow_pickle" in str(error) else str(error) or type(error).__name__
        raise InvalidFile(f"{path} is damaged or no .npz file ({why}); save it again.") from None


def restored(arrays: dict[str, Any]) -> Hypergraph:
    """The hypergraph that the arrays of a file describe."""
    measure = LabeledMeasure(
        points=arrays["points"],
        labels=arrays["labels"],
        mass=arrays["mass"],
        unit=Fraction(str(arrays["unit"])),
        class_names=tuple(str(name) for name in arrays["class_names"]),
        name=str(arrays["name"]),
        shape=tuple(int(s) for s in arrays["shape"]),
    )
    eps, norm = str(arrays["eps"]), str(arrays["norm"])
    numbered = sum(key.startswith(("members_", "births_")) for key in arrays)
    orders = range(1, 1 + (numbered + 1) // 2)
    hypergraph = Hypergraph(
        measure=measure,
        threat=Ball(norm) if norm else Quadratic(Fraction(str(arrays["tau"]))),
        eps=Fraction(eps) if eps else None,
        members=tuple(arrays[f"members_{k}"] for k in orders),
        births=tuple(arrays[f"births_{k}"] for k in orders),
    )
    for k, rows, births in zip(orders, hypergraph.members, hypergraph.births, strict=True):
        if rows.shape != (len(births), k) or (rows.size and not 0 <= rows.min() <= rows.max() < measure.size):
            raise ValueError(f"the interactions of order {k} do not fit the points")
    return hypergraph


def difference(saved: LabeledMeasure, given: LabeledMeasure) -> str:
    """What tells two measures apart, in words; empty if nothing does."""
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
