"""`motlp bound`, and from the settings of a command to the solution of its problem."""

from concurrent.futures import Executor

import typer

from motlp.cli.inputs import Check, accept, make_executor, make_hypergraph, make_method, make_problem
from motlp.cli.interrupt import answer_at_interrupt
from motlp.cli.output import Stream, print_answer
from motlp.cli.progress import Stages
from motlp.cli.settings import BoundSettings, ProblemSettings
from motlp.errors import InvalidConfig, MotlpError, arg
from motlp.frameworks.answer import Status
from motlp.frameworks.formulations import find_module
from motlp.report.records import bound_record
from motlp.report.tables import bound_table
from motlp.report.words import summary
from motlp.solving.method import FullMethod, Method
from motlp.solving.solution import Solution

WITHOUT_ANSWER = {status.label for status in (Status.FAILED, Status.INFEASIBLE, Status.UNBOUNDED)}


def run_bound(settings: BoundSettings, out: Stream) -> None:
    """Print a proved bound, and save what proves it."""
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
            from motlp.players.adversary import attack

            attack(solution).save(settings.save_attack)
    except MotlpError as error:
        return error
    return None


def check_attack(settings: ProblemSettings) -> None:
    """Refuse to make an attack of the solution of a model that is about another loss, or other classifiers.

    Raises:
        InvalidConfig: it would not be the one that forces the bound.
        UnknownName, InvalidModel: there is no such model.
    """
    if settings.model is not None and getattr(find_module(settings.model), "OTHER_LOSS", False):
        raise InvalidConfig(
            f"{arg('model')} is {settings.model!r}, but an attack is made for the 0-1 loss of all classifiers; "
            f"leave out {arg('model')}."
        )


def find_solution(settings: ProblemSettings, stages: Stages, check: Check = accept) -> Solution:
    """The solution of the problem of a command, with its points checked before any work begins."""
    method = make_method(settings, [settings.order])
    with make_executor(settings) as executor:
        if isinstance(method, FullMethod):
            return solve_all_orders(settings, method, stages, executor, check)
        return solve_one_order(settings, method, stages, executor, check)


def solve_one_order(
    settings: ProblemSettings, method: Method, stages: Stages, executor: Executor | None, check: Check
) -> Solution:
    """The truncated solution."""
    hypergraph = make_hypergraph(settings, stages, executor, check)
    with stages.stage("solve", f"{hypergraph.size:,} interactions"):
        return method.solve(hypergraph, None, stages.progress)


def solve_all_orders(
    settings: ProblemSettings, method: FullMethod, stages: Stages, executor: Executor | None, check: Check
) -> Solution:
    """The untruncated solution; a first Ctrl-C ends the search with the interval that it has by then."""
    measure, threat, eps = make_problem(settings, stages, check)
    with stages.stage("solve", "all orders"), answer_at_interrupt(stages.progress) as progress:
        return method.solve(measure, threat, eps, executor=executor, most=settings.max_interactions, progress=progress)
