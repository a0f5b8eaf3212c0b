"""Files that are there whole or not at all: written beside their place, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from motlp.errors import InvalidFile


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path to write to; takes the place of `path` when the block ends, and vanishes if it fails.

    Raises:
        InvalidFile: the folder cannot be written to, or the disk is full.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise InvalidFile(f"{path} cannot be written ({error.strerror or error}); nothing was changed.") from error
    finally:
        beside.unlink(missing_ok=True)
