"""Data sets by name: embedded ones, torchvision's, folders of images and .npz files."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np

from motlp.errors import DatasetUnavailable, InvalidFile, InvalidMeasure, UnknownName, shorten
from motlp.problem.measure import LabeledMeasure, check_count

# Left behind by desktops and archivers in folders of images; names with a leading dot are passed over too.
CLUTTER = ("Thumbs.db", "desktop.ini", "__MACOSX")
MOST_DRAWN = 10_000_000  # points a class: beyond it, memory would end first
PATHS_TOO = "The path of a .npz file or an image folder works too."
SPLITS = ("train", "test")
# Sub-folders of these names are splits, not classes, where there are no others.
LEVELS = (*SPLITS, "val", "valid", "validation")


@dataclass(frozen=True)
class Wanted:
    """What to load of a data set; see `load`."""

    split: str | None
    root: Path | None
    download: bool
    classes: Sequence[str | int] | None
    per_class: int | None
    seed: int | None

    def of(self, measure: LabeledMeasure) -> LabeledMeasure:
        """The points that are wanted of a data set."""
        return measure.select(self.classes, self.per_class, self.seed)


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
        name: one of `names()`; or the path of a .npz file with arrays `x`, `y` and, if it likes, `mass`; or
            the path of a folder that holds one sub-folder of images for each class.
        split: "train" (the default) or "test" of a torchvision data set; the sub-folder, such as train or
            test, that holds the classes of a folder of images. The other data sets have none.
        root: folder of the files of torchvision data sets; $MOTLP_DATA by default, else a cache folder.
        download: get the files of a torchvision data set that are not in `root`.
        classes, per_class, seed: as in `LabeledMeasure.select`. Of `gaussians`, `per_class` is how many
            points to draw and `seed` what to draw them from.

    Raises:
        UnknownName: no such data set, split or class.
        DatasetUnavailable: a package or the files are missing.
        InvalidFile: a file that cannot be read, or is not like the others.
        InvalidMeasure: what is read is no labelled measure, or holds fewer points than wanted.
    """
    # "" would be the folder at hand.
    if not isinstance(name, str | os.PathLike) or not os.fspath(name):
        raise UnknownName("data set", name, names(), PATHS_TOO)
    check_count("per_class", per_class, 1)
    check_count("seed", seed, 0)
    if seed is not None and per_class is None and name != "gaussians":
        raise InvalidMeasure(
            f"seed is {shorten(seed)}, but without per_class all points are kept; give both, or leave seed out."
        )
    if not isinstance(split, str | None):
        raise UnknownName("split", split, SPLITS)
    wanted = Wanted(split, None if root is None else expand(root), download, classes, per_class, seed)
    source = SOURCES.get(str(name))
    if source is not None:
        return source(wanted)
    path = expand(name)
    if os.path.isdir(path):  # unlike those of Path, these say no to a name that is too long
        return image_folder(path, wanted)
    if os.path.isfile(path):
        return npz_file(path, wanted)
    if path.suffix == ".npz" or len(path.parts) > 1:
        shown = str(path) if str(path).isprintable() else repr(str(path))
        raise DatasetUnavailable(f"there is no file or folder {shown}; check the path.")
    raise UnknownName("data set", name, names(), PATHS_TOO)


def names() -> tuple[str, ...]:
    """The data sets that have a name."""
    return tuple(SOURCES)


def digits(wanted: Wanted) -> LabeledMeasure:
    """scikit-learn's handwritten digits: 1,797 images of 8 × 8 pixels of 0 … 16."""
    from sklearn.datasets import load_digits

    refuse_split("digits", wanted)
    data = load_digits()
    images = data.images.astype(np.uint8)
    return wanted.of(LabeledMeasure.from_arrays(images, data.target, unit=Fraction(1, 16), name="digits"))


