"""Risk against budget: one enumeration at the largest ε, one row an ε and order."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from itertools import islice
from math import inf, isfinite
from os import PathLike
from pathlib import Path
from typing import Any

from motlp.errors import InvalidBudget, InvalidConfig, InvalidFile, InvalidMeasure, shorten
from motlp.problem.hypergraph import Hypergraph, check_order
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Number, exact, spell
from motlp.proof.decimals import float_above
from motlp.solving.method import Method
from motlp.solving.solution import Solution, Status
from motlp.system.atomic import alone, writable, written


@dataclass(frozen=True)
class Row:
    """One bound of a sweep; the fields up to `options` name the study.

    `eps` is the budget, exactly: a decimal such as 0.25, or a fraction such as 1/3 where no decimal ends;
    `interactions` counts those of all orders up to `order`.
    """

    data: str
    fingerprint: str
    norm: str
    model: str
    framework: str
    solver: str
    options: str
    eps: str
    order: int
    interactions: int
    risk: float | None
    risk_lower: float
    gap: float | None
    accuracy_upper: float
    status: str
    seconds: float


LABELS = {status.label for status in Status}
STUDY = ("data", "fingerprint", "norm", "model", "framework", "solver", "options")
COLUMNS = tuple(field.name for field in fields(Row))
# Names of files that are no UTF-8 come back as they were.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}
PENDING = 16  # bounds handed out and not yet back: each takes its interactions along


def sweep(
    source: LabeledMeasure | Hypergraph,
    eps: Sequence[Number],
    *,
    norm: str | None = None,
    orders: Sequence[int] | None = None,
    method: Method | None = None,
    save: str | Path | None = None,
    executor: Executor | None = None,
    most: int = 50_000_000,
    progress: Callable[[str, int, int], object] | None = None,
    each: Callable[[Row], object] | None = None,
    callback: Callable[[str], object] | None = None,
) -> list[Row]:
    """Bounds for every budget and order, from one enumeration at the largest budget.

    Args:
        source: the points, or their interactions at a budget and an order at least as large as any asked for.
        eps: budgets in feature units.
        norm: of the ball; by default "l2", or that of the interactions.
        orders: truncation orders; 3 by default, or the number of classes if that is smaller.
        method: model, framework, solver and options; what is left open is empty in the rows.
        save: a CSV file with a row a bound, up to date after each; what it holds already is not computed again,
            but for bounds whose solver failed.
        executor: runs the search for pairs, and the bounds side by side.
        most: refuse to enumerate more interactions than this.
        progress: called as progress(stage, done, total).
        each: called with every row as it is found.
        callback: called with a note on how far the bound at hand is, where its method tells and without an executor.

    Returns:
        The rows, by ε, then by order. Sinkhorn starts each from the last where there is no executor, so that its rows
        may differ, within their intervals, from those found alone or in another run.

    Raises:
        InvalidBudget, InvalidFile, InvalidMeasure, InvalidConfig, UnknownName, TooManyInteractions: before any bound
            is computed.
    """
    check(source, method, save)
    method, tell = method or Method(), progress or (lambda stage, done, total: None)
    wanted = grid(source, eps, orders)
    known = source if isinstance(source, Hypergraph) else None
    measure = source.measure if isinstance(source, Hypergraph) else source
    threat = Ball("l2" if norm is None else norm) if known is None else ball(known, norm)
    study = identity(measure, threat.norm, method)
    path = None if save is None else Path(save)
    writable(path)
    rows = {} if path is None else read(path, study)
    left = [point for point in wanted if key(*point) not in rows or rows[key(*point)].status == Status.FAILED.label]
    if left:
        if known is None:
            tell("interactions", 0, 0)
            largest, order = max(e for e, _ in left), max(k for _, k in left)
            known = interactions(measure, threat, largest, order, executor=executor, progress=tell, most=most)
        tell("bounds", 0, len(left))
        for done, row in enumerate(computed(known, left, method, study, executor, callback), start=1):
            rows[row.eps, row.order] = row
            if path is not None:
                keep(path, rows, row, study)
            tell("bounds", done, len(left))
            if each is not None:
                each(row)
    return [rows[key(*point)] for point in wanted]


def check(source: object, method: object, save: object) -> None:
    """Refuse what is of another type than a sweep takes; texts and numbers are passed easily in their place."""
    if not isinstance(source, LabeledMeasure | Hypergraph):
        raise InvalidMeasure(
            f"source is {shorten(source)}; give a LabeledMeasure, as motlp.datasets.load makes, or a Hypergraph."
        )
    if not isinstance(method, Method | None):
        raise InvalidConfig(f"method is {shorten(method)}; give a Method, such as motlp.Method(solver='sinkhorn').")
    if not isinstance(save, str | PathLike | None):
        raise InvalidFile(f"save is {shorten(save)}; give the path of a CSV file.")


def listed(name: str, values: Any) -> Iterable[Any]:
    """Values that must be several: of a text Python would take the letters."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidBudget(f"{name} is {shorten(values)}; give a list, such as [{shorten(values)}].")
    return values


