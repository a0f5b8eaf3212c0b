"""Shares the work of a kernel among threads of this process.

Kernels release the lock of Python while they run, so Python's own threads can run them side by side. They work in a
forked process too, and for several callers at once. The threads that numba can start do not: with GNU OpenMP a forked
process is killed if its parent has used them, and with the layer "workqueue" two callers at once end the process.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from queue import Empty, SimpleQueue

from motlp.system.compiled import numba

PARALLEL = 300_000  # memberships from which on more threads save more time than it takes to wake them


def thread_count() -> int:
    """Threads that this process may use: NUMBA_NUM_THREADS of the environment, or as many as it has processors."""
    return numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]


def threads_for(memberships: int) -> int:
    """How many threads to use for kernels that pass over so many memberships."""
    return thread_count() if memberships >= PARALLEL else 1


def share(task: Callable[[int, int], object], number: int, threads: int) -> None:
    """Call task(start, stop) for ranges that together are 0 … number, in so many threads, this one among them.

    The ranges depend on the number of threads, so the result of the tasks must not depend on the ranges. This thread
    takes ranges until none is left. Then it waits for those that others have begun, not for threads to start.
    """
    if threads == 1:
        task(0, number)
        return
    todo: SimpleQueue[tuple[int, int]] = SimpleQueue()
    done: SimpleQueue[BaseException | None] = SimpleQueue()
    ranges = split(number, threads)
    for piece in ranges:
        todo.put(piece)

    def work() -> None:
        with suppress(Empty):
            while True:
                start, stop = todo.get_nowait()
                try:
                    task(start, stop)
                    done.put(None)
                except BaseException as error:
                    done.put(error)

    with suppress(RuntimeError):  # no thread can be started, as when the process ends: this one does all the work
        for _ in range(min(threads, len(ranges)) - 1):
            _pool(os.getpid()).submit(work)
    work()
    for error in [done.get() for _ in ranges]:
        if error is not None:
            raise error


def split(number: int, threads: int) -> list[tuple[int, int]]:
    """Ranges that together are 0 … number, the large ones first: so the threads that take them end at the same time."""
    ranges, start, least = [], 0, max(1, number // (32 * threads))
    while start < number:
        stop = min(number, start + max(least, (number - start) // (2 * threads)))
        ranges.append((start, stop))
        start = stop
    return ranges


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The other threads of a process; a fork has none of those of its parent."""
    return ThreadPoolExecutor(thread_count(), "motlp")
