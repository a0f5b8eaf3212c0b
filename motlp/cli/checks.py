"""What the flags of a command alone can be refused for, before anything is loaded.

These are the checks of the library, which makes them again: it is used without the command line, too. What needs a look
at the data, a model or a solver is left to it.
"""

import os
from itertools import combinations
from pathlib import Path

from motlp.cli.settings import (
    BoundSettings,
    ComparisonSettings,
    DataSettings,
    GallerySettings,
    InteractionsSettings,
    ProblemSettings,
    RunSettings,
    Settings,
    SolveSettings,
    SweepSettings,
    ThreatSettings,
)
from motlp.datasets.paths import expand
from motlp.datasets.registry import check_selection, find_reader
from motlp.errors import InvalidBudget, InvalidConfig, UnknownName, arg
from motlp.problem.rationals import check_whole
from motlp.problem.terms import COSTS, FULL, Order, check_norm, read_radius, read_tau
from motlp.report.canvas import check_plot
from motlp.solving.aim import check_limits
from motlp.solving.asked import check_asked
from motlp.system.atomic import check_writable, resolve_place

PLACES = ("save", "save_certificate", "save_attack", "plot")  # settings that name a file to write


def check_settings(settings: Settings) -> None:
    """Refuse what can be refused by the settings alone.

    Raises:
        MotlpError: a value is none that there is, is out of range, or has no meaning beside another.
    """
    if isinstance(settings, ThreatSettings):
        check_threat(settings)
    if isinstance(settings, RunSettings) and settings.norm is not None:
        check_norm(settings.norm)
    if isinstance(settings, ThreatSettings):
        check_budget(settings)
        check_order(settings.order)
        check_listed(settings)
    if isinstance(settings, SweepSettings):
        for order in settings.order or []:
            check_order(order)
    if isinstance(settings, ComparisonSettings):
        check_limits(time_limit=settings.time_limit)
    if isinstance(settings, SolveSettings):
        check_method(settings)
    if isinstance(settings, DataSettings):
        check_data(settings)


def check_data(settings: DataSettings) -> None:
    """Refuse data that are not there, and to select points of them, or write files, in a way that has no meaning.

    Raises:
        MotlpError: there is no such data set; a number is out of range; a file cannot be written, or is another's.
    """
    find_reader(settings.data)
    if not os.path.exists(expand(settings.data)):  # a file may be one of interactions, whose points were selected
        check_selection(settings.data, settings.per_class, settings.seed)
    places = {name: getattr(settings, name, None) for name in PLACES}
    check_places(settings.data, **places | {"plot": check_plot(places["plot"])})


def check_places(data: str, **paths: Path | None) -> None:
    """Refuse places for files that cannot be written to, are one and the same, or hold the data.

    The places go by the names of their settings.
    """
    source = expand(data)
    for name, path in paths.items():
        check_writable(path)
        if path is None or not source.exists():
            continue
        place, points = resolve_place(path), resolve_place(source)
        if points in (place, *place.parents):
            raise InvalidConfig(f"{arg(name)} is {path}, where the points are loaded from; give it another place.")
    given = [(name, path) for name, path in paths.items() if path is not None]
    for (one, path), (other, place) in combinations(given, 2):
        if resolve_place(path) == resolve_place(place):
            raise InvalidConfig(f"{arg(one)} and {arg(other)} are both {path}; give each a file of its own.")


def check_threat(settings: ThreatSettings) -> None:
    """Refuse a transport cost that does not exist, and numbers that have no meaning under it.

    Raises:
        UnknownName, InvalidBudget, InvalidConfig: there is no such cost, or a number is missing or has no meaning.
    """
    if settings.cost not in COSTS:
        raise UnknownName("cost", settings.cost, COSTS)
    if settings.cost == "quadratic":
        for name in ("norm", "eps"):
            if getattr(settings, name) is not None:
                raise InvalidConfig(f"{arg(name)} has no meaning under the quadratic cost; leave it out.")
        if settings.tau is None:
            raise InvalidBudget(f"{arg('tau')} is missing; the quadratic cost needs the price of a squared distance.")
        read_tau(settings.tau)
        return
    if settings.tau is not None:
        raise InvalidConfig(
            f"{arg('tau')} has no meaning under the ball cost; "
            f"set {arg('cost')} to quadratic, or leave {arg('tau')} out."
        )


def check_budget(settings: ThreatSettings) -> None:
    """Refuse a missing budget of a ball; a certificate, and a file, which may be one of interactions, have their own.

    Raises:
        InvalidBudget: it is missing.
    """
    solved = isinstance(settings, GallerySettings) and settings.certificate is not None
    if settings.cost == "ball" and not solved and not os.path.exists(expand(settings.data)):
        read_radius(settings.eps)


def check_order(order: Order | None) -> None:
    """Refuse an order below 1; the largest one depends on the data.

    Raises:
        InvalidBudget: it is one.
    """
    if order not in (None, FULL):
        check_whole("order", order)


def check_listed(settings: ThreatSettings) -> None:
    """Refuse to list the interactions of all orders.

    Raises:
        InvalidConfig: this is asked for.
    """
    if settings.order == FULL and isinstance(settings, InteractionsSettings):
        raise InvalidConfig(
            f"{arg('order')} is {FULL}, but the interactions of all orders are not listed, as they can be too many; "
            "give a number, such as 3."
        )


def check_method(settings: SolveSettings) -> None:
    """Refuse a model, a framework, a solver or options that do not exist, as far as their names tell.

    Raises:
        MotlpError: it does not exist, or contradicts another.
    """
    orders: list[Order | None] = [settings.order] if isinstance(settings, ProblemSettings) else []
    if isinstance(settings, SweepSettings):
        orders = [*(settings.order or [])]
    parameters = settings.parameter if isinstance(settings, BoundSettings) else None
    check_asked(orders, settings.model, settings.framework, settings.solver, settings.option, parameters)
