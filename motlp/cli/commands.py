"""The commands: each reads its settings, calls the library, prints what it says."""

import inspect
import json
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.models import ParameterInfo

from motlp.cli.progress import Stages
from motlp.cli.settings import (
    PANELS,
    RUN,
    BoundSettings,
    DataSettings,
    InteractionsSettings,
    RunSettings,
    Settings,
    SolveSettings,
    SweepSettings,
    ThreatSettings,
    merged,
)
from motlp.datasets.paths import expand
from motlp.datasets.registry import load
from motlp.errors import InvalidBudget, InvalidConfig, InvalidFile
from motlp.frameworks.answer import Status
from motlp.problem import archive
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Threat
from motlp.report.curve import check_plot, plot_risk
from motlp.report.records import bound_record, interactions_record
from motlp.report.tables import bound_table, interactions_table, solver_table, sweep_table
from motlp.report.words import summary
from motlp.solving.method import Method
from motlp.solving.solve import solvers as known_solvers
from motlp.studies.sweep import sweep
from motlp.system.atomic import check_writable, resolve_place
from motlp.system.cluster import dask_executor

WITHOUT_ANSWER = {status.label for status in (Status.FAILED, Status.INFEASIBLE, Status.UNBOUNDED)}

Stream = Any  # of text: static checkers and those of run time have no common word for it
Work = Callable[[Any, Stream], None]  # of settings, and where the answer goes
TRACEBACK = typer.Option("--traceback", help="show the traceback of a fault of motlp", rich_help_panel=RUN)

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The smallest adversarial risk that any classifier can have on a data set.",
)


@app.callback(invoke_without_command=True, no_args_is_help=True, help=app.info.help)
def root(
    version: Annotated[bool, typer.Option("--version", help="show the version of motlp")] = False,
    traceback: Annotated[bool, TRACEBACK] = False,
) -> None:
    """What `motlp` itself is asked; it is the command line that hears --traceback, anywhere."""
    if version:
        print(f"motlp {metadata.version('motlp')}")
        raise typer.Exit


def command(name: str, kind: type[Settings]) -> Callable[[Work], Work]:
    """Registers a command that works on settings; the fields of the settings become its flags."""
    file = typer.Option(metavar="FILE", help="TOML file with the names of these options; flags override it")
    flags: dict[str, Any] = {"config": Annotated[Path | None, file], "traceback": Annotated[bool, TRACEBACK]}
    # Values stay texts until the settings are made: one place says what a flag or a key expects.
    shapes: dict[Any, Any] = {bool: bool | None, dict[str, Any]: list[str] | None}
    for panel in (None, *PANELS):
        for key, field in kind.model_fields.items():
            flag = next(note for note in field.metadata if isinstance(note, ParameterInfo))
            if flag.rich_help_panel == panel:
                flags[key] = Annotated[shapes.get(field.annotation, str | None), flag]
    keyword = inspect.Parameter.KEYWORD_ONLY
    signature = inspect.Signature(
        [inspect.Parameter(key, keyword, annotation=shape, default=None) for key, shape in flags.items()]
    )

    def register(work: Work) -> Work:
        def call(config=None, traceback=None, **given):
            out = sys.stdout
            with redirect_stdout(sys.stderr):  # the answer is all that goes to standard output, whoever else prints
                work(merged(kind, given, config), out)

        call.__doc__, call.__signature__ = work.__doc__, signature  # type: ignore[attr-defined]
        app.command(name)(call)
        return work

    return register


@command("bound", BoundSettings)
def bound(settings: BoundSettings, out: Stream) -> None:
    """The smallest risk any classifier can have, with a proof that needs no trust in the solver.

    For example: motlp bound digits --norm l2 --eps 1.0
    """
    method = method_of(settings)
    with Stages(settings.quiet) as stages, executor_of(settings) as executor:
        hypergraph = hypergraph_of(settings, stages, executor)
        with stages.stage("solve", f"{hypergraph.size:,} interactions"):
            solution = method.solve(hypergraph, None, stages)
        del stages.seconds["solve"]  # the solution tells it in more detail
        stages.seconds.update(solution.seconds)
        with stages.stage("certify"):
            _ = solution.risk_lower, solution.gap
    if settings.json_:
        show(out, bound_record(solution, stages.seconds))
    else:
        show(out, summary(solution), bound_table(solution, stages.seconds))
    if solution.status.label in WITHOUT_ANSWER:
        raise typer.Exit(1)


