"""Risk against budget: one enumeration at the largest ε, one row an ε and order."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from motlp.atomic import written
from motlp.cost import Ball, Number, exact
from motlp.errors import InvalidBudget, InvalidFile
from motlp.hypergraph import Hypergraph
from motlp.interactions import interactions
from motlp.measure import LabeledMeasure
from motlp.method import Method
from motlp.solution import Solution


@dataclass(frozen=True)
class Row:
    """One bound of a sweep; the fields up to `options` name the study.

    `eps` is the decimal that was computed with, `interactions` counts those of all orders up to `order`.
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


STUDY = ("data", "fingerprint", "norm", "model", "framework", "solver", "options")
COLUMNS = tuple(field.name for field in fields(Row))


def sweep(
    source: LabeledMeasure | Hypergraph,
    eps: Sequence[Number],
    *,
    norm: str = "l2",
    orders: Sequence[int] = (3,),
    method: Method | None = None,
    save: str | Path | None = None,
    executor: Executor | None = None,
    most: int = 50_000_000,
    progress: Callable[[str, int, int], object] | None = None,
    each: Callable[[Row], object] | None = None,
) -> list[Row]:
    """Bounds for every budget and order, from one enumeration at the largest budget.

    Args:
        source: the points, or their interactions at a budget and an order at least as large as any asked for.
        eps: budgets in feature units.
        norm: of the ball; that of the hypergraph if `source` is one.
        orders: truncation orders.
        method: model, framework, solver and options; the dual in CVXPY by HiGHS by default.
        save: a CSV file with a row a bound, up to date after each; what it holds already is not computed again.
        executor: runs the search for pairs, and the bounds side by side.
        most: refuse to enumerate more interactions than this.
        progress: called as progress(stage, done, total).
        each: called with every row as it is found.

    Returns:
        The rows, by ε, then by order.

    Raises:
        InvalidBudget, InvalidFile, UnknownName, TooManyInteractions: before anything is computed.
    """
    method = method or Method()
    budgets = sorted({exact(e) for e in eps})
    wanted = [(e, order) for e in budgets for order in sorted(set(orders))]
    if not wanted:
        raise InvalidBudget("the sweep is empty; give at least one eps and one order.")
    measure, norm = (source.measure, ball(source)) if isinstance(source, Hypergraph) else (source, norm)
    study = identity(measure, norm, method)
    path = None if save is None else Path(save)
    rows = {} if path is None else read(path, study)
    left = [point for point in wanted if key(*point) not in rows]
    if left:
        tell = progress or (lambda stage, done, total: None)
        largest, order = max(e for e, _ in left), max(k for _, k in left)
        hypergraph = source if isinstance(source, Hypergraph) else None
        if hypergraph is None:
            hypergraph = interactions(measure, Ball(norm), largest, order, executor=executor, progress=tell, most=most)
        tell("bounds", 0, len(left))
        for done, row in enumerate(computed(hypergraph, left, method, study, executor), start=1):
            rows[row.eps, row.order] = row
            if path is not None:
                write(path, rows.values())
            tell("bounds", done, len(left))
            if each is not None:
                each(row)
    return [rows[key(*point)] for point in wanted]


def computed(
    hypergraph: Hypergraph,
    points: Sequence[tuple[Fraction, int]],
    method: Method,
    study: Mapping[str, str],
    executor: Executor | None,
) -> Iterator[Row]:
    """The rows of the points, as they are found; in turn, each from the last, without an executor."""
    if executor is None:
        last: dict[int, Solution] = {}
        for eps, order in points:
            last[order] = bound_at(hypergraph.truncate(order).at(eps), method, last.get(order))
            yield row_of(last[order], study)
        return
    tasks = [executor.submit(bound_at, hypergraph.truncate(order).at(eps), method) for eps, order in points]
    for task in as_completed(tasks):
        yield row_of(task.result(), study)


def bound_at(hypergraph: Hypergraph, method: Method, start: Solution | None = None) -> Solution:
    """One bound: a task of its own for an executor."""
    return method.solve(hypergraph, start=start)


def ball(hypergraph: Hypergraph) -> str:
    """The norm of a hypergraph that can be filtered by budget."""
    if not isinstance(hypergraph.threat, Ball):
        raise InvalidBudget("a sweep over eps needs a ball cost; the quadratic cost has no budget.")
    return hypergraph.threat.norm


def key(eps: Fraction, order: int) -> tuple[str, int]:
    """What names a row within its study: ε as a decimal, or as a fraction where no short decimal is exact."""
    decimal = repr(float(eps))
    return (decimal if Fraction(decimal) == eps else str(eps)), order


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
        "solver": method.solver,
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


def write(path: Path, rows: Any) -> None:
    """All rows found so far, written beside and renamed: a reader never sees half a file."""
    with written(path) as beside, beside.open("w", newline="", encoding="utf-8") as file:
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
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            lines, columns = list(reader), tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidFile(f"{path} cannot be read as CSV ({error}); give another name to --save.") from None
    if columns != COLUMNS:
        raise InvalidFile(f"{path} has the columns {', '.join(columns) or 'of no sweep'}; give another name to --save.")
    rows = {}
    for number, line in enumerate(lines, start=2):
        for name in STUDY:
            if line[name] != study[name]:
                raise InvalidFile(
                    f"{path} is of another study: {name} is {line[name]!r} there, {study[name]!r} here; "
                    "give another name to --save."
                )
        try:
            row = parsed(line)
        except (TypeError, ValueError):
            raise InvalidFile(f"{path}: line {number} is no row of a sweep; remove it.") from None
        rows[row.eps, row.order] = row
    return rows


def parsed(line: Mapping[str, str]) -> Row:
    """A row from its text."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    return Row(
        **{name: line[name] for name in STUDY},
        eps=key(Fraction(line["eps"]), 1)[0],
        order=int(line["order"]),
        interactions=int(line["interactions"]),
        risk=number(line["risk"]),
        risk_lower=float(line["risk_lower"]),
        gap=number(line["gap"]),
        accuracy_upper=float(line["accuracy_upper"]),
        status=line["status"],
        seconds=float(line["seconds"]),
    )
