"""The rows of studies for people: sweeps and comparisons as sentences and tables."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context
from fractions import Fraction

from rich.box import SIMPLE_HEAD
from rich.table import Table

from motlp.problem.rationals import spell
from motlp.problem.threat import Ball
from motlp.proof.decimals import round_down, round_up
from motlp.report.words import adversary, kept_end, lower_end
from motlp.solving.aim import PROVED_OPTIMAL
from motlp.studies.comparison import ComparisonRow
from motlp.studies.links import BINARY, CARO_WEI, DETERMINISTIC, FULL_ORDER, ORDER_2, ORDER_3
from motlp.studies.rows import SweepRow

BOUND_NAMES = {
    BINARY: "two classes at a time",
    ORDER_2: "order 2",
    ORDER_3: "order 3",
    FULL_ORDER: "R*, all orders",
    DETERMINISTIC: "deterministic",
    CARO_WEI: "Caro–Wei",
}
TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)  # of a gap: rounded up, it is never printed as less than it is


def compared(rows: Sequence[ComparisonRow]) -> str:
    """What a comparison says at its largest budget, in a sentence or two."""
    last = max(rows, key=lambda row: Fraction(row.eps))
    full, hard = (
        next(r for r in rows if (r.eps, r.bound) == (last.eps, bound)) for bound in (FULL_ORDER, DETERMINISTIC)
    )
    assert full.risk_lower is not None
    assert full.risk_upper is not None
    assert hard.risk_upper is not None
    lower, best, most = lower_end(full.risk_lower), kept_end(full.risk_upper), kept_end(hard.risk_upper)
    text = (
        f"No classifier can have risk below {spell(lower)} on {last.data} against an adversary who "
        f"{adversary(Ball(last.norm), Fraction(last.eps))}, and "
    )
    if hard.risk_upper - full.risk_lower <= PROVED_OPTIMAL:
        return f"{text}a deterministic one has a risk of at most {spell(most)}."
    text += f"the best one has a risk of at most {spell(best)}. The best deterministic one has at most {spell(most)}"
    if hard.solver_lower is None:
        return f"{text}."
    return f"{text}, and not below {spell(round_down(hard.solver_lower, 6))}, as HiGHS says and nothing proves."


def row_line(row: SweepRow) -> str:
    """One row of a sweep, in a line."""
    ends = f"risk at least {spell(lower_end(row.risk_lower))}"
    if row.risk_upper is not None:
        ends += f", R* at most {spell(round_up(row.risk_upper, 6))}"
    return f"eps {row.eps}, order {row.order}: {ends} ({row.status})"


def sweep_table(rows: Sequence[SweepRow]) -> Table:
    """The rows of a sweep; with a column for the upper end of R* where some row has one."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    has_upper = any(row.risk_upper is not None for row in rows)
    upper_names = ["R* ≤"] if has_upper else []
    for name in ("eps", "order", "interactions", "risk ≥", *upper_names, "gap", "accuracy ≤", "seconds"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("status", no_wrap=True)
    for row in rows:
        lower, gap = lower_end(row.risk_lower), "" if row.gap is None else f"{TWO_DIGITS.create_decimal(row.gap):.1e}"
        upper = "" if row.risk_upper is None else spell(round_up(row.risk_upper, 6))
        bounds = (spell(lower), *[upper] * has_upper, gap, spell(1 - lower))
        grid.add_row(row.eps, str(row.order), f"{row.interactions:,}", *bounds, f"{row.seconds:.2f}", row.status)
    return grid


def comparison_table(rows: Sequence[ComparisonRow]) -> Table:
    """The rows of a comparison, a block for each budget; with a column for what a solver claims, if it claims any."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    has_claim = any(row.solver_lower is not None for row in rows)
    claim_names = ["HiGHS says ≥"] if has_claim else []
    for name in ("eps", "bound", "risk ≥", "risk ≤", *claim_names, "seconds"):
        grid.add_column(name, justify="left" if name == "bound" else "right", no_wrap=True)
    grid.add_column("status", overflow="fold")
    last = ""
    for row in rows:
        if row.eps != last:
            grid.add_section()
        lower = "" if row.risk_lower is None else spell(lower_end(row.risk_lower))
        upper = "" if row.risk_upper is None else spell(kept_end(row.risk_upper))
        claim = "" if row.solver_lower is None else spell(round_down(row.solver_lower, 6))
        bounds = (lower, upper, *[claim] * has_claim)
        eps = row.eps if row.eps != last else ""
        grid.add_row(eps, BOUND_NAMES[row.bound], *bounds, f"{row.seconds:.2f}", row.status)
        last = row.eps
    return grid
