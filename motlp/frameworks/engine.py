"""What the engine of a framework does, and where it is found."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Protocol, cast, runtime_checkable

from motlp.errors import UnknownName
from motlp.frameworks.answer import Answer
from motlp.frameworks.catalogue import SolverInfo
from motlp.frameworks.model import Model

FRAMEWORKS = ("cvxpy", "pyomo", "matrix")
TITLES = {"cvxpy": "CVXPY", "pyomo": "Pyomo", "matrix": "matrix"}


@runtime_checkable
class Engine(Protocol):
    """What `motlp.frameworks` has a file for, by the name of the framework, with these functions."""

    def names(self) -> tuple[str, ...]:
        """The solvers that it knows by name, ready or not."""

    def solvers(self) -> list[SolverInfo]:
        """The same, with what is to be known about each on this machine."""

    def prepare(self, solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
        """The solver of a name, if it can be called now, and its options, checked, in the form that it takes."""

    def solve(self, model: Model, solver: str, options: dict[str, Any]) -> Answer:
        """What a solver says of a declared model; its failures are told as a status."""

    def fault(self, model: Model) -> str:
        """What is wrong with the problem of a model, or ""."""

    def length(self, model: Model, name: str) -> int | None:
        """Number of values of a named part of a model; None where it is no such part of a problem."""


def find_engine(framework: str) -> Engine:
    """The engine of a framework.

    Raises:
        UnknownName: there is no such framework.
    """
    if framework not in FRAMEWORKS:
        raise UnknownName("framework", framework, FRAMEWORKS)
    return cast(Engine, import_module(f"motlp.frameworks.{framework}"))


def check_solver(framework: str, solver: str, others: Iterable[str] = ()) -> None:
    """Refuse a solver that the engine does not know.

    Raises:
        UnknownName: says which it knows, and which others there are.
    """
    known = find_engine(framework).names()
    if solver.lower() not in known:
        raise UnknownName(f"{TITLES[framework]} solver", solver, (*known, *others))
