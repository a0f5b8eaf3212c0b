"""The commands for many bounds together: a sweep over budgets, and the bounds that people compare with."""

from dataclasses import asdict

import typer

from motlp.cli.flags import with_flags
from motlp.cli.inputs import load_norm, load_source, make_executor, make_method
from motlp.cli.output import Stream, check_places, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import ComparisonSettings, SweepSettings
from motlp.cli.solutions import WITHOUT_ANSWER
from motlp.report.chain import plot_chain
from motlp.report.curve import check_plot, plot_risk
from motlp.report.tables import comparison_table, sweep_table
from motlp.report.words import compared
from motlp.studies.comparison import compare
from motlp.studies.sweep import check_model, sweep


@with_flags(SweepSettings)
def run_sweep(settings: SweepSettings, out: Stream) -> None:
    """Risk against budget: one enumeration, a row for every budget and order.

    For example: motlp sweep digits --norm l2 --eps 0.5:1.2:8 --order 2,3 --save risk.csv --plot risk.png
    """
    check_model(settings.model)
    make_method(settings, settings.order or [])  # which refuses what does not exist before any work begins
    check_places(settings.data, save=settings.save, plot=check_plot(settings.plot))
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


@with_flags(ComparisonSettings)
def run_bounds(settings: ComparisonSettings, out: Stream) -> None:
    """The bounds that people compare with, side by side: from two classes at a time up to a deterministic classifier.

    For example: motlp bounds digits --norm l2 --eps 0.8,1,1.2 --plot bounds.png
    """
    check_places(settings.data, plot=check_plot(settings.plot))
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