def gaussians(wanted: Wanted) -> LabeledMeasure:
    """Six unit Gaussians in the plane, centred on {-2, 2, 6} × {-2, 2}; 100 points each, seed 0 by default.

    Every class has a stream of its own, so that fewer points are the first of more.
    """
    refuse_split("gaussians", wanted)
    count = 100 if wanted.per_class is None else wanted.per_class
    seed = 0 if wanted.seed is None else wanted.seed
    if count > MOST_DRAWN:
        raise InvalidMeasure(
            f"per_class is {shorten(count)}; of gaussians, {MOST_DRAWN} points a class are drawn at most."
        )
    centres = np.array(list(product([-2.0, 2.0, 6.0], [-2.0, 2.0])))
    noise = [np.random.default_rng([seed, k]).standard_normal((count, 2)) for k in range(len(centres))]
    points = np.concatenate([centre + z for centre, z in zip(centres, noise, strict=True)])
    labels = np.repeat(np.arange(len(centres)), count)
    return LabeledMeasure.from_arrays(points, labels, name="gaussians").select(wanted.classes)


def vision(name: str, kind: str, wanted: Wanted) -> LabeledMeasure:
    """A data set that torchvision reads, images as height × width (× channels) of 0 … 255."""
    split = "train" if wanted.split is None else wanted.split
    if split not in SPLITS:
        raise UnknownName("split", split, SPLITS)
    data = torchvision_files(name, kind, split, wanted)
    if kind == "SVHN":
        images, labels = data.data.transpose(0, 2, 3, 1), data.labels
    else:
        images, labels = np.asarray(data.data), np.asarray(data.targets)
    # The classes of the digits are called "0 - zero" there, or nothing at all.
    titles = None if kind in ("MNIST", "SVHN") else [data.classes[k] for k in np.unique(labels)]
    return wanted.of(LabeledMeasure.from_arrays(images, labels, class_names=titles, name=f"{name}/{split}"))


def torchvision_files(name: str, kind: str, split: str, wanted: Wanted) -> Any:
    """torchvision's own object for a data set, downloaded if that is wanted."""
    try:
        from torchvision import datasets
    except ImportError as error:
        raise DatasetUnavailable(
            f"{name} is read by torchvision, which cannot be imported ({first_line(error)}); "
            "install it: pip install 'motlp[vision]', or uv run --extra vision."
        ) from None
    root = data_folder() if wanted.root is None else wanted.root
    part: dict[str, Any] = {"split": split} if kind == "SVHN" else {"train": split == "train"}
    try:
        return getattr(datasets, kind)(root, download=wanted.download, **part)
    except Exception as error:  # of the network, of the file system, of damaged files
        if wanted.download:
            raise DatasetUnavailable(
                f"{name} could not be downloaded to {root}: {first_line(error)}. "
                "Check the network and the folder, or put its files there by hand."
            ) from None
        if "not found" in str(error):
            raise DatasetUnavailable(
                f"{name} is not, or not whole, in {root}; get it with --download, or say where with --root."
            ) from None
        raise InvalidFile(f"the files of {name} in {root} cannot be read: {first_line(error)}.") from None


def data_folder() -> Path:
    """$MOTLP_DATA, else a folder in the user's cache."""
    if os.environ.get("MOTLP_DATA"):
        return expand(os.environ["MOTLP_DATA"])
    own = {"win32": os.environ.get("LOCALAPPDATA", "~/AppData/Local"), "darwin": "~/Library/Caches"}
    cache = os.environ.get("XDG_CACHE_HOME") or own.get(sys.platform, "~/.cache")
    return expand(cache) / "motlp"


def expand(path: str | os.PathLike[str]) -> Path:
    """A path, with the home folder in place of a tilde.

    Raises:
        DatasetUnavailable: it is no path, or of a user who is not there.
    """
    try:
        return Path(path).expanduser()
    except (RuntimeError, TypeError):
        raise DatasetUnavailable(f"{shorten(path)} is no path to a folder or file here; give another.") from None


def npz_file(path: Path, wanted: Wanted) -> LabeledMeasure:
    """The arrays `x`, `y` and perhaps `mass` of a .npz file; nothing in it is ever unpickled."""
    refuse_split(str(path), wanted)
    if not is_zipfile(path):
        raise InvalidFile(f"{path} is no .npz file, or is cut short; np.savez(path, x=…, y=…) writes one.")
    try:
        with np.load(path, allow_pickle=False) as file:
            found = ", ".join(file.files) or "nothing"
            arrays = {key: file[key] for key in ("x", "y", "mass") if key in file}
    except Exception as error:  # a dozen types, by where the damage is
        why = "it holds pickled objects" if "allow_pickle" in str(error) else first_line(error)
        raise InvalidFile(f"{path} cannot be read: {why}; save plain arrays by np.savez.") from None
    if "x" not in arrays or "y" not in arrays:
        raise InvalidFile(f"{path} holds {found}; a data set has arrays x and y, and mass if it likes.")
    try:
        measure = LabeledMeasure.from_arrays(arrays["x"], arrays["y"], arrays.get("mass"), name=path.stem)
        return wanted.of(measure)
    except InvalidMeasure as error:
        raise InvalidMeasure(f"{path}: {error}") from None


