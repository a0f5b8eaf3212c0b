"""The rows of a sweep, and the CSV file that keeps them from one run to the next."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from math import inf, isfinite
from pathlib import Path
from typing import Any

from motlp.errors import InvalidFile
from motlp.frameworks.answer import Status
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact, spell
from motlp.proof.decimals import float_above
from motlp.solving.method import Method
from motlp.solving.solution import Solution
from motlp.system.atomic import lock_folder, write_atomically

Key = tuple[str, int]  # ε in its exact writing, and the order: what names a row within its study


@dataclass(frozen=True)
class Study:
    """What rows must have in common to be points of one curve."""

    data: str
    fingerprint: str
    norm: str
    model: str
    framework: str
    solver: str
    options: str

    @classmethod
    def of(cls, measure: LabeledMeasure, norm: str, method: Method) -> "Study":
        """The study of a measure by a method."""
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
    """One bound of a sweep; the fields up to `options` name the study.

    `eps` is the budget, exactly: a decimal such as 0.25, or a fraction such as 1/3 where no decimal ends;
    `interactions` counts those of all orders up to `order`.
    """

    eps: str
    order: int
    interactions: int
    risk: float | None
    risk_lower: float
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
# Names of files that are no UTF-8 come back as they were.
TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}


def row_key(eps: Fraction, order: int) -> Key:
    """The key of the row for a budget and an order."""
    return spell(eps), order


def make_row(solution: Solution, study: Study) -> SweepRow:
    """The row of one solution."""
    hypergraph = solution.hypergraph
    eps, order = row_key(hypergraph.eps or Fraction(0), hypergraph.order)
    return SweepRow(
        **asdict(study),
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


def keep_row(path: Path, rows: Mapping[Key, SweepRow], row: SweepRow, study: Study) -> None:
    """Puts a new row into the file, beside all that this sweep and others that write to it meanwhile have found."""
    with lock_folder(path):
        there = {**rows, **read_rows(path, study)}
        if row.status != Status.FAILED.label or row.key not in there:
            there[row.key] = row
        write_rows(path, there.values())


def write_rows(path: Path, rows: Iterable[SweepRow]) -> None:
    """Writes all rows found so far, by ε, then by order; a reader never sees half a file."""
    with write_atomically(path) as beside, beside.open("w", newline="", **TEXT) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in sorted(rows, key=lambda row: (Fraction(row.eps), row.order)):
            writer.writerow({name: "" if value is None else value for name, value in asdict(row).items()})


def read_rows(path: Path, study: Study) -> dict[Key, SweepRow]:
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
        raise InvalidFile(f"{path} cannot be read as CSV ({error}); give another name to `save`.") from None
    if columns != COLUMNS:
        found = ", ".join(columns) or "of no sweep"
        raise InvalidFile(f"{path} has the columns {found}; give another name to `save`.")
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
    """Refuse a row of another study: says what differs."""
    differing = {name: here for name, here in asdict(study).items() if line[name] != here}
    if list(differing) == ["fingerprint"]:
        raise InvalidFile(
            f"{path} is of another study: its {line['data']} has other points, labels or masses; "
            "give another name to `save`."
        )
    for name, here in differing.items():
        raise InvalidFile(
            f"{path} is of another study: {name} is {line[name]!r} there, {here!r} here; give another name to `save`."
        )


def parse_row(line: Mapping[str, str]) -> SweepRow:
    """A row from its text.

    Raises:
        TypeError, ValueError, ArithmeticError: it is none, or its numbers cannot be those of a bound.
    """

    def number(text: str) -> float | None:
        return float(text) if text else None

    row = SweepRow(
        **{field.name: line[field.name] for field in fields(Study)},
        eps=spell(exact(line["eps"])),
        order=int(line["order"]),
        interactions=int(line["interactions"]),
        risk=number(line["risk"]),
        risk_lower=float(line["risk_lower"]),
        gap=number(line["gap"]),
        accuracy_upper=float(line["accuracy_upper"]),
        status=line["status"],
        seconds=float(line["seconds"]),
    )
    if not is_sound(row):
        raise ValueError
    return row


def is_sound(row: SweepRow) -> bool:
    """Whether its numbers can be those of a bound."""
    return (
        0 <= row.risk_lower <= 1
        and row.accuracy_upper == float_above(1 - Fraction(row.risk_lower))
        and (row.risk is None or isfinite(row.risk))
        and (row.gap is None or 0 <= row.gap < inf)
        and row.status in LABELS
        and min(row.interactions, row.order - 1, row.seconds) >= 0
        and isfinite(row.seconds)
    )
