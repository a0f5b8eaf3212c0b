"""The solvers of ours, which work on the interactions themselves, without a declared model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pkgutil import resolve_name
from typing import Any

from motlp.errors import InvalidBudget
from motlp.frameworks.catalogue import SolverInfo
from motlp.frameworks.options import typed_options
from motlp.solving.aim import read_aim

OURS = "sinkhorn"  # the framework, in the table of solvers, of those that need none


@dataclass(frozen=True)
class Direct:
    """What is to be known about such a solver.

    Attributes:
        name: as it is asked for.
        solves: what it can solve, in words.
        home: the module and the function that solve a hypergraph, as they are loaded once they are called; the function
            takes the options, `start` and `progress` by name.
        check: refuses options that are out of range.
        options: the types of its options.
    """

    name: str
    solves: str
    home: str
    check: Callable[..., object]
    options: Mapping[str, type]

    @property
    def info(self) -> SolverInfo:
        """Its row in the table of solvers."""
        return SolverInfo(OURS, self.name, version("motlp"), "BSD-3-Clause", self.solves, "comes with motlp")

    @property
    def run(self) -> Callable[..., Any]:
        """The function that solves a hypergraph."""
        return resolve_name(self.home)

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


# In the order in which they are listed.
SOLVERS = (
    Direct(
        name="sinkhorn",
        solves="the truncated problem, regularised: a proved interval",
        home="motlp.solving.sinkhorn:sinkhorn",
        check=read_aim,
        options={"eta": float, "tol": float, "marginal": float, "max_sweeps": int},
    ),
    Direct(
        name="sinkhorn+lp",
        solves="the truncated problem, to its optimum",
        home="motlp.solving.sinkhorn_lp:sinkhorn_lp",
        check=read_aim,
        options={"eta": float, "tol": float, "max_sweeps": int},
    ),
    Direct(
        name="maxflow",
        solves="order 2 under a ball, exactly",
        home="motlp.solving.maxflow:maxflow",
        check=dict,
        options={},
    ),
)
DIRECT = {solver.name: solver for solver in SOLVERS}
