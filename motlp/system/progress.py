"""How long work reports what it has done so far."""

from motlp.errors import InvalidConfig, arg, shorten


class Progress:
    """Receives the reports of long work. This kind ignores them; derive from it, and override the methods you need.

    All methods are called in the thread that asked for the work.
    """

    def update(self, stage: str, done: float, total: float) -> None:
        """A stage, such as "pairs", has done so much of its total; the total is 0 while it is unknown."""

    def interval(self, lower: float, upper: float, **where: float) -> None:
        """The risk lies between two ends, not yet proved; `where` says how far the method is, such as sweep=40."""

    def result(self, result: object) -> None:
        """One of several results, such as the row of a sweep, is found."""


SILENCE = Progress()


def check_progress(value: object) -> None:
    """Refuse what is no Progress."""
    if not isinstance(value, Progress):
        raise InvalidConfig(
            f"{arg('progress')} is {shorten(value)}; "
            "give a motlp.Progress, or an object of a class that derives from it."
        )
