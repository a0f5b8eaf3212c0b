"""Shares the work of a kernel among threads of this process.

Kernels hold no lock of Python while they run, so its own threads will do, in a forked process and for several callers
at once. The threads that numba can start would not: with GNU OpenMP a forked process is killed where its parent has
used them, and with the layer "workqueue" two callers at once end the process.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from queue import Empty, SimpleQueue

from numba import config

PARALLEL = 300_000  # memberships from which on more than one thread is worth it: waking others takes time, too


def thread_count() -> int:
    """Threads that this process may use: NUMBA_NUM_THREADS of the environment, or as many as it has processors."""
    return config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]


def threads_for(memberships: int) -> int:
    """Threads that are worth it for kernels that pass over so many memberships."""
    return thread_count() if memberships >= PARALLEL else 1


def share(task: Callable[[int, int], object], number: int, threads: int) -> None:
    """Calls task(start, stop) for ranges that together are 0 … number, in so many threads, this one among them.

    The ranges depend on the threads, so what a task computes must not depend on its ranges. This thread takes ranges
    until none is left: it waits only for those that others have begun, never for a thread to start.
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

    with suppress(RuntimeError):  # no more threads to be had, as when the process ends: this one does it all
        for _ in range(min(threads, len(ranges)) - 1):
            _pool(os.getpid()).submit(work)
    work()
    for error in [done.get() for _ in ranges]:
        if error is not None:
            raise error


def split(number: int, threads: int) -> list[tuple[int, int]]:
    """Ranges that together are 0 … number, from large ones to small: threads that take them in turn end together."""
    ranges, start, least = [], 0, max(1, number // (32 * threads))
    while start < number:
        stop = min(number, start + max(least, (number - start) // (2 * threads)))
        ranges.append((start, stop))
        start = stop
    return ranges


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The helping threads of a process; those of its parent are not there after a fork."""
    return ThreadPoolExecutor(thread_count(), "motlp")
