"""A data set by name or by path becomes a labelled measure."""

import os
from collections.abc import Sequence

from motlp.datasets.paths import expand
from motlp.datasets.registry import check_selection, find_reader
from motlp.datasets.selection import Selection
from motlp.errors import UnknownName
from motlp.problem.measure import LabeledMeasure


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
    reader = find_reader(name)
    check_selection(name, per_class, seed)
    if not isinstance(split, str | None):
        raise UnknownName("split", split, ("train", "test"))
    return reader(Selection(split, None if root is None else expand(root), download, classes, per_class, seed))
