"""Risk against budget: one enumeration at the largest ε, one row for each ε and order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from fractions import Fraction
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import Any

from motlp.errors import InvalidBudget, InvalidConfig, InvalidFile, InvalidMeasure, arg, shorten
from motlp.frameworks.answer import Status
from motlp.frameworks.formulations import find_module
from motlp.problem.hypergraph import Hypergraph, check_order, choose_order
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number, check_whole, exact, spell
from motlp.problem.terms import FULL, MOST, Order
from motlp.problem.threat import Ball, Threat
from motlp.solving.method import FullMethod, Method, choose_method
from motlp.solving.solution import INTERRUPTED, Solution
from motlp.studies.rows import Study, SweepRow, keep_row, make_row, rank, read_rows, refuse_other_counts, row_key
from motlp.system.atomic import check_writable
from motlp.system.executor import check_executor
from motlp.system.progress import SILENCE, Progress, check_progress

EXAMPLES = {"eps": "[0.5, 1]", "orders": "[2, 3]"}
PENDING = 16  # bounds that an executor works on at a time: each is sent with its interactions, which take memory

Numbered = tuple[Fraction, int]  # a budget and a truncation order
Point = tuple[Fraction, Order]  # of the grid


def sweep(
    source: LabeledMeasure | Hypergraph,
    eps: Sequence[Number],
    *,
    norm: str | None = None,
    orders: Sequence[Order] | None = None,
    model: str | None = None,
    framework: str | None = None,
    solver: str | None = None,
    options: Mapping[str, Any] | None = None,
    save: str | Path | None = None,
    executor: Executor | None = None,
    most: int = MOST,
    progress: Progress = SILENCE,
) -> list[SweepRow]:
    """Bounds for every budget and order; those of numbered orders from one enumeration at the largest budget.

    Args:
        source: the points, or their interactions, which must reach up to the largest of `eps` and of the numbered
            orders.
        eps: budgets in feature units.
        norm: of the ball; by default "l2", or that of the interactions.
        orders: truncation orders, and "full" for all orders, as `motlp.untruncated` solves them; by default 3 alone, or
            the largest there can be if that is smaller.
        model, framework, solver, options: of the numbered orders, as for `motlp.solve`; what is left open is empty in
            the rows. With "full" alone there are only options, those of `motlp.untruncated`: tol and time_limit, for
            each bound.
        save: a CSV file with one row for each bound, written after each. Rows that it holds already are not computed
            again, except where the solver failed.
        executor: runs the search for pairs, and computes the bounds of numbered orders side by side.
        most: refuse to enumerate more interactions than this.
        progress: is told how far the sweep is, and every row as it is found. Without an executor it is also told the
            interval of the bound that is being computed, if the solver gives one.

    Returns:
        The rows, by ε, then by order, "full" last. Without an executor, Sinkhorn starts each bound from the last one of
        the same order, and the search over all orders always does; such rows can therefore differ, within their
        intervals, from those of another run.

    Raises:
        InvalidBudget, InvalidFile, InvalidMeasure, InvalidConfig, UnknownName, SolverUnavailable, InvalidModel,
            TooManyInteractions: what is asked for cannot be done; InvalidFile also if `save` cannot be written later.
    """
    check_source(source)
    check_executor(executor)
    check_progress(progress)
    check_whole("most", most)
    check_model(model)
    wanted, threat = grid(source, eps, orders), choose_threat(source, norm)
    method = choose_method([order for _, order in wanted], model, framework, solver, options)
    measure = source.measure if isinstance(source, Hypergraph) else source
    study, path = Study.of(measure, threat.norm, method), check_path(save)
    rows = {} if path is None else read_rows(path, study)
    if path is not None and isinstance(source, Hypergraph):
        refuse_other_counts(path, rows, source)
    left = [point for point in wanted if needs_work(rows.get(row_key(*point)))]
    if left:
        found = compute_truncated(source, threat, left, method, study, executor, most, progress)
        progress.update("bounds", 0, len(left))
        found = chain(found, compute_full(measure, threat, left, method, study, executor, most, progress))
        for done, row in enumerate(found, start=1):
            rows[row.key] = row
            if path is not None:
                keep_row(path, rows, row, study)
            progress.update("bounds", done, len(left))
            progress.result(row)
    return [rows[row_key(*point)] for point in wanted]


def check_model(model: str | None) -> None:
    """Refuse a model that is about another loss, or other classifiers, of which the rows of a sweep say nothing.

    Raises:
        InvalidConfig: it is one.
        UnknownName, InvalidModel: there is no such model.
    """
    if isinstance(model, str) and getattr(find_module(model), "OTHER_LOSS", False):
        raise InvalidConfig(
            f"{arg('model')} is {model!r}, but the rows of a sweep are about the 0-1 loss of all classifiers; "
            "solve it for one budget at a time."
        )


def check_source(source: object) -> None:
    """Refuse what is of another type than a sweep takes."""
    if not isinstance(source, LabeledMeasure | Hypergraph):
        raise InvalidMeasure(
            f"{arg('source')} is {shorten(source)}; "
            "give a LabeledMeasure, as motlp.datasets.load makes, or a Hypergraph."
        )


def check_path(save: str | Path | None) -> Path | None:
    """The path of the CSV file, once it is known that it can be written; None if there is to be no file."""
    if not isinstance(save, str | PathLike | None):
        raise InvalidFile(f"{arg('save')} is {shorten(save)}; give the path of a CSV file.")
    path = None if save is None else Path(save)
    check_writable(path)
    return path


def check_several(name: str, values: Any) -> Iterable[Any]:
    """The values, once it is known that they are a collection; a text is refused, as Python would take its letters."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidBudget(f"{arg(name)} is {shorten(values)}; give a list, such as {EXAMPLES[name]}.")
    return values


