"""Ctrl-C and SIGTERM end a command at any moment: one line, an exit code, and no unfinished files.

Python runs the handler of a signal in the main thread, between two steps of its own code. If a solver ran in that
thread, the signal would wait until the solver returns. So the work is done in another thread, and the main thread waits
for signals. At a signal it asks the worker to unwind, and ends the process without the worker if that takes too long.
Work that has an answer at any moment may ask for the time to give it: see `answer_at_interrupt`. It learns of the
signal when it reports its progress, and not in the middle of a kernel or a start of a thread.

Before this is imported, `main.end_at_signals` ends the process at once. Workers of Dask and HiGHS in Pyomo, which would
handle Ctrl-C themselves, are kept from it in `system.cluster` and `frameworks.highs`.
"""

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from motlp.system.atomic import discard_unfinished
from motlp.system.progress import Progress

# The word for each signal, and the exit code that shells report for a process that the signal ended.
INTERRUPTED = 130  # typer, too, makes it of a KeyboardInterrupt
ENDINGS = {signal.SIGINT: ("interrupted", INTERRUPTED), signal.SIGTERM: ("terminated", 143)}
SECONDS_TO_UNWIND = 1.5
CLEAR_LINE = "\r\x1b[2K\x1b[?25h"  # removes the line of a progress bar, and shows the cursor that the bar hides
ENDING = "ending with what is found so far; press Ctrl-C again to end at once"

answering = threading.Event()  # set while the first Ctrl-C is left to the work
asked = threading.Event()  # set once the work is asked to end


class Answering(Progress):
    """Passes reports on, and raises KeyboardInterrupt in the work that makes them once it is asked to end."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def update(self, stage: str, done: float, total: float) -> None:
        """A stage has done so much."""
        end_if_asked()
        self.progress.update(stage, done, total)

    def interval(self, lower: float, upper: float, **where: float) -> None:
        """An interval has become known."""
        self.progress.interval(lower, upper, **where)
        end_if_asked()


def end_if_asked() -> None:
    """Raise KeyboardInterrupt, once, if the work is asked to end."""
    if asked.is_set():
        asked.clear()
        raise KeyboardInterrupt


def handle_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    """Call a handler for the signals that end a command, except those that the process was started to ignore."""
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def run_interruptibly(work: Callable[[], int]) -> NoReturn:
    """Do some work, and end the process with the exit code that it returns, or that of the signal that ended it.

    The process ends at once: the usual end of the interpreter waits for threads, and shows tracebacks at a signal.
    """
    codes: list[int] = []

    def run() -> None:
        try:
            codes.append(work())
        except KeyboardInterrupt:
            codes.append(INTERRUPTED)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    handle_signals(lambda number, frame: heed(worker, number))
    while worker.is_alive():
        worker.join(0.1)
    if codes == [INTERRUPTED]:  # by a Ctrl-C that was left to the work, which had no answer yet
        end(signal.SIGINT, 2)
    os._exit(codes[0] if codes else 1)


@contextmanager
def answer_at_interrupt(progress: Progress) -> Iterator[Progress]:
    """While this lasts, the first Ctrl-C raises KeyboardInterrupt in work that reports to what this yields.

    It has all the time that it takes to its next report, and may still answer. The second Ctrl-C ends the process as
    usual.
    """
    answering.set()
    try:
        yield Answering(progress)
    finally:
        answering.clear()


def heed(worker: threading.Thread, number: int) -> None:
    """Leave a first Ctrl-C to the work if it asked for that; otherwise end the process."""
    if number != signal.SIGINT or not answering.is_set():
        leave(worker, number)
    answering.clear()
    write_line(2, ENDING)
    asked.set()


def leave(worker: threading.Thread, number: int) -> NoReturn:
    """End the process once the worker has unwound, or is slow to, or a second signal comes.

    What the worker prints meanwhile goes nowhere.
    """
    stderr = os.dup(2)
    handle_signals(lambda again, frame: end(again, stderr))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    ident = ctypes.c_ulong(worker.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))
    worker.join(SECONDS_TO_UNWIND)
    end(number, stderr)


def end(number: int, stderr: int) -> NoReturn:
    """End the process at once: remove unfinished files, and print one line that says why."""
    discard_unfinished()
    word, code = ENDINGS[signal.Signals(number)]
    write_line(stderr, word)
    os._exit(code)


def write_line(stderr: int, text: str) -> None:
    """Write a line to standard error, over a progress bar if there is one."""
    with suppress(OSError):
        os.write(stderr, ((CLEAR_LINE if os.isatty(stderr) else "") + f"motlp: {text}\n").encode())
