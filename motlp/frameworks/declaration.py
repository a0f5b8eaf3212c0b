"""How a formulation is found by name, and declared over a hypergraph."""

import time
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from motlp.errors import InvalidConfig, InvalidModel, MotlpError, UnknownName, arg, shorten
from motlp.frameworks.engine import FRAMEWORKS, find_engine
from motlp.frameworks.model import Model
from motlp.problem.hypergraph import Hypergraph, check_hypergraph

EXAMPLES = {"model": "dual", "framework": "cvxpy", "solver": "highs"}


def check_names(**names: object) -> None:
    """Refuse what is no name."""
    for what, name in names.items():
        if not isinstance(name, str):
            raise InvalidConfig(
                f"{arg(what)} is {shorten(name)}; it must be a name, a text such as {EXAMPLES[what]!r}."
            )


def declaration(name: str, framework: str) -> Callable[[Hypergraph], Any]:
    """The function that declares a formulation in a framework.

    Raises:
        UnknownName: no such formulation, or it is not declared in that framework.
        InvalidConfig: a name that is no text.
        InvalidModel: the formulation does not import, or what it has for the framework is no function.
    """
    check_names(model=name, framework=framework)
    entries = {entry.name: entry for entry in entry_points(group="motlp.models")}
    if name not in entries:
        raise UnknownName("model", name, sorted(entries))
    if framework not in FRAMEWORKS:
        raise UnknownName("framework", framework, FRAMEWORKS)
    entry = entries[name]
    try:
        module = entry.load()
    except Exception as error:  # whatever a module may raise
        raise InvalidModel(
            f"the model {name!r} (module {entry.value}) does not import ({name_error(error)}); "
            "repair or remove the package that it comes from."
        ) from error
    if not hasattr(module, framework):
        declared = [f for f in FRAMEWORKS if hasattr(module, f)]
        raise UnknownName(f"framework for model {name!r}", framework, declared)
    function = getattr(module, framework)
    if not callable(function):
        raise InvalidModel(
            f"the model {name!r} (module {entry.value}) has {shorten(function)} for {framework}; "
            "it must be a function that takes a hypergraph and returns a Model."
        )
    return function


def declare(hypergraph: Hypergraph, model: str = "dual", framework: str = "cvxpy") -> Model:
    """Declare a formulation over the interactions of a hypergraph.

    Args:
        hypergraph: the interactions; `Hypergraph.maximal()` has those that are needed under a ball.
        model: name of the formulation, such as "dual" or "primal".
        framework: "cvxpy", "pyomo" or "matrix".

    Raises:
        UnknownName: no such formulation, or it is not declared in that framework.
        InvalidHypergraph: `hypergraph` is not a Hypergraph.
        InvalidConfig: a name is not a text.
        InvalidModel: what declares it raises an error, or returns no model of that hypergraph.
    """
    check_hypergraph(hypergraph)
    function = declaration(model, framework)
    whose = f"the model {model!r} (function {framework} of module {getattr(function, '__module__', 'unknown')})"
    started = time.perf_counter()
    try:
        declared = function(hypergraph)
    except (MotlpError, MemoryError):
        raise
    except Exception as error:  # whatever it may raise
        raise InvalidModel(f"{whose} cannot be declared ({name_error(error)}); it must be repaired there.") from error
    if fault := fault_of(declared, hypergraph, framework):
        raise InvalidModel(f"{whose} {fault}; it must be repaired there.")
    declared.seconds = time.perf_counter() - started
    return declared


def fault_of(model: Any, hypergraph: Hypergraph, framework: str) -> str:
    """What is wrong with what a declaration returned, or ""."""
    if not isinstance(model, Model):
        return f"returns {shorten(model)}, not a Model"
    if model.framework != framework:
        return f"returns a model in {shorten(model.framework)}, not in {framework}"
    if model.hypergraph is not hypergraph:
        return "returns a model of another hypergraph, not of the one that it was given"
    if fault := find_engine(framework).fault(model):
        return f"returns a model whose {fault}"
    wanted = {"plan": hypergraph.size, "conflict": hypergraph.size}
    wanted |= {"potential": hypergraph.measure.size, "marginal": hypergraph.measure.size}
    for name, length in wanted.items():
        part = getattr(model, name)
        if part is not None:
            found = find_engine(framework).length(model, name)
            if found is None:
                return f"names {shorten(part)} as its {name}, which is no such part of a problem in {framework}"
            if found != length:
                things = "interactions" if name in ("plan", "conflict") else "points"
                return f"returns a model whose {name} has length {found} for {length} {things}"
    return ""


def name_error(error: BaseException) -> str:
    """The type and the text of an error, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")[:300]
