"""Data sets by name or by path. To add one, write a function of a `Selection`, and a line in `SOURCES`."""

import os
from collections.abc import Callable, Sequence
from functools import partial

from motlp.datasets.embedded import digits, gaussians
from motlp.datasets.images import image_folder
from motlp.datasets.npz import npz_file
from motlp.datasets.paths import expand
from motlp.datasets.selection import Selection
from motlp.datasets.vision import vision
from motlp.errors import DatasetUnavailable, InvalidMeasure, UnknownName, arg, shorten
from motlp.problem.measure import LabeledMeasure, check_count

SOURCES: dict[str, Callable[[Selection], LabeledMeasure]] = {
    "digits": digits,
    "gaussians": gaussians,
    "mnist": partial(vision, "mnist", "MNIST"),
    "fashion-mnist": partial(vision, "fashion-mnist", "FashionMNIST"),
    "kmnist": partial(vision, "kmnist", "KMNIST"),
    "cifar10": partial(vision, "cifar10", "CIFAR10"),
    "cifar100": partial(vision, "cifar100", "CIFAR100"),
    "svhn": partial(vision, "svhn", "SVHN"),
}
DRAWN = ("gaussians",)  # random points, so that `seed` has a meaning without `per_class`
PATHS_TOO = "The path of a .npz file or an image folder works too."


def load(
    name: str | os.PathLike[str],
    *,
    split: str | None = None,
    root: str | os.PathLike[str] | None = None,
    download: bool = False,
    classes: Sequence[str | int] | None = None,
    per_class: int | None = None,
    seed: int | None = None,
) -> LabeledMeasure:
    """The data set of a name, or at a path.

    Args:
        name: one of `names()`; or the path of a .npz file with arrays `x`, `y` and optionally `mass`; or
            the path of a folder that holds one sub-folder of images for each class.
        split: "train" (the default) or "test" of a torchvision data set; the sub-folder, such as train or
            test, that holds the classes of a folder of images. The other data sets have no splits.
        root: folder of the files of torchvision data sets; $MOTLP_DATA by default, else a cache folder.
        download: get the files of a torchvision data set that are not in `root`.
        classes, per_class, seed: as in `LabeledMeasure.select`. Of `gaussians`, `per_class` points of each
            class are drawn, 100 by default, with `seed`, 0 by default.

    Raises:
        UnknownName: no such data set, split or class.
        DatasetUnavailable: a package or the files are missing.
        InvalidFile: a file that cannot be read, or that is not like the others.
        InvalidMeasure: what is read is no labelled measure, or holds fewer points than wanted.
    """
    # "" would be the current folder.
    if not isinstance(name, str | os.PathLike) or not os.fspath(name):
        raise UnknownName("data set", name, names(), PATHS_TOO)
    check_count("per_class", per_class, 1)
    check_count("seed", seed, 0)
    if seed is not None and per_class is None and str(name) not in DRAWN:
        raise InvalidMeasure(
            f"{arg('seed')} is {shorten(seed)}, but without {arg('per_class')} all points are kept; "
            f"give both, or leave {arg('seed')} out."
        )
    if not isinstance(split, str | None):
        raise UnknownName("split", split, ("train", "test"))
    selection = Selection(split, None if root is None else expand(root), download, classes, per_class, seed)
    source = SOURCES.get(str(name))
    return load_path(name, selection) if source is None else source(selection)


def load_path(name: str | os.PathLike[str], selection: Selection) -> LabeledMeasure:
    """The data set in a file or folder."""
    path = expand(name)
    if os.path.isdir(path):  # for a name that is too long, this is False, where Path.is_dir raises an error
        return image_folder(path, selection)
    if os.path.isfile(path):
        return npz_file(path, selection)
    if path.suffix == ".npz" or len(path.parts) > 1:
        shown = str(path) if str(path).isprintable() else repr(str(path))
        raise DatasetUnavailable(f"there is no file or folder {shown}; check the path.")
    raise UnknownName("data set", name, names(), PATHS_TOO)


def names() -> tuple[str, ...]:
    """The data sets that have a name."""
    return tuple(SOURCES)
