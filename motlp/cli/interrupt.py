"""Ctrl-C, and the SIGTERM of those who wait no longer, at any moment: one line, an exit code, nothing left behind.

Python delivers a signal to the main thread, between two bytecodes: a solver that runs there is deaf until it
returns. So the work is done in another thread, the main thread waits for the signal, asks the worker to unwind, and
ends the process without it if it is still inside a solver.
"""

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from motlp.system.atomic import discard_unfinished

# What is said, and the exit code as shells report a process that the signal ended.
ENDINGS = {signal.SIGINT: ("interrupted", 130), signal.SIGTERM: ("terminated", 143)}
SECONDS_TO_UNWIND = 1.5
CLEAR_LINE = "\r\x1b[2K\x1b[?25h"  # wipes the line of a progress bar, and brings back the cursor that it hides


def listen(handler: Callable[[int, FrameType | None], object]) -> None:
    """Handle the signals that end a command, but for those that whoever started it has it ignore."""
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def interruptible(work: Callable[[], int]) -> NoReturn:
    """End the process with the exit code of `work`, or that of the signal which ended it before its time.

    Without the long goodbye of an interpreter, which would tell a signal by a traceback.
    """
    codes: list[int] = []

    def run() -> None:
        with suppress(KeyboardInterrupt):
            codes.append(work())

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    listen(lambda number, frame: leave(worker, number))
    while worker.is_alive():
        worker.join(0.1)
    os._exit(codes[0] if codes else 1)


def leave(worker: threading.Thread, number: int) -> NoReturn:
    """Let the worker unwind, unheard, and end the process: without it when that takes too long or the user insists."""
    told = os.dup(2)
    listen(lambda again, frame: end(again, told))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    ident = ctypes.c_ulong(worker.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))
    worker.join(SECONDS_TO_UNWIND)
    end(number, told)


def end(number: int, stderr: int = 2) -> NoReturn:
    """End the process at once: what is half written goes, and one line tells why."""
    discard_unfinished()
    said, code = ENDINGS[signal.Signals(number)]
    with suppress(OSError):
        os.write(stderr, ((CLEAR_LINE if os.isatty(stderr) else "") + f"motlp: {said}\n").encode())
    os._exit(code)
