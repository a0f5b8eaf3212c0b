"""The rows of a sweep, and the CSV file that keeps them from one run to the next."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from math import inf, isfinite
from pathlib import Path
from typing import Any

from motlp.errors import InvalidFile, arg, one_line
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact, spell
from motlp.problem.terms import FULL, Order
from motlp.proof.decimals import float_above
from motlp.solving.method import FullMethod, Method
from motlp.solving.solution import Solution
from motlp.system.atomic import lock_folder, write_atomically

Key = tuple[str, Order]  # ε in its exact writing, and the order: what names a row within its study


@dataclass(frozen=True)
class Study:
    """The data and the method that all rows of one sweep have in common; a file holds the rows of one study."""

    data: str
    fingerprint: str
    norm: str
    model: str
    framework: str
    solver: str
    options: str

    @classmethod
    def of(cls, measure: LabeledMeasure, norm: str, method: Method | FullMethod) -> "Study":
        """The study of a measure under a ball of the norm by a method."""
        digest = hashlib.sha256()
        for array in (measure.points, measure.labels, measure.mass):
            digest.update(str((array.dtype, array.shape)).encode())
            digest.update(array.tobytes())
        digest.update(str(measure.unit).encode())
        return cls(
            data=measure.name,
            fingerprint=digest.hexdigest()[:16],
            norm=norm,
            model=method.model or "",
            framework=method.framework or "",
            solver=method.solver or "",
            options=";".join(f"{name}={value}" for name, value in sorted(method.options.items())),
        )


@dataclass(frozen=True)
class SweepRow(Study):
    """One bound of a sweep.

    Attributes:
        data, fingerprint, norm, model, framework, solver, options: the study; what was left open is empty,
            and so is the framework of Sinkhorn. Where numbered orders were asked for, the last four are about those.
        eps: the budget in feature units, as an exact text: a decimal such as 0.25, or a fraction such as 1/3 where no
            decimal is exact.
        order: truncation order L, or "full" for all orders.
        interactions: number of interactions of at most `order` points; for all orders, of those that were generated.
        risk, risk_lower, risk_upper, gap, accuracy_upper: as in `Solution`.
        status: how the solver ended.
        seconds: wall time.
    """

    eps: str
    order: Order
    interactions: int
    risk: float | None
    risk_lower: float
    risk_upper: float | None
    gap: float | None
    accuracy_upper: float
    status: str
    seconds: float

    @property
    def key(self) -> Key:
        """What names the row within its study."""
        return self.eps, self.order


LABELS = {status.label for status in Status}
COLUMNS = tuple(field.name for field in fields(SweepRow))
# A data set may be named after a file, whose name need not be valid UTF-8; it is read back unchanged.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}


def row_key(eps: Fraction, order: Order) -> Key:
    """The key of the row for a budget and an order."""
    return spell(eps), order


def rank(order: Order) -> float:
    """What orders are sorted by: all orders come after every number."""
    return inf if order == FULL else order


def make_row(solution: Solution, study: Study) -> SweepRow:
    """The row of one solution."""
    hypergraph = solution.hypergraph
    eps, order = row_key(hypergraph.eps or Fraction(0), solution.order)
    return SweepRow(
        **asdict(study),
        eps=eps,
        order=order,
        interactions=hypergraph.size,
        risk=solution.risk,
        risk_lower=solution.risk_lower,
        risk_upper=solution.risk_upper,
        gap=solution.gap,
        accuracy_upper=solution.accuracy_upper,
        status=solution.status.label,
        seconds=round(sum(solution.seconds.values()), 4),
    )


def keep_row(path: Path, rows: Mapping[Key, SweepRow], row: SweepRow, study: Study) -> None:
    """Add a row to the file, and keep the rows that other sweeps have written to it in the meantime.

    The row of a solver that failed does not replace an earlier one.
    """
    with lock_folder(path):
        there = {**rows, **read_rows(path, study)}
        if row.status != Status.FAILED.label or row.key not in there:
            there[row.key] = row
        write_rows(path, there.values())


def write_rows(path: Path, rows: Iterable[SweepRow]) -> None:
    """Write the rows, by ε, then by order; a reader sees the old file or the new one, never a part."""
    with write_atomically(path) as beside, beside.open("w", newline="", **TEXT) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in sorted(rows, key=lambda row: (Fraction(row.eps), rank(row.order))):
            writer.writerow({name: "" if value is None else value for name, value in asdict(row).items()})


def read_rows(path: Path, study: Study) -> dict[Key, SweepRow]:
    """The rows in the file, by budget and order; none if there is no file.

    Raises:
        InvalidFile: the file has other columns, a line that is no row, or rows of another study.
    """
    if not path.exists():
        return {}
    try:
        with path.open(newline="", **TEXT) as file:
            reader = csv.DictReader(file)
            lines, columns = list(reader), tuple(reader.fieldnames or ())
    except (OSError, csv.Error) as error:
        raise InvalidFile(
            f"{path} cannot be read as CSV ({one_line(error)}); give another name to {arg('save')}."
        ) from None
    if columns != COLUMNS:
        found = ", ".join(columns) or "of no sweep"
        raise InvalidFile(f"{path} has the columns {found}; give another name to {arg('save')}.")
    rows = {}
    for number, line in enumerate(lines, start=2):
        try:
            row = parse_row(line)
        except (TypeError, ValueError, ArithmeticError):
            raise InvalidFile(f"{path}: line {number} is no row of a sweep; remove it.") from None
        refuse_other_study(path, line, study)
        rows[row.key] = row
    return rows


def refuse_other_study(path: Path, line: Mapping[str, str], study: Study) -> None:
    """Refuse a row of another study; the text says what differs."""
    differing = {name: here for name, here in asdict(study).items() if line[name] != here}
    if list(differing) == ["fingerprint"]:
        raise InvalidFile(
            f"{path} is of another study: its {line['data']} has other points, labels or masses; "
            f"give another name to {arg('save')}."
        )
    for name, here in differing.items():
        raise InvalidFile(
            f"{path} is of another study: {name} is {line[name]!r} there, {here!r} here; "
            f"give another name to {arg('save')}."
        )


def refuse_other_counts(path: Path, rows: Mapping[Key, SweepRow], hypergraph: Hypergraph) -> None:
    """Refuse rows of other interactions than the hypergraph has, such as those of one with some left out.

    A study does not name its interactions: they follow from the data and the norm, unless somebody left some out.
    Their number shows that. Rows beyond the budget or the order of the hypergraph are not checked, nor are those of all
    orders: which interactions are generated for them is a matter of the search.
    """
    known = [
        (row, row.order)
        for row in rows.values()
        if isinstance(row.order, int) and row.order <= hypergraph.order and Fraction(row.eps) <= (hypergraph.eps or 0)
    ]
    counts = {eps: list(hypergraph.at(eps).counts.values()) for eps in {row.eps for row, _ in known}}
    for row, order in known:
        here = sum(counts[row.eps][:order])
        if here != row.interactions:
            raise InvalidFile(
                f"{path} is of another study: at eps {row.eps}, order {order} there are {row.interactions:,} "
                f"interactions there, {here:,} here; give another name to {arg('save')}."
            )


def parse_row(line: Mapping[str, str]) -> SweepRow:
    """The row that a line of the file holds.

    Raises:
        TypeError, ValueError, ArithmeticError: the line is no row, or its numbers cannot be those of a bound.
    """

    def number(text: str) -> float | None:
        return float(text) if text else None

    row = SweepRow(
        **{field.name: line[field.name] for field in fields(Study)},
        eps=spell(exact(line["eps"])),
        order=FULL if line["order"] == FULL else int(line["order"]),
        interactions=int(line["interactions"]),
        risk=number(line["risk"]),
        risk_lower=float(line["risk_lower"]),
        risk_upper=number(line["risk_upper"]),
        gap=number(line["gap"]),
        accuracy_upper=float(line["accuracy_upper"]),
        status=line["status"],
        seconds=float(line["seconds"]),
    )
    if not is_sound(row):
        raise ValueError
    return row


def is_sound(row: SweepRow) -> bool:
    """Whether the numbers of a row can be those of a bound."""
    return (
        0 <= row.risk_lower <= 1
        and is_closed_above(row)
        and row.accuracy_upper == float_above(1 - Fraction(row.risk_lower))
        and (row.risk is None or isfinite(row.risk))
        and (row.gap is None or 0 <= row.gap < inf)
        and row.status in LABELS
        and min(row.interactions, rank(row.order) - 1, row.seconds) >= 0
        and isfinite(row.seconds)
    )


def is_closed_above(row: SweepRow) -> bool:
    """Whether the upper end of a row is there for all orders alone, above the lower one and where the gap says."""
    if row.order != FULL or row.risk_upper is None:
        return row.order != FULL and row.risk_upper is None
    width = Fraction(row.risk_upper) - Fraction(row.risk_lower)
    return width >= 0 and row.risk_upper <= 1 and row.gap == float_above(width)
