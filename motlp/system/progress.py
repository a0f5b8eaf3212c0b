"""What long work tells of itself while it runs."""

from motlp.errors import InvalidConfig, shorten


class Progress:
    """Hears how far long work is; this kind keeps silent. Derive from it, and override what you want to hear.

    All methods are called in the thread that asked for the work.
    """

    def update(self, stage: str, done: float, total: float) -> None:
        """A stage, such as "pairs", has done so much of its total; the total is 0 while it is unknown."""

    def interval(self, lower: float, upper: float, **where: float) -> None:
        """The risk lies between two ends, not yet proved; `where` tells how far the method is, such as sweep=40."""

    def result(self, result: object) -> None:
        """One of several results, such as the row of a sweep, is there."""


SILENCE = Progress()


def check_progress(value: object) -> None:
    """Refuse what hears nothing."""
    if not isinstance(value, Progress):
        raise InvalidConfig(
            f"`progress` is {shorten(value)}; give a motlp.Progress, or an object of a class that derives from it."
        )
