"""numba's `njit` for the kernels, which work with a cache of compiled code or without one.

By itself numba refuses to import a function whose cache has no place, and stops a computation when a file of the cache
cannot be read or written. And it shows a traceback where it cannot read a variable of the environment.
"""

import inspect
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache as remember
from types import FunctionType
from typing import Any

from motlp.errors import MotlpError

try:
    with warnings.catch_warnings():
        # Of a value that it cannot read numba warns, in ten lines, and takes another.
        warnings.filterwarnings("error", "Environment variable", RuntimeWarning)
        import numba
except (ValueError, RuntimeWarning) as error:
    fault = str(error).splitlines()[0].rstrip(".")
    raise MotlpError(f"numba refuses a setting in the environment ({fault}); unset its NUMBA_… variables.") from None
if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise MotlpError("NUMBA_DISABLE_JIT is set, but the kernels of motlp run compiled only; unset it.")

# Import numba only from here, so that the errors above come first.
from numba import types as types
from numba.core.caching import FunctionCache, NullCache
from numba.core.sigutils import normalize_signature
from numba.extending import intrinsic as intrinsic
from numba.extending import overload as overload


class NotCached(UserWarning):
    """Compiled kernels are not kept for the next process."""


def njit(cache: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Decorates a kernel as `numba.njit` does; with `cache`, stores the compiled code where that is possible."""

    def decorate(function: Callable[..., Any]) -> Any:
        kernel = numba.njit(**options)(function)
        if cache:
            kernel._cache = _cache(function)
        return kernel

    return decorate


class _Cache(FunctionCache):
    """A cache that removes damaged files, and goes on where a file cannot be written."""

    def load_overload(self, sig, target_context):
        with suppress(Exception):  # damaged bytes can raise anything
            found = super().load_overload(sig, target_context)
            # Two processes that write at the same time may leave the code of other types under these.
            if found is None or found.signature.args == normalize_signature(sig)[0]:
                return found
        self._discard()
        return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except Exception as error:
            self._discard()  # or the index would name code that was not written
            _warn(f"{self.cache_path}: {error}")

    def _index_key(self, sig, codegen):
        """numba's key, which knows the kernel and its file, and what else is compiled into it."""
        return *super()._index_key(sig, codegen), *sorted(_ingredients(self._py_func))

    def _discard(self):
        with suppress(OSError):
            self.flush()


class _NoCache(NullCache):
    """What stands in for a cache that has no place."""

    def save_overload(self, sig, data):
        _warn("no folder for them can be written")


def _cache(function: Callable[..., Any]) -> _Cache | _NoCache:
    for value in (function, *function.__globals__.values()):  # what the kernel may call has been imported before
        if isinstance(value := inspect.unwrap(value), FunctionType):
            _stamp(value.__code__.co_filename)
    try:
        return _Cache(function)
    except (RuntimeError, OSError):
        return _NoCache()


def _ingredients(kernel: FunctionType) -> set[tuple[str, str]]:
    """The stamps of the files whose functions a kernel calls, and the constants that it names, of whatever file."""
    found, seen, waiting = set(), set(), [kernel]
    while waiting:
        function = waiting.pop()
        seen.add(function)
        found.add((function.__module__, repr(_stamp(function.__code__.co_filename))))
        for name in function.__code__.co_names:
            value: Any = inspect.unwrap(function.__globals__.get(name))  # type: ignore[arg-type]
            if isinstance(value, FunctionType) and value not in seen:
                waiting.append(value)
            elif isinstance(value, int | float | str | tuple):
                found.add((name, repr(value)))
    return found


@remember
def _stamp(file: str) -> tuple[int, int] | None:
    """When a file was last changed, and its size, as first seen: its code was loaded then, and may be edited later."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


_warned = False


def _warn(reason: str) -> None:
    """Warn once in a process, when the first kernel could not be stored; numba lets one thread compile at a time."""
    global _warned
    if not _warned:
        _warned = True
        text = (
            f"compiled kernels cannot be kept ({reason}), so every process compiles them anew, "
            "which takes about 10 s; set NUMBA_CACHE_DIR to a folder that can be written."
        )
        warnings.warn(" ".join(text.split()), NotCached, stacklevel=2)