@command("sweep", SweepSettings)
def sweep_(settings: SweepSettings, out: Stream) -> None:
    """Risk against budget: one enumeration, a row for every budget and order.

    For example: motlp sweep digits --norm l2 --eps 0.5:1.2:8 --order 2,3 --save risk.csv --plot risk.png
    """
    _ = method_of(settings)
    for path in (settings.save, check_plot(settings.plot)):
        check_writable(path)
    places = [resolve_place(path) for path in (settings.save, settings.plot) if path is not None]
    if len(places) == 2 and places[0] == places[1]:
        raise InvalidConfig(f"--save and --plot are both {settings.save}; give each a file of its own.")
    with Stages(settings.quiet) as stages, executor_of(settings) as executor:
        with stages.stage("load"):
            source = saved(settings, None if settings.norm is None else Ball(settings.norm)) or measure_of(settings)
        rows = sweep(
            source,
            settings.eps,
            norm=settings.norm,
            orders=settings.order,
            model=settings.model,
            framework=settings.framework,
            solver=settings.solver,
            options=settings.option,
            save=settings.save,
            executor=executor,
            most=settings.max_interactions,
            progress=stages,
        )
    show(out, [asdict(row) for row in rows] if settings.json_ else sweep_table(rows))
    if settings.plot is not None:
        plot_risk(rows, settings.plot)
    if any(row.status in WITHOUT_ANSWER for row in rows):
        raise typer.Exit(1)


@command("interactions", InteractionsSettings)
def interactions_(settings: InteractionsSettings, out: Stream) -> None:
    """Enumerate the class interactions, count them, and save them for bounds and sweeps.

    For example: motlp interactions digits --norm l2 --eps 1.2 --save digits.npz
    """
    check_writable(settings.save)
    with Stages(settings.quiet) as stages, executor_of(settings) as executor:
        hypergraph = hypergraph_of(settings, stages, executor, settings.save)
        if settings.save is not None:
            with stages.stage("save"):
                archive.save(hypergraph, settings.save)
    if settings.json_:
        show(out, interactions_record(hypergraph, stages.seconds))
    else:
        show(out, interactions_table(hypergraph, stages.seconds))


@app.command()
def solvers() -> None:
    """Every solver: framework, version, licence, and whether it is ready or how to get it."""
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        show(out, solver_table(known_solvers()))


def measure_of(settings: DataSettings) -> LabeledMeasure:
    """The points a command works on."""
    return load(
        settings.data,
        split=settings.split,
        root=settings.root,
        download=settings.download,
        classes=settings.classes,
        per_class=settings.per_class,
        seed=settings.seed,
    )


def method_of(settings: SolveSettings) -> Method:
    """How a command solves; refuses what does not exist before any work begins."""
    return Method(settings.model, settings.framework, settings.solver, settings.option)


def executor_of(settings: RunSettings) -> AbstractContextManager[Executor | None]:
    """The executor that a command runs on: none, or one on a Dask cluster."""
    return nullcontext() if settings.dask is None else dask_executor(settings.dask)


def saved(settings: DataSettings, threat: Threat | None) -> Hypergraph | None:
    """The interactions in the file that stands in place of a data set, if one does, of the threat if it is given."""
    path = expand(settings.data)
    if not archive.is_archive(path):
        return None
    hypergraph = archive.load(path)
    for name in ("split", "root", "classes", "per_class", "seed", "download"):
        if getattr(settings, name) not in (None, False):
            raise InvalidConfig(
                f"--{name.replace('_', '-')} selects points, but {settings.data} holds the interactions of "
                f"{hypergraph.measure.name} as they were selected; leave it out."
            )
    if threat is not None and threat != hypergraph.threat:
        raise InvalidFile(f"{settings.data} was saved with {hypergraph.threat}, not {threat}; enumerate again.")
    return hypergraph


def hypergraph_of(
    settings: ThreatSettings, stages: Stages, executor: Executor | None, place: Path | None = None
) -> Hypergraph:
    """The interactions that a bound is computed from; `place` is where they will be saved."""
    eps, order = settings.eps, settings.order
    said = settings.norm is not None or settings.tau is not None or settings.cost != "ball"
    with stages.stage("load"):
        hypergraph = saved(settings, settings.threat() if said else None)
        if hypergraph is not None:
            if place is not None:
                if place.exists() and place.samefile(expand(settings.data)):
                    raise InvalidFile(f"{place} would take its own place, perhaps with less in it; give another name.")
                archive.replaceable(place, hypergraph.measure, hypergraph.threat)
            hypergraph = hypergraph.truncate(order)
            return hypergraph if eps is None else hypergraph.at(eps)
        threat = settings.threat()
        if isinstance(threat, Ball) and eps is None:
            raise InvalidBudget("--eps is missing; give the radius of the ball in feature units, such as --eps 1.0.")
        measure = measure_of(settings)
        if place is not None:
            archive.replaceable(place, measure, threat)
    with stages.stage("interactions"):
        return interactions(
            measure,
            threat,
            eps,
            order=order,
            executor=executor,
            progress=stages,
            most=settings.max_interactions,
        )


def show(out: Stream, *parts: Any) -> None:
    """Print texts and tables for people, or a list or dictionary as JSON.

    On a terminal long lines wrap between words; elsewhere they stay whole, for programs to read.
    """
    plain: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}  # names are the users' own
    console = Console(file=out, **plain) if out.isatty() else Console(file=out, **plain, soft_wrap=True, width=160)
    for part in parts:
        if isinstance(part, list | dict):
            # JSON knows no NaN, which a solver may report.
            valid = json.loads(json.dumps(part), parse_constant=lambda name: None)
            print(json.dumps(valid, indent=2), file=out)
        else:
            console.print(part)
    out.flush()
