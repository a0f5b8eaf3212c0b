"""A progress that remembers what it heard."""

from collections.abc import Callable

from motlp.system.progress import Progress


class Heard(Progress):
    """Remembers it all, and does something at every result."""

    def __init__(self, each: Callable[[object], object] = lambda result: None) -> None:
        self.updates: dict[str, list[tuple[float, float]]] = {}
        self.intervals: list[dict[str, float]] = []
        self.results: list[object] = []
        self.each = each

    def update(self, stage: str, done: float, total: float) -> None:
        self.updates.setdefault(stage, []).append((done, total))

    def interval(self, lower: float, upper: float, **where: float) -> None:
        self.intervals.append({"lower": lower, "upper": upper, **where})

    def result(self, result: object) -> None:
        self.results.append(result)
        self.each(result)
