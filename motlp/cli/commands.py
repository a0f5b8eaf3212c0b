"""The commands: each reads its settings, calls the library and prints the answer."""

import sys
from concurrent.futures import Executor
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib import metadata
from typing import Annotated

import typer

from motlp.cli.flags import TRACEBACK, with_flags
from motlp.cli.inputs import (
    load_interactions,
    load_measure,
    load_source,
    make_executor,
    make_hypergraph,
    make_method,
    make_problem,
)
from motlp.cli.interrupt import answer_at_interrupt
from motlp.cli.output import Stream, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import (
    BoundSettings,
    CertificateSettings,
    InteractionsSettings,
    SweepSettings,
    VerifySettings,
)
from motlp.errors import InvalidConfig, arg
from motlp.frameworks.answer import Status
from motlp.problem.archive import save
from motlp.proof.certificate import Certificate
from motlp.proof.verification import verify
from motlp.report.curve import check_plot, plot_risk
from motlp.report.records import bound_record, certificate_record, interactions_record, verification_record
from motlp.report.tables import (
    bound_table,
    certificate_table,
    interactions_table,
    solver_table,
    sweep_table,
    verification_table,
)
from motlp.report.words import claimed, summary, verified
from motlp.solving.method import FullMethod, Method
from motlp.solving.solution import Solution
from motlp.solving.solve import solvers
from motlp.studies.sweep import sweep
from motlp.system.atomic import check_writable, resolve_place

WITHOUT_ANSWER = {status.label for status in (Status.FAILED, Status.INFEASIBLE, Status.UNBOUNDED)}
HELP = "A proved lower bound on the adversarial risk of any classifier on a data set."

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=HELP)


@app.callback(invoke_without_command=True, no_args_is_help=True, help=HELP)
def run_root(
    version: Annotated[bool, typer.Option("--version", help="show the version of motlp")] = False,
    traceback: Annotated[bool, TRACEBACK] = False,
) -> None:
    """`motlp` without a command; --traceback is here for the help alone, as `main.run` looks for it in all words."""
    if version:
        print(f"motlp {metadata.version('motlp')}")
        raise typer.Exit


@app.command("bound")
@with_flags(BoundSettings)
def run_bound(settings: BoundSettings, out: Stream) -> None:
    """A risk that no classifier can go below, with a proof that needs no trust in the solver.

    For example: motlp bound digits --norm l2 --eps 1.0
    """
    method = make_method(settings, [settings.order])
    check_writable(settings.save_certificate)
    with Stages(settings.quiet) as stages, make_executor(settings) as executor:
        if isinstance(method, FullMethod):
            solution = solve_all_orders(settings, method, stages, executor)
        else:
            solution = solve_one_order(settings, method, stages, executor)
        del stages.seconds["solve"]  # the solution has it in more detail
        stages.seconds.update(solution.seconds)
        with stages.stage("certify"):
            _ = solution.risk_lower, solution.gap
    if settings.json_:
        print_answer(out, bound_record(solution, stages.seconds))
    else:
        print_answer(out, summary(solution), bound_table(solution, stages.seconds))
    if settings.save_certificate is not None:
        solution.certificate().save(settings.save_certificate)
    if solution.status.label in WITHOUT_ANSWER:
        raise typer.Exit(1)


def solve_one_order(settings: BoundSettings, method: Method, stages: Stages, executor: Executor | None) -> Solution:
    """The truncated solution."""
    hypergraph = make_hypergraph(settings, stages, executor)
    with stages.stage("solve", f"{hypergraph.size:,} interactions"):
        return method.solve(hypergraph, None, stages.progress)


def solve_all_orders(
    settings: BoundSettings, method: FullMethod, stages: Stages, executor: Executor | None
) -> Solution:
    """The untruncated solution; a first Ctrl-C ends the search with the interval that it has by then."""
    measure, threat, eps = make_problem(settings, stages)
    with stages.stage("solve", "all orders"), answer_at_interrupt(stages.progress) as progress:
        return method.solve(measure, threat, eps, executor=executor, most=settings.max_interactions, progress=progress)


@app.command("sweep")
@with_flags(SweepSettings)
def run_sweep(settings: SweepSettings, out: Stream) -> None:
    """Risk against budget: one enumeration, a row for every budget and order.

    For example: motlp sweep digits --norm l2 --eps 0.5:1.2:8 --order 2,3 --save risk.csv --plot risk.png
    """
    make_method(settings, settings.order or [])  # which refuses what does not exist before any work begins
    check_places(settings)
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
    print_answer(out, [asdict(row) for row in rows] if settings.json_ else sweep_table(rows))
    if settings.plot is not None:
        plot_risk(rows, settings.plot)
    if any(row.status in WITHOUT_ANSWER for row in rows):
        raise typer.Exit(1)


def check_places(settings: SweepSettings) -> None:
    """Refuse places for the table and the plot of a sweep that cannot be written to, or are one and the same."""
    for path in (settings.save, check_plot(settings.plot)):
        check_writable(path)
    places = [resolve_place(path) for path in (settings.save, settings.plot) if path is not None]
    if len(places) == 2 and places[0] == places[1]:
        raise InvalidConfig(f"{arg('save')} and {arg('plot')} are both {settings.save}; give each a file of its own.")


@app.command("interactions")
@with_flags(InteractionsSettings)
def run_interactions(settings: InteractionsSettings, out: Stream) -> None:
    """Enumerate the class interactions, count them, and save them for bounds and sweeps.

    For example: motlp interactions digits --norm l2 --eps 1.2 --save digits.npz
    """
    check_writable(settings.save)
    with Stages(settings.quiet) as stages, make_executor(settings) as executor:
        hypergraph = make_hypergraph(settings, stages, executor, settings.save)
        if settings.save is not None:
            with stages.stage("save"):
                save(hypergraph, settings.save)
    if settings.json_:
        print_answer(out, interactions_record(hypergraph, stages.seconds))
    else:
        print_answer(out, interactions_table(hypergraph, stages.seconds))


@app.command("verify")
@with_flags(VerifySettings)
def run_verify(settings: VerifySettings, out: Stream) -> None:
    """Check a certificate against its data, in exact arithmetic: 0 proved, 1 false, 2 not checkable.

    For example: motlp verify digits.cert.npz digits
    """
    with Stages(settings.quiet) as stages:
        with stages.stage("load"):
            saved = load_interactions(settings, None)
            measure = load_measure(settings) if saved is None else saved.measure
        with stages.stage("verify"):
            found = verify(settings.certificate, measure)
    if settings.json_:
        print_answer(out, verification_record(found, stages.seconds))
    elif found.exit == 0:
        print_answer(out, verified(found, measure.name), verification_table(found, measure, stages.seconds))
    if found.exit:
        print(f"motlp: {settings.certificate} is {found.verdict}: {found.why}.", file=sys.stderr)
        raise typer.Exit(found.exit)


@app.command("show")
@with_flags(CertificateSettings)
def run_show(settings: CertificateSettings, out: Stream) -> None:
    """What a certificate claims, and what its plan and its potential say of the data.

    For example: motlp show digits.cert.npz
    """
    certificate = Certificate.load(settings.certificate)
    if settings.json_:
        print_answer(out, certificate_record(certificate))
    else:
        print_answer(out, claimed(certificate), certificate_table(certificate))


@app.command("solvers")
def run_solvers() -> None:
    """Every solver: framework, version, licence, what it solves, and whether it is ready or how to get it."""
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        print_answer(out, solver_table(solvers()))
