"""Which data sets there are, by name or path. To add one, write a function of a `Selection` and a line in `SOURCES`.

The command line refuses names and flags by this, so it loads no NumPy: a reader is imported when it is called.
"""

import os
from collections.abc import Callable
from functools import partial
from pkgutil import resolve_name
from typing import Any

from motlp.datasets.paths import expand
from motlp.errors import DatasetUnavailable, InvalidMeasure, UnknownName, arg, shorten
from motlp.problem.rationals import check_count

Reader = Callable[[Any], Any]  # of a selection, to a measure


def read(reader: str, *given: Any) -> Any:
    """What a reader, written "file:function", makes of what it is given."""
    return resolve_name(f"motlp.datasets.{reader}")(*given)


SOURCES: dict[str, Reader] = {
    "digits": partial(read, "embedded:digits"),
    "gaussians": partial(read, "embedded:gaussians"),
    "mnist": partial(read, "vision:vision", "mnist", "MNIST"),
    "fashion-mnist": partial(read, "vision:vision", "fashion-mnist", "FashionMNIST"),
    "kmnist": partial(read, "vision:vision", "kmnist", "KMNIST"),
    "cifar10": partial(read, "vision:vision", "cifar10", "CIFAR10"),
    "cifar100": partial(read, "vision:vision", "cifar100", "CIFAR100"),
    "svhn": partial(read, "vision:vision", "svhn", "SVHN"),
}
DRAWN = ("gaussians",)  # random points, so that `seed` has a meaning without `per_class`
PATHS_TOO = "The path of a .npz file or an image folder works too."


def names() -> tuple[str, ...]:
    """The data sets that have a name."""
    return tuple(SOURCES)


def find_reader(name: str | os.PathLike[str]) -> Reader:
    """The reader of the data set of a name, or at a path.

    Raises:
        UnknownName, DatasetUnavailable: there is none.
    """
    if not isinstance(name, str | os.PathLike) or not os.fspath(name):  # "" would be the current folder
        raise UnknownName("data set", name, names(), PATHS_TOO)
    return SOURCES.get(str(name)) or find_path(name)


def find_path(name: str | os.PathLike[str]) -> Reader:
    """The reader of the file or folder at a path.

    Raises:
        UnknownName, DatasetUnavailable: there is none.
    """
    path = expand(name)
    if os.path.isdir(path):  # for a name that is too long, this is False, where Path.is_dir raises an error
        return partial(read, "images:image_folder", path)
    if os.path.isfile(path):
        return partial(read, "npz:npz_file", path)
    if path.suffix == ".npz" or len(path.parts) > 1:
        shown = str(path) if str(path).isprintable() else repr(str(path))
        raise DatasetUnavailable(f"there is no file or folder {shown}; check the path.")
    raise UnknownName("data set", name, names(), PATHS_TOO)


def check_selection(name: str | os.PathLike[str], per_class: int | None, seed: int | None) -> None:
    """Refuse numbers that select no points of a data set.

    Raises:
        InvalidMeasure: one is out of range, or has no meaning without the other.
    """
    check_count("per_class", per_class, 1)
    check_count("seed", seed, 0)
    if seed is not None and per_class is None and str(name) not in DRAWN:
        raise InvalidMeasure(
            f"{arg('seed')} is {shorten(seed)}, but without {arg('per_class')} all points are kept; "
            f"give both, or leave {arg('seed')} out."
        )
