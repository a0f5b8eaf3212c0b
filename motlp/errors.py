"""What can go wrong, as one tree: every error a user can cause derives from `MotlpError`."""

from collections.abc import Iterable
from difflib import get_close_matches


class MotlpError(Exception):
    """Root of the tree. Its text is one line that names the value, the rule and the remedy."""


class InvalidMeasure(MotlpError, ValueError):
    """The points, labels or masses are not a labelled measure."""


class InvalidBudget(MotlpError, ValueError):
    """The budget, or another number of the threat or the truncation, is out of range."""


class UnknownName(MotlpError, LookupError):
    """A name that stands for nothing; the text says which exist and suggests the nearest."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        names = [str(k) for k in known]
        near = get_close_matches(str(name).lower(), names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        shown = ", ".join(names[:40]) + (", …" if len(names) > 40 else "")
        super().__init__(f"unknown {kind} {str(name)!r}.{hint} Known: {shown or 'none'}.")


class DatasetUnavailable(MotlpError):
    """A known data set whose files, or whose reader, are not on this machine."""


class InvalidFile(MotlpError, ValueError):
    """A file that is damaged, of another kind, or of another study."""


class InvalidConfig(MotlpError, ValueError):
    """A configuration file or an option with a value of the wrong type."""


class SolverUnavailable(MotlpError):
    """A known solver that is not installed; the text says how to get it."""


class TooManyInteractions(MotlpError):
    """The hypergraph would be larger than allowed; the text names the counts and what to lower."""
