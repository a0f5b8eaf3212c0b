"""Files that are there whole or not at all: written beside their place, then renamed."""

import os
import platform
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from motlp.errors import InvalidFile

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

_unfinished: set[Path] = set()
_numbers = count()


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """A path to write to; takes the place of `path` when the block ends, and vanishes if it fails.

    Where `path` is a link, what it leads to is replaced, and the link stays.

    Raises:
        InvalidFile: the folder cannot be written to, or the disk is full.
    """
    place = resolve_place(path)
    # Of this process and this call alone: others may write to the same place at the same time.
    beside = place.with_name(f"{unfinished_prefix()}{os.getpid()}-{next(_numbers)}.part")
    _unfinished.add(beside)
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(place)
    except OSError as error:
        raise InvalidFile(f"{path} cannot be written ({error.strerror or error}); nothing was changed.") from error
    finally:
        beside.unlink(missing_ok=True)
        _unfinished.discard(beside)


@contextmanager
def lock_folder(path: Path) -> Iterator[None]:
    """One at a time of all that write to the folder of `path` in this way, where the file system can see to that."""
    descriptor = None
    with suppress(OSError):
        descriptor = os.open(resolve_place(path).parent, os.O_RDONLY)
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)  # which gives the lock back


def check_writable(path: Path | None) -> None:
    """Refuse now, before long work, a place that cannot be written to; None is no place at all.

    Raises:
        InvalidFile: there is no such folder, it cannot be written to, or what is there is no file.
    """
    if path is None:
        return
    folder = resolve_place(path).parent
    if not folder.is_dir():
        missing = folder if path.is_symlink() else path.parent
        raise InvalidFile(f"{path} cannot be written: there is no folder {missing}; make it, or give another path.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidFile(f"{path} cannot be written: the folder {folder} is read-only; give another path.")
    remove_leftovers(folder)


def resolve_place(path: Path) -> Path:
    """The place of a file, there or not yet, once the links that lead to it are followed.

    Raises:
        InvalidFile: the links lead nowhere, or what is there is a folder, a device or a pipe.
    """
    try:
        place = Path(os.path.realpath(path))
        kind = place.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return place
    except (OSError, ValueError) as error:  # no path has a NUL in it
        raise InvalidFile(f"{str(path)!r} cannot be written: {getattr(error, 'strerror', None) or error}.") from None
    if stat.S_ISLNK(kind):
        raise InvalidFile(f"{path} cannot be written: its links lead round in a circle; give another path.")
    if stat.S_ISDIR(kind):
        raise InvalidFile(f"{path} cannot be written: it is a folder; give the path of a file.")
    if not stat.S_ISREG(kind):
        raise InvalidFile(f"{path} cannot be written: it is a device or a pipe; give the path of a file.")
    return place


def unfinished_prefix() -> str:
    """How the names of unfinished files begin that processes of this machine write."""
    return f".motlp-{platform.node()}-"


def remove_leftovers(folder: Path) -> None:
    """Remove what processes of this machine left unfinished that were killed on the spot."""
    with suppress(OSError):
        for left in folder.iterdir():
            if left.name.startswith(unfinished_prefix()) and left.suffix == ".part":
                number = left.name.removeprefix(unfinished_prefix()).split("-")[0]
                if number.isdecimal() and not is_running(int(number)):
                    left.unlink()


def is_running(process: int) -> bool:
    """Whether a process of that number runs; all are taken to do so where that cannot be asked."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def discard_unfinished() -> None:
    """Remove what is written at this moment, for a process that ends without unwinding."""
    for beside in list(_unfinished):
        with suppress(OSError):
            beside.unlink()
