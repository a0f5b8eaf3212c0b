"""How a problem is solved: what is asked for, checked before any work, and what is done where nothing is asked for."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from motlp.errors import InvalidConfig, UnknownName, arg
from motlp.frameworks.declaration import check_names, declaration
from motlp.frameworks.engine import FRAMEWORKS, check_solver, find_engine
from motlp.frameworks.options import read_options, typed_options
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import MOST
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number
from motlp.problem.threat import Threat
from motlp.solving import maxflow, sinkhorn, sinkhorn_lp
from motlp.solving.declared import solve_hypergraph
from motlp.solving.repair import Potential
from motlp.solving.sinkhorn import Regularised
from motlp.solving.solution import FULL, Order, Solution
from motlp.solving.untruncated import check_limits, untruncated
from motlp.system.progress import SILENCE, Progress

DIRECT = {solver.name: solver for solver in (sinkhorn.SOLVER, sinkhorn_lp.SOLVER, maxflow.SOLVER)}
OURS = "sinkhorn"  # the framework, in the table of solvers, of those that need none
MODEL, FRAMEWORK, SOLVER = "dual", "cvxpy", "highs"  # unless others are asked for


class Default(NamedTuple):
    """A solver and its options, for more interactions than so many."""

    above: int
    solver: str
    options: Mapping[str, Any]


# The quickest way to a proved optimum by the number of interactions, where nothing is asked for: the last row that
# applies. A solver that is named without a method gets the options of its last row that applies.
DEFAULTS = (
    Default(0, "highs", {}),
    # From here on the simplex method, HiGHS' own choice, takes many times as long as its interior point; crossover to a
    # vertex would take the time that was saved, and the proved interval needs no vertex.
    Default(20_000, "highs", {"solver": "ipm", "run_crossover": "off"}),
    # Sinkhorn and a small linear program take a fraction of the time of the whole one.
    Default(200_000, "sinkhorn+lp", {}),
)
FULL_OPTIONS = {"tol": float, "time_limit": float}  # of the search for the optimum of all orders


@dataclass(frozen=True)
class Method:
    """A choice of model, framework, solver and options; what is None is chosen by the size of the problem.

    Sinkhorn needs no framework: "sinkhorn" as a framework becomes None, and the solver says which kind is meant.

    Raises:
        UnknownName, SolverUnavailable, InvalidConfig: what is asked for does not exist here.
        InvalidModel: the model cannot be declared.
        InvalidBudget: a number for Sinkhorn is out of range.
    """

    model: str | None = None
    framework: str | None = None
    solver: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        asked = {name: getattr(self, name) for name in ("model", "framework", "solver")}
        check_names(**{name: value for name, value in asked.items() if value is not None})
        options = read_options(self.options)
        if self.solver is not None:
            object.__setattr__(self, "solver", self.solver.lower())
        if self.framework not in (None, OURS, *FRAMEWORKS):
            raise UnknownName("framework", self.framework, (*FRAMEWORKS, OURS))
        if self.framework == OURS or self.solver in DIRECT:
            self._choose_direct()
            options = DIRECT[self.declared[2]].read_options(options)
        else:
            model, framework, solver = self.declared
            declaration(model, framework)
            check_solver(framework, solver, others=DIRECT if self.framework is None else ())
            find_engine(framework).prepare(solver, options)
        object.__setattr__(self, "options", options)

    @property
    def declared(self) -> tuple[str, str, str]:
        """Model, framework and solver, where a model is declared."""
        asked = (self.model, MODEL), (self.framework, FRAMEWORK), (self.solver, SOLVER)
        model, framework, solver = (usual if value is None else value for value, usual in asked)
        return model, framework, solver

    def choose(self, size: int) -> tuple[str, dict[str, Any]]:
        """The solver, and its options, for so many interactions."""
        rows = [row for row in DEFAULTS if max(size, 1) > row.above]
        if self.model is self.framework is self.solver is None and not self.options:
            return rows[-1].solver, dict(rows[-1].options)
        solver = self.declared[2]
        if "solver" in self.options:  # which is how HiGHS calls its methods
            return solver, dict(self.options)
        usual: Mapping[str, Any] = next((row.options for row in reversed(rows) if row.solver == solver), {})
        return solver, {**usual, **self.options}

    def solve(self, hypergraph: Hypergraph, start: Solution | None, progress: Progress) -> Solution:
        """The solution for a hypergraph; see `motlp.solve`."""
        solver, options = self.choose(hypergraph.size)
        if solver in DIRECT:
            return DIRECT[solver].run(hypergraph, **options, start=potential_of(start), progress=progress)
        model, framework, _ = self.declared
        return solve_hypergraph(hypergraph, model, framework, solver, options)

    def _choose_direct(self) -> None:
        """Settles on a solver of ours, which needs neither a model nor a framework."""
        solver = OURS if self.solver is None else self.solver
        if solver not in DIRECT:
            raise UnknownName("sinkhorn solver", solver, DIRECT)
        if self.framework not in (None, OURS):
            raise InvalidConfig(
                f"{arg('framework')} is {self.framework!r}, but {solver} works on the interactions themselves; "
                f"leave out {arg('framework')}."
            )
        object.__setattr__(self, "solver", solver)
        object.__setattr__(self, "framework", None)
        if self.model is not None:
            raise InvalidConfig(
                f"{arg('model')} is {self.model!r}, but {solver} works on the interactions themselves; "
                f"leave out {arg('model')}."
            )


@dataclass(frozen=True)
class FullMethod:
    """How all orders are solved: in one way, which has options alone.

    Raises:
        InvalidConfig, InvalidBudget: a model, a framework or a solver is named, or an option takes no such value.
        UnknownName: there is no such option.
    """

    model: str | None = None
    framework: str | None = None
    solver: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("model", "framework", "solver"):
            if getattr(self, name) is not None:
                raise InvalidConfig(
                    f"{arg(name)} is {getattr(self, name)!r}, but all orders are solved in one way; "
                    f"leave out {arg(name)}: there are only the options {' and '.join(FULL_OPTIONS)}."
                )
        options = typed_options("untruncated", read_options(self.options), FULL_OPTIONS)
        check_limits(**options)
        object.__setattr__(self, "options", options)

    def solve(
        self,
        measure: LabeledMeasure,
        threat: Threat,
        eps: Number | None,
        start: Solution | None = None,
        *,
        executor: Executor | None = None,
        most: int = MOST,
        progress: Progress = SILENCE,
    ) -> Solution:
        """The untruncated solution; see `motlp.untruncated`."""
        return untruncated(
            measure, threat, eps, **self.options, start=start, executor=executor, most=most, progress=progress
        )


def choose_method(
    orders: Iterable[Order | None],
    model: str | None,
    framework: str | None,
    solver: str | None,
    options: Mapping[str, Any] | None,
) -> Method | FullMethod:
    """The method that is asked for; unless "full" is the only order, it is that of the numbered ones.

    Raises:
        MotlpError: it does not exist, or cannot be called here.
    """
    kind = FullMethod if set(orders) == {FULL} else Method
    return kind(model, framework, solver, read_options(options))


def potential_of(start: Solution | None) -> Potential | None:
    """The potential of a solution that Sinkhorn best starts from."""
    if isinstance(start, Regularised):
        return start.regularised_potential
    return None if start is None else start.potential
