"""HiGHS, made without a word, and without a hand on the streams of the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

import highspy


class Silent(highspy.Highs):
    """A HiGHS that prints nothing unless its option `output_flag` says so.

    Since 1.16, the first HiGHS that a process makes prints two lines to standard output while it is made, before it
    can be told not to. They go where its log goes, and HiGHS takes them for said even where that is nowhere: so those
    that CVXPY and Pyomo make later keep silent too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.silent()

    def enableCallbacks(self) -> None:  # noqa: N802
        """The part of `__init__` that prints."""
        console = self.getOptionValue("log_to_console")[1]
        self.setOptionValue("log_to_console", False)
        super().enableCallbacks()
        self.setOptionValue("log_to_console", console)


class Uninterrupted(Silent):
    """A HiGHS that Ctrl-C ends with the process or not at all.

    Pyomo asks for one that returns where it is at Ctrl-C: a sweep would take that for the answer, and keep it.
    """

    HandleKeyboardInterrupt = property(lambda self: False, lambda self, value: None)


def silent_highs() -> highspy.Highs:
    """A HiGHS that prints nothing; made once, it silences the first words of all that follow."""
    return Silent()


def uncaptured(engine: Any) -> Any:
    """Pyomo's interface to HiGHS, with standard output left where it is.

    To catch the log of HiGHS, Pyomo moves the descriptors and streams of the whole process while it solves: what other
    threads print is lost, and two that solve at once leave closed streams behind. There is no log to catch here.
    """
    ours = {
        "capture_output": _nothing_captured,
        "highspy": SimpleNamespace(**vars(highspy) | {"Highs": Uninterrupted}),
    }
    for name in ("set_instance", "_solve"):
        code = getattr(type(engine), name)
        copy = FunctionType(code.__code__, code.__globals__ | ours, name, code.__defaults__, code.__closure__)
        setattr(engine, name, MethodType(copy, engine))
    return engine


@contextmanager
def _nothing_captured(output: Any = None, capture_fd: bool = False) -> Iterator[None]:
    """In place of Pyomo's `capture_output`."""
    yield
