"""Data sets that torchvision reads, and downloads if it is asked to; what it has read once is kept as arrays."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from motlp.datasets.cache import LabeledImages, describe_files, keep, recall
from motlp.datasets.paths import data_folder
from motlp.datasets.selection import Selection
from motlp.errors import DatasetUnavailable, InvalidFile, UnknownName, arg, one_line
from motlp.problem.measure import LabeledMeasure

SPLITS = ("train", "test")


def vision(name: str, kind: str, selection: Selection) -> LabeledMeasure:
    """The data set of torchvision's class `kind`, images as height × width (× channels) of 0 … 255."""
    split = "train" if selection.split is None else selection.split
    if split not in SPLITS:
        raise UnknownName("split", split, SPLITS)
    root = data_folder() if selection.root is None else selection.root
    images, labels, titles = read_once(name, kind, split, root, selection.download)
    return selection.apply(LabeledMeasure.from_arrays(images, labels, class_names=titles, name=f"{name}/{split}"))


def read_once(name: str, kind: str, split: str, root: Path, download: bool) -> LabeledImages:
    """The data set from the cache, if its files are as they were when it was kept, else through torchvision."""
    parts = places(kind, split)
    for _ in range(2):  # files that were downloaded, or that changed meanwhile, are read once more
        seen = describe_files(root, parts)
        if not seen and not download and find_spec("torchvision") is not None:
            raise missing(name, root)  # torchvision would say so too, but takes many seconds to be imported
        key = (name, split, os.path.realpath(root) if seen else "")
        kept = recall(key, seen) if seen else None
        if kept is not None:
            return kept
        data = through_torchvision(name, kind, split, root, download)
        if seen and describe_files(root, parts) == seen:
            keep(key, seen, data)
            break
    return data


def places(kind: str, split: str) -> tuple[str, ...]:
    """The files and folders below the root that torchvision's class `kind` reads, known without importing it."""
    if kind == "SVHN":
        return (f"{split}_32x32.mat",)
    folders = {"CIFAR10": "cifar-10-batches-py", "CIFAR100": "cifar-100-python"}
    return (folders[kind],) if kind in folders else (f"{kind}/raw", f"{kind}/processed")


def through_torchvision(name: str, kind: str, split: str, root: Path, download: bool) -> LabeledImages:
    """The images, the labels, and the names of the classes where they have some."""
    data = torchvision_files(name, kind, split, root, download)
    if kind == "SVHN":
        return LabeledImages(data.data.transpose(0, 2, 3, 1), data.labels)
    images, labels = np.asarray(data.data), np.asarray(data.targets)
    # torchvision calls the classes of MNIST "0 - zero" and so on, and has no names for those of SVHN.
    titles = None if kind == "MNIST" else [str(data.classes[k]) for k in np.unique(labels)]
    return LabeledImages(images, labels, titles)


def torchvision_files(name: str, kind: str, split: str, root: Path, download: bool) -> Any:
    """torchvision's own object for a data set, downloaded if that is wanted."""
    try:
        from torchvision import datasets
    except ImportError as error:
        raise DatasetUnavailable(
            f"{name} is read by torchvision, which cannot be imported ({one_line(error)}); "
            "install it: pip install 'motlp[vision]', or uv run --extra vision."
        ) from None
    part: dict[str, Any] = {"split": split} if kind == "SVHN" else {"train": split == "train"}
    try:
        return getattr(datasets, kind)(root, download=download, **part)
    except Exception as error:  # of the network, of the file system, of damaged files
        if download:
            raise DatasetUnavailable(
                f"{name} could not be downloaded to {root}: {one_line(error)}. "
                "Check the network and the folder, or put its files there by hand."
            ) from None
        if "not found" in str(error):
            raise missing(name, root) from None
        raise InvalidFile(f"the files of {name} in {root} cannot be read: {one_line(error)}.") from None


def missing(name: str, root: Path) -> DatasetUnavailable:
    """The error for files that are not there, or not all of them."""
    return DatasetUnavailable(
        f"{name} is not, or not whole, in {root}; set {arg('download')} to get it, or give its folder as {arg('root')}."
    )
