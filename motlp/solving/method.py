"""How a problem is solved: what is asked for, checked before any work, and what is done where nothing is asked for."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from motlp.errors import InvalidConfig, SolverUnavailable, UnknownName, arg
from motlp.frameworks.catalogue import INTEGER, LINEAR, SolverInfo
from motlp.frameworks.declaration import check_names, declaration, kind_of, read_parameters
from motlp.frameworks.engine import FRAMEWORKS, TITLES, check_solver, find_engine
from motlp.frameworks.options import check_integer, read_options, typed_options
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import MOST
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number
from motlp.problem.threat import Threat
from motlp.solving import maxflow, sinkhorn, sinkhorn_lp
from motlp.solving.declared import solve_hypergraph
from motlp.solving.defaults import FRAMEWORK, MODEL, SOLVER, choose_default, usual_options
from motlp.solving.repair import Potential
from motlp.solving.sinkhorn import Regularised
from motlp.solving.solution import FULL, Order, Solution
from motlp.solving.untruncated import check_limits, untruncated
from motlp.system.progress import SILENCE, Progress

DIRECT = {solver.name: solver for solver in (sinkhorn.SOLVER, sinkhorn_lp.SOLVER, maxflow.SOLVER)}
OURS = "sinkhorn"  # the framework, in the table of solvers, of those that need none
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
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of the model

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
            check_solver(framework, solver, others=DIRECT if self.framework is None else ())
            object.__setattr__(self, "parameters", read_parameters(model, framework, self.parameters))
            info, _ = find_engine(framework).prepare(solver, options)
            check_kind(model, info)
            if kind_of(model, framework) == INTEGER and solver == SOLVER:
                check_integer(options)
        object.__setattr__(self, "options", options)

    @property
    def declared(self) -> tuple[str, str, str]:
        """Model, framework and solver, where a model is declared."""
        model = MODEL if self.model is None else self.model
        framework = FRAMEWORK if self.framework is None else self.framework
        declaration(model, framework)
        return model, framework, choose_solver(model, framework) if self.solver is None else self.solver

    def choose(self, size: int) -> tuple[str, dict[str, Any]]:
        """The solver, and its options, for so many interactions."""
        if self.model is self.framework is self.solver is None and not self.options:
            default = choose_default(size)
            return default.solver, dict(default.options)
        if self.solver in DIRECT:
            return self.solver, dict(self.options)
        model, framework, solver = self.declared
        if "solver" in self.options or kind_of(model, framework) != LINEAR:  # so HiGHS calls its methods
            return solver, dict(self.options)
        return solver, {**usual_options(solver, size), **self.options}

    def solve(self, hypergraph: Hypergraph, start: Solution | None, progress: Progress) -> Solution:
        """The solution for a hypergraph; see `motlp.solve`."""
        solver, options = self.choose(hypergraph.size)
        if solver in DIRECT:
            return DIRECT[solver].run(hypergraph, **options, start=potential_of(start), progress=progress)
        model, framework, _ = self.declared
        return solve_hypergraph(hypergraph, model, framework, solver, options, self.parameters)

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
        if self.parameters:
            raise InvalidConfig(f"{solver} takes no {arg('parameters')}, which are those of a model; leave them out.")


def choose_solver(model: str, framework: str) -> str:
    """The solver of a model that nobody named one for: the usual one, or the first that is ready and can solve it.

    Raises:
        SolverUnavailable: none is; the text says how to get one.
    """
    kind = kind_of(model, framework)
    if kind in ("", LINEAR, INTEGER):
        return SOLVER
    able = [info for info in find_engine(framework).solvers() if info.can(kind)]
    ready = [info.name for info in able if info.ready]
    if not ready:
        ways = "; or ".join(f"{info.name}: {info.install}" for info in able[:2])
        raise SolverUnavailable(
            f"the model {model!r} is {kind} in {TITLES[framework]}, and no solver for that is installed. Get {ways}."
        )
    return ready[0]


def check_kind(model: str, info: SolverInfo) -> None:
    """Refuse a solver that does not solve problems of the kind of a model.

    Raises:
        InvalidConfig: names those that do.
    """
    kind = kind_of(model, info.framework)
    if not info.can(kind):
        able = [other for other in find_engine(info.framework).solvers() if other.can(kind)]
        known = ", ".join(other.name for other in able if other.ready) or "none that is installed"
        raise InvalidConfig(
            f"{arg('solver')} is {info.name!r}, but the model {model!r} is {kind} in {TITLES[info.framework]}, and "
            f"{info.name} solves problems that are {info.solves}; use {known}."
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
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("model", "framework", "solver", "parameters"):
            if getattr(self, name):
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
    parameters: Mapping[str, Any] | None = None,
) -> Method | FullMethod:
    """The method that is asked for; unless "full" is the only order, it is that of the numbered ones.

    Raises:
        MotlpError: it does not exist, or cannot be called here.
    """
    if set(orders) == {FULL}:
        return FullMethod(model, framework, solver, read_options(options), read_options(parameters))
    return Method(model, framework, solver, read_options(options), read_options(parameters))


def potential_of(start: Solution | None) -> Potential | None:
    """The potential of a solution that Sinkhorn best starts from."""
    if isinstance(start, Regularised):
        return start.regularised_potential
    return None if start is None else start.potential
