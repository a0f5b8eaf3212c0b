"""What nobody foresaw, kept for those who can mend it."""

import platform
import sys
import tempfile
import traceback
from importlib.metadata import version

from motlp.errors import one_line


def described(error: BaseException, shown: bool) -> str:
    """A line about an error that motlp did not foresee.

    Its traceback goes to standard error if it is to be shown, else to a file for the report.
    """
    trace = "".join(traceback.format_exception(error))
    place = "above" if shown else kept(trace)
    if place is None or shown:
        print(trace, end="", file=sys.stderr)
    return (
        f"a fault of motlp, not of yours, or of what was added to it: {type(error).__name__}: {one_line(error)}; "
        f"the traceback is {place or 'above'}; please report it."
    )


def kept(trace: str) -> str | None:
    """Where a new file holds the traceback, and what was run; nowhere if none can be written."""
    about = f"motlp {version('motlp')}, Python {platform.python_version()}, {platform.platform()}\n{sys.argv[1:]}\n"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="motlp-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(about + trace)
        return f"in {file.name}"
    except OSError:
        return None
