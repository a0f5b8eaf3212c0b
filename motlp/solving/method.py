"""How a bound is computed: a formulation in a framework by a solver, or Sinkhorn iterations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from motlp.errors import InvalidConfig, UnknownName, shorten
from motlp.frameworks.model import check_names
from motlp.frameworks.options import named_options, typed_options
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.solving.sinkhorn import Regularised, sinkhorn
from motlp.solving.sinkhorn import check as check_sweeps
from motlp.solving.sinkhorn_lp import sinkhorn_lp
from motlp.solving.solution import Solution
from motlp.solving.solve import check, solve

OPTIONS: dict[str, dict[str, type]] = {
    "sinkhorn": {"eta": float, "tol": float, "marginal": float, "max_sweeps": int},
    "sinkhorn+lp": {"eta": float, "tol": float, "max_sweeps": int},
}


# From so many interactions on, Sinkhorn and a small linear program take a fraction of the time of the whole one.
LARGE = 200_000


@dataclass(frozen=True)
class Method:
    """A choice of model, framework, solver and options, checked before any work begins.

    The dual in CVXPY by HiGHS by default; by "sinkhorn+lp", which proves the same optimum, where nothing at all is
    chosen and the hypergraph is large.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: what is asked for does not exist here.
        InvalidBudget: a number for Sinkhorn is out of range.
    """

    model: str | None = None
    framework: str | None = None
    solver: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {"model": self.model, "framework": self.framework, "solver": self.solver}
        check_names(**{what: name for what, name in names.items() if name is not None})
        object.__setattr__(self, "options", named_options(self.options))
        if self.solver in OPTIONS:
            for name in ("model", "framework"):
                if getattr(self, name) is not None:
                    raise InvalidConfig(
                        f"{name} {getattr(self, name)!r} says nothing to {self.solver}, which works on the "
                        f"interactions themselves; leave out the {name}."
                    )
            checked = typed_options(self.solver, dict(self.options), OPTIONS[self.solver])
            check_sweeps(**checked)
            object.__setattr__(self, "options", checked)
        else:
            try:
                check(*self._declared(), self.options)
            except UnknownName as error:
                kind, name, known, hint = error.args
                if name != self.solver or self.framework is not None:
                    raise
                raise UnknownName(kind, name, (*known, *OPTIONS), hint) from None

    def _declared(self) -> tuple[str, str, str]:
        """Model, framework and solver, where a model is declared."""
        return self.model or "dual", self.framework or "cvxpy", self.solver or "highs"

    def solve(
        self,
        hypergraph: Hypergraph,
        start: Solution | None = None,
        callback: Callable[[str], object] | None = None,
    ) -> Solution:
        """The solution for one hypergraph.

        Args:
            start: the solution of a neighbouring problem on the same points, for Sinkhorn to begin from.
            callback: called with a note on how far the work is.
        """
        check_hypergraph(hypergraph)
        if not isinstance(start, Solution | None):
            raise InvalidConfig(f"start is {shorten(start)}; it must be a Solution, or None.")
        free = self == Method() and hypergraph.size > LARGE
        if self.solver not in OPTIONS and not free:
            model, framework, solver = self._declared()
            return solve(hypergraph, model=model, framework=framework, solver=solver, options=self.options)

        def told(sweep: int, eta: float, lower: float, upper: float) -> None:
            if callback is not None:
                stage = f"sweep {sweep}, η {eta:.0e}" if eta > 0 else "linear program"
                callback(f"{stage}, risk in [{lower:.5f}, {upper:.5f}]")

        run = sinkhorn if self.solver == "sinkhorn" else sinkhorn_lp
        guess = None if start is None else start.potential
        if isinstance(start, Regularised):
            guess = start.regularised_potential
        return run(hypergraph, **self.options, start=guess, callback=told)
