"""Data sets that torchvision reads, and downloads if it is asked to."""

from typing import Any

import numpy as np

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
    data = torchvision_files(name, kind, split, selection)
    if kind == "SVHN":
        images, labels = data.data.transpose(0, 2, 3, 1), data.labels
    else:
        images, labels = np.asarray(data.data), np.asarray(data.targets)
    # torchvision calls the classes of MNIST "0 - zero" and so on, and has no names for those of SVHN.
    titles = None if kind in ("MNIST", "SVHN") else [data.classes[k] for k in np.unique(labels)]
    return selection.apply(LabeledMeasure.from_arrays(images, labels, class_names=titles, name=f"{name}/{split}"))


def torchvision_files(name: str, kind: str, split: str, selection: Selection) -> Any:
    """torchvision's own object for a data set, downloaded if that is wanted."""
    try:
        from torchvision import datasets
    except ImportError as error:
        raise DatasetUnavailable(
            f"{name} is read by torchvision, which cannot be imported ({one_line(error)}); "
            "install it: pip install 'motlp[vision]', or uv run --extra vision."
        ) from None
    root = data_folder() if selection.root is None else selection.root
    part: dict[str, Any] = {"split": split} if kind == "SVHN" else {"train": split == "train"}
    try:
        return getattr(datasets, kind)(root, download=selection.download, **part)
    except Exception as error:  # of the network, of the file system, of damaged files
        if selection.download:
            raise DatasetUnavailable(
                f"{name} could not be downloaded to {root}: {one_line(error)}. "
                "Check the network and the folder, or put its files there by hand."
            ) from None
        if "not found" in str(error):
            raise DatasetUnavailable(
                f"{name} is not, or not whole, in {root}; "
                f"set {arg('download')} to get it, or give its folder as {arg('root')}."
            ) from None
        raise InvalidFile(f"the files of {name} in {root} cannot be read: {one_line(error)}.") from None
