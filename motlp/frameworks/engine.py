"""What the engine of a framework does, where it is found, and what all engines check."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol, cast, runtime_checkable

from motlp.errors import SolverUnavailable, UnknownName
from motlp.frameworks.answer import Answer
from motlp.frameworks.catalogue import FRAMEWORKS, TITLES, SolverInfo, check_known, list_offers
from motlp.frameworks.model import Model


@runtime_checkable
class Engine(Protocol):
    """The functions of the file of a framework, `motlp/frameworks/<framework>.py`."""

    def names(self) -> tuple[str, ...]:
        """The solvers that it knows by name, ready or not."""

    def solvers(self) -> list[SolverInfo]:
        """Their rows in the table of solvers, for this machine."""

    def prepare(self, solver: str, options: dict[str, Any]) -> tuple[SolverInfo, dict[str, Any]]:
        """The solver of a name, if it is ready, and its options, checked, in the form that the framework takes."""

    def solve(self, model: Model, solver: str, options: dict[str, Any]) -> Answer:
        """What a solver says of a declared model; if the solver fails, the status says so."""

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
    check_known(framework, solver, find_engine(framework).names(), others)


def read_options(info: SolverInfo, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a solver that is to be called, in the form that its framework takes.

    Raises:
        SolverUnavailable: it is not ready; says how to get it.
        UnknownName, InvalidConfig: there is no such option, or it takes no such value.
    """
    if not info.ready:
        title = TITLES[info.framework]
        raise SolverUnavailable(f"the solver {info.name!r} is not installed for {title}: {info.install}.")
    offer = list_offers(info.framework).get(info.name)
    return offer.read_options(options) if offer else dict(options)  # else the solver itself checks them
