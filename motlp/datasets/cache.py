"""Data sets as arrays in the user's cache, so that reading one again needs neither its slow reader nor PyTorch.

One file for each data set, split and root, written anew when what it was made of has changed:

    BLAKE2b digest of all that follows (32 bytes)
    what it is (JSON, one line, filled with spaces so that the arrays begin at a multiple of 64 bytes)
    the images, then the labels (plain bytes, in C order)

The cache is a convenience: what cannot be read or written there is no error, and costs only the slower way.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Shaped

from motlp.datasets.paths import cache_folder
from motlp.errors import MotlpError
from motlp.system.atomic import check_writable, write_atomically

# Raise it when the layout, or what is made of the files of a data set, changes. The version of torchvision is not
# compared: the files alone say which points there are, and the cache must work where torchvision is not installed.
FORMAT = 1
DIGEST = 32
ALIGNED = 64


class LabeledImages(NamedTuple):
    """What was read of a data set: images, labels, and the names of the labels in use, in ascending order."""

    images: Shaped[np.ndarray, "points ..."]
    labels: Shaped[np.ndarray, " points"]
    titles: list[str] | None = None


def recall(key: Sequence[str], source: Sequence[Any]) -> LabeledImages | None:
    """The data set of that key if it was kept when its source was as it is now; None if not, or if it is damaged."""
    try:
        place = place_of(key)
        if not place.is_file():  # to read a pipe would wait for ever
            return None
        content = place.read_bytes()
        if blake2b(memoryview(content)[DIGEST:], digest_size=DIGEST).digest() != content[:DIGEST]:
            return None
        start = content.index(b"\n", DIGEST) + 1
        head = json.loads(content[DIGEST:start])
        if (head["format"], head["key"], head["source"]) != (FORMAT, list(key), list(source)):
            return None
        arrays: list[np.ndarray] = []
        for dtype, shape in head["arrays"]:
            # Views of a `bytes` object, which never changes: a measure takes them as they are.
            arrays.append(np.frombuffer(content, dtype, prod(shape), start).reshape(shape))
            start += arrays[-1].nbytes
        images, labels = arrays
        return LabeledImages(images, labels, head["titles"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError, MotlpError):
        return None  # also what another version may have written


def keep(key: Sequence[str], source: Sequence[Any], data: LabeledImages) -> None:
    """Write a data set to the cache, in place of what was kept under that key, if that is possible."""
    arrays = [np.ascontiguousarray(array) for array in (data.images, data.labels)]
    head = {
        "format": FORMAT,
        "key": list(key),
        "source": list(source),
        "titles": data.titles,
        "arrays": [(array.dtype.str, array.shape) for array in arrays],
    }
    line = json.dumps(head).encode()
    line = line.ljust(-(-(DIGEST + len(line) + 1) // ALIGNED) * ALIGNED - DIGEST - 1) + b"\n"
    digest = blake2b(line, digest_size=DIGEST)
    for array in arrays:
        digest.update(array.data)
    with suppress(OSError, MotlpError):  # read-only, full, a file where the folder should be, no home
        place = place_of(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()  # what it leads to is not ours to write
        elif place.is_dir():
            place.rmdir()
        check_writable(place)
        with write_atomically(place) as beside, beside.open("wb") as file:
            file.write(digest.digest() + line)
            for array in arrays:
                file.write(array.data)


def place_of(key: Sequence[str]) -> Path:
    """The file of a key: its first word, for people, and a digest of the whole."""
    return cache_folder() / "arrays" / f"{key[0]}-{blake2b(json.dumps(list(key)).encode(), digest_size=12).hexdigest()}"


def describe_files(root: Path, parts: Sequence[str]) -> list[Any]:
    """Which files there are: the path, size and times of each file, and of all that each folder holds.

    Nothing where no file is there, or where they cannot be looked at. The second time is that of the last change of any
    kind, which shows a file that was replaced by another of the same size and the same time of writing.
    """
    try:
        inside = [root / part for part in parts]
        files = [path for part in inside for path in (sorted(part.iterdir()) if part.is_dir() else [part])]
        states = [(path, path.stat()) for path in files if path.exists()]
        return [[str(path.relative_to(root)), s.st_size, s.st_mtime_ns, s.st_ctime_ns] for path, s in states]
    except (OSError, ValueError):  # no path has a NUL in it
        return []
