"""What the flags of a command alone can be refused for, before anything is loaded.

These are the checks of the library, which makes them again: it is used without the command line, too. What needs a look
at the data, a model or a solver is left to it.
"""

import os

from motlp.cli.settings import (
    BoundSettings,
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
from motlp.errors import InvalidBudget, InvalidConfig, UnknownName, arg
from motlp.problem.rationals import check_count, check_whole
from motlp.problem.terms import COSTS, FULL, Order, check_norm, read_radius, read_tau
from motlp.report.canvas import check_plot
from motlp.solving.asked import check_asked
from motlp.system.atomic import check_writable

PLACES = ("save", "save_certificate", "save_attack")  # settings that name a file to write


def check_settings(settings: Settings) -> None:
    """Refuse what can be refused by the settings alone.

    Raises:
        MotlpError: a value is none that there is, is out of range, or has no meaning beside another.
    """
    if isinstance(settings, DataSettings):
        check_count("per_class", settings.per_class, 1)
        check_count("seed", settings.seed, 0)
    if isinstance(settings, RunSettings) and settings.norm is not None:
        check_norm(settings.norm)
    if isinstance(settings, ThreatSettings):
        check_threat(settings)
        check_budget(settings)
        check_order(settings.order)
        check_listed(settings)
    if isinstance(settings, SweepSettings):
        for order in settings.order or []:
            check_order(order)
    if isinstance(settings, SolveSettings):
        check_method(settings)
    check_plot(getattr(settings, "plot", None))
    for name in PLACES:
        check_writable(getattr(settings, name, None))


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
    if settings.cost == "ball" and not solved and not os.path.exists(os.path.expanduser(settings.data)):
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
