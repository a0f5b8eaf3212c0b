"""Ctrl-C while a solver holds the processor.

Python delivers an interrupt to the main thread, between two bytecodes: a solver that runs there is deaf
until it returns. So the work is done in another thread, the main thread waits for the interrupt, asks the
worker to unwind, and leaves without it if it is still inside a solver.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from motlp.atomic import discard

INTERRUPTED = 130  # as shells report a process ended by SIGINT
SECONDS_TO_UNWIND = 1.5


def interruptible(work: Callable[[], int]) -> int:
    """The exit code of `work`, or 130 after an interrupt, with one line on standard error."""
    codes: list[int] = []

    def run() -> None:
        try:
            codes.append(work())
        except KeyboardInterrupt:
            codes.append(INTERRUPTED)

    worker = threading.Thread(target=run, daemon=True)
    try:
        worker.start()
        while worker.is_alive():
            worker.join(0.1)
        return codes[0] if codes else 1
    except KeyboardInterrupt:
        leave(worker)


def leave(worker: threading.Thread) -> NoReturn:
    """Let the worker unwind, or end the process without it when that takes too long or the user insists."""
    try:
        ident = ctypes.c_ulong(worker.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))
        worker.join(SECONDS_TO_UNWIND)
    except KeyboardInterrupt:
        pass
    # The escape sequences wipe the line of a progress bar, and bring back the cursor that it hides.
    sys.stderr.write(("\r\x1b[2K\x1b[?25h" if sys.stderr.isatty() else "") + "motlp: interrupted\n")
    sys.stderr.flush()
    discard()
    os._exit(INTERRUPTED)
