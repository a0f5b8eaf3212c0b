"""What is asked for by name, checked before a model, a framework or a solver is loaded.

`Method` and `FullMethod` look at the rest: they load what has the name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from motlp.errors import InvalidConfig, UnknownName, arg
from motlp.frameworks.catalogue import FRAMEWORKS, check_known, list_offers
from motlp.frameworks.formulations import check_names, find_entry
from motlp.frameworks.installed import may_be_known
from motlp.frameworks.options import read_options, typed_options
from motlp.problem.terms import FULL, Order
from motlp.solving.aim import check_limits
from motlp.solving.defaults import FRAMEWORK, MODEL
from motlp.solving.direct import DIRECT, OURS

FULL_OPTIONS = {"tol": float, "time_limit": float}  # of the search for the optimum of all orders


class Asked(NamedTuple):
    """Framework, solver and options as they are meant; no framework where the solver is one of ours."""

    framework: str | None
    solver: str | None
    options: dict[str, Any]


def is_full(orders: Iterable[Order | None]) -> bool:
    """Whether "full" is the only order, so that nothing but all orders is solved."""
    return set(orders) == {FULL}


def check_asked(
    orders: Iterable[Order | None],
    model: str | None,
    framework: str | None,
    solver: str | None,
    options: Mapping[str, Any] | None,
    parameters: Mapping[str, Any] | None,
) -> None:
    """Refuse what can be refused by its name alone; see `choose_method` of `motlp.solving.method`.

    Raises:
        UnknownName, InvalidConfig, InvalidBudget: it does not exist, contradicts itself, or is out of range.
    """
    if is_full(orders):
        read_full(model, framework, solver, options, parameters)
    else:
        read_asked(model, framework, solver, options, parameters)


def read_asked(
    model: str | None,
    framework: str | None,
    solver: str | None,
    options: Mapping[str, Any] | None,
    parameters: Mapping[str, Any] | None,
) -> Asked:
    """What is asked of numbered orders.

    Raises:
        UnknownName, InvalidConfig, InvalidBudget: it does not exist, contradicts itself, or is out of range.
    """
    names = {"model": model, "framework": framework, "solver": solver}
    check_names(**{name: value for name, value in names.items() if value is not None})
    given, solver = read_options(options), None if solver is None else solver.lower()
    if framework not in (None, OURS, *FRAMEWORKS):
        raise UnknownName("framework", framework, (*FRAMEWORKS, OURS))
    if framework == OURS or solver in DIRECT:
        solver = choose_direct(model, framework, solver, parameters)
        return Asked(None, solver, DIRECT[solver].read_options(given))
    find_entry(MODEL if model is None else model)
    through = FRAMEWORK if framework is None else framework
    if solver is not None and not may_be_known(through, solver):
        check_known(through, solver, list_offers(through), DIRECT if framework is None else ())
    return Asked(framework, solver, given)


def choose_direct(
    model: str | None, framework: str | None, solver: str | None, parameters: Mapping[str, Any] | None
) -> str:
    """The solver of ours that is asked for, which needs neither a model nor a framework.

    Raises:
        UnknownName, InvalidConfig: there is none of this name, or one of the two is asked for.
    """
    solver = OURS if solver is None else solver
    if solver not in DIRECT:
        raise UnknownName("sinkhorn solver", solver, DIRECT)
    for name, value in (("framework", None if framework == OURS else framework), ("model", model)):
        if value is not None:
            raise InvalidConfig(
                f"{arg(name)} is {value!r}, but {solver} works on the interactions themselves; leave out {arg(name)}."
            )
    if parameters:
        raise InvalidConfig(f"{solver} takes no {arg('parameters')}, which are those of a model; leave them out.")
    return solver


def read_full(model: object, framework: object, solver: object, options: Any, parameters: object) -> dict[str, Any]:
    """The options of all orders, which are solved in one way.

    Raises:
        UnknownName, InvalidConfig, InvalidBudget: anything else is asked for, or an option takes no such value.
    """
    asked = {"model": model, "framework": framework, "solver": solver, "parameters": parameters}
    for name, value in asked.items():
        if value:
            raise InvalidConfig(
                f"{arg(name)} is {value!r}, but all orders are solved in one way; "
                f"leave out {arg(name)}: there are only the options {' and '.join(FULL_OPTIONS)}."
            )
    checked = typed_options("untruncated", read_options(options), FULL_OPTIONS)
    check_limits(**checked)
    return checked
