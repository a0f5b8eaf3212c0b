"""Progress of long work, on standard error, and the seconds that every stage took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

# Where nobody watches a bar move, as in a log, a line this often says how far the work is.
SECONDS_BETWEEN_LINES = 10.0


class Stages:
    """A bar a stage on a terminal, a line now and then elsewhere, nothing at all when quiet.

    Attributes:
        seconds: wall time by stage, for the stages that have ended.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._quiet = quiet
        self._console = Console(stderr=True)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}
        self._printed = time.monotonic()
        if not quiet and self._console.is_terminal:
            columns = (TextColumn("{task.description:<24}"), BarColumn(), TextColumn("{task.fields[note]}"))
            times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
            self._bars = Progress(*columns, *times, console=self._console, transient=True)

    def __enter__(self) -> "Stages":
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bars is not None:
            self._bars.stop()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and show that it is under way."""
        started = time.perf_counter()
        self.update(name, 0, 0)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
            self._end(name)

    def update(self, name: str, done: float, total: float, note: str = "") -> None:
        """Tell how far a stage is: `done` of `total`, or of nobody knows how much if `total` is 0."""
        if self._quiet:
            return
        first = name not in self._started
        self._started.setdefault(name, time.monotonic())
        if self._bars is not None:
            if first:
                self._tasks[name] = self._bars.add_task(name, total=None, note=note)
            self._bars.update(self._tasks[name], completed=done, total=total or None, note=note)
        elif first or time.monotonic() - self._printed > SECONDS_BETWEEN_LINES:
            self._printed = time.monotonic()
            self._console.print(self._line(name, done, total, note), highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a line that stays, such as a result on the way."""
        if not self._quiet:
            self._console.print(text, highlight=False, soft_wrap=True)

    def _line(self, name: str, done: float, total: float, note: str) -> str:
        if not done or not total:
            return f"{name} … {note}".rstrip()
        left = (time.monotonic() - self._started[name]) * (total - done) / done
        return f"{name}: {done / total:.0%}, about {left:.0f} s left {note}".rstrip()

    def _end(self, name: str) -> None:
        self._started.pop(name, None)
        if self._bars is not None and name in self._tasks:
            self._bars.remove_task(self._tasks.pop(name))
