"""How a formulation is declared over a hypergraph."""

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

from motlp.errors import InvalidConfig, InvalidModel, MotlpError, UnknownName, arg, shorten
from motlp.frameworks.catalogue import FRAMEWORKS
from motlp.frameworks.engine import find_engine
from motlp.frameworks.formulations import check_names, find_module, name_error
from motlp.frameworks.model import Model
from motlp.problem.hypergraph import Hypergraph, check_hypergraph
from motlp.problem.loss import Loss


def declaration(name: str, framework: str) -> Callable[[Hypergraph], Any]:
    """The function that declares a formulation in a framework.

    Raises:
        UnknownName: no such formulation, or it is not declared in that framework.
        InvalidConfig: a name that is no text.
        InvalidModel: the formulation does not import, or what it has for the framework is no function.
    """
    check_names(model=name, framework=framework)
    if framework not in FRAMEWORKS:
        raise UnknownName("framework", framework, FRAMEWORKS)
    module = find_module(name)
    if not hasattr(module, framework):
        declared = [f for f in FRAMEWORKS if hasattr(module, f)]
        raise UnknownName(f"framework for model {name!r}", framework, declared)
    function = getattr(module, framework)
    if not callable(function):
        raise InvalidModel(
            f"the model {name!r} (module {module.__name__}) has {shorten(function)} for {framework}; "
            "it must be a function that takes a hypergraph and returns a Model."
        )
    return function


def kind_of(model: str, framework: str) -> str:
    """The kind of problem that a formulation is in a framework, such as "linear"; "" where its module does not say."""
    return str(getattr(find_module(model), "NEEDS", {}).get(framework, ""))


def read_parameters(model: str, framework: str, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters of a formulation, once it is known that it takes these and needs no others.

    Raises:
        UnknownName: it takes none of that name.
        InvalidConfig: one is missing, or they are no mapping.
        MotlpError: what the formulation itself says of them, if its module has a function `check`.
    """
    given = {} if parameters is None else parameters
    if not isinstance(given, Mapping):
        raise InvalidConfig(
            f"{arg('parameters')} is {shorten(given)}; "
            "it must be a mapping of names to values, such as {'price': 0.2}."
        )
    known = list(inspect.signature(declaration(model, framework)).parameters.values())[1:]
    for name in given:
        if name not in [one.name for one in known]:
            raise UnknownName(f"parameter of the model {model!r}", name, [one.name for one in known])
    for one in known:
        if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD and one.name not in given:
            raise InvalidConfig(
                f"the model {model!r} needs a {one.name}; give it in {arg('parameters')}, such as {one.name}=0.2."
            )
    if hasattr(module := find_module(model), "check"):
        module.check(**given)
    return dict(given)


def declare(
    hypergraph: Hypergraph,
    model: str = "dual",
    framework: str = "cvxpy",
    parameters: Mapping[str, Any] | None = None,
) -> Model:
    """Declare a formulation over the interactions of a hypergraph.

    Args:
        hypergraph: the interactions; `Hypergraph.maximal()` has those that are needed under a ball.
        model: name of the formulation, such as "dual" or "primal".
        framework: "cvxpy", "pyomo" or "matrix".
        parameters: of the formulation, by name, if it has any: `price` of "abstain".

    Raises:
        UnknownName: no such formulation or parameter, or it is not declared in that framework.
        InvalidHypergraph: `hypergraph` is not a Hypergraph.
        InvalidConfig: a name is not a text, or a parameter is missing.
        InvalidBudget: a parameter is out of range, or the formulation is not for such a threat.
        InvalidModel: what declares it raises an error, or returns no model of that hypergraph.
    """
    check_hypergraph(hypergraph)
    function = declaration(model, framework)
    chosen = read_parameters(model, framework, parameters)
    whose = f"the model {model!r} (function {framework} of module {getattr(function, '__module__', 'unknown')})"
    started = time.perf_counter()
    try:
        declared = function(hypergraph, **chosen)
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
    if not isinstance(model.loss, Loss | None):
        return f"returns a model whose loss is {shorten(model.loss)}, not a Loss"
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
