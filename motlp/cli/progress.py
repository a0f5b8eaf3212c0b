"""Progress of long work, on standard error, and the seconds that every stage took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from motlp.report.words import row_line
from motlp.studies.rows import SweepRow
from motlp.system.progress import Progress

# Where nobody watches a bar move, as in a log, a line this often says how far the work is.
SECONDS_BETWEEN_LINES = 5.0
NAMES = {"eta": "η", "linear_program": "linear program"}


class Stages(Progress):
    """A bar on a terminal, a line now and then elsewhere, nothing at all when quiet.

    Attributes:
        seconds: wall time by stage, for the stages that have ended.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._shown, self._done, self._total = "", 0.0, 0.0
        self._since = self._printed = time.monotonic()
        self._bar: Bar | None = None
        if not quiet and self._console.is_terminal:
            name, note = (TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[note]}"))
            columns = (name, BarColumn(24), Times(), note)
            self._bar = Bar(*columns, console=self._console, transient=True)

    def __enter__(self) -> "Stages":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    @contextmanager
    def stage(self, name: str, note: str = "") -> Iterator[None]:
        """Time a stage and show that it is under way."""
        if not self._quiet and self._bar is None:
            self._console.print(f"{name} … {note}".rstrip(), soft_wrap=True)
        started = time.perf_counter()
        self._show(name, 0, 0, note)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def update(self, stage: str, done: float, total: float) -> None:
        """Show how far a stage is."""
        self._show(stage, done, total)

    def interval(self, lower: float, upper: float, **where: float) -> None:
        """Show the interval beside the stage at hand."""
        steps = [f"{NAMES.get(name, name)} {value:.3g}" for name, value in where.items()]
        self._show(self._shown, self._done, self._total, ", ".join([*steps, f"risk in [{lower:.5f}, {upper:.5f}]"]))

    def result(self, result: object) -> None:
        """Print a row of a sweep, which stays."""
        if isinstance(result, SweepRow) and not self._quiet:
            self._console.print(row_line(result), soft_wrap=True)

    def _show(self, name: str, done: float, total: float, note: str = "") -> None:
        if self._quiet:
            return
        now = time.monotonic()
        self._done, self._total = done, total
        if name != self._shown:
            self._shown, self._since, self._printed = name, now, now
            if self._bar is not None:
                for task in self._bar.task_ids:
                    self._bar.remove_task(task)
                self._bar.add_task(name, total=None, note=note)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total or None, note=note)
        elif now - self._printed > SECONDS_BETWEEN_LINES and done < (total or 1):
            self._printed = now
            self._console.print(f"{name}: {times(now - self._since, done, total)} {note}".rstrip(), soft_wrap=True)


class Times(ProgressColumn):
    """How long a task has taken and, where that can be told, how long it will take."""

    def render(self, task: Task) -> Text:
        """The column for one task."""
        return Text(times(task.elapsed or 0.0, task.completed, task.total or 0.0))


def times(seconds: float, done: float, total: float) -> str:
    """The share of the work that is done, its time, and the time left if the rest goes as fast."""
    if not done or not total:
        return clock(seconds)
    return f"{done / total:4.0%}, {clock(seconds)}, about {clock(seconds * (total - done) / done)} left"


def clock(seconds: float) -> str:
    """Seconds, or minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
