"""Progress of long work, on standard error, and the seconds that every stage took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from motlp.system.progress import SILENCE, Progress

SECONDS_BETWEEN_LINES = 5.0
NAMES = {"eta": "η", "linear_program": "linear program"}  # of what an interval comes with, for people


class Screen(Progress):
    """Shows the stage at hand, how much of it is done, and a note on it.

    This kind prints lines, for a log that nobody watches: one when a stage of a command begins, then one from time to
    time.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.stage, self.note = "", ""
        self.done, self.total = 0.0, 0.0
        self.begun = self.printed = time.monotonic()

    def start(self) -> None:
        """Begin to show."""

    def stop(self) -> None:
        """Remove what is in the way of the results."""

    def announce(self, stage: str, note: str) -> None:
        """A stage of the command begins."""
        self.print(f"{stage} … {note}")
        self.begin(stage, note)

    def update(self, stage: str, done: float, total: float) -> None:
        """A stage, of the command or of the library within it, has done so much."""
        if stage != self.stage:
            self.begin(stage)
        self.done, self.total, self.note = done, total, ""
        self.show()

    def interval(self, lower: float, upper: float, **where: float) -> None:
        """The interval becomes the note."""
        steps = [f"{NAMES.get(name, name)} {value:.3g}" for name, value in where.items()]
        self.note = ", ".join([*steps, f"risk in [{lower:.5f}, {upper:.5f}]"])
        self.show()

    def result(self, result: object) -> None:
        """A row of a sweep is printed, and stays."""
        # Whoever has a row has loaded these; for all others they would be dead weight.
        from motlp.report.rows import row_line
        from motlp.studies.rows import SweepRow

        if isinstance(result, SweepRow):
            self.print(row_line(result))

    def begin(self, stage: str, note: str = "") -> None:
        """Turn to another stage."""
        self.stage, self.note = stage, note
        self.done, self.total = 0.0, 0.0
        self.begun = self.printed = time.monotonic()

    def show(self) -> None:
        """Show the stage as it is now, if it is time for a line, and more is to come."""
        now = time.monotonic()
        if now - self.printed > SECONDS_BETWEEN_LINES and self.done < (self.total or 1):
            self.printed = now
            self.print(f"{self.stage}: {times(now - self.begun, self.done, self.total)} {self.note}")

    def print(self, line: str) -> None:
        """Print a line, which may be longer than the screen is wide."""
        self.console.print(line.rstrip(), soft_wrap=True)


class Bar(Screen):
    """Shows the same as a bar that moves, for people at a terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        name, note = (TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[note]}"))
        self.bar = RichProgress(name, BarColumn(24), Times(), note, console=console, transient=True)
        self.task = self.bar.add_task("", total=None, note="", visible=False)

    def start(self) -> None:
        """Draw the bar."""
        self.bar.start()

    def stop(self) -> None:
        """Wipe the bar away."""
        self.bar.stop()

    def announce(self, stage: str, note: str) -> None:
        """The bar alone tells that a stage begins."""
        self.begin(stage, note)
        self.show()

    def begin(self, stage: str, note: str = "") -> None:
        """Turn to another stage, with the clock at zero."""
        super().begin(stage, note)
        self.bar.remove_task(self.task)  # a new one, as an old one keeps its total
        self.task = self.bar.add_task(stage, total=None, note=note)

    def show(self) -> None:
        """Move the bar."""
        self.bar.update(self.task, completed=self.done, total=self.total or None, note=self.note)


class Stages:
    """The stages of a command, in a `with` block.

    Attributes:
        seconds: wall time by stage, for the stages that have ended.
        progress: what the library reports to; silence, which costs it nothing, where the command is to be quiet.
    """

    def __init__(self, quiet: bool = False, console: Console | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self.screen: Screen | None = None
        if not quiet:
            console = console or Console(stderr=True, highlight=False, markup=False, emoji=False)
            self.screen = Bar(console) if console.is_terminal else Screen(console)
        self.progress: Progress = self.screen or SILENCE

    def __enter__(self) -> "Stages":
        if self.screen is not None:
            self.screen.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.screen is not None:
            self.screen.stop()

    @contextmanager
    def stage(self, name: str, note: str = "") -> Iterator[None]:
        """Time a stage, and show that it is under way."""
        if self.screen is not None:
            self.screen.announce(name, note)
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


class Times(ProgressColumn):
    """The time that a task has taken and, where that can be known, the time that is left."""

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
