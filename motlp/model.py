"""What a declared model is, and how one is found by name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float64

from motlp.errors import UnknownName
from motlp.hypergraph import Hypergraph

FRAMEWORKS = ("cvxpy", "pyomo", "matrix")


@dataclass
class Model:
    """A formulation declared in a framework, with its parts by name.

    A minimisation over plans names `plan` (its variable) and `marginal` (its constraint, whose
    multiplier is the potential); a maximisation over potentials names `potential` and `conflict`
    (whose multiplier is the plan). `problem` is the framework's own object: extend it in place.

    Attributes:
        name: of the formulation, such as "dual".
        framework: "cvxpy", "pyomo" or "matrix".
        hypergraph: the interactions the plan refers to.
        problem: a `cvxpy.Problem`, a `pyomo.ConcreteModel` or a `LinearProgram`.
        plan, potential: variables in the framework's own type; in a `LinearProgram`, a slice of columns.
        marginal, conflict: constraints in the framework's own type; in a `LinearProgram`, a slice of rows.
        seconds: time it took to declare.
    """

    name: str
    framework: str
    hypergraph: Hypergraph
    problem: Any
    plan: Any = None
    potential: Any = None
    marginal: Any = None
    conflict: Any = None
    seconds: float = field(default=0.0, repr=False)


@dataclass
class LinearProgram:
    """min or max costᵀx  subject to  row_lower ≤ matrix x ≤ row_upper,  x ≥ 0."""

    sense: Literal["min", "max"]
    cost: Float64[np.ndarray, " columns"]
    matrix: sp.csc_array
    row_lower: Float64[np.ndarray, " rows"]
    row_upper: Float64[np.ndarray, " rows"]


def models() -> dict[str, Any]:
    """Every installed formulation: name → module, from the entry-point group `motlp.models`."""
    return {entry.name: entry.load() for entry in entry_points(group="motlp.models")}


def declaration(name: str, framework: str) -> Callable[[Hypergraph], Model]:
    """The function that declares a formulation in a framework.

    Raises:
        UnknownName: no such formulation, or it is not declared in that framework.
    """
    entries = {entry.name: entry for entry in entry_points(group="motlp.models")}
    if name not in entries:
        raise UnknownName("model", name, sorted(entries))
    if framework not in FRAMEWORKS:
        raise UnknownName("framework", framework, FRAMEWORKS)
    module = entries[name].load()
    if not hasattr(module, framework):
        declared = [f for f in FRAMEWORKS if hasattr(module, f)]
        raise UnknownName(f"framework for model {name!r}", framework, declared)
    return getattr(module, framework)


def declare(hypergraph: Hypergraph, name: str = "dual", framework: str = "cvxpy") -> Model:
    """Declare a formulation, found by name, over the interactions of a hypergraph."""
    return declaration(name, framework)(hypergraph)
