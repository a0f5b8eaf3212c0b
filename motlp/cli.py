"""The command line: one line of text for every error, an exit code, and an end to it at Ctrl-C."""

import sys
import warnings
from io import TextIOWrapper

import typer

from motlp.errors import MotlpError
from motlp.interrupt import interruptible

# Of typer or of click, whichever of them reads the flags in the version that is installed.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def run() -> int:
    """The exit code: 0 with an answer, 1 if a solver had none, 2 if what was asked for cannot be done."""
    from motlp.commands import app  # after Ctrl-C is heard: it takes seconds

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal has an ℓ
    warnings.showwarning = lambda message, *where, **more: print("motlp: warning:", message, file=sys.stderr)
    try:
        return app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0
    except UsageError as error:
        said = error.format_message()  # type: ignore[attr-defined]
    except MotlpError as error:
        said = str(error)
    except MemoryError:
        said = "out of memory; lower --eps, --order or --per-class."
    except OSError as error:  # of printing: those who open files tell theirs themselves
        said = str(error)
    print("motlp:", " ".join(said.split()), file=sys.stderr)
    return 2


def main() -> None:
    """Entry point of the command `motlp`."""
    sys.exit(interruptible(run))
