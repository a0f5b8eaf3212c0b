"""HiGHS without output of its own, and without effect on the streams and signals of the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

import highspy


class SilentHighs(highspy.Highs):
    """A HiGHS that prints nothing unless its option `output_flag` says so.

    Since version 1.16, the first HiGHS of a process prints two lines to standard output while it is made, before that
    option can be set. They go where its log goes. HiGHS prints them once, even if the log goes nowhere: so a HiGHS that
    CVXPY or Pyomo makes afterwards does not print them either.
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


class UninterruptedHighs(SilentHighs):
    """A HiGHS that does not end at Ctrl-C by itself.

    Pyomo asks for one that then returns the point it has reached: a sweep would keep that as an answer.
    """

    HandleKeyboardInterrupt = property(lambda self: False, lambda self, value: None)


def stop_capture(engine: Any) -> Any:
    """Make Pyomo's interface to HiGHS leave standard output where it is; returns the interface.

    To capture the log of HiGHS, Pyomo redirects the descriptors and streams of the whole process while it solves: what
    other threads print is lost, and two solves at once leave closed streams behind. Here there is no log to capture.
    """
    ours = {
        "capture_output": _capture_nothing,
        "highspy": SimpleNamespace(**vars(highspy) | {"Highs": UninterruptedHighs}),
    }
    for name in ("set_instance", "_solve"):
        code = getattr(type(engine), name)
        copy = FunctionType(code.__code__, code.__globals__ | ours, name, code.__defaults__, code.__closure__)
        setattr(engine, name, MethodType(copy, engine))
    return engine


@contextmanager
def _capture_nothing(output: Any = None, capture_fd: bool = False) -> Iterator[None]:
    """In place of Pyomo's `capture_output`."""
    yield
