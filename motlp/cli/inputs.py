"""From the settings of a command to what the library takes: measure, threat, interactions, method, executor."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from motlp.cli.checks import check_threat
from motlp.cli.progress import Stages
from motlp.cli.settings import BoundSettings, DataSettings, RunSettings, SolveSettings, ThreatSettings
from motlp.datasets.loading import load
from motlp.datasets.paths import expand
from motlp.errors import InvalidConfig, InvalidFile, arg
from motlp.problem import archive
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number
from motlp.problem.terms import FULL, Order
from motlp.problem.threat import Ball, Quadratic, Threat
from motlp.solving.method import FullMethod, Method, choose_method

SELECTION = ("split", "root", "download", "classes", "per_class", "seed")  # settings that select points

# Of the points and the threat of a command, and of the file that they come from, if they do: it raises an error for
# those that the command has no use for.
Check = Callable[[LabeledMeasure, Threat, str | None], object]


def accept(measure: LabeledMeasure, threat: Threat, source: str | None) -> None:
    """The check that refuses nothing."""


def make_method(settings: SolveSettings, orders: Sequence[Order | None]) -> Method | FullMethod:
    """The method of a command for these orders.

    Raises:
        MotlpError: it does not exist, or cannot be called here.
    """
    parameters = settings.parameter if isinstance(settings, BoundSettings) else None
    return choose_method(orders, settings.model, settings.framework, settings.solver, settings.option, parameters)


def make_executor(settings: RunSettings) -> AbstractContextManager[Executor | None]:
    """The executor of a command: none, or one on a Dask cluster."""
    if settings.dask is None:
        return nullcontext()
    from motlp.system.cluster import dask_executor  # few commands need asyncio

    return dask_executor(settings.dask)


def make_threat(settings: ThreatSettings) -> Threat:
    """The transport cost.

    Raises:
        UnknownName, InvalidBudget, InvalidConfig: no such cost or norm; a number is missing, or has no meaning.
    """
    check_threat(settings)
    if settings.tau is not None:
        return Quadratic(settings.tau)
    return Ball("l2" if settings.norm is None else settings.norm)


def make_threat_if_asked(settings: ThreatSettings) -> Threat | None:
    """The transport cost, if any setting asks for one."""
    is_asked = settings.norm is not None or settings.tau is not None or settings.cost != "ball"
    return make_threat(settings) if is_asked else None


def load_measure(settings: DataSettings) -> LabeledMeasure:
    """The points of a command."""
    return load(settings.data, **{name: getattr(settings, name) for name in SELECTION})


def load_interactions(settings: DataSettings, threat: Threat | None) -> Hypergraph | None:
    """The interactions in the file that is given in place of a data set; None where it is a data set.

    Raises:
        InvalidConfig: a setting selects points, which were selected when the interactions were saved.
        InvalidFile: the interactions are of another threat than this, where one is given.
    """
    path = expand(settings.data)
    if not archive.is_archive(path):
        return None
    hypergraph = archive.load(path)
    for name in SELECTION:
        if getattr(settings, name) not in (None, False):
            raise InvalidConfig(
                f"{arg(name)} selects points, but {settings.data} holds the interactions of "
                f"{hypergraph.measure.name} as they were selected; leave it out."
            )
    if threat is not None and threat != hypergraph.threat:
        raise InvalidFile(f"{settings.data} was saved with {hypergraph.threat}, not {threat}; enumerate again.")
    return hypergraph


def load_points(settings: DataSettings) -> LabeledMeasure:
    """The points of a command, from a data set or a file of interactions."""
    saved = load_interactions(settings, None)
    return load_measure(settings) if saved is None else saved.measure


def make_hypergraph(
    settings: ThreatSettings, stages: Stages, executor: Executor | None, check: Check = accept
) -> Hypergraph:
    """The interactions of a command, enumerated or loaded; those that `check` refuses are refused first."""
    order = settings.order
    assert order != FULL  # the one command without a solver refuses it
    with stages.stage("load"):
        hypergraph = load_interactions(settings, make_threat_if_asked(settings))
        if hypergraph is not None:
            check(hypergraph.measure, hypergraph.threat, settings.data)
            hypergraph = hypergraph.truncate(order)
            return hypergraph if settings.eps is None else hypergraph.at(settings.eps)
        measure, threat = load_problem(settings)
        check(measure, threat, None)
    with stages.stage("interactions"):
        return interactions(
            measure,
            threat,
            settings.eps,
            order=order,
            executor=executor,
            progress=stages.progress,
            most=settings.max_interactions,
        )


def load_problem(settings: ThreatSettings) -> tuple[LabeledMeasure, Threat]:
    """The points of a command and the threat; a budget that is missing is refused before the points are loaded."""
    threat = make_threat(settings)
    threat.budget(settings.eps)
    return load_measure(settings), threat


def make_problem(
    settings: ThreatSettings, stages: Stages, check: Check = accept
) -> tuple[LabeledMeasure, Threat, Number | None]:
    """Points, threat and budget of a command over all orders; of a file of interactions only those are used."""
    with stages.stage("load"):
        saved = load_interactions(settings, make_threat_if_asked(settings))
        if saved is None:
            measure, threat = load_problem(settings)
            check(measure, threat, None)
            return measure, threat, settings.eps
        check(saved.measure, saved.threat, settings.data)
        return saved.measure, saved.threat, saved.eps if settings.eps is None else settings.eps


def check_place(place: Path | None, measure: LabeledMeasure, threat: Threat, source: str | None = None) -> None:
    """Refuse to save interactions over anything but others of the same measure and threat.

    Args:
        place: where they are to be saved, if anywhere.
        measure, threat: those of the interactions.
        source: the file that they were loaded from, if they were: it may hold more of them than are to be saved.

    Raises:
        InvalidFile: there is something else, which is not overwritten.
    """
    if place is None or not place.exists():
        return
    if source is not None and place.samefile(expand(source)):
        raise InvalidFile(f"{place} is what the interactions are loaded from; give another name to {arg('save')}.")
    try:
        found = archive.load(place, measure)
        if found.threat != threat:
            raise InvalidFile(f"{place} is of {found.threat}, not {threat}.")
    except InvalidFile as error:
        raise InvalidFile(
            f"{error.text()} It is not overwritten: remove it, or give another name to {arg('save')}."
        ) from None
