"""How a problem is solved: what is asked for, checked before any work, and what is done where nothing is asked for."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidConfig, SolverUnavailable, arg
from motlp.frameworks.catalogue import INTEGER, LINEAR, TITLES, SolverInfo
from motlp.frameworks.declaration import declaration, kind_of, read_parameters
from motlp.frameworks.engine import check_solver, find_engine
from motlp.frameworks.options import check_integer, read_options
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number
from motlp.problem.terms import MOST, Order
from motlp.problem.threat import Threat
from motlp.solving.asked import is_full, read_asked, read_full
from motlp.solving.declared import solve_hypergraph
from motlp.solving.defaults import FRAMEWORK, MODEL, SOLVER, choose_default, usual_options
from motlp.solving.direct import DIRECT
from motlp.solving.solution import Solution
from motlp.system.progress import SILENCE, Progress


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
        asked = read_asked(self.model, self.framework, self.solver, self.options, self.parameters)
        for name, value in asked._asdict().items():
            object.__setattr__(self, name, value)
        if self.solver in DIRECT:
            return
        model, framework, solver = self.declared
        check_solver(framework, solver, others=DIRECT if self.framework is None else ())
        object.__setattr__(self, "parameters", read_parameters(model, framework, self.parameters))
        info, _ = find_engine(framework).prepare(solver, asked.options)
        check_kind(model, info)
        if kind_of(model, framework) == INTEGER and solver == SOLVER:
            check_integer(asked.options)

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
        options = read_full(self.model, self.framework, self.solver, self.options, self.parameters)
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
        from motlp.solving.untruncated import untruncated  # most methods do without it

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
    if is_full(orders):
        return FullMethod(model, framework, solver, read_options(options), read_options(parameters))
    return Method(model, framework, solver, read_options(options), read_options(parameters))


def potential_of(start: Solution | None) -> Float64[np.ndarray, " points"] | None:
    """The potential of a solution that Sinkhorn best starts from: of its own, the one before the repair."""
    return None if start is None else getattr(start, "regularised_potential", start.potential)
