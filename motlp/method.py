"""How a bound is computed: a formulation in a framework by a solver, or Sinkhorn iterations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from motlp.errors import InvalidConfig
from motlp.hypergraph import Hypergraph
from motlp.solution import Solution
from motlp.solve import check, solve

SINKHORN = ("sinkhorn", "sinkhorn+lp")


@dataclass(frozen=True)
class Method:
    """A choice of model, framework, solver and options, checked before any work begins.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: what is asked for does not exist here.
    """

    model: str | None = None
    framework: str | None = None
    solver: str = "highs"
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.solver not in SINKHORN:
            object.__setattr__(self, "model", self.model or "dual")
            object.__setattr__(self, "framework", self.framework or "cvxpy")
            check(self.model or "", self.framework or "", self.solver, self.options)
            return
        for name in ("model", "framework"):
            if getattr(self, name) is not None:
                raise InvalidConfig(
                    f"{name} {getattr(self, name)!r} says nothing to {self.solver}, which works on the interactions "
                    f"themselves; leave out the {name}."
                )

    def solve(
        self,
        hypergraph: Hypergraph,
        start: Solution | None = None,
        callback: Callable[..., object] | None = None,
    ) -> Solution:
        """The solution for one hypergraph; Sinkhorn starts from the potential of an earlier one."""
        return solve(
            hypergraph,
            model=self.model or "",
            framework=self.framework or "",
            solver=self.solver,
            options=self.options,
        )
