"""A solver of ours, which works on the interactions themselves, without a declared model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from motlp.errors import InvalidBudget
from motlp.frameworks.catalogue import SolverInfo
from motlp.frameworks.options import typed_options
from motlp.solving.solution import Solution


@dataclass(frozen=True)
class Direct:
    """What is to be known about such a solver.

    Attributes:
        name: as it is asked for.
        solves: what it can solve, in words.
        run: solves a hypergraph; takes the options, `start` and `progress` by name.
        check: refuses options that are out of range.
        options: the types of its options.
    """

    name: str
    solves: str
    run: Callable[..., Solution]
    check: Callable[..., object]
    options: Mapping[str, type]

    @property
    def info(self) -> SolverInfo:
        """Its row in the table of solvers."""
        return SolverInfo("sinkhorn", self.name, version("motlp"), "BSD-3-Clause", self.solves, "comes with motlp")

    def read_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options, once they are known to be some of its own.

        Raises:
            UnknownName, InvalidConfig, InvalidBudget: there is no such option, or it takes no such value.
        """
        checked = typed_options(self.name, dict(options), dict(self.options))
        try:
            self.check(**checked)
        except InvalidBudget as error:
            raise InvalidBudget(f"of the options of {self.name}, {error}") from None
        return checked
