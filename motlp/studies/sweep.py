"""Risk against budget: one enumeration at the largest ε, one row an ε and order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from fractions import Fraction
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from motlp.errors import InvalidBudget, InvalidFile, InvalidMeasure, shorten
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph, check_order, choose_order
from motlp.problem.interactions import MOST, interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import Number, exact, spell
from motlp.problem.threat import Ball
from motlp.solving.method import Method
from motlp.solving.solution import Solution
from motlp.studies.rows import Study, SweepRow, keep_row, make_row, read_rows, row_key
from motlp.system.atomic import check_writable
from motlp.system.progress import SILENCE, Progress, check_progress

PENDING = 16  # bounds handed out and not yet back: each takes its interactions along

Point = tuple[Fraction, int]  # of the grid: a budget and an order


def sweep(
    source: LabeledMeasure | Hypergraph,
    eps: Sequence[Number],
    *,
    norm: str | None = None,
    orders: Sequence[int] | None = None,
    model: str | None = None,
    framework: str | None = None,
    solver: str | None = None,
    options: Mapping[str, Any] | None = None,
    save: str | Path | None = None,
    executor: Executor | None = None,
    most: int = MOST,
    progress: Progress = SILENCE,
) -> list[SweepRow]:
    """Bounds for every budget and order, from one enumeration at the largest budget.

    Args:
        source: the points, or their interactions at a budget and an order at least as large as any asked for.
        eps: budgets in feature units.
        norm: of the ball; by default "l2", or that of the interactions.
        orders: truncation orders; 3 by default, or the number of classes if that is smaller.
        model, framework, solver, options: as for `motlp.solve`; what is left open is empty in the rows.
        save: a CSV file with a row a bound, up to date after each; what it holds already is not computed again,
            but for bounds whose solver failed.
        executor: runs the search for pairs, and the bounds side by side.
        most: refuse to enumerate more interactions than this.
        progress: hears how far the sweep is, every row as it is found, and, without an executor, the interval of the
            bound at hand where its solver tells.

    Returns:
        The rows, by ε, then by order. Sinkhorn starts each from the last where there is no executor, so that its rows
        may differ, within their intervals, from those found alone or in another run.

    Raises:
        InvalidBudget, InvalidFile, InvalidMeasure, InvalidConfig, UnknownName, TooManyInteractions: before any bound
            is computed.
    """
    check_source(source)
    check_progress(progress)
    method = Method(model, framework, solver, options or {})
    wanted, threat = grid(source, eps, orders), ball_of(source, norm)
    measure = source.measure if isinstance(source, Hypergraph) else source
    study, path = Study.of(measure, threat.norm, method), check_path(save)
    rows = {} if path is None else read_rows(path, study)
    left = [point for point in wanted if needs_work(rows.get(row_key(*point)))]
    if left:
        hypergraph = enumerate_for(source, left, threat, executor, most, progress)
        progress.update("bounds", 0, len(left))
        for done, row in enumerate(compute_rows(hypergraph, left, method, study, executor, progress), start=1):
            rows[row.key] = row
            if path is not None:
                keep_row(path, rows, row, study)
            progress.update("bounds", done, len(left))
            progress.result(row)
    return [rows[row_key(*point)] for point in wanted]


def check_source(source: object) -> None:
    """Refuse what is of another type than a sweep takes."""
    if not isinstance(source, LabeledMeasure | Hypergraph):
        raise InvalidMeasure(
            f"`source` is {shorten(source)}; give a LabeledMeasure, as motlp.datasets.load makes, or a Hypergraph."
        )


def check_path(save: str | Path | None) -> Path | None:
    """The path of the file, if there is to be one, once it is known that it can be written."""
    if not isinstance(save, str | PathLike | None):
        raise InvalidFile(f"`save` is {shorten(save)}; give the path of a CSV file.")
    path = None if save is None else Path(save)
    check_writable(path)
    return path


def check_several(name: str, values: Any) -> Iterable[Any]:
    """Values that must be several: of a text Python would take the letters."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidBudget(f"`{name}` is {shorten(values)}; give a list, such as [{shorten(values)}].")
    return values


def grid(source: LabeledMeasure | Hypergraph, eps: Sequence[Number], orders: Sequence[int] | None) -> list[Point]:
    """The points of a sweep, by ε, then by order.

    Raises:
        InvalidBudget: there are none, or some are beyond the source.
    """
    if isinstance(source, Hypergraph):
        most, what = source.order, "the order of the saved interactions"
    else:
        most, what = source.classes, "the number of classes"
    wanted = [choose_order(None, most, what)] if orders is None else check_several("orders", orders)
    ranks = sorted({check_order(order, most, what) for order in wanted})
    budgets = sorted({exact(e) for e in check_several("eps", eps)})
    if not budgets or not ranks:
        raise InvalidBudget("the sweep is empty; give at least one `eps` and one order.")
    if isinstance(source, Hypergraph) and source.eps is not None and budgets[-1] > source.eps:
        raise InvalidBudget(
            f"`eps` goes up to {spell(budgets[-1])}, but the interactions are known up to {spell(source.eps)}; "
            "stop there, or enumerate them at the largest budget first."
        )
    return [(e, order) for e in budgets for order in ranks]


def ball_of(source: LabeledMeasure | Hypergraph, norm: str | None) -> Ball:
    """The ball that grows along the sweep."""
    if isinstance(source, LabeledMeasure):
        return Ball("l2" if norm is None else norm)
    if not isinstance(source.threat, Ball):
        raise InvalidBudget("a sweep over `eps` needs a ball cost; the quadratic cost has no budget.")
    if norm is not None and Ball(norm) != source.threat:
        raise InvalidBudget(f"`norm` is {norm}, but these are interactions of {source.threat}; enumerate again.")
    return source.threat


def needs_work(row: SweepRow | None) -> bool:
    """Whether a bound is missing, or its solver failed."""
    return row is None or row.status == Status.FAILED.label


def enumerate_for(
    source: LabeledMeasure | Hypergraph,
    points: Sequence[Point],
    threat: Ball,
    executor: Executor | None,
    most: int,
    progress: Progress,
) -> Hypergraph:
    """The interactions for the largest budget and order of some points of the grid."""
    if isinstance(source, Hypergraph):
        return source
    progress.update("interactions", 0, 0)
    eps, order = max(e for e, _ in points), max(k for _, k in points)
    return interactions(source, threat, eps, order, executor=executor, progress=progress, most=most)


def compute_rows(
    hypergraph: Hypergraph,
    points: Sequence[Point],
    method: Method,
    study: Study,
    executor: Executor | None,
    progress: Progress,
) -> Iterator[SweepRow]:
    """The rows of the points, as they are found; in turn, each from the last, without an executor."""
    if executor is None:
        last: dict[int, Solution] = {}
        for eps, order in points:
            last[order] = method.solve(hypergraph.truncate(order).at(eps), last.get(order), progress)
            yield make_row(last[order], study)
        return
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
    """One bound: a task of its own for an executor, which sends back no more than the row."""
    return make_row(method.solve(hypergraph, None, SILENCE), study)
