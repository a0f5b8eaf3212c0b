"""Data sets in folders of images, one sub-folder a class."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from motlp.datasets.selection import Selection
from motlp.errors import DatasetUnavailable, InvalidFile, UnknownName, arg, one_line
from motlp.problem.measure import LabeledMeasure

# Sub-folders of these names are splits, unless there are others beside them: then all are classes.
SPLITS = ("train", "test", "val", "valid", "validation")
# Left behind by desktops and archivers; names with a leading dot are passed over too.
CLUTTER = ("Thumbs.db", "desktop.ini", "__MACOSX")


def image_folder(path: Path, selection: Selection) -> LabeledMeasure:
    """Images of one size, one sub-folder a class; classes and files in the order of their names.

    Pixels are taken as they are stored. Names with a leading dot, and those in `CLUTTER`, are passed over;
    anything else that is no image is refused.
    """
    folder, name = path, path.resolve().name
    if selection.split is not None:
        folder, name = split_folder(path, selection.split), f"{name}/{selection.split}"
    classes = entries(folder)
    if classes and {entry.name for entry in classes} <= set(SPLITS):
        splits = " or ".join(entry.name for entry in classes)
        raise InvalidFile(f"{path} holds splits, not classes; choose one with {arg('split')}: {splits}.")
    paths, labels = list_labelled_files(folder, classes)
    # Selected by the number of the file, so that only the images that are wanted are read.
    numbers, titles = np.arange(len(paths)).reshape(-1, 1), [entry.name for entry in classes]
    chosen = selection.apply(LabeledMeasure.from_arrays(numbers, labels, class_names=titles, name=name))
    images = read_images([paths[i] for i in chosen.points[:, 0]])
    points = images.reshape(len(images), -1)
    return replace(chosen, points=points, unit=Fraction(1, 255), shape=images.shape[1:])


def split_folder(path: Path, split: str) -> Path:
    """The sub-folder that holds the classes of a split."""
    splits = [entry.name for entry in entries(path) if entry.name in SPLITS]
    if split not in splits:
        raise UnknownName("split", split, splits, f"Splits are sub-folders of {path}.")
    return path / split


def list_labelled_files(folder: Path, classes: Sequence[Path]) -> tuple[list[Path], list[int]]:
    """The files in the folders of all classes, and of each the number of its class."""
    paths, labels = [], []
    for label, inside in enumerate(classes):
        files = entries(inside) if inside.is_dir() else []
        if not files:
            raise InvalidFile(
                f"{inside} is no folder with images; {folder} must hold one such folder a class, and nothing else."
            )
        paths += files
        labels += [label] * len(files)
    if not paths:
        raise InvalidFile(f"{folder} is empty; an image folder holds one sub-folder of images a class.")
    return paths, labels


def entries(folder: Path) -> list[Path]:
    """What a folder holds, in the order of the names, without clutter."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.name not in CLUTTER)


def read_images(paths: Sequence[Path]) -> UInt8[np.ndarray, "images height width *channels"]:
    """Images of one size and mode, as one array."""
    first = read_image(paths[0])
    images = np.empty((len(paths), *first.shape), np.uint8)
    for i, path in enumerate(paths):
        image = first if i == 0 else read_image(path)
        if image.shape != first.shape:
            raise InvalidFile(
                f"{path} is an image of {size_of(image)}, {paths[0]} of {size_of(first)}; "
                "all must be of one size and mode: resize or convert them first."
            )
        images[i] = image
    return images


def read_image(path: Path) -> UInt8[np.ndarray, "height width *channels"]:
    """One image of 8 bits a channel."""
    try:
        from PIL import Image
    except ImportError:
        raise DatasetUnavailable(
            "images are read by Pillow, which is not installed; "
            "install it: pip install 'motlp[images]', or uv run --extra images."
        ) from None
    try:
        with Image.open(path) as image:
            mode, pixels = image.mode, np.asarray(image)
    except Exception as error:  # the readers in Pillow raise errors of any type for a damaged file
        raise InvalidFile(f"{path} is no image that can be read: {one_line(error)}. Remove it.") from None
    if mode not in ("L", "LA", "RGB", "RGBA"):
        raise InvalidFile(f"{path} is an image of mode {mode}; convert it to L (grey) or RGB.")
    return pixels


def size_of(image: UInt8[np.ndarray, "height width *channels"]) -> str:
    """Height, width and channels in words."""
    return " × ".join(str(n) for n in image.shape)
