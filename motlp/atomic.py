"""Files that are there whole or not at all: written beside their place, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from motlp.errors import InvalidFile

_unfinished: set[Path] = set()


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path to write to; takes the place of `path` when the block ends, and vanishes if it fails.

    Raises:
        InvalidFile: the folder cannot be written to, or the disk is full.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    _unfinished.add(beside)
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise InvalidFile(f"{path} cannot be written ({error.strerror or error}); nothing was changed.") from error
    finally:
        beside.unlink(missing_ok=True)
        _unfinished.discard(beside)


def writable(path: Path | None) -> None:
    """Refuse now, before long work, a place that cannot be written to; None is no place at all.

    Raises:
        InvalidFile: there is no such folder, it cannot be written to, or the path is a folder itself.
    """
    if path is None:
        return
    folder = path.parent
    if not folder.is_dir():
        raise InvalidFile(f"{path} cannot be written: there is no folder {folder}; make it, or give another path.")
    if path.is_dir():
        raise InvalidFile(f"{path} cannot be written: it is a folder; give the path of a file.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidFile(f"{path} cannot be written: the folder {folder} is read-only; give another path.")


def discard() -> None:
    """Remove what is written at this moment, for a process that ends without unwinding."""
    for beside in list(_unfinished):
        beside.unlink(missing_ok=True)
