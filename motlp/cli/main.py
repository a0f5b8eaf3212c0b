"""The entry point of the command line: one line for every error, an exit code, and an end to it at Ctrl-C.

It imports little before it handles signals, since all the rest takes seconds to import.
"""

import gc
import os
import signal
import sys

OBJECTS_BEFORE_LOOK = 100_000  # new ones, before Python looks for those that are not needed
LONGEST_LINE = 1500  # of an error: a number may have thousands of digits


def main() -> None:
    """Entry point of the command `motlp`; it ends the process."""
    end_at_signals()  # before the imports
    # Imports leave hundreds of thousands of objects that stay, through which Python would look again and again.
    gc.set_threshold(OBJECTS_BEFORE_LOOK)
    from motlp.cli.interrupt import run_interruptibly
    from motlp.system.stdout import claim_stdout

    claim_stdout()
    run_interruptibly(run)


def end_at_signals() -> None:
    """Let signals end the process at once, with a line: nothing has begun that must be left in order."""
    for number, word, code in ((signal.SIGINT, b"interrupted", 130), (signal.SIGTERM, b"terminated", 143)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_, word=word, code=code: (os.write(2, b"motlp: %s\n" % word), os._exit(code)))


def run() -> int:
    """Run the command that `sys.argv` asks for.

    Returns:
        The exit code: 0 with an answer, 1 if a solver had none, 2 if what was asked for cannot be done, 70 for a fault
        of motlp, 141 (as for SIGPIPE) if the reader of the answer has gone.
    """
    words = [word for word in sys.argv[1:] if word != "--traceback"]
    try:
        code = run_command(words or ["--help"])
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # some, of compiled solvers, are no Exception
        code, text = explain(error, show_traceback=len(words) < len(sys.argv) - 1)
    if text:
        line = " ".join(text.split())
        if len(line) > LONGEST_LINE:
            line = f"{line[: LONGEST_LINE // 2]} […] {line[-LONGEST_LINE // 2 :]}"
        print("motlp:", line, file=sys.stderr)
    return code


def run_command(words: list[str]) -> int:
    """Run the command of these words, and return the exit code.

    Raises:
        MotlpError: what was asked for cannot be done; the text has flags for the arguments of the library.
    """
    import warnings
    from contextlib import redirect_stdout

    from motlp.errors import MotlpError

    with redirect_stdout(sys.stderr):  # some modules keep the stream that they find when they are imported
        from motlp.cli.app import app

    def print_warning(message: Warning | str, *where: object, **more: object) -> None:
        print("motlp: warning:", " ".join(str(message).split()), file=sys.stderr)

    warnings.showwarning = print_warning
    try:
        return app(words, prog_name="motlp", standalone_mode=False) or 0
    except MotlpError as error:
        from motlp.cli.flags import spell_argument

        raise MotlpError(error.spell(spell_argument)) from None
    except MemoryError:
        raise MotlpError("out of memory; lower --eps, --order or --per-class.") from None


def explain(error: BaseException, show_traceback: bool) -> tuple[int, str]:
    """The exit code for an error, and what to print about it."""
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
        return (141, "") if error.reader_gone else (2, str(error))
    from motlp.cli.fault import describe_fault

    return 70, describe_fault(error, show_traceback)