def grid(source: LabeledMeasure | Hypergraph, eps: Sequence[Number], orders: Sequence[Order] | None) -> list[Point]:
    """The points of a sweep, by ε, then by order, all orders last.

    Raises:
        InvalidBudget: there are none, or the interactions of the source do not reach so far.
    """
    if isinstance(source, Hypergraph):
        most, what = source.order, "the order of the saved interactions"
    else:
        most, what = source.classes, "the number of classes"
    wanted = [choose_order(None, most, what)] if orders is None else check_several("orders", orders)
    checked: set[Order] = {FULL if is_full(order) else check_order(order, most, what, "orders") for order in wanted}
    ranks = sorted(checked, key=rank)
    budgets = sorted({exact(e) for e in check_several("eps", eps)})
    if not budgets or not ranks:
        raise InvalidBudget(f"the sweep is empty; give at least one {arg('eps')} and one order.")
    if isinstance(source, Hypergraph) and source.eps is not None and budgets[-1] > source.eps:
        raise InvalidBudget(
            f"{arg('eps')} goes up to {spell(budgets[-1])}, but the interactions are known up to {spell(source.eps)}; "
            "stop there, or enumerate them at the largest budget first."
        )
    return [(e, order) for e in budgets for order in ranks]


def is_full(order: object) -> bool:
    """Whether an order stands for all orders; arrays, which compare one by one, do not."""
    return isinstance(order, str) and order == FULL


def choose_threat(source: LabeledMeasure | Hypergraph, norm: str | None) -> Threat:
    """The threat of the sweep: a ball, which grows with its budget.

    Raises:
        InvalidBudget: the interactions are those of another threat.
    """
    if isinstance(source, LabeledMeasure):
        return Ball("l2" if norm is None else norm)
    if not source.threat.has_budget:
        raise InvalidBudget(f"a sweep over {arg('eps')} needs a ball cost; the quadratic cost has no budget.")
    if norm is not None and Ball(norm) != source.threat:
        raise InvalidBudget(f"{arg('norm')} is {norm}, but these are interactions of {source.threat}; enumerate again.")
    return source.threat


def needs_work(row: SweepRow | None) -> bool:
    """Whether a bound is missing, or its solver failed."""
    return row is None or row.status == Status.FAILED.label


def enumerate_for(
    source: LabeledMeasure | Hypergraph,
    points: Sequence[Numbered],
    threat: Threat,
    executor: Executor | None,
    most: int,
    progress: Progress,
) -> Hypergraph:
    """The interactions up to the largest budget and the largest order among these points of the grid."""
    if isinstance(source, Hypergraph):
        return source
    progress.update("interactions", 0, 0)
    eps, order = max(e for e, _ in points), max(k for _, k in points)
    return interactions(source, threat, eps, order, executor=executor, progress=progress, most=most)


def compute_truncated(
    source: LabeledMeasure | Hypergraph,
    threat: Threat,
    left: Sequence[Point],
    method: Method | FullMethod,
    study: Study,
    executor: Executor | None,
    most: int,
    progress: Progress,
) -> Iterator[SweepRow]:
    """The rows of numbered orders, each as soon as it is found, once the interactions are there."""
    points = [(e, order) for e, order in left if isinstance(order, int)]
    if isinstance(method, FullMethod) or not points:
        return iter(())
    hypergraph = enumerate_for(source, points, threat, executor, most, progress)
    if executor is None:
        return compute_in_turn(hypergraph, points, method, study, progress)
    return compute_side_by_side(hypergraph, points, method, study, executor)


def compute_in_turn(
    hypergraph: Hypergraph, points: Sequence[Numbered], method: Method, study: Study, progress: Progress
) -> Iterator[SweepRow]:
    """The rows one after the other; each starts from the solution of its order at the last budget."""
    last: dict[int, Solution] = {}
    for eps, order in points:
        last[order] = method.solve(hypergraph.truncate(order).at(eps), last.get(order), progress)
        yield make_row(last[order], study)


def compute_side_by_side(
    hypergraph: Hypergraph, points: Sequence[Numbered], method: Method, study: Study, executor: Executor
) -> Iterator[SweepRow]:
    """The rows as the executor returns them, in any order."""
    queue, pending = iter(points), set[Future[SweepRow]]()
    try:
        while True:
            for eps, order in islice(queue, PENDING - len(pending)):
                pending.add(executor.submit(compute_row, hypergraph.truncate(order).at(eps), method, study))
            if not pending:
                return
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for task in finished:
                yield task.result()
    finally:
        for task in pending:
            task.cancel()


def compute_row(hypergraph: Hypergraph, method: Method, study: Study) -> SweepRow:
    """One row, as a task for an executor: the row alone is sent back, and not the larger solution."""
    return make_row(method.solve(hypergraph, None, SILENCE), study)


def compute_full(
    measure: LabeledMeasure,
    threat: Threat,
    left: Sequence[Point],
    method: Method | FullMethod,
    study: Study,
    executor: Executor | None,
    most: int,
    progress: Progress,
) -> Iterator[SweepRow]:
    """The rows of all orders, upwards in ε: each starts from the interactions that the last one has generated."""
    search = method if isinstance(method, FullMethod) else FullMethod()
    last: Solution | None = None
    for eps in (e for e, order in left if order == FULL):
        last = search.solve(measure, threat, eps, last, executor=executor, most=most, progress=progress)
        if last.message.startswith(INTERRUPTED):
            raise KeyboardInterrupt  # and the row is not kept: it would never be computed to the end
        yield make_row(last, study)