def grid(
    source: LabeledMeasure | Hypergraph, eps: Sequence[Number], orders: Sequence[int] | None
) -> list[tuple[Fraction, int]]:
    """The points of a sweep, by ε, then by order.

    Raises:
        InvalidBudget: there are none, or some are beyond the source.
    """
    if isinstance(source, Hypergraph):
        most, what = source.order, "the order of the saved interactions"
    else:
        most, what = source.classes, "the number of classes"
    wanted = [min(3, most)] if orders is None else listed("orders", orders)
    ranks = sorted({check_order(order, most, what) for order in wanted})
    budgets = sorted({exact(e) for e in listed("eps", eps)})
    if not budgets or not ranks:
        raise InvalidBudget("the sweep is empty; give at least one eps and one order.")
    if isinstance(source, Hypergraph) and source.eps is not None and budgets[-1] > source.eps:
        raise InvalidBudget(
            f"eps goes up to {spell(budgets[-1])}, but the interactions are known up to {spell(source.eps)}; "
            "stop there, or enumerate them at the largest budget first."
        )
    return [(e, order) for e in budgets for order in ranks]


def computed(
    hypergraph: Hypergraph,
    points: Sequence[tuple[Fraction, int]],
    method: Method,
    study: Mapping[str, str],
    executor: Executor | None,
    callback: Callable[[str], object] | None,
) -> Iterator[Row]:
    """The rows of the points, as they are found; in turn, each from the last, without an executor."""
    if executor is None:
        last: dict[int, Solution] = {}
        for eps, order in points:
            last[order] = method.solve(hypergraph.truncate(order).at(eps), start=last.get(order), callback=callback)
            yield row_of(last[order], study)
        return
    queue, pending = iter(points), set[Future[Row]]()
    try:
        while True:
            for eps, order in islice(queue, PENDING - len(pending)):
                pending.add(executor.submit(row_at, hypergraph.truncate(order).at(eps), method, study))
            if not pending:
                return
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for task in finished:
                yield task.result()
    finally:
        for task in pending:
            task.cancel()


def row_at(hypergraph: Hypergraph, method: Method, study: Mapping[str, str]) -> Row:
    """One bound: a task of its own for an executor, which sends back no more than the row."""
    return row_of(method.solve(hypergraph), study)


def ball(hypergraph: Hypergraph, norm: str | None) -> Ball:
    """The threat of a hypergraph that can be filtered by budget."""
    if not isinstance(hypergraph.threat, Ball):
        raise InvalidBudget("a sweep over eps needs a ball cost; the quadratic cost has no budget.")
    if norm is not None and Ball(norm) != hypergraph.threat:
        raise InvalidBudget(f"norm is {norm}, but these are interactions of {hypergraph.threat}; enumerate again.")
    return hypergraph.threat


def key(eps: Fraction, order: int) -> tuple[str, int]:
    """What names a row within its study: ε in its exact writing, and the order."""
    return spell(eps), order


def identity(measure: LabeledMeasure, norm: str, method: Method) -> dict[str, str]:
    """The study that a row belongs to."""
    digest = hashlib.sha256()
    for array in (measure.points, measure.labels, measure.mass):
        digest.update(str((array.dtype, array.shape)).encode())
        digest.update(array.tobytes())
    digest.update(str(measure.unit).encode())
    return {
        "data": measure.name,
        "fingerprint": digest.hexdigest()[:16],
        "norm": norm,
        "model": method.model or "",
        "framework": method.framework or "",
        "solver": method.solver or "",
        "options": ";".join(f"{name}={value}" for name, value in sorted(method.options.items())),
    }


