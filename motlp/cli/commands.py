"""The commands: each reads its settings, calls the library and prints the answer."""

import sys
from contextlib import redirect_stdout
from functools import partial
from importlib import metadata
from typing import Annotated

import typer

from motlp.cli.flags import TRACEBACK, with_flags
from motlp.cli.inputs import check_place, load_points, make_executor, make_hypergraph
from motlp.cli.output import Stream, check_places, print_answer
from motlp.cli.pictures import draw_attack, gallery_answer, gallery_record, read_certificate
from motlp.cli.progress import Stages
from motlp.cli.settings import (
    BoundSettings,
    CertificateSettings,
    GallerySettings,
    InteractionsSettings,
    VerifySettings,
)
from motlp.cli.solutions import WITHOUT_ANSWER, check_attack, find_solution
from motlp.cli.studies import run_bounds, run_sweep
from motlp.errors import MotlpError
from motlp.players.adversary import Attack, attack
from motlp.problem.archive import save
from motlp.proof.certificate import Certificate
from motlp.proof.verification import verify
from motlp.report.curve import check_plot
from motlp.report.gallery import check_drawable
from motlp.report.records import bound_record, certificate_record, interactions_record, verification_record
from motlp.report.tables import (
    bound_table,
    certificate_table,
    interactions_table,
    solver_table,
    verification_table,
)
from motlp.report.words import claimed, summary, verified
from motlp.solving.solution import Solution
from motlp.solving.solve import solvers
from motlp.system.atomic import check_writable

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
    check_places(settings.data, save_certificate=settings.save_certificate, save_attack=settings.save_attack)
    if settings.save_attack is not None:
        check_attack(settings)
    with Stages(settings.quiet) as stages:
        solution = find_solution(settings, stages)
        del stages.seconds["solve"]  # the solution has it in more detail
        stages.seconds.update(solution.seconds)
        with stages.stage("certify"):
            _ = solution.risk_lower, solution.gap
    failed = save_proofs(solution, settings)  # before the answer is printed: its reader may have gone
    if settings.json_:
        print_answer(out, bound_record(solution, stages.seconds))
    else:
        print_answer(out, summary(solution), bound_table(solution, stages.seconds))
    if failed is not None:
        raise failed
    if solution.status.label in WITHOUT_ANSWER:
        raise typer.Exit(1)


def save_proofs(solution: Solution, settings: BoundSettings) -> MotlpError | None:
    """Save the certificate and the attack, where they are asked for; the error, if that cannot be done."""
    try:
        if settings.save_certificate is not None:
            solution.certificate().save(settings.save_certificate)
        if settings.save_attack is not None:
            attack(solution).save(settings.save_attack)
    except MotlpError as error:
        return error
    return None


app.command("sweep")(run_sweep)
app.command("bounds")(run_bounds)


@app.command("interactions")
@with_flags(InteractionsSettings)
def run_interactions(settings: InteractionsSettings, out: Stream) -> None:
    """Enumerate the class interactions, count them, and save them for bounds and sweeps.

    For example: motlp interactions digits --norm l2 --eps 1.2 --save digits.npz
    """
    check_writable(settings.save)
    with Stages(settings.quiet) as stages, make_executor(settings) as executor:
        hypergraph = make_hypergraph(settings, stages, executor, partial(check_place, settings.save))
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
            measure = load_points(settings)
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


@app.command("gallery")
@with_flags(GallerySettings)
def run_gallery(settings: GallerySettings, out: Stream) -> None:
    """Draw the attack that forces the bound: images of different classes that become one, or points in the plane.

    For example: motlp gallery digits --norm l2 --eps 1.0 --plot digits.png
    """
    check_places(settings.data, plot=check_plot(settings.plot))
    check_attack(settings)
    with Stages(settings.quiet) as stages:
        if settings.certificate is not None:
            measure, certificate = read_certificate(settings, settings.certificate, stages)
            bound = claimed(certificate)
        else:
            solution = find_solution(settings, stages, lambda measure, *_: check_drawable(measure))
            measure, bound = solution.hypergraph.measure, summary(solution)
            with stages.stage("certify"):
                certificate = solution.certificate()
        with stages.stage("attack"):
            attack = Attack.from_certificate(certificate, measure)
        with stages.stage("draw"):
            drawn = draw_attack(attack, certificate, settings)
    said = gallery_record(attack, certificate, settings, drawn, stages.seconds)
    print_answer(out, *([said] if settings.json_ else gallery_answer(attack, bound, settings, drawn)))


@app.command("solvers")
def run_solvers() -> None:
    """Every solver: framework, version, licence, what it solves, and whether it is ready or how to get it."""
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        print_answer(out, solver_table(solvers()))
