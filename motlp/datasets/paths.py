"""Paths as people write them, and the folders where files of data sets are looked for and kept."""

import os
import sys
from pathlib import Path

from motlp.errors import DatasetUnavailable, shorten


def expand(path: str | os.PathLike[str]) -> Path:
    """A path, with the home folder in place of a tilde.

    Raises:
        DatasetUnavailable: it is no path, or one in the home of a user who does not exist.
    """
    try:
        return Path(path).expanduser()
    except (RuntimeError, TypeError):
        raise DatasetUnavailable(f"{shorten(path)} is no path to a folder or file here; give another.") from None


def data_folder() -> Path:
    """$MOTLP_DATA, else the cache folder."""
    return expand(os.environ["MOTLP_DATA"]) if os.environ.get("MOTLP_DATA") else cache_folder()


def cache_folder() -> Path:
    """$MOTLP_CACHE, else a folder in the user's cache.

    Raises:
        DatasetUnavailable: the user has no home.
    """
    if os.environ.get("MOTLP_CACHE"):
        return expand(os.environ["MOTLP_CACHE"])
    own = {"win32": os.environ.get("LOCALAPPDATA", "~/AppData/Local"), "darwin": "~/Library/Caches"}
    cache = os.environ.get("XDG_CACHE_HOME") or own.get(sys.platform, "~/.cache")
    return expand(cache) / "motlp"
