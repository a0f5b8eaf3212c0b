"""`motlp sweep` and `motlp bounds`: many bounds together."""

from dataclasses import asdict

import typer

from motlp.cli.inputs import load_interactions, load_measure, make_executor, make_method
from motlp.cli.output import Stream, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import ComparisonSettings, RunSettings, SweepSettings
from motlp.cli.solutions import WITHOUT_ANSWER
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.report.chain import plot_chain
from motlp.report.curve import plot_risk
from motlp.report.rows import compared, comparison_table, sweep_table
from motlp.studies.comparison import compare
from motlp.studies.sweep import check_model, choose_threat, sweep


def run_sweep(settings: SweepSettings, out: Stream) -> None:
    """Print, save and draw risk against budget."""
    check_model(settings.model)
    make_method(settings, settings.order or [])  # which refuses what does not exist before any work begins
    with Stages(settings.quiet) as stages, make_executor(settings) as executor:
        with stages.stage("load"):
            source = load_source(settings)
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
            progress=stages.progress,
        )
    if settings.plot is not None:  # before the answer is printed: its reader may have gone
        plot_risk(rows, settings.plot)
    print_answer(out, [asdict(row) for row in rows] if settings.json_ else sweep_table(rows))
    if any(row.status in WITHOUT_ANSWER for row in rows):
        raise typer.Exit(1)


def run_bounds(settings: ComparisonSettings, out: Stream) -> None:
    """Print and draw the bounds that people compare with."""
    with Stages(settings.quiet) as stages, make_executor(settings) as executor:
        with stages.stage("load"):
            measure, norm = load_norm(settings)
        rows = compare(
            measure,
            settings.eps,
            norm=norm,
            time_limit=settings.time_limit,
            executor=executor,
            most=settings.max_interactions,
            progress=stages.progress,
        )
    if settings.plot is not None:
        plot_chain(rows, settings.plot)
    if settings.json_:
        print_answer(out, [asdict(row) for row in rows])
    else:
        print_answer(out, compared(rows), comparison_table(rows))
    if any(row.status in WITHOUT_ANSWER for row in rows):
        raise typer.Exit(1)


def load_source(settings: RunSettings) -> LabeledMeasure | Hypergraph:
    """The points of a sweep, or their interactions where a file of them is given."""
    threat = None if settings.norm is None else Ball(settings.norm)
    return load_interactions(settings, threat) or load_measure(settings)


def load_norm(settings: RunSettings) -> tuple[LabeledMeasure, str]:
    """The points of a command over balls, and the norm; of a file of interactions only these are used.

    Raises:
        InvalidBudget: the file is of interactions under the quadratic cost.
    """
    source = load_source(settings)
    threat = choose_threat(source, settings.norm)
    return source.measure if isinstance(source, Hypergraph) else source, threat.norm
