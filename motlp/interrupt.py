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

INTERRUPTED = 130  # as shells report a process ended by SIGINT
SECONDS_TO_UNWIND = 2.0


def interruptible(work: Callable[[], int]) -> int:
    """The exit code of `work`, or 130 after an interrupt, with one line on standard error."""
    codes: list[int] = []

    def run() -> None:
        try:
            codes.append(work())
        except KeyboardInterrupt:
            codes.append(INTERRUPTED)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.1)
    except KeyboardInterrupt:
        ident = ctypes.c_ulong(worker.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))
        worker.join(SECONDS_TO_UNWIND)
        # The escape sequence brings back the cursor that a progress bar hides.
        sys.stderr.write(("\x1b[?25h" if sys.stderr.isatty() else "") + "motlp: interrupted\n")
        sys.stderr.flush()
        if worker.is_alive():
            os._exit(INTERRUPTED)
        return INTERRUPTED
    return codes[0] if codes else 1