def row_of(solution: Solution, study: Mapping[str, str]) -> Row:
    """The row of one solution."""
    hypergraph = solution.hypergraph
    eps, order = key(hypergraph.eps or Fraction(0), hypergraph.order)
    return Row(
        **study,
        eps=eps,
        order=order,
        interactions=hypergraph.size,
        risk=solution.risk,
        risk_lower=solution.risk_lower,
        gap=solution.gap,
        accuracy_upper=solution.accuracy_upper,
        status=solution.status.label,
        seconds=round(sum(solution.seconds.values()), 4),
    )


def keep(path: Path, rows: Mapping[tuple[str, int], Row], row: Row, study: Mapping[str, str]) -> None:
    """A new row in the file, with all that this sweep and others that write to it at the same time have found."""
    with alone(path):
        there = {**rows, **read(path, study)}
        if row.status != Status.FAILED.label or (row.eps, row.order) not in there:
            there[row.eps, row.order] = row
        write(path, there.values())


def write(path: Path, rows: Iterable[Row]) -> None:
    """All rows found so far, written beside and renamed: a reader never sees half a file."""
    with written(path) as beside, beside.open("w", newline="", **TEXT) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in sorted(rows, key=lambda row: (Fraction(row.eps), row.order)):
            writer.writerow({name: "" if value is None else value for name, value in asdict(row).items()})


def read(path: Path, study: Mapping[str, str]) -> dict[tuple[str, int], Row]:
    """The rows that an earlier run of the same study left.

    Raises:
        InvalidFile: the file holds other columns, a broken row, or rows of another study.
    """
    if not path.exists():
        return {}
    try:
        with path.open(newline="", **TEXT) as file:
            reader = csv.DictReader(file)
            lines, columns = list(reader), tuple(reader.fieldnames or ())
    except (OSError, csv.Error) as error:
        raise InvalidFile(f"{path} cannot be read as CSV ({error}); give another name to --save.") from None
    if columns != COLUMNS:
        raise InvalidFile(f"{path} has the columns {', '.join(columns) or 'of no sweep'}; give another name to --save.")
    rows = {}
    for number, line in enumerate(lines, start=2):
        try:
            row = parsed(line)
        except (TypeError, ValueError, ArithmeticError):
            raise InvalidFile(f"{path}: line {number} is no row of a sweep; remove it.") from None
        differing = [name for name in STUDY if line[name] != study[name]]
        if differing == ["fingerprint"]:
            raise InvalidFile(
                f"{path} is of another study: its {line['data']} has other points, labels or masses; "
                "give another name to --save."
            )
        for name in differing:
            raise InvalidFile(
                f"{path} is of another study: {name} is {line[name]!r} there, {study[name]!r} here; "
                "give another name to --save."
            )
        rows[row.eps, row.order] = row
    return rows


def parsed(line: Mapping[str, str]) -> Row:
    """A row from its text.

    Raises:
        TypeError, ValueError, ArithmeticError: it is none, or its numbers cannot be those of a bound.
    """

    def number(text: str) -> float | None:
        return float(text) if text else None

    row = Row(
        **{name: line[name] for name in STUDY},
        eps=key(exact(line["eps"]), 1)[0],
        order=int(line["order"]),
        interactions=int(line["interactions"]),
        risk=number(line["risk"]),
        risk_lower=float(line["risk_lower"]),
        gap=number(line["gap"]),
        accuracy_upper=float(line["accuracy_upper"]),
        status=line["status"],
        seconds=float(line["seconds"]),
    )
    sound = (
        0 <= row.risk_lower <= 1
        and row.accuracy_upper == float_above(1 - Fraction(row.risk_lower))
        and (row.risk is None or isfinite(row.risk))
        and (row.gap is None or 0 <= row.gap < inf)
        and row.status in LABELS
        and min(row.interactions, row.order - 1, row.seconds) >= 0
        and isfinite(row.seconds)
    )
    if not sound:
        raise ValueError
    return row