def image_folder(path: Path, wanted: Wanted) -> LabeledMeasure:
    """Images of one size, one sub-folder a class; classes and files in the order of their names.

    Pixels are taken as they are stored. Names with a leading dot, and those in `CLUTTER`, are passed over;
    anything else that is no image is refused.
    """
    folder, name = path, path.resolve().name
    if wanted.split is not None:
        folder, name = path / wanted.split, f"{name}/{wanted.split}"
        splits = [d.name for d in entries(path) if d.name in LEVELS]
        if wanted.split not in splits:
            raise UnknownName("split", wanted.split, splits, f"Splits are sub-folders of {path}.")
    classes = entries(folder)
    if classes and {d.name for d in classes} <= set(LEVELS):
        raise InvalidFile(f"{path} holds splits, not classes; say which with --split {classes[0].name}.")
    paths, labels = [], []
    for label, inside in enumerate(classes):
        files = entries(inside) if inside.is_dir() else []
        if not files:
            raise InvalidFile(f"{inside} is no folder with images; {folder} must hold one a class, no more.")
        paths += files
        labels += [label] * len(files)
    if not paths:
        raise InvalidFile(f"{folder} is empty; an image folder holds one sub-folder of images a class.")
    # Select by the number of the file, so that only what is wanted is read.
    numbers, titles = np.arange(len(paths)).reshape(-1, 1), [d.name for d in classes]
    chosen = wanted.of(LabeledMeasure.from_arrays(numbers, labels, class_names=titles, name=name))
    images = read_images([paths[i] for i in chosen.points[:, 0]])
    points = images.reshape(len(images), -1)
    return replace(chosen, points=points, unit=Fraction(1, 255), shape=images.shape[1:])


def entries(folder: Path) -> list[Path]:
    """What a folder holds, in the order of the names, without clutter."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.name not in CLUTTER)


def read_images(paths: Sequence[Path]) -> np.ndarray:
    """Images of one size and mode as one uint8 array, (images, height, width) or (…, channels)."""
    first = read_image(paths[0])
    images = np.empty((len(paths), *first.shape), np.uint8)
    for i, path in enumerate(paths):
        image = first if i == 0 else read_image(path)
        if image.shape != first.shape:
            raise InvalidFile(
                f"{path} is an image of {sizes(image)}, {paths[0]} of {sizes(first)}; "
                "all must be of one size and mode: resize or convert them first."
            )
        images[i] = image
    return images


def read_image(path: Path) -> np.ndarray:
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
    except Exception as error:  # Pillow's readers raise what they like over a damaged file
        raise InvalidFile(f"{path} is no image that can be read: {first_line(error)}. Remove it.") from None
    if mode not in ("L", "LA", "RGB", "RGBA"):
        raise InvalidFile(f"{path} is an image of mode {mode}; convert it to L (grey) or RGB.")
    return pixels


def sizes(image: np.ndarray) -> str:
    """Height, width and channels in words."""
    return " × ".join(str(n) for n in image.shape)


def refuse_split(name: str, wanted: Wanted) -> None:
    """For data sets that are in one piece."""
    if wanted.split is not None:
        raise UnknownName("split", wanted.split, (), f"{name} has no splits; leave --split out.")


def first_line(error: BaseException) -> str:
    """The first line of an error's text, without a full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


SOURCES: dict[str, Callable[[Wanted], LabeledMeasure]] = {
    "digits": digits,
    "gaussians": gaussians,
    "mnist": partial(vision, "mnist", "MNIST"),
    "fashion-mnist": partial(vision, "fashion-mnist", "FashionMNIST"),
    "kmnist": partial(vision, "kmnist", "KMNIST"),
    "cifar10": partial(vision, "cifar10", "CIFAR10"),
    "cifar100": partial(vision, "cifar100", "CIFAR100"),
    "svhn": partial(vision, "svhn", "SVHN"),
}
