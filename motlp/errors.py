"""What can go wrong, as one tree: every error a user can cause derives from `MotlpError`."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

MARKED = re.compile("\ue000(\\w+)\ue001")  # characters for private use, which hardly any text of a user holds


def arg(name: str) -> str:
    """The name of an argument, for the text of an error: Python shows it bare, the command line as its flag."""
    return f"\ue000{name}\ue001"


class MotlpError(Exception):
    """Root of the tree. Its text is one line that names the value, the rule and the remedy.

    Names of arguments in it are marked by `arg`.
    """

    marked: tuple[Any, ...] = ()  # what the error is made of; `args` are these without the marks

    def __init__(self, *parts: Any) -> None:
        super().__init__(*(MARKED.sub(r"\1", part) if isinstance(part, str) else part for part in parts))
        self.marked = parts

    def __str__(self) -> str:
        return self.spell(str)

    def spell(self, argument: Callable[[str], str]) -> str:
        """The text, with every argument as that function spells it."""
        return MARKED.sub(lambda name: argument(name[1]), self.text())

    def text(self) -> str:
        """The text with its arguments marked, as a part of the text of another error."""
        return " ".join(map(str, self.marked or self.args))


class InvalidMeasure(MotlpError, ValueError):
    """The points, labels or masses are not a labelled measure."""


class InvalidHypergraph(MotlpError, ValueError):
    """A set is no interaction of its measure, or has a wrong birth or cost; or an argument is not a hypergraph."""


class InvalidBudget(MotlpError, ValueError):
    """A number, or an argument of a threat, a sweep or Sinkhorn, is out of range."""


class UnknownName(MotlpError, LookupError):
    """A name that stands for nothing; the text says which exist and suggests the nearest."""

    def __init__(self, kind: str, name: object, known: Iterable[str], hint: str = "") -> None:
        # The parts are the arguments, so that the error can be pickled: workers send it back.
        super().__init__(kind, name if isinstance(name, str) else shorten(name), tuple(str(k) for k in known), hint)

    def text(self) -> str:
        """The text with its arguments marked, as a part of the text of another error."""
        kind, name, known, hint = self.marked
        folded = {k.casefold(): k for k in reversed(known)}
        near = get_close_matches(name.casefold(), folded, n=1)
        guess = f" Did you mean {folded[near[0]]!r}?" if near else ""
        shown = ", ".join(known[:40]) + (", …" if len(known) > 40 else "")
        return f"unknown {kind} {name!r}.{guess} Known: {shown or 'none'}." + (f" {hint}" if hint else "")


class DatasetUnavailable(MotlpError):
    """A known data set whose files, or whose reader, are not on this machine."""


class InvalidFile(MotlpError, ValueError):
    """A file that is damaged, of another kind, or of another study."""


class NoCertificate(MotlpError):
    """A solution without a plan and without a potential, which proves nothing; the text says why they are missing."""


class NoPlan(MotlpError):
    """A solution without a plan, from which no attack can be made; the text says why it is missing."""


class InvalidConfig(MotlpError, ValueError):
    """An argument, an option or a value of a configuration file is of the wrong type."""


class SolverUnavailable(MotlpError):
    """A known solver that is not installed; the text says how to get it."""


class InvalidModel(MotlpError, ValueError):
    """A formulation that cannot be declared, or a declared model whose problem is not of its framework."""


class TooManyInteractions(MotlpError):
    """The hypergraph would be larger than allowed; the text names the counts and what to lower."""


def one_line(error: BaseException) -> str:
    """What an error of another library says, in one line; its type where it says nothing."""
    return " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__


def shorten(value: object) -> str:
    """A value as an error shows it, cut where it is long."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # Python writes no integer of more than 4,300 digits, and objects may fail in any way
        return f"an {type(value).__name__} that cannot be written"
    return text if len(text) <= 60 else f"{text[:57]}…"
