"""What to say of an error that motlp did not foresee, and the report on it for those who can repair it."""

import platform
import sys
import tempfile
import traceback
from importlib.metadata import version

from motlp.errors import one_line


def describe_fault(error: BaseException, show_traceback: bool) -> str:
    """A line about an error that motlp did not foresee.

    Its traceback goes to standard error if it is to be shown, or cannot be written anywhere else; otherwise to a new
    file, which the line names.
    """
    trace = "".join(traceback.format_exception(error))
    place = "above" if show_traceback else write_report(trace)
    if place == "above":
        print(trace, end="", file=sys.stderr)
    return (
        f"a fault of motlp or of an added package, not of yours: {type(error).__name__}: {one_line(error)}; "
        f"the traceback is {place}; please report it."
    )


def write_report(trace: str) -> str:
    """Where to find the traceback: in a new file, beside what was run; "above" if no file can be written."""
    about = f"motlp {version('motlp')}, Python {platform.python_version()}, {platform.platform()}\n{sys.argv[1:]}\n"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="motlp-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(about + trace)
        return f"in {file.name}"
    except OSError:
        return "above"
