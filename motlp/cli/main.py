"""The command line: one line of text for every error, an exit code, and an end to it at Ctrl-C."""

import os
import signal
import sys
from typing import NoReturn

LONGEST_LINE = 1500  # of an error: a number may have thousands of digits


def main() -> NoReturn:
    """Entry point of the command `motlp`."""
    listen()  # before anything is imported that takes its time
    from motlp.cli.interrupt import interruptible
    from motlp.system.stdout import claim

    claim()
    interruptible(run)


def listen() -> None:
    """Signals end the process at once, in a line: nothing is under way yet."""
    for number, said, code in ((signal.SIGINT, b"interrupted", 130), (signal.SIGTERM, b"terminated", 143)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_, said=said, code=code: (os.write(2, b"motlp: %s\n" % said), os._exit(code)))


def run() -> int:
    """The exit code.

    0 with an answer, 1 if a solver had none, 2 if what was asked for cannot be done, 70 for a fault of motlp; 141, as
    of a process ended by SIGPIPE, if nobody reads the answer to its end.
    """
    words = [word for word in sys.argv[1:] if word != "--traceback"]
    try:
        code = answered(words or ["--help"])
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # some, of compiled solvers, are no Exception
        code, said = told(error, len(words) < len(sys.argv) - 1)
    if said:
        line = " ".join(said.split())
        if len(line) > LONGEST_LINE:
            line = f"{line[: LONGEST_LINE // 2]} […] {line[-LONGEST_LINE // 2 :]}"
        print("motlp:", line, file=sys.stderr)
    return code


def answered(words: list[str]) -> int:
    """Run the command that the words ask for; the exit code."""
    import warnings
    from contextlib import redirect_stdout

    with redirect_stdout(sys.stderr):  # whatever keeps a stream that it finds while it is imported
        from motlp.cli.commands import app

    def show(message: Warning | str, *where: object, **more: object) -> None:
        print("motlp: warning:", " ".join(str(message).split()), file=sys.stderr)

    warnings.showwarning = show
    return app(words, prog_name="motlp", standalone_mode=False) or 0


def told(error: BaseException, traced: bool) -> tuple[int, str]:
    """The exit code for an error, and what is said about it in a line."""
    import typer

    from motlp.errors import MotlpError
    from motlp.system.stdout import Unwritable

    # Of typer or of click, whichever of them reads the flags in the version that is installed.
    usage: type[Exception] = typer.BadParameter.__mro__[1]
    if isinstance(error, usage):
        return 2, error.format_message()  # type: ignore[attr-defined]
    if isinstance(error, MotlpError):
        return 2, str(error)
    if isinstance(error, Unwritable):
        return (141, "") if error.unread else (2, str(error))
    if isinstance(error, MemoryError):
        return 2, "out of memory; lower --eps, --order or --per-class."
    from motlp.cli.fault import described

    return 70, described(error, traced)
