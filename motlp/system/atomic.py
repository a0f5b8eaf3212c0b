"""Files that are there whole or not at all: each is written under another name beside its place, then renamed."""

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
    """A path to write to. When the block ends, that file replaces `path`; if the block fails, it is removed.

    Where `path` is a link, the file that it leads to is replaced, and the link stays.

    Raises:
        InvalidFile: the folder cannot be written to, or the disk is full.
    """
    place = resolve_place(path)
    # A name for this process and this call alone: others may write to the same place at the same time.
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
    """Wait until no other process holds the lock of the folder of `path`, and hold it; without locks, go on at once.

    Processes that take the lock write to the folder one after the other. Not every system or file system has locks.
    """
    descriptor = None
    with suppress(OSError):
        descriptor = os.open(resolve_place(path).parent, os.O_RDONLY)
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)  # this releases the lock


def check_writable(path: Path | None) -> None:
    """Refuse a place that cannot be written to, before long work begins; None is no place, and passes.

    Unfinished files of processes that were killed are removed from the folder.

    Raises:
        InvalidFile: there is no such folder, it cannot be written to, or something else than a file is there.
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
    """Where links to a file lead in the end, whether the file exists or not.

    Raises:
        InvalidFile: the links lead round in a circle, or to a folder, a device or a pipe.
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
    """The beginning of the names of unfinished files, the same for all processes of this machine."""
    return f".motlp-{platform.node()}-"


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files of processes of this machine that were killed."""
    with suppress(OSError):
        for file in folder.iterdir():
            if file.name.startswith(unfinished_prefix()) and file.suffix == ".part":
                number = file.name.removeprefix(unfinished_prefix()).split("-")[0]
                if number.isdecimal() and not is_running(int(number)):
                    file.unlink()


def is_running(process: int) -> bool:
    """Whether a process of that number runs; true where the system cannot say."""
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
    """Remove the unfinished files of this process, which is about to end without unwinding."""
    for beside in list(_unfinished):
        with suppress(OSError):
            beside.unlink()
