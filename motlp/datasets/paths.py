"""Paths as people write them, and the folder where files of data sets are looked for."""

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
    """$MOTLP_DATA, else a folder in the user's cache."""
    if os.environ.get("MOTLP_DATA"):
        return expand(os.environ["MOTLP_DATA"])
    own = {"win32": os.environ.get("LOCALAPPDATA", "~/AppData/Local"), "darwin": "~/Library/Caches"}
    cache = os.environ.get("XDG_CACHE_HOME") or own.get(sys.platform, "~/.cache")
    return expand(cache) / "motlp"
